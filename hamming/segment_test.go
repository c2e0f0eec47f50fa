package hamming

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"testing"
)

func TestLanesWithinCountsEachLane(t *testing.T) {
	t.Parallel()
	rng := newRand(1)
	for n := range uint64(17) {
		for range 2000 {
			x := rng.Uint64() & rng.Uint64()
			mask := lanesWithin(x, lanes*(0x8000+n))
			for lane := range 4 {
				count := bits.OnesCount16(uint16(x >> (16 * lane)))
				if got := mask>>(16*lane+15)&1 != 0; got != (count <= int(n)) {
					t.Fatalf("lane %d of %x, at most %d bits: %v", lane, x, n, got)
				}
			}
			if mask&^0x8000800080008000 != 0 {
				t.Fatalf("%x has other bits than the top ones", mask)
			}
		}
	}
}

// Looking up in tables must find what a flat scan finds, at every width that
// tables can have, at every radius, wherever the codes lie.
func TestLookUpFindsWhatAFlatScanFinds(t *testing.T) {
	t.Parallel()
	rng := newRand(2)
	clustered, _ := clusteredEntries(rng, 3000, 4)
	same := make([]Entry, minIndexed)
	for i := range same {
		same[i] = Entry{uint64(i), Code{1, 2, 3, 4}}
	}
	for name, entries := range map[string][]Entry{
		"uniform":   randomEntries(rng, 5000),
		"clustered": clustered,
		"identical": same,
		"few":       randomEntries(rng, minIndexed),
		"many":      randomEntries(rng, 70_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rng := newRand(3)
			s := segmentOf(entries)
			var dead bitset
			for i := range entries {
				if i%7 == 0 {
					dead = dead.with(i)
				}
			}
			var work scratch
			for radius := range MaxRadius + 1 {
				for _, q := range queriesAround(rng, s.codes, 3) {
					p := newPlan(q, radius)
					want := sortHits(scanFlat(nil, &p, s.ids, s.codes, &dead))
					got, done := s.lookUp(nil, &p, &dead, &work, math.MaxInt)
					if !done {
						t.Fatal("gave up in spite of an endless budget")
					}
					mustEqual(t, fmt.Sprintf("radius %d around %v", radius, q), sortHits(got), want)
				}
			}
		})
	}
}

func TestLookUpGivesUpWhenTheBudgetIsSpent(t *testing.T) {
	t.Parallel()
	rng := newRand(4)
	entries := make([]Entry, 20_000)
	centre := randomCode(rng)
	for i := range entries {
		entries[i] = Entry{uint64(i), codeNear(rng, centre, rng.IntN(4))}
	}
	s := segmentOf(entries)
	p := newPlan(centre, 31)
	var work scratch
	before := []Hit{{ID: 7, Distance: 1}}
	for _, budget := range []int{0, 100, costCode * len(entries)} {
		got, done := s.lookUp(before, &p, new(bitset), &work, budget)
		if done || !slices.Equal(got, before) {
			t.Errorf("budget %d: done %v with %d hits, want to give up with those before", budget, done, len(got))
		}
	}
	if got := s.search(nil, &p, new(bitset), &work); len(got) != len(entries) {
		t.Errorf("found %d of %d near copies", len(got), len(entries))
	}
}

func TestSegmentFindsIDs(t *testing.T) {
	t.Parallel()
	s := segmentOf([]Entry{{ID: 0}, {ID: 5}, {ID: math.MaxUint64}})
	for id, want := range map[uint64]int{0: 0, 5: 1, math.MaxUint64: 2} {
		if pos, ok := s.find(id); !ok || pos != want {
			t.Errorf("id %d is at %d, %v; want %d", id, pos, ok, want)
		}
	}
	for _, id := range []uint64{1, 4, 6, math.MaxUint64 - 1} {
		if _, ok := s.find(id); ok {
			t.Errorf("found id %d, which is not there", id)
		}
	}
}
