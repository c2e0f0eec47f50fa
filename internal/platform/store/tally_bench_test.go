package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// movable is a clock that stands until it is moved.
func movable(cfg store.Config) (store.Config, *atomic.Int64) {
	at := &atomic.Int64{}
	at.Store(int64(domain.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))))
	cfg.Now = func() time.Time { return domain.Time(at.Load()).Std() }
	return cfg, at
}

// BenchmarkTallies reads what a policy asks for of an upload: eight subjects of which something has happened in every hour of a week.
func BenchmarkTallies(b *testing.B) {
	const others = 20_000 // accounts with one upload
	storetest.Each(b, func(b *testing.B, cfg store.Config) {
		cfg, at := movable(cfg)
		s := storetest.Open(b, cfg)
		fill(b, s, others)
		r := newRecording(0)
		m := r.Decision.Matches[0]
		m.BankID, m.Signal = "b-2", "s-2"
		r.Decision.Matches = append(r.Decision.Matches, m)
		n := others
		for range 7 * 24 * 6 { // every ten minutes
			u := newRecording(n)
			u.Decision.Matches = r.Decision.Matches
			u.Upload.AccountID = "user-0"
			write(b, s, func(tx *store.Tx) error {
				_, err := tx.RecordDecisions(b.Context(), []domain.Recording{u})
				return err
			})
			n++
			at.Add((10 * time.Minute).Microseconds())
		}
		mergeAll(b, s)
		subjects := []domain.Subject{
			{Kind: domain.SubjectAccount, Name: "user-0"}, {Kind: domain.SubjectSurface, Name: "post"}, {Kind: domain.SubjectPolicy, Name: "default"}, {Kind: domain.SubjectPolicy, Name: "other"},
			{Kind: domain.SubjectBank, Name: "b"}, {Kind: domain.SubjectBank, Name: "b-2"}, {Kind: domain.SubjectSignal, Name: "s-0"}, {Kind: domain.SubjectSignal, Name: "s-2"},
		}
		for b.Loop() {
			found, err := s.Tallies(b.Context(), domain.Time(at.Load()), subjects)
			if err != nil || len(found) != len(subjects)-1 || found[subjects[0]].Uploads.Week < 1000 {
				b.Fatal(found, err)
			}
		}
	})
}

// BenchmarkMergeTallies merges buckets of accounts with one upload each, as many at a time as the leader does.
func BenchmarkMergeTallies(b *testing.B) {
	const batch = 1000
	storetest.Each(b, func(b *testing.B, cfg store.Config) {
		cfg, at := movable(cfg)
		s := storetest.Open(b, cfg)
		n := 0
		for b.Loop() {
			b.StopTimer()
			var recordings []domain.Recording
			for range batch {
				r := newRecording(n)
				r.Upload.AccountID = domain.AccountID(fmt.Sprint("once-", n))
				r.Upload.Surface, r.Decision.Matches, r.Decision.Policy.ID = "", nil, ""
				recordings = append(recordings, r)
				n++
			}
			write(b, s, func(tx *store.Tx) error {
				_, err := tx.RecordDecisions(b.Context(), recordings)
				return err
			})
			at.Add((3 * time.Hour).Microseconds())
			b.StartTimer()
			write(b, s, func(tx *store.Tx) error {
				merged, err := tx.MergeTallies(b.Context(), batch)
				if err == nil && merged != batch {
					err = fmt.Errorf("%d were merged", merged)
				}
				return err
			})
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "buckets/s")
	})
}

func mergeAll(b *testing.B, s *store.Store) {
	b.Helper()
	for merged := 1; merged > 0; {
		write(b, s, func(tx *store.Tx) (err error) {
			merged, err = tx.MergeTallies(b.Context(), 1000)
			return err
		})
	}
}
