package hamming

import (
	"fmt"
	"path/filepath"
	"testing"
)

var benchSizes = []int{100_000, 1_000_000}

func BenchmarkSearch(b *testing.B) {
	for _, n := range benchSizes {
		rng := newRand(uint64(n))
		entries := randomEntries(rng, n)
		x := newTestIndex(b, Options{})
		mustInsertBatch(b, x, entries)
		misses, hits := make([]Code, 4096), make([]Code, 4096)
		for i := range misses {
			misses[i] = randomCode(rng)
			hits[i] = codeNear(rng, entries[rng.IntN(n)].Code, i%32)
		}
		for _, radius := range []int{15, 31, 47, 63} {
			b.Run(fmt.Sprintf("miss/n=%d/radius=%d", n, radius), func(b *testing.B) { benchSearch(b, x, misses, radius) })
			b.Run(fmt.Sprintf("hit/n=%d/radius=%d", n, radius), func(b *testing.B) { benchSearch(b, x, hits, radius) })
		}
	}
}

// BenchmarkSearchNearCopies asks a list of a million codes of which a hundred
// thousand are copies of one picture: for the picture, which returns them all,
// and for one that is just too far from it.
func BenchmarkSearchNearCopies(b *testing.B) {
	rng := newRand(1)
	entries, centre := randomEntries(rng, 1_000_000), randomCode(rng)
	for i := range 100_000 {
		entries[i*10].Code = codeNear(rng, centre, i%6)
	}
	x := newTestIndex(b, Options{})
	mustInsertBatch(b, x, entries)
	b.Run("all", func(b *testing.B) { benchSearch(b, x, []Code{centre}, 31) })
	b.Run("none", func(b *testing.B) { benchSearch(b, x, []Code{codeNear(rng, centre, 40)}, 31) })
}

func benchSearch(b *testing.B, x *Index, queries []Code, radius int) {
	var dst []Hit
	var err error
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if dst, err = x.Search(dst[:0], queries[i%len(queries)], radius); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}

func BenchmarkInsert(b *testing.B) {
	x := newTestIndex(b, Options{})
	rng := newRand(2)
	for b.Loop() {
		mustInsert(b, x, Entry{rng.Uint64(), randomCode(rng)})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "codes/s")
}

func BenchmarkInsertBatch(b *testing.B) {
	for _, n := range benchSizes {
		entries := randomEntries(newRand(3), n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for b.Loop() {
				x := New(Options{})
				mustInsertBatch(b, x, entries)
				if err := x.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(n)/b.Elapsed().Seconds(), "codes/s")
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, n := range benchSizes {
		x := newTestIndex(b, Options{})
		mustInsertBatch(b, x, randomEntries(newRand(4), n))
		path := filepath.Join(b.TempDir(), "codes.snapshot")
		if err := x.WriteSnapshot(path, 0); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for b.Loop() {
				y, err := Open(path, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := y.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
