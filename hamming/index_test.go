package hamming

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestSmallIndexes(t *testing.T) {
	t.Parallel()
	q := Code{0, 0, 0, 0b1}
	codes := []Code{{}, {0, 0, 0, 0b1111}}
	for n, want := range [][]Hit{
		nil,
		{{ID: 0, Distance: 1}},
		{{ID: 0, Distance: 1}, {ID: 1, Distance: 3}},
	} {
		for _, headSize := range []int{0, 1, 2} { // all in the head, in one segment, in two
			t.Run(fmt.Sprintf("n=%d,HeadSize=%d", n, headSize), func(t *testing.T) {
				t.Parallel()
				x := newTestIndex(t, Options{HeadSize: headSize})
				for id, c := range codes[:n] {
					mustInsert(t, x, Entry{uint64(id), c})
				}
				if got := mustSearch(t, x, q, 3); !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
				if x.Len() != n {
					t.Errorf("Len is %d", x.Len())
				}
			})
		}
	}
}

func TestTheRadiusIsInclusive(t *testing.T) {
	t.Parallel()
	rng := newRand(1)
	for radius := range MaxRadius + 1 {
		x := newTestIndex(t, Options{})
		q := randomCode(rng)
		mustInsert(t, x, Entry{1, codeNear(rng, q, radius)}, Entry{2, codeNear(rng, q, radius+1)})
		if got := mustSearch(t, x, q, radius); !slices.Equal(got, []Hit{{1, radius}}) {
			t.Errorf("radius %d: %v", radius, got)
		}
	}
}

func TestARadiusOutOfRangeIsAnError(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{})
	mustInsert(t, x, Entry{1, Code{}})
	before := []Hit{{ID: 9}}
	for _, radius := range []int{-1, MaxRadius + 1, math.MaxInt, math.MinInt} {
		got, err := x.Search(before, Code{}, radius)
		if err == nil || !slices.Equal(got, before) {
			t.Errorf("radius %d: %v, %v", radius, got, err)
		}
	}
}

func TestSearchAppends(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{})
	mustInsert(t, x, Entry{1, Code{}})
	before := []Hit{{ID: 9, Distance: 60}}
	got, err := x.Search(before, Code{}, 0)
	if want := []Hit{{ID: 9, Distance: 60}, {ID: 1}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestEqualCodesUnderDifferentIDsAreAllFound(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 3000} {
		x := newTestIndex(t, Options{HeadSize: 100})
		var want []Hit
		for id := range uint64(n) {
			mustInsert(t, x, Entry{id, Code{1, 2, 3, 4}})
			want = append(want, Hit{ID: id})
		}
		for _, radius := range []int{0, 31, 63} {
			if got := mustSearch(t, x, Code{1, 2, 3, 4}, radius); !slices.Equal(got, want) {
				t.Errorf("radius %d: %d of %d found", radius, len(got), n)
			}
		}
	}
}

func TestInsertReplacesTheCodeOfALivingID(t *testing.T) {
	t.Parallel()
	old, now := Code{1}, Code{^uint64(0)}
	for _, between := range []int{0, 10} { // the old code is in the head, or sealed
		x := newTestIndex(t, Options{HeadSize: 4})
		mustInsert(t, x, Entry{100, old})
		for id := range uint64(between) {
			mustInsert(t, x, Entry{id, Code{0, 0, 0, ^uint64(0)}})
		}
		mustInsert(t, x, Entry{100, now})
		if got := mustSearch(t, x, old, 0); len(got) != 0 {
			t.Errorf("the old code is still found: %v", got)
		}
		if got := mustSearch(t, x, now, 0); !slices.Equal(got, []Hit{{ID: 100}}) {
			t.Errorf("the new code: %v", got)
		}
		if x.Len() != between+1 {
			t.Errorf("Len is %d", x.Len())
		}
	}
}

func TestDeleteReportsWhetherTheIDWasAlive(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{HeadSize: 2})
	for id := range uint64(5) {
		mustInsert(t, x, Entry{id, Code{}})
	}
	for id := range uint64(5) {
		if !x.Delete(id) {
			t.Errorf("id %d was alive", id)
		}
		if x.Delete(id) {
			t.Errorf("id %d was deleted before", id)
		}
	}
	if x.Delete(99) {
		t.Error("id 99 never lived")
	}
	if got := mustSearch(t, x, Code{}, 63); len(got) != 0 || x.Len() != 0 {
		t.Errorf("still found: %v, Len %d", got, x.Len())
	}
	mustInsert(t, x, Entry{3, Code{}})
	if got := mustSearch(t, x, Code{}, 0); !slices.Equal(got, []Hit{{ID: 3}}) {
		t.Errorf("inserted again: %v", got)
	}
}

func TestAnyNumberIsAnID(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{HeadSize: 1})
	ids := []uint64{math.MaxUint64, 0, 1 << 63, 1}
	for _, id := range ids {
		mustInsert(t, x, Entry{id, Code{}})
	}
	x.work.Wait()
	for _, id := range ids {
		if !x.Delete(id) {
			t.Errorf("id %d was not found", id)
		}
	}
}

func TestInsertBatchIsInsertForEachInOrder(t *testing.T) {
	t.Parallel()
	rng := newRand(2)
	for name, n := range map[string]int{"into the head": 50, "into a segment": 500, "into segments": 5000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rng := newRand(3)
			x := newTestIndex(t, Options{HeadSize: 100, MaxSegment: 2000})
			m := make(model)
			for _, round := range []int{1, 2} { // the second replaces some of the first
				entries := randomEntries(rng, n)
				for i := range entries {
					entries[i].ID = rng.Uint64N(uint64(n)) * uint64(round) // with repetitions
					m[entries[i].ID] = entries[i].Code
				}
				kept := slices.Clone(entries)
				mustInsertBatch(t, x, entries)
				if !slices.Equal(kept, entries) {
					t.Fatal("InsertBatch changed the caller's entries")
				}
				clear(entries) // nor may it keep them
				mustMatch(t, x, m, queriesAround(rng, codesOfEntries(kept), 128))
			}
		})
	}
	x := newTestIndex(t, Options{})
	mustInsertBatch(t, x, nil)
	mustMatch(t, x, model{}, []Code{randomCode(rng)})
}

// The index must be what the model is after any sequence of operations.
func TestIndexBehavesAsTheModel(t *testing.T) {
	t.Parallel()
	for _, opts := range []Options{
		{HeadSize: 1},
		{HeadSize: 7, MaxSegment: 100},
		{HeadSize: 64},
		{HeadSize: 500, MaxSegment: 3000},
		{},
	} {
		t.Run(fmt.Sprintf("%+v", opts), func(t *testing.T) {
			t.Parallel()
			rng := newRand(uint64(opts.HeadSize))
			entries, centres := clusteredEntries(rng, 4000, 5)
			x, m := newTestIndex(t, opts), make(model)
			for step := range 4000 {
				switch e := entries[rng.IntN(len(entries))]; rng.IntN(20) {
				case 0, 1, 2, 3, 4:
					_, want := m[e.ID]
					delete(m, e.ID)
					if got := x.Delete(e.ID); got != want {
						t.Fatalf("Delete(%d) = %v, want %v", e.ID, got, want)
					}
				case 5:
					batch := randomEntries(rng, rng.IntN(30))
					for i := range batch {
						batch[i].ID = rng.Uint64N(4000)
						m[batch[i].ID] = batch[i].Code
					}
					mustInsertBatch(t, x, batch)
				default:
					e.Code = codeNear(rng, e.Code, rng.IntN(3))
					m[e.ID] = e.Code
					mustInsert(t, x, e)
				}
				if step%500 == 0 {
					mustMatch(t, x, m, queriesAround(rng, centres, 64))
				}
			}
			mustMatch(t, x, m, queriesAround(rng, centres, 128))
			x.work.Wait()
			mustMatch(t, x, m, queriesAround(rng, centres, 64))
		})
	}
}

// A hundred thousand near copies of one code among others must neither be missed
// nor make a search cost more than it costs to look at every code.
func TestManyNearCopies(t *testing.T) {
	t.Parallel()
	rng := newRand(5)
	centre := randomCode(rng)
	copies, others := 100_000, 20_000
	if testing.Short() {
		copies, others = 10_000, 2000
	}
	entries := randomEntries(rng, copies+others)
	for i := range copies {
		entries[i].Code = centre
		for range rng.IntN(8) {
			bit := rng.IntN(256)
			entries[i].Code[bit/64] ^= 1 << (bit % 64)
		}
	}
	x := newTestIndex(t, Options{})
	mustInsertBatch(t, x, entries)
	m := modelOf(entries)
	for i, radius := range []int{0, 3, 15, 31, 48, 63} {
		q := codeNear(rng, centre, i*4)
		mustEqual(t, fmt.Sprintf("radius %d", radius), mustSearch(t, x, q, radius), m.search(q, radius))
	}
}

func TestSearchDoesNotAllocate(t *testing.T) {
	rng := newRand(6)
	entries, _ := clusteredEntries(rng, 10_000, 3)
	x := newTestIndex(t, Options{HeadSize: 1000})
	mustInsertBatch(t, x, entries)
	mustInsert(t, x, Entry{1 << 40, randomCode(rng)}) // something in the head
	x.work.Wait()
	dst := make([]Hit, 0, len(entries)+1)
	for _, radius := range []int{0, 31, 63} {
		q := entries[rng.IntN(len(entries))].Code
		allocs := testing.AllocsPerRun(20, func() {
			if _, err := x.Search(dst, q, radius); err != nil {
				t.Fatal(err)
			}
		})
		if allocs != 0 {
			t.Errorf("radius %d: %v allocations", radius, allocs)
		}
	}
}

func TestAClosedIndexSaysSo(t *testing.T) {
	t.Parallel()
	x := New(Options{HeadSize: 2})
	for id := range uint64(9) {
		mustInsert(t, x, Entry{id, Code{}})
	}
	for range 2 { // closing twice is no error
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, searched := x.Search(nil, Code{}, 31)
	for name, err := range map[string]error{
		"Search":            searched,
		"Insert":            x.Insert(1, Code{}),
		"InsertBatch small": x.InsertBatch(make([]Entry, 1)),
		"InsertBatch large": x.InsertBatch(make([]Entry, 3)),
		"WriteSnapshot":     x.WriteSnapshot(t.TempDir()+"/never", 0),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if x.Len() != 0 || x.Delete(1) {
		t.Error("something is alive in a closed index")
	}
}
