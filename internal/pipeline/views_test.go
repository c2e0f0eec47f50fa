package pipeline_test

import (
	"image"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// mirrored returns a picture with left and right exchanged.
func mirrored(img *image.RGBA) *image.RGBA {
	m := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			m.SetRGBA(img.Rect.Dx()-1-x, y, img.RGBAAt(x, y))
		}
	}
	return m
}

// closely is a world whose uploads are looked at in further ways, so many pictures of each.
func closely(t *testing.T, pictures int) *world {
	w := newWorld(t)
	w.Inspector.Views = pipeline.Views{Pictures: pictures, Within: 4, Points: 64}
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	return w
}

func TestUploadsAreLookedUpInFurtherWaysThatAreNotRecorded(t *testing.T) {
	t.Parallel()
	w := closely(t, 1)
	d := w.check(t, file("file-1", pngOf(mirrored(picture(1)))))
	if d.Verdict != domain.Block || len(d.Matches) != 1 || d.Matches[0].View != "flip-y" {
		t.Fatalf("%s, %+v", d.Verdict, d.Matches)
	}
	for _, f := range w.upload(t).Parts[0].Fingerprints {
		if f.View != "" {
			t.Errorf("recorded: %+v", f)
		}
	}
	off := closely(t, 0)
	if d := off.check(t, file("file-1", pngOf(mirrored(picture(1))))); d.Verdict != domain.Allow {
		t.Errorf("without views: %s, %+v", d.Verdict, d.Matches)
	}
}

func TestALookupSeesWhatAnUploadWould(t *testing.T) {
	t.Parallel()
	w := closely(t, 1)
	_, _, known, err := w.Pipeline.Lookup(t.Context(), ingest.Submission{Parts: []ingest.Part{file("file-1", pngOf(mirrored(picture(1))))}})
	if err != nil || len(known) != 1 || known[0].View != "flip-y" {
		t.Errorf("%+v, %v", known, err)
	}
}

func TestOnlySoManyPicturesOfAnUploadAreLookedAtInFurtherWays(t *testing.T) {
	t.Parallel()
	frames := animation(picture(2), mirrored(picture(1)))
	for pictures, want := range map[int]domain.Verdict{1: domain.Allow, 2: domain.Block} {
		if d := closely(t, pictures).check(t, file("file-1", frames)); d.Verdict != want {
			t.Errorf("the second frame, with views of %d: %s, want %s", pictures, d.Verdict, want)
		}
	}
	if d := closely(t, 1).check(t, file("file-1", pngOf(picture(2))), file("file-2", pngOf(mirrored(picture(1))))); d.Verdict != domain.Allow {
		t.Errorf("the second file, with views of one picture: %s", d.Verdict)
	}
}

func TestPointsAreLookedUpWhereAnyAreKnown(t *testing.T) {
	t.Parallel()
	for known, want := range map[bool]int{true: 1, false: 0} {
		w := newWorld(t)
		w.Inspector.Views = pipeline.Views{Pictures: 1, Points: 64}
		w.Inspector.Known = func(of domain.SignalType) bool { return known || of != domain.Keypoints }
		w.known.add(t, domain.Known, pngOf(picture(1)), domain.Keypoints)
		if d := w.check(t, file("file-1", pngOf(picture(1)))); len(d.Matches) != want {
			t.Errorf("known %v: %+v", known, d.Matches)
		}
	}
}

// TestWhatAViewHasShownStands tries a URL again while the file beside it, whose views are not recorded, is not there to be looked at again. It
// matches known-good content, which alone leaves the decision open.
func TestWhatAViewHasShownStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inspector.Views = pipeline.Views{Pictures: 4, Within: 4}
	w.known.add(t, domain.Negative, pngOf(picture(1)), domain.PDQ)
	w.web.put(page, busy)
	first := w.check(t, file("file-1", pngOf(mirrored(picture(1)))), url(page))
	w.web.put(page, pngOf(picture(2)))
	w.resume(t)
	second := w.decided(t)[1]
	if len(first.Matches) != 1 || len(second.Matches) != 1 || second.Matches[0].View != "flip-y" || second.Policy.Rule != "known-good" {
		t.Errorf("%+v, then %s, %+v", first.Matches, second.Policy.Rule, second.Matches)
	}
}

// TestWhatAViewHasShownStandsWhenTheURLIsGone tries a URL again that brought a picture and now brings nothing.
func TestWhatAViewHasShownStandsWhenTheURLIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inspector.Views = pipeline.Views{Pictures: 4, Within: 4}
	w.known.add(t, domain.Negative, pngOf(picture(1)), domain.PDQ)
	const other = page + "/2"
	w.web.put(page, pngOf(mirrored(picture(1))))
	w.web.put(other, busy)
	first := w.check(t, url(page), ingest.Part{Name: "url-2", URL: other})
	w.web.put(page, busy)
	second := w.check(t, url(page), ingest.Part{Name: "url-2", URL: other})
	if len(first.Matches) != 1 || second.Round != 2 || len(second.Matches) != 1 || second.Matches[0].View != "flip-y" {
		t.Errorf("%+v, then round %d, %+v", first.Matches, second.Round, second.Matches)
	}
}
