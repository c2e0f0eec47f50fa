package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bank/banktest"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var listTests = []test{
	{"applied again change nothing", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		records := append(listOf(50), domain.ListRecord{Ref: "item-3", Withdrawn: true}, domain.ListRecord{Ref: "item-4", Type: domain.SHA256, Value: digest(4), Withdrawn: true})
		if diff := cmp.Diff(domain.ListOutcome{Added: 50, Withdrawn: 2}, apply(t, s, b.ID, records[:52])); diff != "" {
			t.Errorf("first (-want +got):\n%s", diff)
		}
		records = append(records[:3:3], records[5:]...) // without what contradicts the tombstones
		state := stateOf(t, s, b.ID)
		now.advance(time.Hour)
		if diff := cmp.Diff(domain.ListOutcome{Unchanged: 50}, apply(t, s, b.ID, records)); diff != "" {
			t.Errorf("second (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(state, stateOf(t, s, b.ID)); diff != "" {
			t.Errorf("the second application made a change:\n%s", diff)
		}
	}},
	{"may say of an item what other systems know of it, or leave it as it is", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		until, now := domain.Forever, domain.Time(0)
		record := domain.ListRecord{Ref: "a", Type: domain.SHA256, Value: digest(1)}
		for _, step := range []struct {
			metadata    string
			pausedUntil *domain.Time
			want        domain.Entry
		}{
			{`{"x":1}`, &until, domain.Entry{Metadata: json.RawMessage(`{"x":1}`), PausedUntil: until}},
			{``, nil, domain.Entry{Metadata: json.RawMessage(`{"x":1}`), PausedUntil: until}},
			{`{"x":2}`, &now, domain.Entry{Metadata: json.RawMessage(`{"x":2}`)}},
		} {
			record.Metadata, record.PausedUntil = nil, step.pausedUntil
			if step.metadata != "" {
				record.Metadata = json.RawMessage(step.metadata)
			}
			apply(t, s, b.ID, []domain.ListRecord{record})
			e := must(s.EntryNumbered(t.Context(), 1))(t)
			if diff := cmp.Diff(step.want, domain.Entry{Metadata: e.Metadata, PausedUntil: e.PausedUntil}); diff != "" {
				t.Errorf("after %+v (-want +got):\n%s", record, diff)
			}
		}
	}},
	{"of nothing are no change", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		if got := apply(t, s, b.ID, nil); got != (domain.ListOutcome{}) {
			t.Errorf("outcome %+v", got)
		}
	}},
	{"longer than a statement arrive whole, in the order of the list", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		records := listOf(700)
		if diff := cmp.Diff(domain.ListOutcome{Added: 700}, apply(t, s, b.ID, records)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(records, listed(t, s, b.ID, 300)); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
	}},
	{"listed and applied elsewhere make the same bank", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		apply(t, s, here.ID, listOf(20))
		apply(t, s, here.ID, []domain.ListRecord{{Ref: "item-7", Withdrawn: true}, {Ref: "item-8", Type: domain.SHA256, Value: digest(8), Withdrawn: true}})
		now.advance(time.Hour)
		list := listed(t, s, here.ID, 6)
		live := make([]domain.ListRecord, len(list))
		copy(live, list)
		for i := range live { // a tombstone needs something to withdraw
			live[i].Withdrawn = false
		}
		apply(t, s, there.ID, live)
		apply(t, s, there.ID, list)
		if diff := cmp.Diff(list, listed(t, s, there.ID, 6)); diff != "" {
			t.Errorf("the other bank (-here +there):\n%s", diff)
		}
	}},
	{"applied by several at once are applied once", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		records := listOf(60)
		var all sync.WaitGroup
		var mu sync.Mutex
		var total domain.ListOutcome
		for range 4 {
			all.Go(func() {
				var got domain.ListOutcome
				if err := s.Tx(t.Context(), func(tx *store.Tx) (err error) {
					got, err = tx.ApplyRecords(t.Context(), b.ID, records)
					return err
				}); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				total = total.Add(got)
			})
		}
		all.Wait()
		if diff := cmp.Diff(domain.ListOutcome{Added: 60, Unchanged: 180}, total); diff != "" {
			t.Errorf("all together (-want +got):\n%s", diff)
		}
	}},
	{"revive what was withdrawn by hand only where they say so", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		apply(t, s, b.ID, listOf(2))
		for _, e := range must(s.Entries(t.Context(), b.ID, "", 10))(t) {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, e.ID) })
		}
		if diff := cmp.Diff(domain.ListOutcome{Updated: 1}, apply(t, s, b.ID, listOf(1))); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		entries := must(s.Entries(t.Context(), b.ID, "", 10))(t)
		if entries[0].WithdrawnAt != 0 || entries[1].WithdrawnAt == 0 {
			t.Errorf("entries are %+v, want the first live and the second withdrawn", entries)
		}
	}},
}

// listOf is a list of n items of one signal each.
func listOf(n int) []domain.ListRecord {
	records := make([]domain.ListRecord, n)
	for i := range records {
		records[i] = domain.ListRecord{
			Ref: fmt.Sprint("item-", i), Type: domain.SHA256, Value: digest(i), Note: "Seen.",
			Provenance: domain.Provenance{Source: "marsh watch", AddedAt: start - 1, Labels: []string{"poster"}, Confidence: 0.5}, ExpiresAt: start.Add(48 * time.Hour),
		}
	}
	return records
}

func apply(t testing.TB, s *store.Store, bank domain.BankID, records []domain.ListRecord) domain.ListOutcome {
	t.Helper()
	var outcome domain.ListOutcome
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		outcome, err = tx.ApplyRecords(ctx, bank, records)
		return err
	})
	return outcome
}

// listed reads all signals of a bank, in pages.
func listed(t testing.TB, s *store.Store, bank domain.BankID, page int) []domain.ListRecord {
	t.Helper()
	var all []domain.ListRecord
	for last := int64(0); ; {
		records, next, err := s.Listed(t.Context(), bank, last, page)
		if err != nil {
			t.Fatal(err)
		}
		if len(records) == 0 {
			return all
		}
		all, last = append(all, records...), next
	}
}

// bankState is all that can be seen of a bank and of what was said about it.
type bankState struct {
	Entries []domain.Entry
	Changes []domain.SignalChange
	Signals int64
	Events  []domain.Event
}

func stateOf(t testing.TB, s *store.Store, bank domain.BankID) bankState {
	t.Helper()
	return bankState{
		Entries: must(s.Entries(t.Context(), bank, "", 100_000))(t),
		Changes: must(s.SignalsAfter(t.Context(), domain.SHA256, 0, 100_000))(t),
		Signals: must(s.Counter(t.Context(), "signal"))(t),
		Events:  must(s.EventsAfter(t.Context(), 0, 100_000))(t),
	}
}

// testBankStore holds a store against what package bank expects of one.
func testBankStore(t *testing.T, fresh func(testing.TB) store.Config) {
	banktest.TestStore(t, func(t *testing.T, clock func() domain.Time) (banktest.Subject, domain.BankID, domain.BankID) {
		cfg := fresh(t)
		cfg.Now = func() time.Time { return clock().Std() }
		s := Open(t, cfg)
		return listStore{s}, bankNamed(t, s, "a").ID, bankNamed(t, s, "b").ID
	})
}

// listStore is a store as package bank sees it.
type listStore struct{ store *store.Store }

// ApplyRecords implements bank.Store.
func (l listStore) ApplyRecords(ctx context.Context, bank domain.BankID, records []domain.ListRecord) (outcome domain.ListOutcome, err error) {
	err = l.store.Tx(ctx, func(tx *store.Tx) error {
		outcome, err = tx.ApplyRecords(ctx, bank, records)
		return err
	})
	return outcome, err
}

// Records implements banktest.Subject.
func (l listStore) Records(ctx context.Context, bank domain.BankID) ([]domain.ListRecord, error) {
	records, _, err := l.store.Listed(ctx, bank, 0, 1000)
	return records, err
}
