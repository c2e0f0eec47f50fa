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
func (in *Inspector) renditions(ctx context.Context, d domain.Decision, pictures map[string][]byte) []domain.Rendition {
	if d.Verdict == domain.Allow || unsettled(d) || slices.ContainsFunc(d.Matches, ofChildAbuse) {
		return nil
	}
	ctx, cancel := leaveTime(ctx) // the decision is worth more than its picture
	defer cancel()
	var made []domain.Rendition
	for _, name := range slices.Sorted(maps.Keys(pictures)) {
		data, err := in.veil(ctx, pictures[name])
		if err != nil {
			in.Log.Warn("no veiled rendition could be made", "part", name, "error", err)
			continue
		}
		made = append(made, domain.Rendition{Part: name, MediaType: "image/jpeg", Data: data})
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
