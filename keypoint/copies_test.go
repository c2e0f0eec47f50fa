package keypoint

import (
	"image"
	"testing"
)

// How many points are kept of known pictures, and of those that are looked up.
const ofKnown, ofFound = 44, 64

// best compares two pictures both ways, as they are and in a mirror, and says whether it is in the mirror that they are more alike.
func best(known, found *image.Gray) (a Agreement, mirrored bool) {
	k, f := Find(known, ofKnown, false), Find(found, ofFound, true)
	a, b := Compare(k, f), Compare(k, f.Mirror())
	if b.Score > a.Score {
		return b, true
	}
	return a, false
}

// TestCopiesAreFound makes copies of pictures in ways that a hash of the whole picture does not survive.
func TestCopiesAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		copy     func(g *image.Gray) *image.Gray
		mirrored bool
	}{
		{"itself", func(g *image.Gray) *image.Gray { return g }, false},
		{"in a mirror", mirrored, true},
		{"turned by 7 degrees", func(g *image.Gray) *image.Gray { return moved(g, 256, 192, 7, 1) }, false},
		{"turned by 45 degrees", func(g *image.Gray) *image.Gray { return moved(g, 256, 256, 45, 0.9) }, false},
		{"turned by 90 degrees", func(g *image.Gray) *image.Gray { return moved(g, 192, 256, 90, 1) }, false},
		{"turned by 180 degrees", func(g *image.Gray) *image.Gray { return moved(g, 256, 192, 180, 1) }, false},
		{"half as large on black", func(g *image.Gray) *image.Gray { return moved(g, 256, 192, 0, 0.5) }, false},
		{"cut down to 60 %", func(g *image.Gray) *image.Gray { return cut(g, 80, 60, 256, 192) }, false},
		{"cut and enlarged", func(g *image.Gray) *image.Gray { return moved(g, 256, 192, 0, 1.5) }, false},
		{"in a mirror, turned and cut", func(g *image.Gray) *image.Gray { return moved(mirrored(g), 200, 150, 20, 1) }, true},
		{"in another picture", func(g *image.Gray) *image.Gray {
			return pasted(scene(99, 256, 256), moved(g, 154, 115, 0, 0.6), 60, 80)
		}, false},
		{"grey in grey", func(g *image.Gray) *image.Gray {
			out := image.NewGray(g.Rect)
			for i, v := range g.Pix {
				out.Pix[i] = 100 + v/4
			}
			return out
		}, false},
		{"where its bounds do not begin at zero", func(g *image.Gray) *image.Gray { return cut(g, 10, 10, 250, 180) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(6) {
				known := scene(seed, 256, 192)
				a, mirrored := best(known, c.copy(known))
				if !a.Enough() || mirrored != c.mirrored {
					t.Errorf("scene %d: %+v, want enough, mirrored %t", seed, a, c.mirrored)
				}
			}
		})
	}
}

// TestOthersAreNotFound compares scenes that have nothing in common.
func TestOthersAreNotFound(t *testing.T) {
	t.Parallel()
	const n = 60
	var known, found [n]Set
	for i := range known {
		g := scene(uint64(i), 256, 192)
		known[i], found[i] = Find(g, ofKnown, false), Find(g, ofFound, true)
	}
	for i := range known {
		for j := range found {
			if a := Compare(known[i], found[j]); a.Enough() != (i == j) {
				t.Errorf("scenes %d and %d: %+v", i, j, a)
			}
			if a := Compare(known[i], found[j].Mirror()); a.Enough() {
				t.Errorf("scenes %d and %d in a mirror: %+v", i, j, a)
			}
		}
	}
}

// TestASetAgreesWithItself, all of it, but for a mirror.
func TestASetAgreesWithItself(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		s := Find(scene(seed, 256, 192), ofKnown, false)
		a := Compare(s, s)
		if a.Points < len(s)*9/10 || a.Distance != 0 || !a.Enough() {
			t.Errorf("scene %d: %+v of %d points", seed, a, len(s))
		}
	}
}

// TestTooFewPointsAgreeInNothing compares sets that are too small to say where one lies in the other.
func TestTooFewPointsAgreeInNothing(t *testing.T) {
	t.Parallel()
	s := Find(scene(1, 256, 192), ofKnown, false)
	for _, pair := range [][2]Set{{nil, nil}, {nil, s}, {s, nil}, {s[:1], s[:1]}, {s[:2], s[:2]}} {
		if a := Compare(pair[0], pair[1]); a.Enough() {
			t.Errorf("%d and %d points: %+v", len(pair[0]), len(pair[1]), a)
		}
	}
}

// TestWhatAPictureExplains pastes a picture into another one: neither is there because of the other, but a part of either is.
func TestWhatAPictureExplains(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		one, other := scene(seed, 256, 192), scene(seed+50, 256, 192)
		found := Find(pasted(moved(one, 256, 384, 0, 1), other, 0, 192), ofFound, true)
		a, b := Compare(Find(one, ofKnown, false), found), Compare(Find(other, ofKnown, false), found)
		part := Compare(Find(cut(one, 0, 0, 170, 192), ofKnown, false), found)
		if a.Explains(b) || b.Explains(a) {
			t.Errorf("scene %d: %+v and %+v explain each other", seed, a, b)
		}
		if part.Enough() && a.Enough() && !a.Explains(part) || !a.Explains(a) || a.Explains(Agreement{}) {
			t.Errorf("scene %d: %+v does not explain its part, %+v", seed, a, part)
		}
	}
}
