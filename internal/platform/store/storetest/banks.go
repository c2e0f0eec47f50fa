package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var bankTests = []test{
	{"come back as they were made", func(t *testing.T, cfg store.Config) {
		cfg, _ = stopped(cfg)
		s := Open(t, cfg)
		want := domain.Bank{Name: "grey-heron", Kind: domain.KnownCSAM, Limits: map[domain.SignalType]int{domain.PDQ: 31, domain.MD5: 0}, EnabledShare: 0.1, Description: "Posters."}
		var made domain.Bank
		change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			made, err = tx.CreateBank(ctx, want)
			return err
		})
		if made.ID == "" {
			t.Error("the bank has no id")
		}
		want.ID, want.Number, want.CreatedAt = made.ID, 1, start
		if diff := cmp.Diff(want, made); diff != "" {
			t.Errorf("as made (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, must(s.BankNamed(t.Context(), "grey-heron"))(t)); diff != "" {
			t.Errorf("as read (-want +got):\n%s", diff)
		}
	}},
	{"without limits have none, not no map", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			return changeBank(ctx, tx, domain.Bank{Name: b.Name, Kind: domain.Known})
		})
		if got := must(s.BankNamed(t.Context(), "heron"))(t); b.Limits == nil || got.Limits == nil {
			t.Errorf("limits are %#v as made and %#v as read", b.Limits, got.Limits)
		}
	}},
	{"are listed by name, as bytes sort", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for _, name := range []string{"heron", "Stork", "_crane", "egret.2", "egret-2", "egret"} {
			bankNamed(t, s, name)
		}
		var names []string
		var numbers []int64
		for _, b := range must(s.Banks(t.Context()))(t) {
			names, numbers = append(names, b.Name), append(numbers, b.Number)
		}
		if diff := cmp.Diff([]string{"Stork", "_crane", "egret", "egret-2", "egret.2", "heron"}, names); diff != "" {
			t.Errorf("names (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int64{2, 3, 6, 5, 4, 1}, numbers); diff != "" {
			t.Errorf("numbers (-want +got):\n%s", diff)
		}
	}},
	{"keep their name to themselves", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		bankNamed(t, s, "heron")
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.CreateBank(t.Context(), domain.Bank{Name: "heron"})
			return err
		})
		wantError(t, err, store.ErrConflict, "a second bank of the name")
		if other := bankNamed(t, s, "Heron"); other.Number != 2 {
			t.Errorf("the next bank has number %d, want 2: the refused one took none", other.Number)
		}
	}},
	{"change what people may change, and nothing else", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		changed := b
		changed.Name, changed.Kind, changed.Limits, changed.EnabledShare, changed.Description = "egret", domain.Negative, map[domain.SignalType]int{domain.PDQ: 4}, 0, "Wallpapers."
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			got, err := tx.ChangeBank(ctx, "heron", func(b *domain.Bank) error {
				*b = changed
				b.ID, b.Number, b.CreatedAt = "other", 99, 7
				return nil
			})
			if diff := cmp.Diff(changed, got); diff != "" {
				t.Errorf("bank as changed (-want +got):\n%s", diff)
			}
			return err
		})
		_, err := s.BankNamed(t.Context(), "heron")
		wantError(t, err, store.ErrNotFound, "the old name")
		if diff := cmp.Diff(changed, must(s.BankNamed(t.Context(), "egret"))(t)); diff != "" {
			t.Errorf("bank (-want +got):\n%s", diff)
		}
	}},
	{"are not changed to a name that is taken, or when whoever changes them thinks better of it", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		bankNamed(t, s, "egret")
		never := errors.New("better not")
		for _, c := range []struct{ fails, want error }{{nil, store.ErrConflict}, {never, never}} {
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				_, err := tx.ChangeBank(t.Context(), "heron", func(b *domain.Bank) error {
					b.Name, b.EnabledShare, b.Limits[domain.PDQ] = "egret", 0.5, 7
					return c.fails
				})
				return err
			})
			wantError(t, err, c.want, "ChangeBank")
			if diff := cmp.Diff(b, must(s.BankNamed(t.Context(), "heron"))(t)); diff != "" {
				t.Errorf("bank (-before +after):\n%s", diff)
			}
		}
	}},
	{"that are removed are gone at once and free their name", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		e := entryOf(t, s, b.ID, signal(1))
		_, before, err := s.IndexVersions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		remove := func(id domain.BankID) error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { return tx.RemoveBank(t.Context(), id) })
		}
		if err := remove(b.ID); err != nil {
			t.Fatal(err)
		}
		_, after, err := s.IndexVersions(t.Context())
		if err != nil || after <= before {
			t.Errorf("the version of the settings went from %d to %d, %v", before, after, err)
		}
		wantError(t, remove(b.ID), store.ErrNotFound, "RemoveBank again")
		if banks := must(s.Banks(t.Context()))(t); len(banks) != 0 {
			t.Errorf("banks are %+v", banks)
		}
		for _, name := range []string{"heron", "heron~" + string(b.ID)} {
			_, err = s.BankNamed(t.Context(), name)
			wantError(t, err, store.ErrNotFound, "BankNamed "+name)
		}
		err = s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddEntry(t.Context(), domain.Entry{BankID: b.ID})
			return err
		})
		wantError(t, err, store.ErrNotFound, "AddEntry")
		err = s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ChangeEntry(t.Context(), b.ID, e.ID, domain.EntryChange{})
			return err
		})
		wantError(t, err, store.ErrNotFound, "ChangeEntry")
		if again := bankNamed(t, s, "heron"); again.Number == b.Number {
			t.Errorf("the new bank has the number of the old one, %d", b.Number)
		}
	}},
	{"that were removed are emptied a few signals at a time", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		stays := bankNamed(t, s, "egret")
		kept := entryOf(t, s, stays.ID, signal(1), signal(2))
		var removed []domain.Bank
		for i := range 2 {
			b := bankNamed(t, s, fmt.Sprintf("heron-%d", i))
			for n := range 5 {
				e := entryOf(t, s, b.ID, signal(10*i+n), signal(100+10*i+n))
				if n == 1 {
					change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, e.ID) })
				}
			}
			removed = append(removed, b)
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.RemoveBank(ctx, b.ID) })
		}
		for rounds := 0; ; rounds++ {
			var n int
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = tx.EmptyRemoved(ctx, 3)
				return err
			})
			if n > 3 {
				t.Fatalf("%d signals in one step, at most 3 were allowed", n)
			}
			if n == 0 {
				break
			}
			if rounds > 20 {
				t.Fatal("it does not end")
			}
		}
		for _, b := range removed {
			if counts := must(s.CountSignals(t.Context(), b.ID))(t); len(counts) != 0 {
				t.Errorf("bank %s still has %v", b.Name, counts)
			}
		}
		if got := must(s.Entry(t.Context(), stays.ID, kept.ID))(t); got.Signals[0].WithdrawnAt != 0 || got.Signals[1].WithdrawnAt != 0 {
			t.Errorf("signals of another bank were withdrawn: %+v", got)
		}
	}},
	{"tell of every change of their settings", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		_, before, err := s.IndexVersions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return changeBank(ctx, tx, b) })
		_, after, err := s.IndexVersions(t.Context())
		if err != nil || after <= before {
			t.Errorf("the version of the settings went from %d to %d, %v", before, after, err)
		}
		events := eventsOf(t, s, domain.SubjectBankChanged)
		if len(events) != 2 || string(events[1].Body) != fmt.Sprintf(`{"bank_id":%q}`, b.ID) {
			t.Errorf("events are %+v, want one for each change", events)
		}
	}},
	{"that are not there are not found", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		_, err := s.BankNamed(t.Context(), "heron")
		wantError(t, err, store.ErrNotFound, "BankNamed")
		err = s.Tx(t.Context(), func(tx *store.Tx) error {
			return changeBank(t.Context(), tx, domain.Bank{Name: "heron"})
		})
		wantError(t, err, store.ErrNotFound, "ChangeBank")
		err = s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddEntry(t.Context(), domain.Entry{BankID: "none"})
			return err
		})
		wantError(t, err, store.ErrNotFound, "AddEntry")
		err = s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ApplyRecords(t.Context(), "none", []domain.ListRecord{{Ref: "a", Type: domain.MD5, Value: "b"}})
			return err
		})
		wantError(t, err, store.ErrNotFound, "ApplyRecords")
	}},
}

// changeBank gives the bank of a name the settings of b.
func changeBank(ctx context.Context, tx *store.Tx, b domain.Bank) error {
	_, err := tx.ChangeBank(ctx, b.Name, func(to *domain.Bank) error {
		to.Kind, to.Limits, to.EnabledShare, to.Description = b.Kind, b.Limits, b.EnabledShare, b.Description
		return nil
	})
	return err
}
