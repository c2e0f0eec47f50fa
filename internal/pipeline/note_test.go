package pipeline_test

import (
	"errors"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// noted is a content that was looked up elsewhere.
func noted() ingest.Submission {
	return ingest.Submission{ContentID: "post-17", Surface: "hma", Parts: []ingest.Part{{
		Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}},
	}}}
}

func TestWhatWasLookedUpElsewhereIsRecordedAsItWasFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.put(domain.Known, domain.MD5, "900150983cd24fb0d6963f7d28e17f72") // looked up here it would match otherwise
	match := domain.Match{Bank: "elsewhere", BankKind: domain.Known, Signal: "signal-9", SignalType: domain.MD5, Part: "signals", Sources: []string{"marsh watch"}}
	nothing, err := w.Note(t.Context(), noted(), nil)
	if err != nil || nothing.Verdict != domain.Allow || nothing.Round != 1 || len(nothing.Checks) == 0 {
		t.Fatalf("%+v, %v", nothing, err)
	}
	again, err := w.Note(t.Context(), noted(), nil)
	if err != nil || again.ID != nothing.ID {
		t.Errorf("noted again: %+v, %v", again, err)
	}
	found, err := w.Note(t.Context(), noted(), []domain.Match{match})
	if err != nil || found.Verdict != domain.Block || found.Round != 2 || found.UploadID != nothing.UploadID || len(found.Matches) != 1 || found.Matches[0].Bank != "elsewhere" {
		t.Errorf("noted with a match: %+v, %v", found, err)
	}
	if u := w.upload(t); u.State != domain.Decided || u.DueAt != 0 || u.Surface != "hma" {
		t.Errorf("upload %+v", u)
	}
}

func TestWhatCannotBeNotedIsAFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := noted()
	s.ContentID = ""
	if _, err := w.Note(t.Context(), s, nil); !errors.As(err, new(ingest.Fault)) {
		t.Errorf("%v", err)
	}
}

func TestWhatTurnedOutLaterIsNotForgottenWhenItIsLookedUpElsewhereAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Note(t.Context(), noted(), nil); err != nil {
		t.Fatal(err)
	}
	w.known.put(domain.Known, domain.MD5, "900150983cd24fb0d6963f7d28e17f72")
	blocked, made := w.reconsider(t)
	again, err := w.Note(t.Context(), noted(), nil)
	if err != nil || !made || blocked.Verdict != domain.Block || again.ID != blocked.ID {
		t.Errorf("%+v, then %+v, %v", blocked, again, err)
	}
}
