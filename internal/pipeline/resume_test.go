package pipeline_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

const page = "https://media.example/1"

// accept accepts an upload of post-17 for later.
func (w *world) accept(t testing.TB, parts ...ingest.Part) domain.Upload {
	t.Helper()
	accepted, err := w.Accept(t.Context(), []ingest.Submission{{ContentID: "post-17", Parts: parts}})
	if err != nil {
		t.Fatal(err)
	}
	return accepted[0]
}

// decided returns all decisions about the only upload.
func (w *world) decided(t testing.TB) []domain.Decision {
	t.Helper()
	return w.store.decisions[w.upload(t).ID]
}

func TestAcceptedUploadsAreDecidedLaterAndOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.web.put(page, copyOf(1))
	u := w.accept(t, url(page))
	if u.State != domain.Pending || u.DueAt != start.Add(30*time.Second) || u.Attempts != 0 || w.web.calls() != 0 {
		t.Errorf("%+v", u)
	}
	for range 3 {
		w.resume(t)
	}
	all := w.decided(t)
	if len(all) != 1 || all[0].Verdict != domain.Block || all[0].Round != 1 || w.web.calls() != 1 {
		t.Errorf("%+v", all)
	}
	if u := w.upload(t); u.State != domain.Decided || u.DueAt != 0 || u.Attempts != 1 {
		t.Errorf("%+v", u)
	}
	if again := w.accept(t, url(page)); again.ID != u.ID || again.State != domain.Decided {
		t.Errorf("accepted again: %+v", again)
	}
}

func TestAcceptedSignalsAreLookedUpLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.put(domain.Known, domain.MD5, "900150983cd24fb0d6963f7d28e17f72")
	w.accept(t, ingest.Part{Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}}})
	w.resume(t)
	if all := w.decided(t); len(all) != 1 || all[0].Verdict != domain.Block || status(all[0], "signals", "md5") != domain.Complete {
		t.Errorf("%+v", all)
	}
}

func TestAllSubmissionsAreAcceptedOrNone(t *testing.T) {
	t.Parallel()
	good := ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{url(page)}}
	for name, c := range map[string]struct {
		bad  ingest.Submission
		want string
	}{
		"a faulty one": {ingest.Submission{ContentID: "post-18"}, "content: nothing to check: send a file, a url or signals"},
		"a file": {
			ingest.Submission{ContentID: "post-18", Parts: []ingest.Part{file("file-1", []byte{})}},
			"file-1: a file cannot be kept for later: send a url or signals, or check it at once"},
	} {
		w := newWorld(t)
		_, err := w.Accept(t.Context(), []ingest.Submission{good, c.bad})
		if fault, ok := errors.AsType[ingest.Fault](err); !ok || fault.Error() != c.want || len(w.store.uploads) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := newWorld(t)
	w.store.failAccept = errors.New("no space left")
	if _, err := w.Accept(t.Context(), []ingest.Submission{good}); !errors.Is(err, w.store.failAccept) {
		t.Error(err)
	}
}

func TestAnUploadThatNobodyKnowsIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.Resume(t.Context(), "x"); !errors.Is(err, errUnknown) {
		t.Error(err)
	}
	if err := w.Abandon(t.Context(), "x", "Why."); !errors.Is(err, errUnknown) {
		t.Error(err)
	}
}

// TestAURLIsTriedAgainWithLongerAndLongerWaits follows a URL that never works to the point where a person has to decide.
func TestAURLIsTriedAgainWithLongerAndLongerWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, busy)
	first := w.check(t, url(page))
	want := "url could not be checked completely (fetch failed). The URL could not be fetched: the host answered 503 instead of a document."
	if first.Verdict != domain.Hold || first.Reason != want {
		t.Errorf("%+v", first)
	}
	var waits []time.Duration
	for u := w.upload(t); u.DueAt != 0; u = w.upload(t) {
		wait := u.DueAt.Sub(domain.Time(w.now.Load()))
		waits = append(waits, wait)
		w.pass(wait)
		w.resume(t)
	}
	if diff := cmp.Diff([]time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}, waits); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if all := w.decided(t); len(all) != 7 || w.web.calls() != 7 || all[6].Verdict != domain.Hold || all[6].Round != 7 {
		t.Errorf("%d decisions, %d fetches", len(all), w.web.calls())
	}
	w.resume(t)
	if w.web.calls() != 7 {
		t.Error("given up, and tried again")
	}
	w.web.put(page, copyOf(1))
	if d := w.check(t, url(page)); d.Verdict != domain.Allow || d.Round != 8 {
		t.Errorf("sent again after all: %+v", d)
	}
}

func TestTheNextTryIsPlannedEvenIfThisOneComesToNothing(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int]time.Duration{0: 30 * time.Second, 1: 2 * time.Minute, 5: 24 * time.Hour, 6: 24 * time.Hour, 100: 24 * time.Hour} {
		if got := pipeline.RetryAt(start, attempts).Sub(start); got != want {
			t.Errorf("after %d attempts: %v, want %v", attempts, got, want)
		}
	}
}

func TestSendingAgainDoesNotUseUpTheTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, busy)
	for range 20 {
		w.check(t, url(page))
	}
	if u := w.upload(t); u.Attempts != 1 || u.DueAt != start.Add(30*time.Second) {
		t.Errorf("attempts %d, due at %v", u.Attempts, u.DueAt)
	}
}

func TestAURLThatWillNeverWorkIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, gone)
	d := w.check(t, url(page))
	want := "The URL could not be fetched: there is nothing at this URL (the host answered 404)."
	if d.Verdict != domain.Hold || d.Checks[0].Reason != want || w.upload(t).DueAt != 0 {
		t.Errorf("%+v, due at %v", d, w.upload(t).DueAt)
	}
	if w.check(t, url(page)).ID != d.ID || w.web.calls() != 1 {
		t.Error("tried again")
	}
}

// TestWhatWasCheckedIsNotCheckedAgain resumes an upload of a file, two URLs and signals, of which one URL failed.
func TestWhatWasCheckedIsNotCheckedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const other = "https://media.example/2"
	w.web.put(page, busy)
	w.web.put(other, pngOf(picture(3)))
	prints := []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}}
	parts := []ingest.Part{file("file-1", copyOf(1)), url(page), {Name: "url-2", URL: other}, {Name: "signals", Fingerprints: prints}}
	first := w.check(t, parts...)
	before, decoded := w.upload(t), w.eyes.decoded.Load()
	w.web.put(page, pngOf(picture(2)))
	w.web.put(other, []byte("something else by now"))
	w.resume(t)
	second := w.decided(t)[1]
	if second.Verdict != domain.Allow || second.Round != 2 || w.eyes.decoded.Load() != decoded+1 {
		t.Errorf("%+v, %d decoded", second, w.eyes.decoded.Load()-decoded)
	}
	if diff := cmp.Diff([]string{page, other, page}, w.web.fetched); diff != "" {
		t.Errorf("fetched (-want +got)\n%s", diff)
	}
	for _, part := range []string{"file-1", "url-2", "signals"} {
		if diff := cmp.Diff(checksOf(first, part), checksOf(second, part)); diff != "" {
			t.Errorf("%s (-before +after)\n%s", part, diff)
		}
	}
	if diff := cmp.Diff(checksOf(second, "url-2"), checksOf(second, "url"), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Part" }, cmp.Ignore())); diff != "" {
		t.Errorf("the url that failed (-want +got)\n%s", diff)
	}
	after := w.upload(t)
	before.Parts[1] = after.Parts[1]
	if diff := cmp.Diff(before.Parts, after.Parts); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
}

func checksOf(d domain.Decision, part string) (checks []domain.Check) {
	for _, c := range d.Checks {
		if c.Part == part {
			checks = append(checks, c)
		}
	}
	return checks
}

// TestWhatIsLookedAtAgainIsLookedUpAsAWhole lists a file after its upload was held for a URL: the next look finds it, without its bytes.
func TestWhatIsLookedAtAgainIsLookedUpAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, busy)
	w.check(t, file("file-1", copyOf(1)), url(page))
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.resume(t)
	if d := w.decided(t)[1]; d.Verdict != domain.Block || d.Matches[0].Part != "file-1" || w.upload(t).DueAt != 0 {
		t.Errorf("%+v", d)
	}
}

// TestWhatIsBlockedStaysBlocked changes what a URL brings after its first picture was recognised.
func TestWhatIsBlockedStaysBlocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.web.put(page, copyOf(1))
	w.web.put("https://media.example/2", busy)
	parts := []ingest.Part{url(page), {Name: "url-2", URL: "https://media.example/2"}}
	first := w.check(t, parts...)
	if first.Verdict != domain.Block || w.upload(t).DueAt != 0 {
		t.Errorf("%+v, due at %v", first, w.upload(t).DueAt)
	}
	w.web.put(page, pngOf(picture(2)))
	w.web.put("https://media.example/2", pngOf(picture(2)))
	w.resume(t)
	if again := w.check(t, parts...); again.ID != first.ID {
		t.Errorf("%+v", again)
	}
}

// TestWhatWasSeenOfAFileStaysKnown has a file disappear of which an earlier look saw a part.
func TestWhatWasSeenOfAFileStaysKnown(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(*testing.T, *world){
		"looked at again": func(t *testing.T, w *world) { w.resume(t) },
		"sent again":      func(t *testing.T, w *world) { w.check(t, url(page)) },
	} {
		w := newWorld(t)
		w.web.put(page, copyOf(1))
		w.eyes.failing(slow)
		w.check(t, url(page))
		w.web.put(page, busy)
		w.known.add(t, domain.Known, copyOf(1), domain.SHA256)
		again(t, w)
		if d := w.decided(t)[1]; d.Verdict != domain.Block || status(d, "url", "fetch") != domain.Failed {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestAURLIsWhatItBringsInTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, copyOf(1))
	w.eyes.failing(slow)
	w.check(t, url(page))
	w.eyes.failing(nil)
	w.web.put(page, pngOf(picture(2)))
	w.resume(t)
	prints, _ := w.Inspector.Examine(t.Context(), pngOf(picture(2)))
	if diff := cmp.Diff(prints, w.upload(t).Parts[0].Fingerprints); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAnAbandonedUploadIsHeldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.fail = errors.New("no connection")
	w.web.put(page, pngOf(picture(2)))
	u := w.accept(t, url(page), ingest.Part{Name: "url-2", URL: page})
	if err := w.Resume(t.Context(), u.ID); !errors.Is(err, w.known.fail) || w.store.recorded != 0 || w.upload(t).DueAt == 0 {
		t.Errorf("%v, %d recorded", err, w.store.recorded)
	}
	for range 2 {
		if err := w.Abandon(t.Context(), u.ID, "It did not work."); err != nil {
			t.Fatal(err)
		}
	}
	unseen := func(part string) domain.Check {
		return domain.Check{Detector: "corridor", Part: part, Status: domain.Failed, Reason: "It did not work.", Temporary: true}
	}
	all := w.decided(t)
	if len(all) != 1 || all[0].Verdict != domain.Hold || w.upload(t).DueAt != 0 || w.upload(t).State != domain.Decided {
		t.Fatalf("%+v\n%+v", all, w.upload(t))
	}
	if diff := cmp.Diff([]domain.Check{unseen("url"), unseen("url-2")}, all[0].Checks); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	w.resume(t)
	if len(w.decided(t)) != 1 {
		t.Error("an abandoned upload was taken up again")
	}
	w.known.fail = nil
	if d := w.check(t, url(page), ingest.Part{Name: "url-2", URL: page}); d.Verdict != domain.Allow || d.Round != 2 {
		t.Errorf("sent again: %+v", d)
	}
}

// TestAbandoningForgetsNothing abandons an upload of which a file was checked and outweighed by known-good content.
func TestAbandoningForgetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.known.add(t, domain.Negative, pngOf(picture(1)), domain.PDQ)
	w.web.put(page, busy)
	first := w.check(t, file("file-1", copyOf(1)), url(page))
	if err := w.Abandon(t.Context(), first.UploadID, "It did not work."); err != nil {
		t.Fatal(err)
	}
	last := w.decided(t)[1]
	if diff := cmp.Diff(first.Matches, last.Matches); diff != "" || len(first.Matches) != 2 || last.Verdict != domain.Hold {
		t.Errorf("%+v (-before +after)\n%s", last, diff)
	}
	if diff := cmp.Diff(first.Checks, last.Checks[:len(last.Checks)-1]); diff != "" || status(last, "url", "corridor") != domain.Failed {
		t.Errorf("(-before +after)\n%s", diff)
	}
}

// TestAPartThatNobodyLookedAtIsNotAllowed resumes an upload of which a file was never checked, which no way leads to.
func TestAPartThatNobodyLookedAtIsNotAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, pngOf(picture(2)))
	u := ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", blank()), url(page)}}.Upload(start)
	u.DueAt = start
	w.store.uploads = []domain.Upload{u}
	w.resume(t)
	d := w.decided(t)[0]
	if d.Verdict != domain.Hold || d.Reason != "file-1 could not be checked completely (corridor failed). It was not looked at." {
		t.Errorf("%+v", d)
	}
}

// holdsMatches holds what matches and allows the rest.
type holdsMatches struct{}

func (holdsMatches) Decide(_ context.Context, in policy.Input) policy.Decided {
	if len(in.Matches) > 0 {
		return decided(policy.Outcome{Verdict: domain.Hold}, in)
	}
	return decided(policy.Outcome{Verdict: domain.Allow}, in)
}

func TestWhoeverChangesWhatAURLBringsDoesNotGetAHeldContentThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Policy = holdsMatches{}
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	w.web.put(page, copyOf(1))
	w.Inspector.Decode.(*eyes).failing(&media.Error{Status: media.Failed, Reason: "It took too long.", Err: context.DeadlineExceeded})
	first := w.check(t, url(page))
	if first.Verdict != domain.Hold || len(first.Matches) != 1 || w.upload(t).DueAt == 0 {
		t.Fatalf("%+v", first)
	}
	w.Inspector.Decode.(*eyes).fail.Store(nil)
	w.web.put(page, copyOf(2))
	for range 2 {
		w.resume(t)
		w.check(t, url(page))
	}
	all := w.decided(t)
	if last := all[len(all)-1]; len(all) < 2 || last.Verdict != domain.Hold || len(last.Matches) != 1 {
		t.Errorf("%+v", last)
	}
}
