package pipeline

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/media"
)

// renditions makes veiled pictures of what people will look at: the parts of an upload that is not simply allowed. If anything in it matches
// child-abuse imagery, nothing is made, whether the match counts or not. Nothing is made either as long as another decision may follow: it
// might find such a match, or allow the upload, when the rendition is already kept.
func (in *Inspector) renditions(ctx context.Context, d domain.Decision, found *inspection) []domain.Rendition {
	if d.Verdict == domain.Allow || unsettled(d) || slices.ContainsFunc(d.Matches, ofChildAbuse) {
		return nil
	}
	ctx, cancel := leaveTime(ctx) // the decision is worth more than its picture
	defer cancel()
	wanted := showable(d, found.parts)
	var made []domain.Rendition
	for _, name := range slices.Sorted(maps.Keys(found.shown)) {
		made = append(made, in.renditionsOf(ctx, name, found.shown[name], wanted)...)
	}
	return made
}

// maxRenditions is the most pictures that are kept of what lies in the archives of an upload.
const maxRenditions = 16

// showable names the parts and members of which a rendition is wanted: every part, and of the members those that matched before the others.
func showable(d domain.Decision, parts []domain.Part) map[string]bool {
	wanted, members := map[string]bool{}, 0
	add := func(p domain.Part) {
		if p.Inside != "" && !wanted[p.Name] {
			if members == maxRenditions {
				return
			}
			members++
		}
		wanted[p.Name] = true
	}
	for _, matched := range []bool{true, false} {
		for _, p := range parts {
			of := slices.ContainsFunc(d.Matches, func(m domain.Match) bool { return m.Part == p.Name })
			if of == matched && slices.ContainsFunc(p.Fingerprints, func(f domain.Fingerprint) bool { return f.Quality != nil }) {
				add(p)
			}
		}
	}
	return wanted
}

// renditionsOf makes the renditions that are wanted of a part and of what lies in it, which is opened once more for that.
func (in *Inspector) renditionsOf(ctx context.Context, name string, data []byte, wanted map[string]bool) (made []domain.Rendition) {
	left := 0
	for w := range wanted {
		if within(w, name) {
			left++
		}
	}
	look := func(ctx context.Context, f file) error {
		if !wanted[f.name] || f.err != nil || f.holds != nil {
			return nil
		}
		if veiled, err := in.veil(ctx, f.data); err != nil {
			in.Log.Warn("no veiled rendition could be made", "part", f.name, "error", err)
		} else {
			made = append(made, domain.Rendition{Part: f.name, MediaType: "image/jpeg", Data: veiled})
		}
		if left--; left == 0 {
			return errEnough
		}
		return nil
	}
	budget := in.Budget.withDefaults()
	unpacking := in.unpacking(budget, len(data))
	o := opened{depth: budget.Depth, budget: &unpacking, look: look, names: map[string]bool{}}
	if err := o.visit(ctx, file{name: name, data: data}); err != nil && !errors.Is(err, errEnough) {
		in.Log.Warn("an archive could not be opened again for its renditions", "part", name, "error", err)
	}
	return made
}

func ofChildAbuse(m domain.Match) bool { return m.BankKind == domain.KnownCSAM }

var (
	errSeen  = errors.New("the first frame was seen")
	errEmpty = errors.New("there is no frame")
)

// veil makes the veiled rendition of the first frame. It decodes again: that is rare, and keeping every picture until the verdict is not.
func (in *Inspector) veil(ctx context.Context, data []byte) (veiled []byte, err error) {
	_, err = in.Decode.Decode(ctx, data, func(f media.Frame) error {
		var err error
		veiled, err = media.Veil(f.Image)
		return cmp.Or(err, errSeen)
	})
	if errors.Is(err, errSeen) {
		return veiled, nil
	}
	return nil, cmp.Or(err, errEmpty)
}
