package corpustest_test

import (
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/corpustest"
)

func TestTheQuineHoldsItself(t *testing.T) {
	t.Parallel()
	file := corpustest.Quine()
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if inside, err := io.ReadAll(r); err != nil || !bytes.Equal(inside, file) {
		t.Errorf("%d bytes hold %d bytes, %v", len(file), len(inside), err)
	}
}

func TestBzip2IsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(r.IntN(4))
	}
	for name, data := range map[string][]byte{"nothing": nil, "a byte": {7}, "runs": bytes.Repeat([]byte{1, 1, 1, 1, 1, 2}, 99), "zeros": make([]byte, 9999), "noise": noise} {
		got, err := io.ReadAll(bzip2.NewReader(bytes.NewReader(corpustest.Bzip2(data))))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d of %d bytes, %v", name, len(got), len(data), err)
		}
	}
}

// The two zips whose files overlap are sound in the eyes of a library that does not look for it.
func TestZipsOfOverlappingFilesUnpack(t *testing.T) {
	t.Parallel()
	for _, b := range corpustest.Bombs() {
		if b.Name != "zip whose files are one" && b.Name != "zip whose files are quoted" {
			continue
		}
		data := b.Make()
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("%s: %v", b.Name, err)
		}
		total := uint64(0)
		for _, f := range z.File {
			total += f.UncompressedSize64
		}
		if total < 200*4<<20 || total < 1000*uint64(len(data)) {
			t.Errorf("%s: %d bytes hold %d", b.Name, len(data), total)
		}
		last := z.File[len(z.File)-1]
		body, err := last.OpenRaw()
		if err != nil {
			t.Fatalf("%s: %v", b.Name, err)
		}
		if n, err := io.Copy(io.Discard, body); err != nil || uint64(n) != last.CompressedSize64 {
			t.Errorf("%s: %d bytes, %v", b.Name, n, err)
		}
	}
}

func TestMutantsAreTheSameForOneSeed(t *testing.T) {
	t.Parallel()
	make := func(seed uint64) (all [][]byte) {
		r := rand.New(rand.NewPCG(seed, 0))
		formats := corpustest.Formats()
		for _, f := range formats {
			all = append(all, corpustest.Mutate(r, f.Make(r), formats[r.IntN(len(formats))].Make(r)))
		}
		return all
	}
	if !slices.EqualFunc(make(1), make(1), bytes.Equal) {
		t.Error("one seed made two corpora")
	}
	if slices.EqualFunc(make(1), make(2), bytes.Equal) {
		t.Error("two seeds made one corpus")
	}
}
