package store_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// The server that scripts/with-postgres starts does not wait for its disk: its figures are not those of a durable server. SQLite's are.

// BenchmarkRecordDecisions commits groups of recordings, as package record makes them under load.
func BenchmarkRecordDecisions(b *testing.B) {
	for _, group := range []int{1, 16, 128} {
		b.Run(fmt.Sprint("group=", group), func(b *testing.B) {
			storetest.Each(b, func(b *testing.B, cfg store.Config) {
				s := storetest.Open(b, cfg)
				n := 0
				for b.Loop() {
					recordings := make([]domain.Recording, group)
					for i := range recordings {
						recordings[i] = newRecording(n)
						n++
					}
					write(b, s, func(tx *store.Tx) error {
						_, err := tx.RecordDecisions(b.Context(), recordings)
						return err
					})
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "recordings/s")
			})
		})
	}
}

// BenchmarkApplyRecords imports lists, a thousand lines in a transaction.
func BenchmarkApplyRecords(b *testing.B) {
	const lines = 1000
	storetest.Each(b, func(b *testing.B, cfg store.Config) {
		s := storetest.Open(b, cfg)
		bank := newBank(b, s)
		n := 0
		for b.Loop() {
			records := make([]domain.ListRecord, lines)
			for i := range records {
				records[i] = domain.ListRecord{Ref: fmt.Sprint("item-", n), Type: domain.PDQ, Value: fmt.Sprintf("%064x", n), Provenance: domain.Provenance{Source: "marsh watch", Confidence: 1}}
				n++
			}
			write(b, s, func(tx *store.Tx) error {
				_, err := tx.ApplyRecords(b.Context(), bank, records)
				return err
			})
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
	})
}

// BenchmarkUploadOf looks an upload up, as every check does first.
func BenchmarkUploadOf(b *testing.B) {
	storetest.Each(b, func(b *testing.B, cfg store.Config) {
		s := storetest.Open(b, cfg)
		known := fill(b, s, 2000)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				u := known[i%len(known)]
				if _, err := s.UploadOf(b.Context(), u.ContentID, u.Digest); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

// BenchmarkEventsAfter reads pages of the outbox, as the relay does.
func BenchmarkEventsAfter(b *testing.B) {
	const page = 256
	storetest.Each(b, func(b *testing.B, cfg store.Config) {
		s := storetest.Open(b, cfg)
		fill(b, s, 2000)
		n := 0
		for b.Loop() {
			events, err := s.EventsAfter(b.Context(), 700, page)
			if err != nil || len(events) != page {
				b.Fatal(len(events), err)
			}
			n += len(events)
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	})
}

func write(b *testing.B, s *store.Store, f func(*store.Tx) error) {
	b.Helper()
	if err := s.Tx(b.Context(), f); err != nil {
		b.Fatal(err)
	}
}

func newBank(b *testing.B, s *store.Store) (id domain.BankID) {
	b.Helper()
	write(b, s, func(tx *store.Tx) error {
		made, err := tx.CreateBank(b.Context(), domain.Bank{Name: "heron", Kind: domain.Known})
		id = made.ID
		return err
	})
	return id
}

// fill records n uploads.
func fill(b *testing.B, s *store.Store, n int) []domain.Upload {
	b.Helper()
	var uploads []domain.Upload
	var recordings []domain.Recording
	for i := range n {
		recordings = append(recordings, newRecording(i))
		uploads = append(uploads, recordings[i].Upload)
	}
	write(b, s, func(tx *store.Tx) error {
		_, err := tx.RecordDecisions(b.Context(), recordings)
		return err
	})
	return uploads
}

// newRecording is a decision about a picture with one match.
func newRecording(n int) domain.Recording {
	digest := fmt.Sprintf("%064x", n)
	u := domain.Upload{
		ID: domain.NewID[domain.UploadID](), ContentID: domain.ContentID(fmt.Sprint("post-", n)), Digest: digest, AccountID: domain.AccountID(fmt.Sprint("user-", n%5000)), Surface: "post", Visibility: "public",
		Attributes: map[string]any{"lang": "en"}, State: domain.Decided, Attempts: 1,
		Parts: []domain.Part{{Name: "file-1", MediaType: "image/jpeg", Size: 100_000, SHA256: digest, Width: 1000, Height: 1000, Fingerprints: []domain.Fingerprint{{Type: domain.PDQ, Value: digest}}}},
	}
	d := domain.Decision{
		ID: domain.NewID[domain.DecisionID](), UploadID: u.ID, ContentID: u.ContentID, Round: 1, Verdict: domain.Block, Reason: "It is a near copy of known content.",
		Policy:  domain.PolicyRef{ID: "default", Version: 1, Rule: "known-near"},
		Checks:  []domain.Check{{Detector: "pdq", Part: "file-1", Status: domain.Complete}},
		Matches: []domain.Match{{Bank: "heron", BankID: "b", BankKind: domain.Known, Entry: "e", Signal: domain.SignalID(fmt.Sprint("s-", n%100)), SignalType: domain.PDQ, Distance: 6, Limit: 31, Part: "file-1", Sources: []string{"marsh watch"}}},
	}
	return domain.Recording{Upload: u, Decision: d, Facts: bytes.Repeat([]byte{0xa1}, 200), Seal: func(d domain.Decision) (domain.Leaf, domain.Event, error) {
		leaf := domain.Leaf{ID: domain.NewID[domain.EventID](), Kind: "decision", Salt: digest[:32], Digest: digest}
		return leaf, domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectDecisionMade, Body: []byte(`{"decision_id":"…"}`)}, nil
	}}
}

// BenchmarkEvidence reads what is known of one signal among many, as every lookup does that finds something, under a deadline as requests have.
func BenchmarkEvidence(b *testing.B) {
	const signals = 50_000
	storetest.Each(b, func(b *testing.B, cfg store.Config) {
		s := storetest.Open(b, cfg)
		bank := newBank(b, s)
		records := make([]domain.ListRecord, signals)
		for i := range records {
			records[i] = domain.ListRecord{Ref: fmt.Sprint("item-", i), Type: domain.PDQ, Value: fmt.Sprintf("%064x", i), Provenance: domain.Provenance{Source: "marsh watch", Confidence: 1}}
		}
		write(b, s, func(tx *store.Tx) error {
			_, err := tx.ApplyRecords(b.Context(), bank, records)
			return err
		})
		ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
		defer cancel()
		n := 0
		for b.Loop() {
			n++
			found, err := s.Evidence(ctx, []int64{int64(n*7919%signals + 1)}, 1)
			if err != nil || len(found) != 1 {
				b.Fatalf("%v, %v", found, err)
			}
		}
	})
}
