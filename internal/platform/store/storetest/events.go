package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var eventTests = []test{
	{"come back as they were emitted, numbered from one", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		a, b, c := event("a"), event("b"), event("c")
		change(t, s, func(_ context.Context, tx *store.Tx) error { tx.Emit(a, b); return nil })
		now.advance(time.Second)
		change(t, s, func(_ context.Context, tx *store.Tx) error { tx.Emit(c); return nil })
		a.Seq, b.Seq, c.Seq = 1, 2, 3
		a.At, b.At, c.At = start, start, start.Add(time.Second)
		if diff := cmp.Diff([]domain.Event{a, b, c}, must(s.EventsAfter(t.Context(), 0, 10))(t)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]domain.Event{b}, must(s.EventsAfter(t.Context(), 1, 1))(t)); diff != "" {
			t.Errorf("a page (-want +got):\n%s", diff)
		}
	}},
	{"are seen without a gap and never out of order", testGapless},
	{"are dropped once they are old and taken", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		for range 4 {
			change(t, s, func(_ context.Context, tx *store.Tx) error { tx.Emit(event("x")); return nil })
			now.advance(time.Hour)
		}
		prune := func(before domain.Time, published int64) (n int) {
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = tx.PruneOutbox(ctx, before, published)
				return err
			})
			return n
		}
		if n := prune(start.Add(2*time.Hour), 1); n != 1 {
			t.Errorf("dropped %d, want only the one that was taken", n)
		}
		if n := prune(start.Add(2*time.Hour), 4); n != 1 {
			t.Errorf("dropped %d, want only the one that is old", n)
		}
		left := must(s.EventsAfter(t.Context(), 0, 10))(t)
		if len(left) != 2 || left[0].Seq != 3 {
			t.Errorf("left are %+v, want positions 3 and 4", left)
		}
		if last := must(s.LastEventSeq(t.Context()))(t); last != 4 {
			t.Errorf("the last position is %d, want 4", last)
		}
	}},
}

// testGapless lets a reader follow the outbox while writers emit, of which a third change their mind.
func testGapless(t *testing.T, cfg store.Config) {
	const writers, each = 6, 25
	s := Open(t, cfg)
	failure := errors.New("a change of mind")
	var all sync.WaitGroup
	var mu sync.Mutex
	emitted := map[domain.EventID]bool{}
	for w := range writers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 2))
			for i := range each {
				events := make([]domain.Event, 1+random.IntN(3))
				for j := range events {
					events[j] = event(fmt.Sprint(w, i, j))
				}
				fail := random.IntN(3) == 0
				err := s.Tx(t.Context(), func(tx *store.Tx) error {
					tx.Emit(events...)
					if fail {
						return failure
					}
					return nil
				})
				if fail != errors.Is(err, failure) || !fail && err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
				if err == nil {
					mu.Lock()
					for _, e := range events {
						emitted[e.ID] = true
					}
					mu.Unlock()
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	defer all.Wait()

	seen := map[domain.EventID]bool{}
	var last int64
	for ended := false; ; {
		page, err := s.EventsAfter(t.Context(), last, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			if e.Seq != last+1 {
				t.Fatalf("event %d follows %d", e.Seq, last)
			}
			last, seen[e.ID] = e.Seq, true
		}
		if len(page) == 0 && ended {
			break
		}
		select {
		case <-done:
			ended = true
		default:
		}
	}
	if diff := cmp.Diff(emitted, seen); diff != "" {
		t.Errorf("events (-emitted +seen):\n%s", diff)
	}
	if n := must(s.LastEventSeq(t.Context()))(t); n != last {
		t.Errorf("the last position is %d, the reader came to %d", n, last)
	}
}
