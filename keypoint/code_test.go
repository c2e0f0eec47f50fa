package keypoint

import (
	"math/rand/v2"
	"testing"
)

func randomCode(dice *rand.Rand) Code {
	return Code{dice.Uint64(), dice.Uint64(), dice.Uint64(), dice.Uint64()}
}

// TestDistance counts bits one by one.
func TestDistance(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		a, b := randomCode(dice), randomCode(dice)
		want := 0
		for i := range 256 {
			if (a[i/64]^b[i/64])>>(i%64)&1 == 1 {
				want++
			}
		}
		if got := a.Distance(b); got != want || b.Distance(a) != want {
			t.Fatalf("%x and %x: %d and %d, want %d", a, b, got, b.Distance(a), want)
		}
	}
}

// mirror returns the slopes of a region with top and bottom exchanged.
func (s *slopes) mirror() (m slopes) {
	for y := range cells {
		for x := range cells {
			for a := range directions {
				m[y*cells+x][a] = s[(cells-1-y)*cells+x][(directions-a)%directions]
			}
		}
	}
	return m
}

// TestMirrorIsThatOfTheRegion compares the mirrored code with the code of the mirrored slopes: they are the same to the last bit.
func TestMirrorIsThatOfTheRegion(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		var s slopes
		for i := range s {
			for a := range s[i] {
				s[i][a] = dice.Float32()
			}
		}
		m := s.mirror()
		code := s.code()
		if got, want := code.Mirror(), m.code(); got != want {
			t.Fatalf("%x, mirrored %x, want %x", code, got, want)
		}
		if code.Mirror().Mirror() != code {
			t.Fatalf("%x: mirrored twice it is %x", code, code.Mirror().Mirror())
		}
	}
}

// TestMirroredRegionHasMirroredSlopes turns samples of a picture upside down.
func TestMirroredRegionHasMirroredSlopes(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 3))
	var r, m region
	for i := range r {
		r[i] = dice.Float32() * 100
	}
	for y := range wide {
		copy(m[(wide-1-y)*wide:][:wide], r[y*wide:])
	}
	var of, ofMirrored slopes
	r.slopes(&of)
	m.slopes(&ofMirrored)
	want := of.mirror()
	for i := range want {
		for a := range want[i] {
			if d := want[i][a] - ofMirrored[i][a]; d > 1e-3 || d < -1e-3 {
				t.Fatalf("cell %d, direction %d: %v, want %v", i, a, ofMirrored[i][a], want[i][a])
			}
		}
	}
}
