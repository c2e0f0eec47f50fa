package pipeline_test

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

// types lists the types of fingerprints with their frames.
func types(prints []domain.Fingerprint) map[domain.SignalType][]int {
	frames := map[domain.SignalType][]int{}
	for _, f := range prints {
		frames[f.Type] = append(frames[f.Type], f.Frame)
	}
	return frames
}

func TestWhatStandsForAFileInABank(t *testing.T) {
	t.Parallel()
	still := pngOf(picture(1))
	empty := image.NewRGBA(picture(1).Bounds())
	for name, c := range map[string]struct {
		data   []byte
		want   map[domain.SignalType][]int
		status domain.CheckStatus
	}{
		"a picture":                             {still, map[domain.SignalType][]int{"pdq": {0}, "keypoints": {0}, "sha256": {0}, "md5": {0}}, domain.Complete},
		"an animation: its first usable frame":  {animation(empty, picture(2), picture(3)), map[domain.SignalType][]int{"pdq": {1}, "keypoints": {1}, "sha256": {0}, "md5": {0}}, domain.Complete},
		"a picture with nothing on it":          {blank(), map[domain.SignalType][]int{"sha256": {0}, "md5": {0}}, domain.Complete},
		"a file that is no picture":             {[]byte("abc"), map[domain.SignalType][]int{"sha256": {0}, "md5": {0}}, domain.Unsupported},
		"a picture of which the end is missing": {still[:len(still)/2], map[domain.SignalType][]int{"sha256": {0}, "md5": {0}}, domain.Failed},
	} {
		prints, checks := newWorld(t).Inspector.Fingerprints(t.Context(), c.data)
		if diff := cmp.Diff(c.want, types(prints)); diff != "" || checks[0].Status != c.status || len(checks) != 3 {
			t.Errorf("%s: %+v (-want +got)\n%s", name, checks, diff)
		}
	}
}

func TestExamineShowsAllThereIs(t *testing.T) {
	t.Parallel()
	prints, checks := newWorld(t).Inspector.Examine(t.Context(), animation(image.NewRGBA(picture(1).Bounds()), picture(2), picture(3)))
	if diff := cmp.Diff(map[domain.SignalType][]int{"pdq": {0, 1, 2}, "sha256": {0}, "md5": {0}}, types(prints)); diff != "" || len(checks) != 3 {
		t.Errorf("%+v (-want +got)\n%s", checks, diff)
	}
}

func TestExamineMakesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	prints, checks := newWorld(t).Inspector.Examine(t.Context(), pngOf(picture(1)), domain.PDQ)
	if diff := cmp.Diff(map[domain.SignalType][]int{"pdq": {0}}, types(prints)); diff != "" || len(checks) != 1 || checks[0].Detector != "pdq" {
		t.Errorf("%+v (-want +got)\n%s", checks, diff)
	}
}
