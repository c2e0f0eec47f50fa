package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// start is the moment at which the clock of a test stands.
const start = domain.Time(1_772_366_400_000_000) // 2026-03-01 12:00 UTC

// clock is a clock that only moves when told to.
type clock struct{ at atomic.Int64 }

// stopped gives a store a clock that stands at start.
func stopped(cfg store.Config) (store.Config, *clock) {
	c := &clock{}
	c.at.Store(int64(start))
	cfg.Now = func() time.Time { return domain.Time(c.at.Load()).Std() }
	return cfg, c
}

func (c *clock) advance(d time.Duration) { c.at.Add(d.Microseconds()) }

// change runs f in a transaction that must succeed.
func change(t testing.TB, s *store.Store, f func(context.Context, *store.Tx) error) {
	t.Helper()
	if err := s.Tx(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// must is what was read; the second call fails the test if that went wrong.
func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantError checks the kind of an error.
func wantError(t testing.TB, got, want error, what string) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// bankNamed makes a bank.
func bankNamed(t testing.TB, s *store.Store, name string) domain.Bank {
	t.Helper()
	var b domain.Bank
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = tx.CreateBank(ctx, domain.Bank{Name: name, Kind: domain.Known, EnabledShare: 1})
		return err
	})
	return b
}

// digest is a made-up signal value.
func digest(n int) string { return fmt.Sprintf("%064x", n) }

// signal is a made-up signal.
func signal(n int) domain.Signal {
	return domain.Signal{Type: domain.SHA256, Value: digest(n), Provenance: domain.Provenance{Source: "marsh watch", Confidence: 1}}
}

// entryOf adds an entry with some signals to a bank.
func entryOf(t testing.TB, s *store.Store, bank domain.BankID, signals ...domain.Signal) domain.Entry {
	t.Helper()
	var e domain.Entry
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		e, err = tx.AddEntry(ctx, domain.Entry{BankID: bank, Signals: signals})
		return err
	})
	return e
}

// upload is a made-up upload as it comes in.
func upload(content string) domain.Upload {
	return domain.Upload{
		ID: domain.NewID[domain.UploadID](), ContentID: domain.ContentID(content), Digest: digest(len(content)), AccountID: "user-4", Surface: "post",
		Visibility: "public", CreatedAt: start - 5, AccountCreatedAt: start - 99, Language: "pt-BR", Attributes: map[string]any{"lang": "en", "age": 3.0}, ReceivedAt: start - 1,
		Parts: []domain.Part{{Name: "file-1", MediaType: "image/png", Size: 3, SHA256: digest(7), Fingerprints: []domain.Fingerprint{{Type: domain.SHA256, Value: digest(7)}}}},
		State: domain.Pending, DueAt: start + 30_000_000,
	}
}

// recordingOf is a made-up decision of a round about an upload, with everything that can hang on one.
func recordingOf(u domain.Upload, round int, v domain.Verdict) domain.Recording {
	u.State, u.Attempts, u.DueAt = domain.Decided, round, 0
	d := domain.Decision{
		ID: domain.NewID[domain.DecisionID](), UploadID: u.ID, ContentID: u.ContentID, Round: round, Cause: domain.CauseUpload, Verdict: v,
		Policy: domain.PolicyRef{ID: "default", Version: 1, Rule: "known-near"}, Reason: "It is a near copy of known content.",
		Checks:    []domain.Check{{Detector: "sha256", Part: "file-1", Status: domain.Complete}},
		DecidedAt: start,
	}
	if v == domain.Block {
		d.Consequence = domain.Consequence{Code: "known", Queue: "urgent", Priority: 90, Labels: []string{"violent"}, Notice: "removed", Preserve: "P180D"}
		d.Rules = []domain.RuleHit{
			{Policy: "default", Version: 1, Rule: "known-near", Value: domain.True, Verdict: v, Effect: domain.EffectDecided, Match: 2, Part: "file-1"},
			{Policy: "young", Version: 3, Rule: "first-day", Value: domain.Unknown, Verdict: domain.Hold, Effect: domain.EffectIgnored, Note: "account age"},
		}
		d.Matches = []domain.Match{
			{Bank: "heron", BankID: "b-1", BankKind: domain.Known, Entry: "e-1", Signal: "s-1", SignalType: domain.SHA256, Part: "file-1", Sources: []string{"marsh watch"}},
			{Bank: "heron", BankID: "b-1", BankKind: domain.Known, Entry: "e-2", Signal: "s-2", SignalType: domain.PDQ, Distance: 6, Limit: 31, Part: "file-1", Sources: []string{"reed watch"}, Labels: []string{"poster"}},
		}
	}
	return domain.Recording{
		Upload: u, Decision: d,
		Renditions: []domain.Rendition{{Part: "file-1", MediaType: "image/jpeg", Data: []byte{0xff, 0, 1, byte(round)}}},
		Seal:       seal,
	}
}

// seal makes a leaf that shows which ids it was given.
func seal(d domain.Decision) (domain.Leaf, domain.Event, error) {
	leaf := domain.Leaf{ID: domain.NewID[domain.EventID](), Kind: "decision", Salt: "5a17", Digest: fmt.Sprintf("%s about %s", d.ID, d.UploadID)}
	return leaf, domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectDecisionMade, Body: fmt.Appendf(nil, `{"decision_id":%q}`, d.ID)}, nil
}

// record writes recordings down in one transaction.
func record(t testing.TB, s *store.Store, recordings ...domain.Recording) []domain.Decision {
	t.Helper()
	var decisions []domain.Decision
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		decisions, err = tx.RecordDecisions(ctx, recordings)
		return err
	})
	return decisions
}

// accepted is the event of an upload that waits.
func accepted(u domain.Upload) domain.Event {
	return domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectUploadAccepted, Body: fmt.Appendf(nil, `{"upload_id":%q}`, u.ID)}
}

// event is a made-up event.
func event(text string) domain.Event {
	return domain.Event{ID: domain.NewID[domain.EventID](), Subject: "quell.test", Body: fmt.Appendf(nil, "%q", text)}
}

// eventsOf returns all events of a subject.
func eventsOf(t testing.TB, s *store.Store, subject string) []domain.Event {
	t.Helper()
	all := must(s.EventsAfter(t.Context(), 0, 100_000))(t)
	return slices.DeleteFunc(all, func(e domain.Event) bool { return e.Subject != subject })
}

// rowCounts counts the rows of some tables.
func rowCounts(t testing.TB, cfg store.Config, tables ...string) map[string]int {
	t.Helper()
	db := SQL(t, cfg)
	counts := map[string]int{}
	for _, table := range tables {
		var n int
		if err := db.QueryRowContext(t.Context(), `select count(*) from `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}
