package app

import (
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// submit checks a content by a fingerprint.
func submit(t *testing.T, a *App, content string, f domain.Fingerprint) domain.Decision {
	t.Helper()
	d, err := a.pipeline.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(content), AccountID: "u-1", Parts: []ingest.Part{{Name: "signals", Fingerprints: []domain.Fingerprint{f}}}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// list lists signals in a bank.
func list(t *testing.T, c curation, bank domain.BankID, prints ...domain.Fingerprint) domain.Entry {
	t.Helper()
	var signals []domain.Signal
	for _, f := range prints {
		signals = append(signals, domain.Signal{Type: f.Type, Value: f.Value, Provenance: domain.Provenance{Source: "test", Confidence: 1}})
	}
	e, err := c.AddEntry(t.Context(), domain.Entry{BankID: bank, Signals: signals})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// newest is the newest decision about an upload.
func newest(t *testing.T, a *App, id domain.UploadID) domain.Decision {
	t.Helper()
	d, err := a.store.LastDecision(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatWasUploadedBeforeItWasKnownIsFound(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	c := curation{a.store, a.bus, a.index}
	bank, err := c.CreateBank(t.Context(), domain.Bank{Name: "known", Kind: domain.Known, EnabledShare: 1, Limits: map[domain.SignalType]int{domain.PDQ: 0}})
	if err != nil {
		t.Fatal(err)
	}
	md5 := domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("ab", 16)}
	sha := domain.Fingerprint{Type: domain.SHA256, Value: strings.Repeat("cd", 32)}
	pdq := func(first string) domain.Fingerprint {
		quality := 100
		return domain.Fingerprint{Type: domain.PDQ, Value: first + strings.Repeat("5", 63), Quality: &quality}
	}
	byMD5, bySHA, near := submit(t, a, "by-md5", md5), submit(t, a, "by-sha", sha), submit(t, a, "near", pdq("7"))
	other := submit(t, a, "other", domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("12", 16)})
	found := func(what string, d domain.Decision, signals int) {
		t.Helper()
		eventually(t, what, func() bool { return newest(t, a, d.UploadID).ID != d.ID })
		if n := newest(t, a, d.UploadID); n.Verdict != domain.Block || n.Cause != domain.CauseRetro || n.Round != 2 || len(n.Matches) != signals {
			t.Errorf("%s: %+v", what, n)
		}
	}
	list(t, c, bank.ID, md5, sha)
	found("the file of the MD5 is found", byMD5, 1)
	found("the file of the SHA-256 is found", bySHA, 1)

	// The near copy is out of the limit, until that is raised.
	list(t, c, bank.ID, pdq("5"))
	_, err = c.ChangeBank(t.Context(), "known", func(b *domain.Bank) error { b.Limits[domain.PDQ] = 31; return nil })
	if err != nil {
		t.Fatal(err)
	}
	found("the near copy is found when the limit is raised", near, 1)

	// An entry that is paused does not count, until it is resumed.
	later := submit(t, a, "later", domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("34", 16)})
	entry := domain.Entry{BankID: bank.ID, PausedUntil: domain.Forever, Signals: []domain.Signal{{Type: domain.MD5, Value: strings.Repeat("34", 16), Provenance: domain.Provenance{Source: "test", Confidence: 1}}}}
	if entry, err = c.AddEntry(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no signal waits", func() bool { n, err := a.waitingSignals(t.Context()); return n == 0 && err == nil })
	never := domain.Time(0)
	if _, err := c.ChangeEntry(t.Context(), bank.ID, entry.ID, domain.EntryChange{PausedUntil: &never}); err != nil {
		t.Fatal(err)
	}
	found("what was paused is found when it is resumed", later, 1)
	if n := newest(t, a, other.UploadID); n.ID != other.ID {
		t.Errorf("the other upload has a further decision: %+v", n)
	}
	eventually(t, "the hunts say what they have led to", func() bool {
		hunts, err := a.store.Hunts(t.Context(), "", 99)
		decided, reasons := int64(0), map[domain.HuntReason]bool{}
		for _, h := range hunts {
			decided += h.Progress.Decided
			reasons[h.Reason] = true
		}
		return err == nil && decided == 4 && len(reasons) == 3 // which of them found an upload first is a matter of moments
	})
	if n := a.hunter.Fingerprints(); n != 5 {
		t.Errorf("%d fingerprints are kept, want 5", n)
	}
}

func TestRetroHuntCanBeOff(t *testing.T) {
	t.Parallel()
	a := running(t, map[string]string{"retrohunt.window": "0s"})
	if a.hunter != nil {
		t.Error("there is a hunter")
	}
	_, err := hunting{a.store, false, 1}.StartHunt(t.Context(), domain.Hunt{}, true)
	if err == nil || time.Duration(a.cfg.RetrohuntWindow) != 0 {
		t.Error("a hunt was started, though there is nothing to hunt in")
	}
}
