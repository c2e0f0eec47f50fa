package storetest

import (
	"context"
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
			return tx.UpdateBank(ctx, domain.Bank{ID: b.ID, Kind: domain.Known})
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
		changed.Kind, changed.Limits, changed.EnabledShare, changed.Description = domain.Negative, map[domain.SignalType]int{domain.PDQ: 4}, 0, "Wallpapers."
		sent := changed
		sent.Name, sent.Number, sent.CreatedAt = "other", 99, 7
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateBank(ctx, sent) })
		if diff := cmp.Diff(changed, must(s.BankNamed(t.Context(), "heron"))(t)); diff != "" {
			t.Errorf("bank (-want +got):\n%s", diff)
		}
	}},
	{"tell of every change of their settings", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		_, before, err := s.IndexVersions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateBank(ctx, b) })
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
			return tx.UpdateBank(t.Context(), domain.Bank{ID: "none", Name: "heron"})
		})
		wantError(t, err, store.ErrNotFound, "UpdateBank")
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
