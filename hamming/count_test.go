package hamming

import (
	"math"
	"path/filepath"
	"testing"
)

// TestCountIsTheNumberOfLiveIDsInTheRange changes an index at random, in head and segments, and compares with counting one by one.
func TestCountIsTheNumberOfLiveIDsInTheRange(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		rng := newRand(seed)
		x := newTestIndex(t, Options{HeadSize: 1 + rng.IntN(300), MaxSegment: 5000})
		m := model{}
		// Ids as whoever has groups makes them: a group above, a number below.
		anyID := func() uint64 { return uint64(rng.IntN(4))<<40 | uint64(rng.IntN(6000)) }
		for range 12 {
			batch := make([]Entry, rng.IntN(3000))
			for i := range batch {
				batch[i] = Entry{anyID(), randomCode(rng)}
				m[batch[i].ID] = batch[i].Code
			}
			mustInsertBatch(t, x, batch)
			for range rng.IntN(2500) {
				id := anyID()
				x.Delete(id)
				delete(m, id)
			}
			for range 30 {
				first, last := anyID(), anyID()
				if got, want := x.Count(first, last), m.count(first, last); got != want {
					t.Fatalf("seed %d: from %x to %x are %d, want %d", seed, first, last, got, want)
				}
			}
			if got := x.Count(0, math.MaxUint64); got != len(m) {
				t.Fatalf("seed %d: %d in all, want %d", seed, got, len(m))
			}
		}
	}
}

func (m model) count(first, last uint64) int {
	n := 0
	for id := range m {
		if first <= id && id <= last {
			n++
		}
	}
	return n
}

func TestCountOfASnapshotIsThatOfTheIndex(t *testing.T) {
	t.Parallel()
	rng := newRand(3)
	x := newTestIndex(t, Options{})
	mustInsertBatch(t, x, randomEntries(rng, 9000))
	for id := range uint64(500) {
		x.Delete(3 * id)
	}
	path := filepath.Join(t.TempDir(), "snapshot")
	if err := x.WriteSnapshot(path, 1); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := opened.Count(100, 5000), x.Count(100, 5000); got != want || got == 0 {
		t.Errorf("%d, want %d", got, want)
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	if got := opened.Count(0, math.MaxUint64); got != 0 {
		t.Errorf("a closed index counts %d", got)
	}
}

func TestCountOfAnEmptyRangeIsNothing(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{})
	if got := x.Count(0, math.MaxUint64); got != 0 {
		t.Errorf("an empty index counts %d", got)
	}
	mustInsert(t, x, Entry{5, Code{}}, Entry{math.MaxUint64, Code{}})
	for _, c := range []struct {
		first, last uint64
		want        int
	}{{6, 4, 0}, {5, 5, 1}, {6, math.MaxUint64 - 1, 0}, {math.MaxUint64, math.MaxUint64, 1}, {0, math.MaxUint64, 2}} {
		if got := x.Count(c.first, c.last); got != c.want {
			t.Errorf("from %d to %d are %d, want %d", c.first, c.last, got, c.want)
		}
	}
}

func BenchmarkCount(b *testing.B) {
	rng := newRand(1)
	x := newTestIndex(b, Options{})
	mustInsertBatch(b, x, randomEntries(rng, 1_000_000))
	for id := range uint64(20_000) {
		x.Delete(id * 7)
	}
	b.ReportAllocs()
	for b.Loop() {
		x.Count(1000, 900_000)
	}
}
