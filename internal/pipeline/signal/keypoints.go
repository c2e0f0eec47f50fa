package signal

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/luma"
	"github.com/quell-project/quell/keypoint"
)

// keypointsType is the points of a picture, see package keypoint. A picture has no fingerprint of this type by itself: banks have one of what
// was in hand when it was added, and uploads are looked up by theirs, which are not kept.
type keypointsType struct{}

func (keypointsType) Name() domain.SignalType { return domain.Keypoints }
func (keypointsType) Description() string {
	return "pictures and parts of them, cropped, tilted, framed or within others"
}

// Limits: the distance is the mean number of bits in which the codes of points that agree differ. Whether enough of them agree does not depend
// on it.
func (keypointsType) Limits() Limits { return Limits{Default: 40, Max: 44} }

// Parse refuses what could never match: it would look like something that is known.
func (t keypointsType) Parse(value string) (string, error) {
	points, err := t.points(value)
	if err != nil {
		return "", err
	}
	if len(points) < leastPoints {
		return "", fmt.Errorf("%s: %d points, want at least %d: fewer match nothing", domain.Keypoints, len(points), leastPoints)
	}
	return points.String(), nil
}

func (keypointsType) points(value string) (keypoint.Set, error) {
	points, err := keypoint.Parse(strings.TrimSpace(value))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", domain.Keypoints, err)
	}
	return points, nil
}

// Distance is that of the points that agree. If not enough of them do, it is the greatest there is, unless the values are the same.
func (t keypointsType) Distance(a, b string) (int, error) {
	x, err := t.points(a)
	if err != nil {
		return 0, err
	}
	y, err := t.points(b)
	if err != nil || slices.Equal(x, y) {
		return 0, err
	}
	if g := keypoint.Compare(x, y); g.Enough() {
		return g.Distance, nil
	}
	return unlike, nil
}

const (
	unlike = 256 // bits: no code is farther from another
	// pointSide is the longer side of the copy in which points are looked for, in pixels.
	pointSide = 256
	// mostKnown is how many points stand for a picture in a bank: about 4 KB in the index. A picture with fewer than leastPoints is told from
	// others by its PDQ alone.
	mostKnown   = 40
	leastPoints = 4
)

// Views of the points of a picture. Those of a page have a margin.
const (
	PointsView       = "points"
	MirroredView     = "points, mirrored"
	PageView         = "points of a page"
	MirroredPageView = "points of a page, mirrored"
)

// PageMargin is by how much nearer than the limit of a bank the points of a page have to be to match. Pages, tables and charts are made of the same
// lines and letters, so that points of one lie as those of another; what is a copy is nearer.
const PageMargin = 24

// Margin returns by how much nearer than the limit of a bank a view has to be to match.
func Margin(f domain.Fingerprint) int {
	if f.View == PageView || f.View == MirroredPageView {
		return PageMargin
	}
	return 0
}

// points returns the points of a picture as they are looked up: as they lie, and as in a mirror.
func points(small *image.Gray, most int) []domain.Fingerprint {
	grey := luma.Small(small, pointSide)
	set := keypoint.Find(grey, most, true)
	if len(set) < leastPoints {
		return nil
	}
	plain, mirrored := PointsView, MirroredView
	if keypoint.Paper(grey) >= keypoint.MostPaper {
		plain, mirrored = PageView, MirroredPageView
	}
	return []domain.Fingerprint{
		{Type: domain.Keypoints, Value: set.String(), View: plain},
		{Type: domain.Keypoints, Value: set.Mirror().String(), View: mirrored},
	}
}

// knownPoints returns the points of a picture as they stand in a bank.
func knownPoints(small *image.Gray) []domain.Fingerprint {
	set := keypoint.Find(luma.Small(small, pointSide), mostKnown, false)
	if len(set) < leastPoints {
		return nil
	}
	return []domain.Fingerprint{{Type: domain.Keypoints, Value: set.String()}}
}
