package match_test

import (
	"image"
	"image/draw"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/luma"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/keypoint"
)

// knownPoints returns the points of a picture as a bank has them.
func knownPoints(img image.Image) string {
	return keypoint.Find(luma.Small(img, 256), 40, false).String()
}

// pointsOf returns the points of a picture as they are looked up, as it is and in a mirror.
func pointsOf(img image.Image) []match.Fingerprint {
	set := keypoint.Find(luma.Small(img, 256), 64, true)
	return []match.Fingerprint{print("file-1", domain.Keypoints, set.String()), print("file-1", domain.Keypoints, set.Mirror().String())}
}

// beside returns two pictures in one.
func beside(left, right image.Image) image.Image {
	a, b := left.Bounds(), right.Bounds()
	both := image.NewRGBA(image.Rect(0, 0, a.Dx()+b.Dx(), max(a.Dy(), b.Dy())))
	draw.Draw(both, a.Sub(a.Min), left, a.Min, draw.Src)
	draw.Draw(both, b.Sub(b.Min).Add(image.Pt(a.Dx(), 0)), right, b.Min, draw.Src)
	return both
}

// inMirror returns a picture with left and right exchanged.
func inMirror(img image.Image) image.Image {
	b := img.Bounds()
	m := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			m.Set(b.Max.X-1-x+b.Min.X, y, img.At(x, y))
		}
	}
	return m
}

// inner returns the middle of a picture.
func inner(img *image.RGBA) image.Image { return img.SubImage(img.Rect.Inset(img.Rect.Dx() / 8)) }

// TestKnownGoodPointsOutweighWhatTheyExplain lists one picture as known and one as good, and looks up a third.
func TestKnownGoodPointsOutweighWhatTheyExplain(t *testing.T) {
	t.Parallel()
	nearer := 0 // known-good pictures beside others that are farther: by distance alone they would outweigh them
	for seed := uint64(1); seed <= 6; seed++ {
		a, b := art.Picture(seed, 300), art.Picture(seed+1, 300)
		for name, c := range map[string]struct {
			known, good, seen image.Image
			suppressed        bool
		}{
			"the good picture":                           {a, a, a, true},
			"the good picture in a mirror":               {a, a, inMirror(a), true},
			"the good picture, of which a part is known": {inner(a), a, a, true},
			"both side by side":                          {a, b, beside(a, b), false},
			"both side by side in a mirror":              {a, b, inMirror(beside(a, b)), false},
		} {
			m := &truth{}
			m.add(m.bank(whole("heron", domain.Known)), domain.Keypoints, knownPoints(c.known))
			m.add(m.bank(whole("good", domain.Negative)), domain.Keypoints, knownPoints(c.good))
			x := open(t, m, func(c *match.Config) { c.Kinds = []match.Kind{{Name: domain.Keypoints, Limit: 44, Form: match.Points}} })
			catchUp(t, x)
			var of, good *domain.Match
			for _, f := range lookup(t, x, pointsOf(c.seen)...) {
				if f.Bank == "heron" {
					of = &f
				} else {
					good = &f
				}
			}
			if of == nil || good == nil { // not every picture is found beside another one
				continue
			}
			if (of.SuppressedBy != "") != c.suppressed {
				t.Errorf("%d, %s: %d bits beside the good one at %d, suppressed by %q", seed, name, of.Distance, good.Distance, of.SuppressedBy)
			}
			if !c.suppressed && good.Distance <= of.Distance {
				nearer++
			}
		}
	}
	if nearer == 0 {
		t.Error("no good picture was nearer than one beside it")
	}
}
