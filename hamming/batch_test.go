package hamming

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// A batch must find for each query what a search finds for it.
func TestSearchBatchIsSearchForEach(t *testing.T) {
	t.Parallel()
	rng := newRand(1)
	clustered, centres := clusteredEntries(rng, 9000, 3)
	alike := randomEntries(rng, 12_000)
	for i := range 6000 { // two chunks alike: queries that cost too much in the tables
		alike[i].Code[0] = alike[0].Code[0]
		alike[i].Code[2] = alike[0].Code[2]
	}
	near := randomEntries(rng, 12_000)
	for i := range 3000 {
		near[4*i].Code = codeNear(rng, centres[0], i%9)
	}
	for name, entries := range map[string][]Entry{
		"none": nil, "few": randomEntries(rng, 100), "uniform": randomEntries(rng, 12_000),
		"clustered": clustered, "chunks alike": alike, "crowds": near,
	} {
		for _, k := range Kernels() {
			t.Run(fmt.Sprintf("%s/%v", name, k), func(t *testing.T) {
				t.Parallel()
				rng := newRand(2)
				x := newTestIndex(t, Options{HeadSize: 1000, Kernel: k})
				mustInsertBatch(t, x, entries)
				for i := range 500 {
					x.Delete(uint64(i * 3))
					mustInsert(t, x, Entry{1 << 40, randomCode(rng)}, Entry{uint64(i * 5), randomCode(rng)})
				}
				codes := append(codesOfEntries(entries), centres...)
				for _, n := range []int{0, 1, 7, 300} {
					for _, radius := range []int{0, 10, 31, 50, 63} {
						mustBatch(t, x, queriesAround(rng, codes, n), radius)
					}
				}
			})
		}
	}
}

func mustBatch(t *testing.T, x *Index, queries []Code, radius int) {
	t.Helper()
	next := 0
	err := x.SearchBatch(queries, radius, func(query int, hits []Hit) bool {
		if query != next {
			t.Fatalf("query %d is reported after %d", query, next-1)
		}
		next++
		mustEqual(t, fmt.Sprintf("query %d of %d, radius %d", query, len(queries), radius), hits, mustSearch(t, x, queries[query], radius))
		return true
	})
	if err != nil || next != len(queries) {
		t.Fatalf("%d of %d queries reported, %v", next, len(queries), err)
	}
}

func TestSearchBatchCrossesBlocks(t *testing.T) {
	t.Parallel()
	rng := newRand(3)
	entries := randomEntries(rng, 5000)
	x := newTestIndex(t, Options{})
	mustInsertBatch(t, x, entries)
	queries := make([]Code, batchBlock+100)
	for i := range queries {
		queries[i] = codeNear(rng, entries[i%len(entries)].Code, i%32)
	}
	mustBatch(t, x, queries, 31)
}

func TestSearchBatchEndsWhenToldTo(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{})
	mustInsert(t, x, Entry{1, Code{}})
	calls := 0
	if err := x.SearchBatch(make([]Code, 10), 0, func(int, []Hit) bool { calls++; return calls < 3 }); err != nil || calls != 3 {
		t.Errorf("%d calls, %v", calls, err)
	}
	if err := x.SearchBatch(nil, 64, nil); err == nil {
		t.Error("a radius out of range is taken")
	}
	closed := New(Options{})
	closed.Close()
	if err := closed.SearchBatch(make([]Code, 1), 31, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestScanFindsEveryPair(t *testing.T) {
	t.Parallel()
	rng := newRand(4)
	log := codesOfEntries(randomEntries(rng, 6000))
	for name, n := range map[string]int{"no queries": 0, "one": 1, "a hundred": 100, "more than are compared one by one": scanIndexed} {
		for _, k := range Kernels() {
			t.Run(fmt.Sprintf("%s/%v", name, k), func(t *testing.T) {
				t.Parallel()
				rng := newRand(5)
				const radius = 31
				queries := make([]Code, n)
				var want []Pair
				for i := range queries {
					queries[i] = codeNear(rng, log[rng.IntN(len(log))], rng.IntN(2*radius))
				}
				for i, q := range queries {
					for j, c := range log {
						if d := Distance(c, q); d <= radius {
							want = append(want, Pair{i, j, d})
						}
					}
				}
				var got []Pair
				if err := scan(log, queries, radius, k, func(p Pair) bool { got = append(got, p); return true }); err != nil {
					t.Fatal(err)
				}
				slices.SortFunc(got, func(a, b Pair) int {
					if a.Query != b.Query {
						return a.Query - b.Query
					}
					return a.Code - b.Code
				})
				if !slices.Equal(got, want) {
					t.Errorf("%d pairs, want %d", len(got), len(want))
				}
				calls := 0
				if err := scan(log, queries, radius, k, func(Pair) bool { calls++; return calls < 2 }); err != nil || calls > 2 {
					t.Errorf("told to end at the second pair: %d calls, %v", calls, err)
				}
			})
		}
	}
	if err := Scan(log, nil, MaxRadius+1, nil); err == nil {
		t.Error("a radius out of range is taken")
	}
}

func BenchmarkSearchBatch(b *testing.B) {
	rng := newRand(6)
	x := newTestIndex(b, Options{})
	mustInsertBatch(b, x, randomEntries(rng, 1_000_000))
	for _, n := range []int{64, 4096} {
		queries := codesOfEntries(randomEntries(rng, n))
		b.Run(fmt.Sprintf("n=1000000/queries=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := x.SearchBatch(queries, 31, func(int, []Hit) bool { return true }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(n)/b.Elapsed().Seconds(), "queries/s")
		})
	}
}

func BenchmarkScan(b *testing.B) {
	rng := newRand(7)
	log := codesOfEntries(randomEntries(rng, 1_000_000))
	for _, n := range []int{1, 64, 1024} {
		queries := codesOfEntries(randomEntries(rng, n))
		b.Run(fmt.Sprintf("log=1000000/queries=%d", n), func(b *testing.B) {
			for b.Loop() {
				if err := Scan(log, queries, 31, func(Pair) bool { return true }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(n)*float64(len(log))/b.Elapsed().Seconds()/1e9, "Gpairs/s")
		})
	}
}
