package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var transactionTests = []test{
	{"are all there once committed", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"heron", "egret"} {
				if _, err := tx.CreateBank(ctx, domain.Bank{Name: name}); err != nil {
					return err
				}
			}
			return nil
		})
		if n := len(must(s.Banks(t.Context()))(t)); n != 2 {
			t.Errorf("%d banks, want 2", n)
		}
	}},
	{"see their own changes, which nobody else does", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.CreateBank(ctx, domain.Bank{Name: "heron"}); err != nil {
				return err
			}
			if _, err := tx.BankNamed(ctx, "heron"); err != nil {
				return err
			}
			_, err := s.BankNamed(ctx, "heron")
			wantError(t, err, store.ErrNotFound, "asking outside")
			return nil
		})
	}},
	{"leave nothing when they fail", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		failure := errors.New("a change of mind")
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			tx.Emit(event("never"))
			if _, err := tx.CreateBank(t.Context(), domain.Bank{Name: "heron"}); err != nil {
				return err
			}
			return failure
		})
		wantError(t, err, failure, "Tx")
		wantNothing(t, s)
	}},
	{"leave nothing when they panic", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		func() {
			defer func() { recover() }()
			_ = s.Tx(t.Context(), func(tx *store.Tx) error {
				_, err := tx.CreateBank(t.Context(), domain.Bank{Name: "heron"})
				panic(fmt.Sprint("a programming error, after ", err))
			})
		}()
		wantNothing(t, s)
	}},
	{"leave nothing when their context ends in the middle", testCancelledTx},
	{"run again from the start when they met another one", testRetry},
	{"that change several banks never wait in a circle", testLockOrder},
	{"stand many writers and a canceller", testWritersAndCanceller},
	{"queries may be cancelled under load", testCancelledQueries},
}

// wantNothing checks that an untouched store is one, and that it still works.
func wantNothing(t *testing.T, s *store.Store) {
	t.Helper()
	if banks := must(s.Banks(t.Context()))(t); len(banks) > 0 {
		t.Errorf("found %v, want no banks", banks)
	}
	for _, counter := range []string{"bank", "event", "settings", "signal"} {
		if n := must(s.Counter(t.Context(), counter))(t); n != 0 {
			t.Errorf("counter %s is at %d, want 0", counter, n)
		}
	}
	if b := bankNamed(t, s, "afterwards"); b.Number != 1 {
		t.Errorf("the next bank has number %d, want 1", b.Number)
	}
}

// testLockOrder lets one transaction hold the second of two banks while another one begins that needs both: it must wait before it takes a
// counter, for which the first asks later. PostgreSQL would end the circle after a second by failing one of them.
func testLockOrder(t *testing.T, cfg store.Config) {
	cfg, now := stopped(cfg)
	s := Open(t, cfg)
	banks := []domain.BankID{bankNamed(t, s, "heron").ID, bankNamed(t, s, "egret").ID}
	for name, both := range map[string]func(context.Context, *store.Tx) error{
		"lists": func(ctx context.Context, tx *store.Tx) error {
			if err := tx.LockBanks(ctx, banks); err != nil {
				return err
			}
			for _, b := range banks {
				if _, err := tx.ApplyRecords(ctx, b, listOf(3)); err != nil {
					return err
				}
			}
			return nil
		},
		"expired signals": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.WithdrawExpired(ctx, 10)
			return err
		},
	} {
		for i, b := range banks {
			sig := signal(10 + i)
			sig.ExpiresAt = domain.At(cfg.Now().Add(time.Second))
			entryOf(t, s, b, sig)
		}
		now.advance(time.Minute)
		var tries atomic.Int32
		ended := make(chan error, 1)
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.LockBanks(ctx, banks[1:]); err != nil {
				return err
			}
			if tries.Add(1) == 1 {
				go func() {
					ended <- s.Tx(ctx, func(tx *store.Tx) error {
						tries.Add(1)
						return both(ctx, tx)
					})
				}()
				time.Sleep(200 * time.Millisecond) // the other one gets as far as it can
			}
			_, err := tx.AddEntry(ctx, domain.Entry{BankID: banks[1], Signals: []domain.Signal{signal(20)}})
			return err
		})
		if err := <-ended; err != nil || tries.Load() != 2 {
			t.Errorf("%s: %d tries, %v", name, tries.Load(), err)
		}
	}
}

func testCancelledTx(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Tx(ctx, func(tx *store.Tx) error {
		if _, err := tx.CreateBank(ctx, domain.Bank{Name: "heron"}); err != nil {
			return err
		}
		cancel()
		_, err := tx.CreateBank(ctx, domain.Bank{Name: "egret"})
		return err
	})
	wantError(t, err, context.Canceled, "a statement after the end")

	ctx, cancel = context.WithCancel(t.Context())
	err = s.Tx(ctx, func(tx *store.Tx) error {
		defer cancel()
		_, err := tx.CreateBank(ctx, domain.Bank{Name: "heron"})
		return err
	})
	wantError(t, err, context.Canceled, "a commit after the end")

	wantError(t, s.Tx(ctx, func(*store.Tx) error { return nil }), context.Canceled, "a transaction after the end")
	wantNothing(t, s)
}

// testRetry lets the engine itself say that a transaction met another one.
func testRetry(t *testing.T, cfg store.Config) {
	s, other := Open(t, cfg), SQL(t, cfg)
	collide := func(ctx context.Context) error {
		_, err := other.ExecContext(ctx, `begin immediate`) // SQLite: while this transaction writes, nobody else may
		return err
	}
	if s.Engine() == "postgres" {
		collide = func(ctx context.Context) error {
			_, err := other.ExecContext(ctx, `do $$ begin raise exception 'met another one' using errcode = 'serialization_failure'; end $$`)
			return err
		}
	}
	tries := 0
	change(t, s, func(ctx context.Context, tx *store.Tx) error {
		tries++
		tx.Emit(event(fmt.Sprint("try ", tries)))
		if _, err := tx.CreateBank(ctx, domain.Bank{Name: "heron"}); err != nil {
			return err
		}
		if tries < 3 {
			return fmt.Errorf("in the middle: %w", collide(ctx))
		}
		return nil
	})
	if tries != 3 {
		t.Errorf("ran %d times, want 3", tries)
	}
	events := must(s.EventsAfter(t.Context(), 0, 10))(t)
	if len(events) != 2 || string(events[0].Body) != `"try 3"` || events[0].Seq != 1 {
		t.Errorf("events are %+v, want those of the third try only", events)
	}
}

// testWritersAndCanceller checks that under contention every transaction is all there or not at all, and that what was acknowledged is there.
func testWritersAndCanceller(t *testing.T, cfg store.Config) {
	const writers, each = 8, 12
	s := Open(t, cfg)
	var acknowledged atomic.Int64
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 0))
			for i := range each {
				ctx, cancel := context.WithCancel(t.Context())
				if i%3 == 0 { // the canceller strikes at any moment
					time.AfterFunc(time.Duration(random.IntN(4000))*time.Microsecond, cancel)
				}
				u := upload(fmt.Sprintf("post-%d-%d", w, i))
				err := s.Tx(ctx, func(tx *store.Tx) error {
					_, err := tx.RecordDecisions(ctx, []domain.Recording{recordingOf(u, 1, domain.Block)})
					return err
				})
				if err == nil {
					acknowledged.Add(1)
				} else if ctx.Err() == nil {
					t.Errorf("writer %d: %v", w, err)
				}
				cancel()
			}
		})
	}
	all.Wait()
	n := len(eventsOf(t, s, domain.SubjectDecisionMade))
	if int64(n) < acknowledged.Load() {
		t.Errorf("%d decisions are there, %d were acknowledged", n, acknowledged.Load())
	}
	want := map[string]int{"uploads": n, "decisions": n, "matches": 2 * n, "renditions": n, "audit_leaves": n, "outbox": n}
	if diff := cmp.Diff(want, rowCounts(t, cfg, "uploads", "decisions", "matches", "renditions", "audit_leaves", "outbox")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if last := must(s.LastEventSeq(t.Context()))(t); last != int64(n) {
		t.Errorf("the last event has position %d, want %d", last, n)
	}
}

// testCancelledQueries covers a fault that drivers of SQLite have had: an interrupt that comes late hits the next query of the connection.
func testCancelledQueries(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	bank := bankNamed(t, s, "heron")
	for i := range 40 {
		var signals []domain.Signal
		for j := range 25 {
			signals = append(signals, signal(100*i+j))
		}
		entryOf(t, s, bank.ID, signals...)
	}
	done, stop := context.WithCancel(t.Context())
	var background, readers sync.WaitGroup
	background.Go(func() {
		for i := 0; done.Err() == nil; i++ {
			err := s.Tx(done, func(tx *store.Tx) error { tx.Emit(event(fmt.Sprint(i))); return nil })
			if err != nil && done.Err() == nil {
				t.Errorf("a writer beside cancelled readers: %v", err)
			}
		}
	})
	for r := range 4 {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(r), 1))
			for range 25 {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Duration(random.IntN(3000))*time.Microsecond, cancel)
				_, err := s.Entries(ctx, bank.ID, "", 40)
				if err != nil && ctx.Err() == nil {
					t.Errorf("a query failed that was not cancelled: %v", err)
				}
				cancel()
				entries, err := s.Entries(t.Context(), bank.ID, "", 2)
				if err != nil || len(entries) != 2 || len(entries[1].Signals) != 25 {
					t.Errorf("the query after a cancelled one: %d entries, %v", len(entries), err)
				}
			}
		})
	}
	readers.Wait()
	stop()
	background.Wait()
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
