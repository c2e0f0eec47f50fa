package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/media"
)

// TestRenditionsAreMadeOfWhatAPersonMayHaveToJudge goes through who gets a veiled rendition. In every case the files show pictures 1 and 2,
// and are a text after them.
func TestRenditionsAreMadeOfWhatAPersonMayHaveToJudge(t *testing.T) {
	t.Parallel()
	one, two, text := file("file-1", copyOf(1)), file("file-2", copyOf(2)), file("file-3", []byte("no picture"))
	list := func(kind domain.BankKind, seed int, types ...domain.SignalType) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.known.add(t, kind, copyOf(seed), types...) }
	}
	for name, c := range map[string]struct {
		known []func(*testing.T, *world)
		parts []ingest.Part
		want  []string
	}{
		"allowed":                                {nil, []ingest.Part{one, two}, nil},
		"blocked: every picture of it":           {[]func(*testing.T, *world){list(domain.Known, 1, domain.PDQ)}, []ingest.Part{one, two}, []string{"file-1", "file-2"}},
		"blocked as the very file":               {[]func(*testing.T, *world){list(domain.Known, 1, domain.MD5)}, []ingest.Part{one}, []string{"file-1"}},
		"held: what can be shown of it":          {nil, []ingest.Part{one, text}, []string{"file-1"}},
		"held, with nothing to show":             {nil, []ingest.Part{text}, nil},
		"allowed as known good":                  {[]func(*testing.T, *world){list(domain.Known, 1, domain.PDQ), list(domain.Negative, 1, domain.PDQ)}, []ingest.Part{one}, nil},
		"near child-abuse imagery":               {[]func(*testing.T, *world){list(domain.KnownCSAM, 1, domain.PDQ)}, []ingest.Part{one}, nil},
		"a file of child-abuse imagery":          {[]func(*testing.T, *world){list(domain.KnownCSAM, 1, domain.MD5)}, []ingest.Part{one}, nil},
		"another part is child-abuse imagery":    {[]func(*testing.T, *world){list(domain.KnownCSAM, 2, domain.PDQ)}, []ingest.Part{one, two}, nil},
		"child-abuse imagery and something else": {[]func(*testing.T, *world){list(domain.Known, 1, domain.SHA256), list(domain.KnownCSAM, 1, domain.PDQ)}, []ingest.Part{one, two}, nil},
		"such a match that known good outweighs, and another part held": {
			[]func(*testing.T, *world){list(domain.KnownCSAM, 1, domain.PDQ), list(domain.Negative, 1, domain.PDQ)}, []ingest.Part{one, text}, nil},
		"such a match that known good outweighs, and another part blocked": {
			[]func(*testing.T, *world){list(domain.KnownCSAM, 1, domain.PDQ), list(domain.Negative, 1, domain.PDQ), list(domain.Known, 2, domain.PDQ)}, []ingest.Part{one, two}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, add := range c.known {
				add(t, w)
			}
			w.check(t, c.parts...)
			if diff := cmp.Diff(c.want, slices.Sorted(maps.Keys(w.store.renditions))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for part, data := range w.store.renditions {
				if img, err := jpeg.Decode(bytes.NewReader(data)); err != nil || max(img.Bounds().Dx(), img.Bounds().Dy()) != 160 {
					t.Errorf("%s: %v", part, err)
				}
			}
		})
	}
}

// TestNoRenditionIsKeptBeforeTheLastWord holds an upload for a URL that does not answer, while its file is listed as child-abuse imagery: a
// rendition made in the first round would be there in the second.
func TestNoRenditionIsKeptBeforeTheLastWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, busy)
	if d := w.check(t, file("file-1", copyOf(1)), url(page)); d.Verdict != domain.Hold || len(w.store.renditions) != 0 {
		t.Errorf("%s, %d renditions", d.Verdict, len(w.store.renditions))
	}
	w.known.add(t, domain.KnownCSAM, copyOf(1), domain.PDQ)
	w.web.put(page, copyOf(2))
	w.resume(t)
	if d := w.decided(t)[1]; d.Policy.Rule != "known-csam" || len(w.store.renditions) != 0 {
		t.Errorf("%s, %d renditions", d.Policy.Rule, len(w.store.renditions))
	}
}

func TestADecisionDoesNotDependOnItsRendition(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(context.Context){
		"that fails":          func(context.Context) {},
		"that takes too long": func(ctx context.Context) { <-ctx.Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.known.add(t, domain.Known, copyOf(1), domain.SHA256)
				w.Inspector.Decode = &tired{eyes: w.eyes, again: again}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				d, err := w.Check(ctx, ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", copyOf(1))}})
				if err != nil || ctx.Err() != nil || d.Verdict != domain.Block || len(w.store.renditions) != 0 {
					t.Errorf("%v, %s, %d renditions", err, d.Verdict, len(w.store.renditions))
				}
			})
		})
	}
}

// tired can decode but once.
type tired struct {
	*eyes
	again func(context.Context)
	used  bool
}

func (f *tired) Decode(ctx context.Context, data []byte, visit func(media.Frame) error) (media.Picture, error) {
	if f.used {
		f.again(ctx)
		return media.Picture{}, errors.New("not again")
	}
	f.used = true
	return f.eyes.Decode(ctx, data, visit)
}
