package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// textWriters write a text to columns of every kind of statement.
var textWriters = []struct {
	name  string
	write func(ctx context.Context, tx *store.Tx, b domain.Bank, text string) error
}{
	{"description of a bank", func(ctx context.Context, tx *store.Tx, b domain.Bank, text string) error {
		b.Description = text
		return changeBank(ctx, tx, b)
	}},
	{"name of a bank", func(ctx context.Context, tx *store.Tx, _ domain.Bank, text string) error {
		_, err := tx.CreateBank(ctx, domain.Bank{Name: text})
		return err
	}},
	{"note of an entry", func(ctx context.Context, tx *store.Tx, b domain.Bank, text string) error {
		_, err := tx.AddEntry(ctx, domain.Entry{BankID: b.ID, Note: text})
		return err
	}},
	{"reference of a list", func(ctx context.Context, tx *store.Tx, b domain.Bank, text string) error {
		_, err := tx.ApplyRecords(ctx, b.ID, []domain.ListRecord{{Ref: text, Type: domain.MD5, Value: "v"}})
		return err
	}},
	{"source of a list", func(ctx context.Context, tx *store.Tx, b domain.Bank, text string) error {
		_, err := tx.ApplyRecords(ctx, b.ID, []domain.ListRecord{{Ref: "r", Type: domain.MD5, Value: "v", Provenance: domain.Provenance{Source: text}}})
		return err
	}},
	{"settings of an exchange", func(ctx context.Context, tx *store.Tx, _ domain.Bank, text string) error {
		_, err := tx.CreateExchange(ctx, domain.Exchange{Name: "MARSH", API: "tat", Config: []byte(text)})
		return err
	}},
	{"credentials", func(ctx context.Context, tx *store.Tx, _ domain.Bank, text string) error {
		return tx.SetCredentials(ctx, "tat", "q1."+text)
	}},
	{"account of an upload", func(ctx context.Context, tx *store.Tx, _ domain.Bank, text string) error {
		u := upload("post")
		u.AccountID = domain.AccountID(text)
		_, err := tx.AcceptUploads(ctx, []domain.Upload{u}, accepted)
		return err
	}},
	{"reason of a decision", func(ctx context.Context, tx *store.Tx, _ domain.Bank, text string) error {
		r := recordingOf(upload("post"), 1, domain.Allow)
		r.Decision.Reason = text
		_, err := tx.RecordDecisions(ctx, []domain.Recording{r})
		return err
	}},
	{"body of an event", func(_ context.Context, tx *store.Tx, _ domain.Bank, text string) error {
		tx.Emit(domain.Event{ID: "e", Body: []byte(text)})
		return nil
	}},
	{"name of a key", func(ctx context.Context, tx *store.Tx, _ domain.Bank, text string) error {
		return tx.PutKey(ctx, text, "h")
	}},
}

var textTests = []test{
	{"come back as they were written", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for i, text := range []string{
			"", " ", "\t\r\n\x01\x7f", `'"\%_$1 ?1 :a @b -- ; drop table banks`, "äöü ß € 日本語 🐦🏳️‍🌈 \U0010FFFF", "e\u0301 é", "\u202eright to left\u200b", `{"a":null}`, strings.Repeat("🐦", 1<<18),
		} {
			u := upload(fmt.Sprint("post-", i))
			account := text[:min(len(text), domain.MaxExternalID)] // an identity, and no longer than the rooms above let it be
			u.AccountID, u.Attributes = domain.AccountID(account), map[string]any{"k" + text: text}
			r := recordingOf(u, 1, domain.Block)
			r.Decision.Reason, r.Decision.Checks[0].Reason, r.Decision.Matches[0].Labels = text, text, []string{text}
			record(t, s, r)
			got := must(s.Recorded(t.Context(), r.Decision.ID))(t)
			if !cmp.Equal(r.Upload, got.Upload) || !cmp.Equal(r.Decision, got.Decision) {
				t.Errorf("%.40q came back as %.400q", text, fmt.Sprint(got))
			}
			var b domain.Bank
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				if b, err = tx.CreateBank(ctx, domain.Bank{Name: fmt.Sprint("b-", i), Description: text}); err == nil {
					_, err = tx.AddEntry(ctx, domain.Entry{BankID: b.ID, Note: text, Labels: []string{text}})
				}
				return err
			})
			e := must(s.Entries(t.Context(), b.ID, "", 9))(t)[0]
			if b := must(s.BankNamed(t.Context(), b.Name))(t); b.Description != text || e.Note != text || e.Labels[0] != text {
				t.Errorf("%.40q came back as %.40q, %.40q and %.40q", text, b.Description, e.Note, e.Labels[0])
			}
		}
	}},
	{"that are identities may be as long as the rooms above let them", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, strings.Repeat("b", domain.MaxBankName))
		random := rand.New(rand.NewPCG(1, 1))
		long := func(n int) string { // not to be made shorter by compression
			text := make([]byte, n)
			for i := range text {
				text[i] = byte(' ' + random.IntN(94))
			}
			return string(text)
		}
		records := []domain.ListRecord{{Ref: long(256), Type: domain.SignalType(long(32)), Value: long(1024), Provenance: domain.Provenance{Source: long(128)}}}
		if diff := cmp.Diff(domain.ListOutcome{Added: 1}, apply(t, s, b.ID, records)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(domain.ListOutcome{Unchanged: 1}, apply(t, s, b.ID, records)); diff != "" {
			t.Errorf("again (-want +got):\n%s", diff)
		}
		r := recordingOf(upload(long(domain.MaxExternalID)), 1, domain.Block)
		record(t, s, r)
		if got := record(t, s, r); got[0].ID != r.Decision.ID {
			t.Errorf("sent again it was decided again")
		}
	}},
	{"that PostgreSQL cannot hold are refused by both engines, and leave nothing", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		before := rowCounts(t, cfg, "banks", "entries", "signals", "uploads", "decisions", "outbox", "api_keys")
		for _, text := range []string{"\x00", "nul \x00 inside", "\xff", "cut off \xe2\x82", "\xed\xa0\x80 surrogate", "\xc0\x80 overlong"} {
			for _, w := range textWriters {
				err := s.Tx(t.Context(), func(tx *store.Tx) error { return w.write(t.Context(), tx, b, text) })
				if err == nil || !strings.Contains(err.Error(), "UTF-8") {
					t.Errorf("%s %q: got error %v, want one that speaks of UTF-8", w.name, text, err)
				}
			}
		}
		if diff := cmp.Diff(before, rowCounts(t, cfg, "banks", "entries", "signals", "uploads", "decisions", "outbox", "api_keys")); diff != "" {
			t.Errorf("rows (-before +after):\n%s", diff)
		}
		bankNamed(t, s, "afterwards")
	}},
	{"inside of JSON may be anything, and become valid UTF-8", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		u := upload("post")
		u.Attributes = map[string]any{"nul": "a\x00b", "bad": "a\xffb"}
		record(t, s, recordingOf(u, 1, domain.Allow))
		want := map[string]any{"nul": "a\x00b", "bad": "a\ufffdb"}
		if diff := cmp.Diff(want, must(s.Upload(t.Context(), u.ID))(t).Attributes); diff != "" {
			t.Errorf("attributes (-want +got):\n%s", diff)
		}
	}},
	{"that name nothing are not found, whatever they are", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		for _, name := range []string{"\x00", "\xff", "heron\x00", "' or true --", strings.Repeat("x", 1<<20)} {
			for what, ask := range map[string]func(context.Context) error{
				"BankNamed":    func(ctx context.Context) error { _, err := s.BankNamed(ctx, name); return err },
				"Entry":        func(ctx context.Context) error { _, err := s.Entry(ctx, b.ID, domain.EntryID(name)); return err },
				"Uploads":      func(ctx context.Context) error { _, err := s.Uploads(ctx, domain.ContentID(name), 3); return err },
				"UploadOf":     func(ctx context.Context) error { _, err := s.UploadOf(ctx, domain.ContentID(name), name); return err },
				"Upload":       func(ctx context.Context) error { _, err := s.Upload(ctx, domain.UploadID(name)); return err },
				"LastDecision": func(ctx context.Context) error { _, err := s.LastDecision(ctx, domain.UploadID(name)); return err },
				"Recorded":     func(ctx context.Context) error { _, err := s.Recorded(ctx, domain.DecisionID(name)); return err },
				"Rendition":    func(ctx context.Context) error { _, err := s.Rendition(ctx, domain.UploadID(name), name); return err },
				"Exchange":     func(ctx context.Context) error { _, err := s.Exchange(ctx, name); return err },
				"Credentials":  func(ctx context.Context) error { _, err := s.Credentials(ctx, name); return err },
				"RemoveExchange": func(ctx context.Context) error {
					return s.Tx(ctx, func(tx *store.Tx) error { return tx.RemoveExchange(ctx, name) })
				},
				"KeyByHash": func(ctx context.Context) error { _, err := s.KeyByHash(ctx, name); return err },
				"Session":   func(ctx context.Context) error { _, err := s.PersonOfSession(ctx, name, start); return err },
				"WithdrawEntry": func(ctx context.Context) error {
					return s.Tx(ctx, func(tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, domain.EntryID(name)) })
				},
			} {
				wantError(t, ask(t.Context()), store.ErrNotFound, fmt.Sprintf("%s of %.20q", what, name))
			}
			// A page behind such a name is empty, or is said to be behind nothing.
			_, err := s.Entries(t.Context(), b.ID, domain.EntryID(name), 3)
			_, err2 := s.RecordedPage(t.Context(), store.Selection{Before: domain.DecisionID(name), Limit: 3})
			_, err3 := s.Alarms(t.Context(), true, domain.EventID(name), 3)
			_, err4 := s.Snoozes(t.Context(), domain.EventID(name), 3)
			_, err5 := s.PolicySteps(t.Context(), "p", domain.EventID(name), 3)
			_, err6 := s.ShadowChanges(t.Context(), "p", 1, domain.DecisionID(name), 3)
			for _, err := range []error{err, err2, err3, err4, err5, err6} {
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					t.Errorf("a page behind %.20q: %v", name, err)
				}
			}
			if life, err := s.PolicyLife(t.Context(), name); err != nil || life.Policy.At != 0 {
				t.Errorf("policy %.20q: %+v, %v", name, life, err)
			}
		}
	}},
}
