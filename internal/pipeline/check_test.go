package pipeline_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/media"
)

func TestWhatIsKnownIsFoundInEveryForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	original := pngOf(picture(1))
	w.known.add(t, domain.Known, original, domain.PDQ, domain.SHA256, domain.MD5)
	w.known.put(domain.Known, domain.MD5, "900150983cd24fb0d6963f7d28e17f72") // of "abc"
	w.web.put("https://media.example/1", copyOf(1))
	for name, c := range map[string]struct {
		part ingest.Part
		rule string
	}{
		"the file":               {file("file-1", original), "known-exact"},
		"another file of it":     {file("file-1", copyOf(1)), "known-near"},
		"a url":                  {url("https://media.example/1"), "known-near"},
		"signals":                {ingest.Part{Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}}}, "known-exact"},
		"a file of another kind": {file("file-1", []byte("abc")), "known-exact"},
	} {
		d, err := w.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(name), Parts: []ingest.Part{file("other", pngOf(picture(2))), c.part}})
		if err != nil {
			t.Fatal(err)
		}
		if d.Verdict != domain.Block || d.Policy.Rule != c.rule || d.Matches[0].Part != c.part.Name {
			t.Errorf("%s: %s by %s, %+v", name, d.Verdict, d.Policy.Rule, d.Matches)
		}
	}
}

func TestTheRecordSaysWhatWasFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put("https://media.example/1", copyOf(1))
	prints := []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}}
	d := w.check(t, file("file-1", blank()), url("https://media.example/1"), ingest.Part{Name: "signals", Fingerprints: prints})
	u := w.upload(t)
	if u.State != domain.Decided || u.Attempts != 1 || u.DueAt != 0 || u.ReceivedAt != start || d.UploadID != u.ID || d.Round != 1 || d.DecidedAt != start {
		t.Errorf("%+v\n%+v", u, d)
	}
	var types []string
	for _, p := range u.Parts {
		kinds := ""
		for _, f := range p.Fingerprints {
			kinds += string(f.Type) + " "
		}
		types = append(types, p.Name+": "+p.MediaType+" "+kinds)
	}
	if diff := cmp.Diff([]string{"file-1: image/png pdq sha256 md5 ", "url: image/jpeg pdq sha256 md5 ", "signals:  md5 "}, types); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if p := u.Parts[1]; p.Width != 128 || p.Height != 128 || p.Frames != 1 || int(p.Size) != len(copyOf(1)) || len(p.SHA256) != 64 {
		t.Errorf("%+v", p)
	}
	var checks []string
	for _, c := range d.Checks {
		checks = append(checks, c.Part+" "+c.Detector+" "+string(c.Status))
	}
	want := []string{"file-1 pdq complete", "file-1 sha256 complete", "file-1 md5 complete", "url pdq complete", "url sha256 complete", "url md5 complete", "signals md5 complete"}
	if diff := cmp.Diff(want, checks); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTheSameBytesAreDecidedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data    []byte
		verdict domain.Verdict
	}{
		"allowed":                   {pngOf(picture(2)), domain.Allow},
		"blocked":                   {copyOf(1), domain.Block},
		"held, and always will be":  {[]byte("no picture"), domain.Hold},
		"held, because it is empty": {[]byte{}, domain.Hold},
	} {
		w := newWorld(t)
		w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
		first := w.check(t, file("file-1", c.data))
		decoded := w.eyes.decoded.Load()
		w.known.add(t, domain.Known, c.data, domain.SHA256) // what comes later does not change what was decided
		again := w.check(t, file("file-1", c.data))
		if first.Verdict != c.verdict || again.ID != first.ID || w.eyes.decoded.Load() != decoded || w.store.recorded != 1 {
			t.Errorf("%s: %s %s, then %s; %d decoded again", name, first.Verdict, first.ID, again.ID, w.eyes.decoded.Load()-decoded)
		}
		if other, err := w.Check(t.Context(), ingest.Submission{ContentID: "post-18", Parts: []ingest.Part{file("file-1", c.data)}}); err != nil || other.ID == first.ID {
			t.Errorf("%s: the same bytes in another content: %v, %v", name, other.ID, err)
		}
		if other := w.check(t, file("file-1", append(c.data, 0))); other.ID == first.ID {
			t.Errorf("%s: other bytes in the same content have its decision", name)
		}
	}
}

func TestTheSameBytesAtTheSameTimeAreDecidedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var group sync.WaitGroup
	ids := make([]domain.DecisionID, 8)
	for i := range ids {
		group.Go(func() {
			d, err := w.Check(t.Context(), ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", copyOf(1))}})
			if err != nil {
				t.Error(err)
			}
			ids[i] = d.ID
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Errorf("%v", ids)
		}
	}
}

func TestSendingAgainTriesAgainWhatMaySucceed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.eyes.failing(slow)
	part := file("file-1", copyOf(1))
	first := w.check(t, part)
	if first.Verdict != domain.Hold || !first.Checks[0].Temporary || w.upload(t).DueAt != 0 {
		t.Errorf("%+v, due at %v: only a part with a url can be tried without being sent again", first, w.upload(t).DueAt)
	}
	second := w.check(t, part)
	w.eyes.failing(nil)
	third := w.check(t, part)
	if second.Round != 2 || second.Verdict != domain.Hold || third.Round != 3 || third.Verdict != domain.Block || third.UploadID != first.UploadID {
		t.Errorf("%+v\n%+v", second, third)
	}
}

func TestAFailureOfAnotherSortIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.eyes.failing(errors.New("a fault in the program"))
	first := w.check(t, file("file-1", copyOf(1)))
	w.eyes.failing(nil)
	if first.Verdict != domain.Hold || first.Checks[0].Reason != "The file could not be read." || w.check(t, file("file-1", copyOf(1))).ID != first.ID {
		t.Errorf("%+v", first)
	}
}

// TestNothingIsAllowedThatWasNotChecked sends what cannot be checked completely, beside what can.
func TestNothingIsAllowedThatWasNotChecked(t *testing.T) {
	t.Parallel()
	good := pngOf(picture(2))
	for name, c := range map[string]struct {
		part   ingest.Part
		status domain.CheckStatus
	}{
		"nothing":                   {file("x", []byte{}), domain.Failed},
		"text":                      {file("x", []byte("no picture")), domain.Unsupported},
		"a picture that is cut off": {file("x", good[:len(good)/2]), domain.Failed},
		"a damaged picture":         {file("x", append(append([]byte{}, good[:60]...), make([]byte, 200)...)), domain.Failed},
		"a bomb":                    {file("x", bomb()), domain.Unsupported},
		"nothing at a url":          {ingest.Part{Name: "x", URL: "https://media.example/gone"}, "none"},
		"an empty file at a url":    {ingest.Part{Name: "x", URL: "https://media.example/empty"}, domain.Failed},
		"a strange failure":         {ingest.Part{Name: "x", URL: "https://media.example/strange"}, "none"},
	} {
		w := newWorld(t)
		w.web.put("https://media.example/gone", gone)
		w.web.put("https://media.example/strange", errors.New("password wrong"))
		w.web.put("https://media.example/empty", []byte(nil))
		d := w.check(t, file("file-1", good), c.part, file("file-2", good))
		if d.Verdict != domain.Hold || d.Policy.Rule != "unchecked" || status(d, "x", "pdq") != c.status || status(d, "file-2", "pdq") != domain.Complete {
			t.Errorf("%s: %+v", name, d)
		}
		for _, check := range d.Checks {
			if check.Status != domain.Complete && (check.Reason == "" || check.Temporary) {
				t.Errorf("%s: %+v", name, check)
			}
		}
	}
}

// bomb is a picture of a few bytes that says to be of 3 gigapixels.
func bomb() []byte {
	b := pngOf(picture(1))
	copy(b[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	return b
}

func TestAPictureWithNothingOnItIsNotNearToOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.put(domain.Known, domain.PDQ, hashOf(t, w, blank()).Value) // as a list from elsewhere may have it
	d := w.check(t, file("file-1", blank()))
	want := "There is too little in the picture to tell it from others: at quality 0 it is not looked up (50 is needed)."
	if d.Verdict != domain.Allow || status(d, "file-1", "pdq") != domain.Complete || d.Checks[0].Reason != want {
		t.Errorf("%+v", d)
	}
	prints := func(quality int) ingest.Part {
		f := hashOf(t, w, blank())
		f.Quality = &quality
		return ingest.Part{Name: "signals", Fingerprints: []domain.Fingerprint{f}}
	}
	if d := w.check(t, prints(49)); d.Verdict != domain.Allow || d.Checks[0].Reason == "" {
		t.Errorf("as a signal: %+v", d)
	}
	if d := w.check(t, prints(50)); d.Verdict != domain.Block {
		t.Errorf("as a signal that is good enough: %+v", d)
	}
	w.known.add(t, domain.Known, blank(), domain.SHA256)
	if d := w.check(t, file("file-2", blank())); d.Verdict != domain.Block || d.Policy.Rule != "known-exact" {
		t.Errorf("the very same file: %+v", d)
	}
}

func hashOf(t *testing.T, w *world, data []byte) domain.Fingerprint {
	t.Helper()
	prints, _ := w.Inspector.Examine(t.Context(), data)
	return prints[0]
}

func TestAFaultySubmissionGoesNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := ingest.Submission{ContentID: "post-17"}
	_, err := w.Check(t.Context(), s)
	for _, err := range []error{err, w.Judge(s)} {
		if fault, ok := errors.AsType[ingest.Fault](err); !ok || fault.Field != "content" {
			t.Error(err)
		}
	}
	if w.store.recorded != 0 {
		t.Error("it was recorded")
	}
}

func TestWithoutAnAnswerOfTheIndexNothingIsDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.fail = errors.New("no connection")
	if _, err := w.Check(t.Context(), ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", blank())}}); !errors.Is(err, w.known.fail) {
		t.Error(err)
	}
	w.Index = panicking{}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed: whoever is in front has to report it")
			}
		}()
		w.check(t, file("file-1", blank()))
	}()
	if w.store.recorded != 0 {
		t.Error("something was recorded")
	}
}

type panicking struct{ pipeline.Matcher }

func (panicking) Lookup(context.Context, domain.ContentID, []match.Fingerprint) ([]domain.Match, error) {
	panic("a fault in the program")
}

func TestErrorsOfTheStoreAreErrors(t *testing.T) {
	t.Parallel()
	failure := errors.New("no space left")
	for name, c := range map[string]func(*store){
		"known":  func(s *store) { s.failKnown = failure },
		"record": func(s *store) { s.failRecord = failure },
	} {
		w := newWorld(t)
		c(w.store)
		if d, err := w.Check(t.Context(), ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", blank())}}); !errors.Is(err, failure) || d.Verdict != "" {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

func TestWhoHangsUpGetsNoDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, part := range []ingest.Part{file("file-1", blank()), url("https://media.example/silent")} {
		if _, err := w.Check(ctx, ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{part}}); !errors.Is(err, context.Canceled) || w.store.recorded != 0 {
			t.Errorf("%s: %v, %d recorded", part.Name, err, w.store.recorded)
		}
	}
}

// TestWhatTakesTooLongIsHeldInTime sends URLs that never answer: the upload is on record as held before the request's time is over, and what
// came with them was looked at all the same.
func TestWhatTakesTooLongIsHeldInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		started := time.Now()
		d, err := w.Check(ctx, ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{
			url("https://media.example/silent"), file("file-1", copyOf(1)), {Name: "last", URL: "https://media.example/silent-too"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took != 15*time.Second || d.Verdict != domain.Hold || w.upload(t).DueAt == 0 {
			t.Errorf("%+v after %v", d, took)
		}
		if status(d, "file-1", "sha256") != domain.Complete || status(d, "file-1", "pdq") != domain.Complete || status(d, "last", "fetch") != domain.Failed {
			t.Errorf("what came behind: %+v", d.Checks)
		}
	})
}

func TestEveryFrameOfAnAnimationCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	d := w.check(t, file("file-1", animation(picture(2), picture(3), picture(1))))
	if d.Verdict != domain.Block || d.Matches[0].Frame != 2 || w.upload(t).Parts[0].Frames != 3 {
		t.Errorf("%+v", d)
	}
	w = newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.eyes.Decoder = media.NewDecoder(media.Limits{Frames: 1})
	if d := w.check(t, file("file-1", animation(picture(2), picture(3), picture(1)))); d.Verdict != domain.Hold || status(d, "file-1", "pdq") != domain.Partial {
		t.Errorf("of which only one is looked at: %+v", d)
	}
}
