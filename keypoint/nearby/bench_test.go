package nearby_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/keypoint"
	"github.com/quell-project/quell/keypoint/nearby"
)

// BenchmarkNear asks for 128 codes, as a picture does, half of which have one at a distance of 12 bits, beside the search for all codes within 15.
func BenchmarkNear(b *testing.B) {
	for _, size := range []int{1 << 17, 1 << 21} {
		r := rand.New(rand.NewPCG(1, 1))
		var x nearby.Index
		exact := hamming.New(hamming.Options{})
		defer exact.Close()
		entries, codes := make([]hamming.Entry, size), make([]keypoint.Code, 128)
		for i := range entries {
			c := keypoint.Code{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
			entries[i] = hamming.Entry{ID: uint64(i), Code: hamming.Code(c)}
			if err := x.Put(uint32(i), c); err != nil {
				b.Fatal(err)
			}
		}
		if err := exact.InsertBatch(entries); err != nil {
			b.Fatal(err)
		}
		for i := range codes {
			codes[i] = keypoint.Code{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
			if i%2 == 0 {
				codes[i] = keypoint.Code(entries[r.IntN(size)].Code)
				for _, bit := range r.Perm(256)[:12] {
					codes[i][bit/64] ^= 1 << (bit % 64)
				}
			}
		}
		b.Run(fmt.Sprintf("nearby/%d", size), func(b *testing.B) {
			var hits []nearby.Hit
			for b.Loop() {
				for _, c := range codes {
					hits = x.Near(hits[:0], c, 30)
				}
			}
		})
		b.Run(fmt.Sprintf("hamming/%d", size), func(b *testing.B) {
			var hits []hamming.Hit
			for b.Loop() {
				for _, c := range codes {
					var err error
					if hits, err = exact.Search(hits[:0], hamming.Code(c), 15); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkPut(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var x nearby.Index
	n := uint32(0)
	for b.Loop() {
		if err := x.Put(n, keypoint.Code{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
