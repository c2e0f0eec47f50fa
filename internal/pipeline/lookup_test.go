package pipeline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
)

func TestALookupFindsWhatACheckFindsAndWritesNothingDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.web.put("https://media.example/1", copyOf(1))
	w.web.put("https://media.example/2", gone)
	parts := []ingest.Part{
		file("file-1", pngOf(picture(1))), file("file-2", []byte("no picture")), url("https://media.example/1"), {Name: "gone", URL: "https://media.example/2"},
		{Name: "signals", Fingerprints: []domain.Fingerprint{hashOf(t, w, copyOf(1))}},
	}
	found, checks, known, err := w.Lookup(t.Context(), ingest.Submission{Parts: parts})
	if err != nil {
		t.Fatal(err)
	}
	d := w.check(t, parts...)
	if len(known) != 3 || len(known) != len(d.Matches) || len(checks) != len(d.Checks) || len(found) != len(parts) {
		t.Fatalf("found %d parts, %d checks and %d matches; a check has %d and %d", len(found), len(checks), len(known), len(d.Checks), len(d.Matches))
	}
	for i, k := range known {
		if m := d.Matches[i]; k.Part != m.Part || k.Distance != m.Distance || k.Evidence.Entry != m.Entry {
			t.Errorf("match %d is %+v, that of a check %+v", i, k, m)
		}
	}
	for i, c := range checks {
		if c != d.Checks[i] {
			t.Errorf("check %d is %+v, not %+v", i, c, d.Checks[i])
		}
	}
	if found[0].MediaType != "image/png" || len(found[0].Fingerprints) != 3 || found[3].Fingerprints != nil {
		t.Errorf("parts are %+v", found)
	}
	if w.store.recorded != 1 {
		t.Errorf("%d recorded, want that of the check alone", w.store.recorded)
	}
}

func TestALookupNeedsNoNameButAllElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, s := range map[string]ingest.Submission{
		"content":    {},
		"content_id": {ContentID: "a\nb", Parts: []ingest.Part{file("file-1", blank())}},
		"file-1":     {Parts: []ingest.Part{file("file-1", make([]byte, 1<<20+1))}},
	} {
		_, _, _, err := w.Lookup(t.Context(), s)
		if fault, ok := errors.AsType[ingest.Fault](err); !ok || fault.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestALookupWithoutAnAnswerOfTheIndexIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Index = w.Index.(upToDate).Index // which has not caught up yet
	parts := []ingest.Part{file("file-1", blank())}
	if _, _, _, err := w.Lookup(t.Context(), ingest.Submission{Parts: parts}); !errors.Is(err, match.ErrNotReady) {
		t.Error(err)
	}
}

func TestALookupThatTakesTooLongSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, checks, _, err := w.Lookup(ctx, ingest.Submission{Parts: []ingest.Part{url("https://media.example/never")}})
		if err != nil || len(checks) != 1 || checks[0].Status != domain.Failed || !checks[0].Temporary {
			t.Errorf("%+v, %v", checks, err)
		}
	})
}
