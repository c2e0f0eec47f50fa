package hamming

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// The ids of the concurrency test, by what happens to them.
const (
	pinned  = 1 << 20 // inserted before, never touched
	flipped = 2 << 20 // replaced again and again by one code or another
	counted = 3 << 20 // inserted one after the other
	churned = 4 << 20 // inserted and deleted at random
	kinds   = 5 << 20
)

// herd is an index under change. All its codes are within MaxRadius of the
// centre, so that one search must find whatever is alive.
type herd struct {
	x       *Index
	centre  Code
	pinned  map[uint64]int // id to distance
	counted atomic.Int64   // so many of the counted ids are in
}

func newHerd(t testing.TB, opts Options) *herd {
	rng := newRand(1)
	c := &herd{x: newTestIndex(t, opts), centre: randomCode(rng), pinned: map[uint64]int{}}
	var entries []Entry
	for i := range uint64(1500) {
		d := rng.IntN(MaxRadius + 1)
		c.pinned[pinned+i] = d
		entries = append(entries, Entry{pinned + i, codeNear(rng, c.centre, d)})
	}
	mustInsertBatch(t, c.x, entries)
	mustInsert(t, c.x, Entry{flipped, codeNear(rng, c.centre, 5)})
	return c
}

// check searches once and reports what cannot be.
func (c *herd) check(x *Index, before int64, after func() int64) error {
	hits, err := x.Search(nil, c.centre, MaxRadius)
	if err != nil {
		return err
	}
	latest := after()
	seen := map[uint64]bool{}
	var pins, counts, flips int
	var highest uint64
	for i, h := range hits {
		if i > 0 && (hits[i-1].Distance > h.Distance || hits[i-1].Distance == h.Distance && hits[i-1].ID >= h.ID) {
			return fmt.Errorf("%v follows %v", h, hits[i-1])
		}
		if seen[h.ID] {
			return fmt.Errorf("id %d is found twice", h.ID)
		}
		seen[h.ID] = true
		switch {
		case h.ID < pinned || h.ID >= kinds:
			return fmt.Errorf("id %d never lived", h.ID)
		case h.ID < flipped:
			pins++
			if d, ok := c.pinned[h.ID]; !ok || d != h.Distance {
				return fmt.Errorf("pinned id %d at distance %d, want %d", h.ID, h.Distance, d)
			}
		case h.ID < counted:
			flips++
		case h.ID < churned:
			counts++
			highest = max(highest, h.ID-counted+1)
		}
	}
	if pins != len(c.pinned) {
		return fmt.Errorf("%d of %d pinned ids are found", pins, len(c.pinned))
	}
	if flips != 1 {
		return fmt.Errorf("the replaced id is found %d times", flips)
	}
	if counts != int(highest) || int64(counts) < before || int64(counts) > latest+1 {
		return fmt.Errorf("%d counted ids up to %d are found; there were %d before and %d after", counts, highest, before, latest)
	}
	return nil
}

// Searches see every change wholly or not at all, and nothing else, while others
// insert, replace, delete, load batches and write snapshots, and merges run.
func TestSearchesDuringChanges(t *testing.T) {
	t.Parallel()
	steps := 3000
	if testing.Short() {
		steps = 500
	}
	c := newHerd(t, Options{HeadSize: 32, MaxSegment: 5000})
	path := filepath.Join(t.TempDir(), "codes.snapshot")
	var writers, readers sync.WaitGroup
	var done atomic.Bool
	write := func(seed uint64, step func(i int) error) {
		writers.Go(func() {
			for i := range steps {
				if err := step(i); err != nil {
					t.Errorf("writer %d: %v", seed, err)
					return
				}
			}
		})
	}
	flips := newRand(2)
	write(1, func(int) error {
		return c.x.Insert(flipped, codeNear(flips, c.centre, flips.IntN(MaxRadius+1)))
	})
	counts := newRand(3)
	write(2, func(i int) error {
		err := c.x.Insert(counted+uint64(i), codeNear(counts, c.centre, counts.IntN(MaxRadius+1)))
		c.counted.Store(int64(i + 1))
		return err
	})
	churns := newRand(4)
	write(3, func(i int) error {
		id := churned + churns.Uint64N(500)
		switch {
		case i%300 == 0:
			batch := make([]Entry, 100)
			for k := range batch {
				batch[k] = Entry{churned + churns.Uint64N(500), codeNear(churns, c.centre, churns.IntN(100))}
			}
			return c.x.InsertBatch(batch)
		case churns.IntN(2) == 0:
			c.x.Delete(id)
			return nil
		default:
			return c.x.Insert(id, codeNear(churns, c.centre, churns.IntN(100)))
		}
	})
	for range 2 {
		readers.Go(func() {
			for !done.Load() {
				if err := c.check(c.x, c.counted.Load(), c.counted.Load); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	readers.Go(func() {
		for !done.Load() {
			if err := c.checkSnapshot(path); err != nil {
				t.Errorf("snapshot: %v", err)
				return
			}
		}
	})
	writers.Wait()
	done.Store(true)
	readers.Wait()
	if err := c.check(c.x, int64(steps), c.counted.Load); err != nil {
		t.Error(err)
	}
}

// checkSnapshot writes a snapshot and looks whether it is consistent.
func (c *herd) checkSnapshot(path string) error {
	before := c.counted.Load()
	if err := c.x.WriteSnapshot(path, uint64(before)); err != nil {
		return err
	}
	after := c.counted.Load()
	y, err := Open(path, Options{})
	if err != nil {
		return err
	}
	defer y.Close()
	return c.check(y, int64(y.Position()), func() int64 { return after })
}

// Close waits for whoever still reads, and no search reads the map after it.
func TestCloseDuringSearchesAndChanges(t *testing.T) {
	t.Parallel()
	rng := newRand(5)
	entries := randomEntries(rng, 3000)
	path := filepath.Join(t.TempDir(), "codes.snapshot")
	x := newTestIndex(t, Options{HeadSize: 100})
	mustInsertBatch(t, x, entries)
	if err := x.WriteSnapshot(path, 1); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		y, err := Open(path, Options{HeadSize: 16})
		if err != nil {
			t.Fatal(err)
		}
		var users sync.WaitGroup
		var searches atomic.Int64
		enough := make(chan struct{})
		for worker := range uint64(2) {
			users.Go(func() {
				rng := newRand(worker)
				for {
					e := entries[rng.IntN(len(entries))]
					hits, err := y.Search(nil, e.Code, 31)
					if err != nil {
						return
					}
					if len(hits) == 0 {
						t.Error("a stored code is not found")
						return
					}
					if searches.Add(1) == 100 {
						close(enough)
					}
				}
			})
		}
		users.Go(func() {
			rng := newRand(9)
			for i := uint64(1 << 30); y.Insert(i, randomCode(rng)) == nil; i++ {
			}
		})
		<-enough
		if err := y.Close(); err != nil {
			t.Error(err)
		}
		users.Wait()
	}
}
