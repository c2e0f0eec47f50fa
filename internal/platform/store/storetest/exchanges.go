package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var exchangeTests = []test{
	{"come back as they were made, with the bank of their name", func(t *testing.T, cfg store.Config) {
		cfg, _ = stopped(cfg)
		s := Open(t, cfg)
		want := domain.Exchange{Name: "MARSH", API: "ncmec", Config: json.RawMessage(`{"only_esp_ids":[1],"environment":"a"}`), Enabled: true}
		made := exchangeOf(t, s, want)
		b := must(s.BankNamed(t.Context(), "MARSH"))(t)
		if b.EnabledShare != 1 {
			t.Errorf("the bank is %+v, want one that counts for all", b)
		}
		want.Bank, want.CreatedAt = b.ID, start
		if diff := cmp.Diff(want, made); diff != "" {
			t.Errorf("as made (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, must(s.Exchange(t.Context(), "MARSH"))(t)); diff != "" {
			t.Errorf("as read (-want +got):\n%s", diff)
		}
	}},
	{"without settings have none, not no object", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		exchangeOf(t, s, domain.Exchange{Name: "MARSH", API: "tat"})
		if e := must(s.Exchange(t.Context(), "MARSH"))(t); string(e.Config) != `{}` || e.Enabled {
			t.Errorf("exchange is %+v", e)
		}
	}},
	{"are listed by name, as bytes sort", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for _, name := range []string{"REED", "_MARSH", "FEN_2", "FEN"} {
			exchangeOf(t, s, domain.Exchange{Name: name, API: "tat"})
		}
		var names []string
		for _, e := range must(s.Exchanges(t.Context()))(t) {
			names = append(names, e.Name)
		}
		if diff := cmp.Diff([]string{"FEN", "FEN_2", "REED", "_MARSH"}, names); diff != "" {
			t.Errorf("names (-want +got):\n%s", diff)
		}
	}},
	{"keep their name to themselves, and a refused one makes no bank", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		exchangeOf(t, s, domain.Exchange{Name: "MARSH", API: "tat"})
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ChangeBank(ctx, "MARSH", func(b *domain.Bank) error { b.Name = "REED"; return nil })
			return err
		})
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.CreateExchange(t.Context(), domain.Exchange{Name: "MARSH", API: "ncmec"})
			return err
		})
		wantError(t, err, store.ErrConflict, "a second exchange of the name")
		if banks := must(s.Banks(t.Context()))(t); len(banks) != 1 {
			t.Errorf("banks are %+v, want one", banks)
		}
		if e := must(s.Exchange(t.Context(), "MARSH"))(t); e.API != "tat" || e.Bank == "" {
			t.Errorf("the exchange is %+v: it keeps its bank, whatever that is called", e)
		}
	}},
	{"take over a bank that is there only when asked to", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "MARSH")
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.CreateExchange(t.Context(), domain.Exchange{Name: "MARSH", API: "tat"})
			return err
		})
		wantError(t, err, store.ErrConflict, "an exchange of the name of a bank")
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"MARSH", "REED"} {
				if _, err := tx.AdoptExchange(ctx, domain.Exchange{Name: name, API: "tat"}); err != nil {
					return err
				}
			}
			return nil
		})
		if e := must(s.Exchange(t.Context(), "MARSH"))(t); e.Bank != b.ID {
			t.Errorf("the exchange has the bank %s, want %s", e.Bank, b.ID)
		}
		if e := must(s.Exchange(t.Context(), "REED"))(t); e.Bank != must(s.BankNamed(t.Context(), "REED"))(t).ID {
			t.Errorf("the exchange is %+v", e)
		}
	}},
	{"of child-abuse hashes have a bank of that kind", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for api, want := range map[string]domain.BankKind{"ncmec": domain.KnownCSAM, "tat": domain.Known} {
			exchangeOf(t, s, domain.Exchange{Name: "EX_" + api, API: api})
			if b := must(s.BankNamed(t.Context(), "EX_"+api))(t); b.Kind != want {
				t.Errorf("the bank of %s is of kind %s, want %s", api, b.Kind, want)
			}
		}
	}},
	{"made by several at once are made once", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var made atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				err := s.Tx(t.Context(), func(tx *store.Tx) error {
					_, err := tx.CreateExchange(t.Context(), domain.Exchange{Name: "MARSH", API: "tat"})
					return err
				})
				switch {
				case err == nil:
					made.Add(1)
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if banks := must(s.Banks(t.Context()))(t); made.Load() != 1 || len(banks) != 1 {
			t.Errorf("made %d times, with banks %+v", made.Load(), banks)
		}
	}},
	{"are switched on and off", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		e := exchangeOf(t, s, domain.Exchange{Name: "MARSH", API: "tat", Enabled: true})
		for _, enabled := range []bool{false, false, true} {
			change(t, s, func(ctx context.Context, tx *store.Tx) error {
				got, err := tx.EnableExchange(ctx, "MARSH", enabled)
				e.Enabled = enabled
				if diff := cmp.Diff(e, got); diff != "" {
					t.Errorf("exchange (-want +got):\n%s", diff)
				}
				return err
			})
		}
	}},
	{"outlive their bank", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		e := exchangeOf(t, s, domain.Exchange{Name: "MARSH", API: "tat"})
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.RemoveBank(ctx, e.Bank) })
		if e := must(s.Exchange(t.Context(), "MARSH"))(t); e.Bank != "" {
			t.Errorf("the exchange still has the bank %s", e.Bank)
		}
		bankNamed(t, s, "MARSH") // another one
		if e := must(s.Exchanges(t.Context()))(t)[0]; e.Bank != "" {
			t.Errorf("the exchange has the bank %s that is not its own", e.Bank)
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.RemoveExchange(ctx, "MARSH") })
		must(s.BankNamed(t.Context(), "MARSH"))(t)
	}},
	{"are removed with their bank, and free its name", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		exchangeOf(t, s, domain.Exchange{Name: "MARSH", API: "tat"})
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.RemoveExchange(ctx, "MARSH") })
		_, err := s.Exchange(t.Context(), "MARSH")
		wantError(t, err, store.ErrNotFound, "Exchange")
		_, err = s.BankNamed(t.Context(), "MARSH")
		wantError(t, err, store.ErrNotFound, "BankNamed")
		exchangeOf(t, s, domain.Exchange{Name: "MARSH", API: "ncmec"})
	}},
	{"that are not there are not found", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		_, err := s.Exchange(t.Context(), "MARSH")
		wantError(t, err, store.ErrNotFound, "Exchange")
		err = s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.EnableExchange(t.Context(), "MARSH", true)
			return err
		})
		wantError(t, err, store.ErrNotFound, "EnableExchange")
		err = s.Tx(t.Context(), func(tx *store.Tx) error { return tx.RemoveExchange(t.Context(), "MARSH") })
		wantError(t, err, store.ErrNotFound, "RemoveExchange")
		if all := must(s.Exchanges(t.Context()))(t); all == nil || len(all) != 0 {
			t.Errorf("exchanges are %#v, want an empty list", all)
		}
	}},
	{"have credentials by API, until those are taken away", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		set := func(api, sealed string) {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetCredentials(ctx, api, sealed) })
		}
		wantHeld := func(api, want string) {
			t.Helper()
			got, err := s.Credentials(t.Context(), api)
			if want == "" {
				wantError(t, err, store.ErrNotFound, "Credentials")
			} else if err != nil || got != want {
				t.Errorf("credentials for %s are %q, %v, want %q", api, got, err, want)
			}
			if held := must(s.HasCredentials(t.Context(), api))(t); held != (want != "") {
				t.Errorf("credentials for %s are held: %v", api, held)
			}
		}
		wantHeld("ncmec", "")
		set("ncmec", "q1.a.b")
		set("tat", "q1.c.d")
		wantHeld("ncmec", "q1.a.b")
		set("ncmec", "q1.e.f")
		wantHeld("ncmec", "q1.e.f")
		set("ncmec", "")
		set("ncmec", "") // does nothing
		wantHeld("ncmec", "")
		wantHeld("tat", "q1.c.d")
	}},
}

var signalTypeTests = []test{
	{"have a share once one was set", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		if shares := must(s.Shares(t.Context()))(t); shares == nil || len(shares) != 0 {
			t.Errorf("shares are %#v, want an empty map", shares)
		}
		for _, share := range []float64{1, 0, 0.25} {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetShare(ctx, domain.PDQ, share) })
			if diff := cmp.Diff(map[domain.SignalType]float64{domain.PDQ: share}, must(s.Shares(t.Context()))(t)); diff != "" {
				t.Errorf("shares (-want +got):\n%s", diff)
			}
		}
	}},
	{"tell when they last changed, and how many signals are live", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		want := func(what string, wantAt domain.Time, wantLive int64) {
			t.Helper()
			at, live := must(s.NewestSignal(t.Context(), domain.SHA256))(t), must(s.LiveSignals(t.Context(), domain.SHA256))(t)
			if at != wantAt || live != wantLive {
				t.Errorf("%s: newest at %v, %d live; want %v, %d", what, at, live, wantAt, wantLive)
			}
		}
		want("nothing", 0, 0)
		now.advance(time.Second)
		e := entryOf(t, s, b.ID, signal(1), signal(2), domain.Signal{Type: domain.MD5, Value: "a"})
		want("added", start.Add(time.Second), 2)
		now.advance(time.Second)
		apply(t, s, b.ID, listOf(3)) // which say that they are older
		want("listed", start.Add(2*time.Second), 5)
		now.advance(time.Second)
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, e.ID) })
		want("withdrawn", start.Add(3*time.Second), 3)
	}},
}

// exchangeOf makes an exchange.
func exchangeOf(t testing.TB, s *store.Store, e domain.Exchange) domain.Exchange {
	t.Helper()
	var made domain.Exchange
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = tx.CreateExchange(ctx, e)
		return err
	})
	return made
}
