//go:build nodynamic && !wasm2go

package corpustest

import (
	"bytes"
	"math/rand/v2"
	"sync"

	"github.com/gen2brain/avif"
)

var avifFormats = []Format{{"AVIF", func(r *rand.Rand) []byte { return avifs()[r.IntN(len(avifs()))] }}}

// avifs are a few files, since their encoder takes its time.
var avifs = sync.OnceValue(func() (files [][]byte) {
	r := rand.New(rand.NewPCG(1, 3))
	for range 4 {
		files = append(files, written(func(b *bytes.Buffer) error { return avif.Encode(b, drawing(r, 48, 32), avif.Options{Speed: 10}) }))
	}
	return files
})
