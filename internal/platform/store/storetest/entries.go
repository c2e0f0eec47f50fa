package storetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var entryTests = []test{
	{"come back as they were added", func(t *testing.T, cfg store.Config) {
		cfg, _ = stopped(cfg)
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		sent := domain.Entry{BankID: b.ID, Labels: []string{"poster", "äöü"}, Note: "Seen twice.", Metadata: json.RawMessage(`{"b": 1, "a": "\u0000"}`), PausedUntil: start + 5, Signals: []domain.Signal{
			{Type: domain.PDQ, Value: digest(1), Provenance: domain.Provenance{Source: "marsh watch", AddedAt: start - 9, Labels: []string{"a"}, Confidence: 0.75}, ExpiresAt: start + 9},
			signal(2),
		}}
		var added domain.Entry
		change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			added, err = tx.AddEntry(ctx, sent)
			return err
		})
		want := sent
		want.ID, want.Number, want.CreatedAt = added.ID, 1, start
		want.Signals = []domain.Signal{sent.Signals[0], sent.Signals[1]}
		for i := range want.Signals {
			want.Signals[i].ID, want.Signals[i].EntryID = added.Signals[i].ID, added.ID
		}
		want.Signals[1].Provenance.AddedAt = start // not said: since we know it
		if diff := cmp.Diff(want, added); diff != "" {
			t.Errorf("as added (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, must(s.Entry(t.Context(), b.ID, added.ID))(t)); diff != "" {
			t.Errorf("as read (-want +got):\n%s", diff)
		}
		if sent.Signals[0].ID != "" {
			t.Error("the caller's signals were changed")
		}
	}},
	{"have a number of their own, counted over all banks", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		var want []domain.Entry
		want = append(want, entryOf(t, s, here.ID, signal(1)), entryOf(t, s, there.ID, signal(2)))
		apply(t, s, there.ID, []domain.ListRecord{{Ref: "a", Type: domain.SHA256, Value: digest(3)}, {Ref: "b", Type: domain.SHA256, Value: digest(4)}})
		want = append(want, must(s.EntryNumbered(t.Context(), 3))(t), must(s.EntryNumbered(t.Context(), 4))(t), entryOf(t, s, here.ID, signal(5)))
		for i, e := range want {
			if e.Number != int64(i+1) {
				t.Errorf("entry %d has number %d", i+1, e.Number)
			}
			if diff := cmp.Diff(e, must(s.EntryNumbered(t.Context(), e.Number))(t), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("entry number %d (-want +got):\n%s", e.Number, diff)
			}
		}
		_, err := s.EntryNumbered(t.Context(), 6)
		wantError(t, err, store.ErrNotFound, "EntryNumbered")
	}},
	{"get the numbers that lists want for them where they are free", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		wanting := func(ref string, n int, number int64) domain.ListRecord {
			return domain.ListRecord{Ref: ref, Type: domain.SHA256, Value: digest(n), Number: number}
		}
		entryOf(t, s, b.ID, signal(1)) // number 1
		// 1 and the second 70 are taken.
		apply(t, s, b.ID, []domain.ListRecord{wanting("a", 2, 1), wanting("b", 3, 70), wanting("c", 4, 70), wanting("d", 5, 9)})
		// What has a number keeps it.
		apply(t, s, b.ID, []domain.ListRecord{wanting("b", 3, 12), wanting("b", 6, 13)})
		entryOf(t, s, b.ID, signal(7))
		apply(t, s, b.ID, []domain.ListRecord{wanting("e", 8, 8)})
		got := map[string]int64{}
		for _, e := range must(s.Entries(t.Context(), b.ID, "", 100))(t) {
			for _, sig := range e.Signals {
				got[sig.Value] = e.Number
			}
		}
		want := map[string]int64{digest(1): 1, digest(2): 71, digest(3): 70, digest(4): 72, digest(5): 9, digest(6): 70, digest(7): 73, digest(8): 8}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("numbers (-want +got):\n%s", diff)
		}
	}},
	{"leave the numbers free that are reserved for lists", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		for _, upTo := range []int64{40, 7} {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.ReserveNumbers(ctx, upTo) })
		}
		if e := entryOf(t, s, b.ID, signal(1)); e.Number != 41 {
			t.Errorf("number %d", e.Number)
		}
	}},
	{"give their numbers up for lists when their bank was removed", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		list := []domain.ListRecord{{Ref: "a", Type: domain.SHA256, Value: digest(1), Number: 5}, {Ref: "b", Type: domain.SHA256, Value: digest(2), Number: 6}}
		b := bankNamed(t, s, "heron")
		apply(t, s, b.ID, list)
		old := must(s.EntryNumbered(t.Context(), 5))(t)
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.RemoveBank(ctx, b.ID) })
		if got := must(s.EntriesNumbered(t.Context(), []int64{5, 6}))(t); len(got) != 0 {
			t.Errorf("entries of a removed bank are found by number: %v", got)
		}
		again := bankNamed(t, s, "heron")
		apply(t, s, again.ID, list[:1])
		if e := must(s.EntryNumbered(t.Context(), 5))(t); e.BankID != again.ID {
			t.Error("the list did not get its number back")
		}
		if e := must(s.Entry(t.Context(), b.ID, old.ID))(t); e.Number != 7 {
			t.Errorf("the entry of the removed bank has number %d", e.Number)
		}
		if e := must(s.EntryNumbered(t.Context(), 6))(t); e.BankID != b.ID {
			t.Error("a number that nobody wants was given up")
		}
	}},
	{"are found many at once, by reference and by number", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		const n = 400
		var refs []string
		for i, r := range listOf(n) {
			r.Number = int64(i + 1)
			apply(t, s, []domain.BankID{here.ID, there.ID}[i%2], []domain.ListRecord{r})
			refs = append(refs, r.Ref)
		}
		numbers := []int64{n + 1, -1}
		for i := range n {
			numbers = append(numbers, int64(i+1))
		}
		byRef := must(s.EntriesReferred(t.Context(), here.ID, append(refs, "nobody")))(t)
		byNumber := must(s.EntriesNumbered(t.Context(), numbers))(t)
		if len(byRef) != n/2 || len(byNumber) != n {
			t.Fatalf("%d by reference, %d by number", len(byRef), len(byNumber))
		}
		for i, ref := range refs {
			want := must(s.EntryNumbered(t.Context(), int64(i+1)))(t)
			if got, ok := byRef[ref]; ok != (i%2 == 0) || ok && cmp.Diff(want, got) != "" {
				t.Errorf("%s is %+v, want %+v", ref, got, want)
			}
			want.Signals = nil
			if diff := cmp.Diff(want, byNumber[int64(i+1)]); diff != "" {
				t.Errorf("number %d (-want +got):\n%s", i+1, diff)
			}
		}
	}},
	{"are changed in what people may change", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		e := entryOf(t, s, here.ID, signal(1))
		note, until, never := "Seen twice.", start+7, domain.Time(0)
		changeEntry := func(bank domain.BankID, c domain.EntryChange) (got domain.Entry, err error) {
			err = s.Tx(t.Context(), func(tx *store.Tx) error {
				got, err = tx.ChangeEntry(t.Context(), bank, e.ID, c)
				return err
			})
			return got, err
		}
		want := e
		for _, c := range []struct {
			change domain.EntryChange
			expect func()
		}{
			{domain.EntryChange{}, func() {}},
			{domain.EntryChange{Note: &note}, func() { want.Note = note }},
			{domain.EntryChange{PausedUntil: &until}, func() { want.PausedUntil = until }},
			{domain.EntryChange{Metadata: json.RawMessage(`{"a":1}`)}, func() { want.Metadata = json.RawMessage(`{"a":1}`) }},
			{domain.EntryChange{PausedUntil: &never}, func() { want.PausedUntil = 0 }},
		} {
			got, err := changeEntry(here.ID, c.change)
			if err != nil {
				t.Fatal(err)
			}
			c.expect()
			for _, have := range []domain.Entry{got, must(s.Entry(t.Context(), here.ID, e.ID))(t)} {
				if diff := cmp.Diff(want, have, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("after %+v (-want +got):\n%s", c.change, diff)
				}
			}
		}
		_, err := changeEntry(there.ID, domain.EntryChange{Note: &note})
		wantError(t, err, store.ErrNotFound, "ChangeEntry in another bank")
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, here.ID, e.ID) })
		_, err = changeEntry(here.ID, domain.EntryChange{Note: &note})
		wantError(t, err, store.ErrNotFound, "ChangeEntry of what is withdrawn")
	}},
	{"belong to their bank", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		e := entryOf(t, s, here.ID, signal(1))
		_, err := s.Entry(t.Context(), there.ID, e.ID)
		wantError(t, err, store.ErrNotFound, "Entry of another bank")
		err = s.Tx(t.Context(), func(tx *store.Tx) error { return tx.WithdrawEntry(t.Context(), there.ID, e.ID) })
		wantError(t, err, store.ErrNotFound, "WithdrawEntry of another bank")
		if page := must(s.Entries(t.Context(), there.ID, "", 10))(t); len(page) != 0 {
			t.Errorf("the other bank lists %v", page)
		}
	}},
	{"hold a signal once", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddEntry(t.Context(), domain.Entry{BankID: b.ID, Signals: []domain.Signal{signal(1), signal(1)}})
			return err
		})
		wantError(t, err, store.ErrConflict, "the same signal twice")
		entryOf(t, s, b.ID, signal(1))
		entryOf(t, s, b.ID, signal(1)) // another entry may stand for the same
	}},
	{"are listed in pages, oldest first", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		var want, got []domain.EntryID
		for i := range 7 {
			want = append(want, entryOf(t, s, b.ID, signal(i), signal(100+i)).ID)
		}
		for after := domain.EntryID(""); ; after = got[len(got)-1] {
			page := must(s.Entries(t.Context(), b.ID, after, 3))(t)
			for _, e := range page {
				got = append(got, e.ID)
				if len(e.Signals) != 2 {
					t.Errorf("entry %s came with %d signals, want 2", e.ID, len(e.Signals))
				}
			}
			if len(page) < 3 {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
	}},
	{"are withdrawn once, with all their signals", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		e := entryOf(t, s, b.ID, signal(1), signal(2))
		other := entryOf(t, s, b.ID, signal(3))
		withdraw := func() {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, e.ID) })
		}
		now.advance(time.Second)
		withdraw()
		got := must(s.Entry(t.Context(), b.ID, e.ID))(t)
		for _, at := range []domain.Time{got.WithdrawnAt, got.Signals[0].WithdrawnAt, got.Signals[1].WithdrawnAt} {
			if at != start.Add(time.Second) {
				t.Errorf("withdrawn at %v, want %v", at, start.Add(time.Second))
			}
		}
		if untouched := must(s.Entry(t.Context(), b.ID, other.ID))(t); untouched.WithdrawnAt != 0 || untouched.Signals[0].WithdrawnAt != 0 {
			t.Errorf("another entry was withdrawn too: %+v", untouched)
		}
		if diff := cmp.Diff(map[domain.SignalType]int64{domain.SHA256: 1}, must(s.CountSignals(t.Context(), b.ID))(t)); diff != "" {
			t.Errorf("live signals (-want +got):\n%s", diff)
		}

		signals, _, err := s.IndexVersions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		events := len(eventsOf(t, s, domain.SubjectBankChanged))
		now.advance(time.Second)
		withdraw()
		again, _, err := s.IndexVersions(t.Context())
		if err != nil || again != signals || len(eventsOf(t, s, domain.SubjectBankChanged)) != events {
			t.Errorf("withdrawing what is withdrawn made a change")
		}
		if diff := cmp.Diff(got, must(s.Entry(t.Context(), b.ID, e.ID))(t)); diff != "" {
			t.Errorf("withdrawn again (-first +second):\n%s", diff)
		}
	}},
	{"without labels and signals have none", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		e := entryOf(t, s, b.ID)
		if diff := cmp.Diff(e, must(s.Entry(t.Context(), b.ID, e.ID))(t), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("entry (-added +read):\n%s", diff)
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, e.ID) })
	}},
	{"that are not there are not found", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		_, err := s.Entry(t.Context(), b.ID, "none")
		wantError(t, err, store.ErrNotFound, "Entry")
		err = s.Tx(t.Context(), func(tx *store.Tx) error { return tx.WithdrawEntry(t.Context(), b.ID, "none") })
		wantError(t, err, store.ErrNotFound, "WithdrawEntry")
	}},
}
