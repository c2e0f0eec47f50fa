package pipeline_test

import (
	"context"
	"errors"
	"image"
	"sync"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// reconsider looks at the only upload again.
func (w *world) reconsider(t testing.TB) (domain.Decision, bool) {
	t.Helper()
	d, made, err := w.Reconsider(t.Context(), w.upload(t).ID)
	if err != nil {
		t.Fatal(err)
	}
	return d, made
}

func TestWhatBecameKnownLaterIsDecidedAgainOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.check(t, file("file-1", copyOf(1)))
	if d, made := w.reconsider(t); made || d.ID != first.ID || first.Verdict != domain.Allow || first.Cause != domain.CauseUpload {
		t.Fatalf("nothing became known: %+v, made %v", d, made)
	}
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	d, made := w.reconsider(t)
	if !made || d.Verdict != domain.Block || d.Round != 2 || d.Cause != domain.CauseRetro || status(d, "file-1", "pdq") != domain.Complete {
		t.Errorf("%+v, made %v", d, made)
	}
	if again, made := w.reconsider(t); made || again.ID != d.ID {
		t.Errorf("again: %+v, made %v", again, made)
	}
	if u := w.upload(t); u.DueAt != 0 || u.State != domain.Decided || len(u.Parts[0].Fingerprints) == 0 {
		t.Errorf("upload %+v", u)
	}
}

func TestManyWhoReconsiderTheSameMakeOneDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.check(t, file("file-1", copyOf(1)))
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := w.Reconsider(t.Context(), w.store.uploads[0].ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(w.decided(t)); n != 2 {
		t.Errorf("%d decisions, want 2", n)
	}
}

func TestWhatIsMirroredIsFoundByItsFingerprint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.check(t, file("file-1", copyOf(1)))
	img := picture(1)
	mirrored := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			mirrored.Set(img.Rect.Dx()-1-x, y, img.At(x, y))
		}
	}
	w.known.add(t, domain.Known, pngOf(mirrored), domain.PDQ)
	d, made := w.reconsider(t)
	if !made || d.Verdict != domain.Block || d.Matches[0].View != "hash turned, flip-y" || d.Matches[0].Distance > d.Matches[0].Limit-8 {
		t.Errorf("%+v, made %v", d, made)
	}
}

func TestKnownGoodContentHoldsWhenReconsidered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.check(t, file("file-1", copyOf(1)))
	w.known.add(t, domain.Negative, copyOf(1), domain.PDQ, domain.SHA256)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	if d, made := w.reconsider(t); made {
		t.Errorf("%+v", d)
	}
}

// sleepy allows everything from now on.
type sleepy struct{}

func (sleepy) Decide(_ context.Context, in policy.Input) policy.Decided {
	return decided(policy.Outcome{Verdict: domain.Allow}, in)
}

func TestWhatIsBlockedIsNotWeakened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	first := w.check(t, file("file-1", copyOf(1)))
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.Policy = sleepy{}
	if d, made := w.reconsider(t); made || d.ID != first.ID || d.Verdict != domain.Block {
		t.Errorf("%+v, made %v", d, made)
	}
	w.Policy = knownContent(t)
	w.known.add(t, domain.KnownCSAM, copyOf(1), domain.MD5)
	if d, made := w.reconsider(t); !made || d.Policy.Rule != "known-csam" {
		t.Errorf("what is blocked and turns out to be worse: %+v, made %v", d, made)
	}
}

func TestUploadsThatWaitAreLeftToTheirFirstDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.put(domain.Known, domain.MD5, "900150983cd24fb0d6963f7d28e17f72")
	w.accept(t, ingest.Part{Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}}})
	if d, made := w.reconsider(t); made || d.ID != "" || w.store.recorded != 0 {
		t.Errorf("%+v", d)
	}
	if _, _, err := w.Reconsider(t.Context(), "nobody"); !errors.Is(err, errUnknown) {
		t.Error(err)
	}
}

// wearing blocks once and only holds afterwards, as a policy does whose quota is used up meanwhile, and counts how often it is asked.
type wearing struct{ asked *int }

func (w wearing) Decide(_ context.Context, in policy.Input) policy.Decided {
	v := domain.Block
	if *w.asked++; *w.asked > 1 {
		v = domain.Hold
	}
	return decided(policy.Outcome{Verdict: v, Alarms: []domain.Alarm{{Kind: domain.AlarmQuota}}}, in)
}

func TestWhatIsReconsideredIsAskedOnceAndRecordedAsItWasJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	w.check(t, file("file-1", copyOf(1)))
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	asked := 0
	w.Policy = wearing{&asked}
	if d, made := w.reconsider(t); !made || d.Verdict != domain.Block || asked != 1 {
		t.Errorf("%+v, made %v, asked %d times", d, made, asked)
	}
}
