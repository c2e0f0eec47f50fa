package app

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// numbered is a fingerprint with a number.
func numbered(n int) domain.Fingerprint {
	return domain.Fingerprint{Type: domain.MD5, Value: fmt.Sprintf("%032x", n)}
}

// knownBank makes a bank.
func knownBank(t *testing.T, a *App) (curation, domain.Bank) {
	t.Helper()
	c := curation{a.store, a.bus, a.index}
	b, err := c.CreateBank(t.Context(), domain.Bank{Name: "known", Kind: domain.Known, EnabledShare: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c, b
}

func TestASearchThatFindsTooMuchHaltsForAPerson(t *testing.T) {
	t.Parallel()
	a := running(t, map[string]string{"retrohunt.most": "2"})
	c, bank := knownBank(t, a)
	var uploads []domain.Decision
	for i := range 3 {
		uploads = append(uploads, submit(t, a, fmt.Sprint("post-", i), numbered(1)))
	}
	list(t, c, bank.ID, numbered(1))
	var h domain.Hunt
	eventually(t, "the search is halted", func() bool {
		all, err := a.store.Hunts(t.Context(), "", 1)
		if err == nil && len(all) > 0 {
			h = all[0]
		}
		return h.State == domain.HuntHalted
	})
	if h.Progress.Found != 3 || h.Progress.Decided != 0 || h.Note == "" {
		t.Errorf("halted: %+v", h)
	}
	for _, d := range uploads {
		if newest(t, a, d.UploadID).ID != d.ID {
			t.Errorf("%s is decided again", d.ContentID)
		}
	}
	asked := domain.Hunt{Reason: domain.HuntAsked, Bank: bank.ID, BankName: bank.Name}
	if _, err := (hunting{a.store, true, 2}).StartHunt(t.Context(), asked, false); err != nil {
		t.Fatal(err)
	}
	for _, d := range uploads {
		eventually(t, "a person has let it go on", func() bool { return newest(t, a, d.UploadID).Verdict == domain.Block })
	}
}

func TestTheFingerprintsOfAnAccountCanBeForgotten(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	submit(t, a, "post-1", numbered(1)) // of u-1
	eventually(t, "the fingerprint is kept", func() bool { return a.hunter.Fingerprints() == 1 })
	forget := func(account domain.AccountID) {
		if err := a.store.Tx(t.Context(), func(tx *store.Tx) error { return tx.AskToForget(t.Context(), account) }); err != nil {
			t.Fatal(err)
		}
		eventually(t, "that is done", func() bool {
			left, err := a.store.AskedToForget(t.Context())
			return err == nil && len(left) == 0
		})
	}
	if forget("u-2"); a.hunter.Fingerprints() != 1 {
		t.Error("the fingerprint of another account is gone")
	}
	if forget("u-1"); a.hunter.Fingerprints() != 0 {
		t.Error("the fingerprint is still there")
	}
}

// wantFound lists fingerprints and wants all uploads decided again by a hunter on a folder.
func wantFound(t *testing.T, a *App, c curation, bank domain.BankID, dir string, uploads []domain.Decision, prints ...domain.Fingerprint) {
	t.Helper()
	list(t, c, bank, prints...)
	huntUntil(t, a, dir, 1<<40)
	for _, d := range uploads {
		if n := newest(t, a, d.UploadID); n.Verdict != domain.Block || n.Round != 2 {
			t.Errorf("%s: %+v", d.ContentID, n)
		}
	}
}

// TestWhatIsGoneFromTheOutboxIsReadByItsIDs prunes the outbox under a folder of fingerprints that is behind, as happens when nobody has led for long.
func TestWhatIsGoneFromTheOutboxIsReadByItsIDs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.Config) {
		a := quiet(t, map[string]string{"database.url": db.URL, "retrohunt.window": "0s"})
		if db.URL == "" {
			db.Path = filepath.Join(a.cfg.Data, "quell.db")
		}
		c, bank := knownBank(t, a)
		dir := filepath.Join(t.TempDir(), "retrohunt")
		wantFound(t, a, c, bank.ID, dir, []domain.Decision{submit(t, a, "post-1", numbered(1))}, numbered(1))
		late := submit(t, a, "post-2", numbered(2))
		if _, err := storetest.SQL(t, db).ExecContext(t.Context(), `delete from outbox`); err != nil {
			t.Fatal(err)
		}
		last := submit(t, a, "post-3", numbered(3))
		wantFound(t, a, c, bank.ID, dir, []domain.Decision{late, last}, numbered(2), numbered(3))
	})
}

// TestFingerprintsOfAnotherDatabaseAreNotUsed runs a hunter on a folder that was filled from a database that had come further.
func TestFingerprintsOfAnotherDatabaseAreNotUsed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "retrohunt")
	for uploads := 6; uploads > 0; uploads -= 5 {
		a := quiet(t, map[string]string{"retrohunt.window": "0s"})
		c, bank := knownBank(t, a)
		var all []domain.Decision
		for i := range uploads {
			all = append(all, submit(t, a, fmt.Sprint("post-", i), numbered(i)))
		}
		wantFound(t, a, c, bank.ID, dir, all, numbered(0), numbered(1), numbered(2), numbered(3), numbered(4), numbered(5))
	}
}
