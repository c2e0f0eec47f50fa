package keypoint

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// FuzzParse reads any text: it is refused, or is exactly what the set it stands for is written as.
func FuzzParse(f *testing.F) {
	dice := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 44} {
		f.Add(randomSet(dice, n).String())
	}
	f.Add("")
	f.Add("AQEB")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err == nil && s.String() != text {
			t.Errorf("%q was read, but is written as %q", text, s.String())
		}
	})
}

// FuzzFind looks for points in any small picture.
func FuzzFind(f *testing.F) {
	f.Add(scene(1, 40, 30).Pix, uint16(40), uint8(20), true)
	f.Add([]byte{255, 0}, uint16(13), uint8(64), false)
	f.Add([]byte{}, uint16(0), uint8(1), false)
	f.Fuzz(func(t *testing.T, pix []byte, width uint16, most uint8, twice bool) {
		w := int(width % 80)
		g := image.NewGray(image.Rect(-3, 7, -3+w, 7+min(len(pix)/max(w, 1), 80)))
		copy(g.Pix, pix)
		s := Find(g, int(most), twice)
		if len(s) > min(int(most), MostPoints) {
			t.Fatalf("%d points, want at most %d", len(s), most)
		}
		longer := float64(max(g.Rect.Dx(), g.Rect.Dy()))
		for _, p := range s {
			if x, y := float64(p.X)/math.MaxUint16*longer, float64(p.Y)/math.MaxUint16*longer; x > float64(g.Rect.Dx()) || y > float64(g.Rect.Dy()) {
				t.Fatalf("a point at %.1f, %.1f lies outside of %v", x, y, g.Rect.Size())
			}
		}
		if again := Find(g, int(most), twice); again.String() != s.String() {
			t.Fatal("found other points the second time")
		}
	})
}

// FuzzCompare compares any two sets, both ways round and in a mirror.
func FuzzCompare(f *testing.F) {
	dice := rand.New(rand.NewPCG(2, 2))
	a, _ := randomSet(dice, 5).MarshalBinary()
	b, _ := Find(scene(1, 64, 64), 40, true).MarshalBinary()
	f.Add(a, b)
	f.Add(b, b)
	f.Add([]byte{version, 0}, a)
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var a, b Set
		if a.UnmarshalBinary(first) != nil || b.UnmarshalBinary(second) != nil {
			return
		}
		for _, pair := range [][2]Set{{a, b}, {b, a}, {append(a, b...), append(b, a...)}, {a, b.Mirror()}} {
			got := Compare(pair[0], pair[1])
			if most := min(len(pair[0]), len(pair[1]), MostPoints); got.Points > most || got.Points < 0 {
				t.Fatalf("%d points agree of %d and %d", got.Points, len(pair[0]), len(pair[1]))
			}
			for _, v := range []float64{got.Score, got.Layout, got.KnownShare, got.FoundShare} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%+v", got)
				}
			}
			if max(got.KnownShare, got.FoundShare) > 1+1e-6 {
				t.Fatalf("%+v: more than the whole", got)
			}
		}
	})
}
