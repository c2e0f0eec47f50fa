package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var browseTests = []test{
	{"of entries are pages, newest first, each from where the last one ended", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b, other := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		var want []domain.EntryID
		for i := range 7 {
			want = append(want, entryOf(t, s, b.ID, signal(i), signal(100+i)).ID)
			entryOf(t, s, other.ID, signal(i))
		}
		slices.Reverse(want)
		var got []domain.EntryID
		for from := domain.EntryID(""); ; {
			page := must(s.NewestEntries(t.Context(), b.ID, from, 4))(t) // one more than a page shows
			for _, e := range page[:min(3, len(page))] {
				got = append(got, e.ID)
				if len(e.Signals) != 2 || e.BankID != b.ID {
					t.Errorf("entry %s of bank %s came with %d signals, want 2 of %s", e.ID, e.BankID, len(e.Signals), b.ID)
				}
			}
			if len(page) < 4 {
				break
			}
			from = page[3].ID
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
	}},
	{"of entries hold those that are withdrawn too, as the bank itself tells them", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		gone, live := entryOf(t, s, b.ID, signal(1)), entryOf(t, s, b.ID, signal(2))
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, gone.ID) })
		want := []domain.Entry{must(s.Entry(t.Context(), b.ID, live.ID))(t), must(s.Entry(t.Context(), b.ID, gone.ID))(t)}
		if diff := cmp.Diff(want, must(s.NewestEntries(t.Context(), b.ID, "", 9))(t)); diff != "" {
			t.Errorf("entries (-one by one +listed):\n%s", diff)
		}
	}},
	{"of entries begin with the next older one where the wanted one is not in the bank", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		older := entryOf(t, s, b.ID, signal(1))
		elsewhere := entryOf(t, s, bankNamed(t, s, "egret").ID, signal(1))
		entryOf(t, s, b.ID, signal(2))
		page := must(s.NewestEntries(t.Context(), b.ID, elsewhere.ID, 9))(t)
		if len(page) != 1 || page[0].ID != older.ID {
			t.Errorf("got %+v, want only %s", page, older.ID)
		}
		if page := must(s.NewestEntries(t.Context(), "none", "", 9))(t); len(page) != 0 {
			t.Errorf("no bank lists %v", page)
		}
	}},
	{"of banks say how many decisions they matched lately", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		decide := func(n int, ago time.Duration, banks ...domain.BankID) {
			r := recordingOf(upload(fmt.Sprint("post-", n)), 1, domain.Allow)
			r.Decision.ID = domain.DecisionID(strings.Replace(string(domain.FirstID[domain.DecisionID](start.Add(-ago))), "-8000-000000000000", fmt.Sprintf("-8000-%012x", n), 1))
			for _, b := range banks {
				r.Decision.Matches = append(r.Decision.Matches, domain.Match{BankID: b, Entry: "e", Signal: "s"})
			}
			record(t, s, r)
		}
		decide(1, 25*time.Hour, "heron")
		decide(2, 24*time.Hour, "heron", "heron", "egret")
		decide(3, time.Hour)
		decide(4, time.Minute, "egret", "heron")
		for _, c := range []struct {
			since time.Duration
			most  int
			want  map[domain.BankID]int64
			whole bool
		}{
			{24 * time.Hour, 5, map[domain.BankID]int64{"heron": 2, "egret": 2}, true},
			{24 * time.Hour, 1, map[domain.BankID]int64{"heron": 1, "egret": 1}, false},
			{48 * time.Hour, 99, map[domain.BankID]int64{"heron": 3, "egret": 2}, true},
			{time.Second, 5, map[domain.BankID]int64{}, true},
		} {
			got, whole, err := s.Matched(t.Context(), start.Add(-c.since), c.most)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" || whole != c.whole {
				t.Errorf("since %v, at most %d: whole is %v, want %v; decisions (-want +got):\n%s", c.since, c.most, whole, c.whole, diff)
			}
		}
	}},
	{"of banks say when something was last added", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		heron, egret := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		bankNamed(t, s, "empty")
		entryOf(t, s, heron.ID, signal(1))
		now.advance(time.Hour)
		entryOf(t, s, egret.ID, signal(1))
		e := entryOf(t, s, heron.ID, signal(2))
		now.advance(time.Hour)
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, heron.ID, e.ID) }) // adds nothing
		want := map[domain.BankID]domain.Time{heron.ID: start.Add(time.Hour), egret.ID: start.Add(time.Hour)}
		if diff := cmp.Diff(want, must(s.Additions(t.Context()))(t)); diff != "" {
			t.Errorf("additions (-want +got):\n%s", diff)
		}
	}},
}
