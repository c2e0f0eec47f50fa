package hamming

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// bruteForce is a search as simple as can be.
func bruteForce(s *segment, p *plan, dead *bitset) (hits []Hit) {
	for i, c := range s.codes {
		if d := Distance(c, p.query); d <= p.radius && !dead.has(i) {
			hits = append(hits, Hit{s.ids[i], d})
		}
	}
	return sortHits(hits)
}

// Every way of searching a segment must find what comparing all codes finds, with
// every kernel, at every width that tables can have, at every radius, wherever the
// codes lie.
func TestAllWaysOfSearchingASegmentFindTheSame(t *testing.T) {
	t.Parallel()
	rng := newRand(2)
	clustered, _ := clusteredEntries(rng, 6000, 4)
	same := make([]Entry, minIndexed)
	for i := range same {
		same[i] = Entry{uint64(i), Code{1, 2, 3, 4}}
	}
	few := randomEntries(rng, minIndexed)
	mixed := randomEntries(rng, 9000)
	for i := range 3000 {
		mixed[3*i].Code = codeNear(rng, few[i%3].Code, i%20)
	}
	many := 70_000
	if testing.Short() {
		many = 20_000
	}
	for name, entries := range map[string][]Entry{
		"uniform":   randomEntries(rng, 5000),
		"clustered": clustered,
		"identical": same,
		"few":       few,
		"crowds":    mixed,
		"many":      randomEntries(rng, many),
	} {
		for _, k := range Kernels() {
			t.Run(fmt.Sprintf("%s/%v", name, k), func(t *testing.T) {
				t.Parallel()
				rng := newRand(3)
				s := segmentOf(entries, k, 2)
				t.Cleanup(func() { s.free() })
				var dead bitset
				for i := range entries {
					if i%7 == 0 {
						dead = dead.with(i)
					}
				}
				codes := codesOfEntries(entries)
				for radius := range MaxRadius + 1 {
					for _, q := range queriesAround(rng, codes, 3) {
						p := newPlan(q, radius, k)
						want := bruteForce(s, &p, &dead)
						var work scratch
						what := fmt.Sprintf("radius %d around %v", radius, q)
						got := scanFlat(nil, &p, s.ids, s.codes, &dead, &work)
						mustEqual(t, "flat, "+what, sortHits(got), want)
						got, done := s.lookUp(nil, &p, &dead, &work, math.MaxFloat32)
						if !done {
							t.Fatal("gave up in spite of an endless budget")
						}
						got = s.searchCrowds(got, &p, &dead, &work)
						mustEqual(t, "by tables, "+what, sortHits(got), want)
						got = s.search(nil, &p, &dead, &work)
						mustEqual(t, what, sortHits(got), want)
					}
				}
			})
		}
	}
}

func TestLookUpGivesUpWhenTheBudgetIsSpent(t *testing.T) {
	t.Parallel()
	rng := newRand(4)
	entries := make([]Entry, 20_000)
	for i := range entries { // not crowds, but chunks 0 and 1 are alike
		c := randomCode(rng)
		c[0] = c[0]&^0xffffffff | uint64(i%3)
		entries[i] = Entry{uint64(i), c}
	}
	s := newSegment(len(entries), Portable, 1, func(ids []uint64, codes []Code) {
		for i, e := range entries {
			ids[i], codes[i] = e.ID, e.Code
		}
	})
	p := plan{query: entries[0].Code, radius: 31, kernel: Portable, thresholds: evenThresholds(31)}
	var work scratch
	before := []Hit{{ID: 7, Distance: 1}}
	for _, budget := range []float32{0, 100, 10_000} {
		got, done := s.lookUp(before, &p, new(bitset), &work, budget)
		if done || !slices.Equal(got, before) {
			t.Errorf("budget %v: done %v with %d hits, want to give up with those before", budget, done, len(got))
		}
	}
	mustEqual(t, "after giving up", sortHits(s.search(nil, &p, new(bitset), &work)), bruteForce(s, &p, new(bitset)))
}

// Where many codes share a chunk, others are asked for instead.
func TestThresholdsAdaptToCrowdedBuckets(t *testing.T) {
	t.Parallel()
	rng := newRand(6)
	const n, shared = 1 << 17, 0x00070007 // chunks 0 and 1
	s := newSegment(n, Portable, 2, func(ids []uint64, codes []Code) {
		for i := range ids {
			ids[i], codes[i] = uint64(i), randomCode(rng)
			codes[i][0] = codes[i][0]&^0xffffffff | shared
		}
	})
	t.Cleanup(func() { s.free() })
	for _, k := range Kernels() {
		for i := range 20 {
			p := plan{query: codeNear(rng, s.codes[rng.IntN(n)], i), radius: 31, kernel: k, thresholds: evenThresholds(31)}
			p.query[0] = p.query[0]&^0xffffffff | shared
			var work scratch
			got, done := s.lookUp(nil, &p, new(bitset), &work, math.MaxFloat32)
			if !done {
				t.Fatal("gave up")
			}
			mustEqual(t, fmt.Sprintf("%v, %d bits away", k, i), sortHits(got), bruteForce(s, &p, new(bitset)))
			better, ok := s.adapt(&p, costWorthAdapting)
			if !ok || better.reach[0] >= 1 && better.reach[1] >= 1 {
				t.Fatalf("%v: chosen reaches %v, worth it: %v", k, better.reach, ok)
			}
		}
	}
}

func TestSegmentFindsIDs(t *testing.T) {
	t.Parallel()
	rng := newRand(5)
	for _, n := range []int{1, 3, fenceStep - 1, fenceStep, fenceStep + 1, 1000} {
		entries := make([]Entry, n)
		at := make(map[uint64]int)
		for i := range entries {
			entries[i].ID = rng.Uint64N(uint64(10*n)) + 1
		}
		entries[n-1].ID = math.MaxUint64
		entries = latest(entries)
		for i, e := range entries {
			at[e.ID] = i
		}
		s := segmentOf(entries, Portable, 1)
		for id := range uint64(10*n + 2) {
			want, alive := at[id]
			if pos, ok := s.find(id); ok != alive || ok && pos != want {
				t.Fatalf("of %d ids, %d is at %d, %v; want %d, %v", len(entries), id, pos, ok, want, alive)
			}
		}
		if pos, ok := s.find(math.MaxUint64); !ok || pos != len(entries)-1 {
			t.Errorf("the last of %d ids is at %d, %v", len(entries), pos, ok)
		}
	}
}
