package hamming

import (
	"math/bits"
	"testing"
)

func TestSpreadMovesEveryBitToAPlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	var all Code
	for bit := range 256 {
		var c Code
		c[bit/64] = 1 << (bit % 64)
		moved := spread(c)
		if moved.ones() != 1 {
			t.Fatalf("bit %d becomes %d bits", bit, moved.ones())
		}
		all = all.xor(moved)
	}
	if all.ones() != 256 {
		t.Errorf("only %d places are taken", all.ones())
	}
	rng := newRand(1)
	for range 100 {
		a, b := randomCode(rng), randomCode(rng)
		if spread(a).xor(spread(b)) != spread(a.xor(b)) {
			t.Fatalf("spreading %v and %v does not spread their difference", a, b)
		}
	}
}

func TestCutLosesNoBit(t *testing.T) {
	t.Parallel()
	rng := newRand(2)
	for range 100 {
		c, ones := randomCode(rng), 0
		for _, part := range cut(c) {
			ones += bits.OnesCount16(part)
		}
		if ones != c.ones() {
			t.Fatalf("%d bits in the chunks, %d in the code", ones, c.ones())
		}
	}
}

func TestReachesSatisfyThePigeonholePrinciple(t *testing.T) {
	t.Parallel()
	for radius := range MaxRadius + 1 {
		p := newPlan(Code{}, radius)
		sum := 0
		for _, reach := range p.reach {
			if reach < -1 || reach > maxReach {
				t.Errorf("radius %d: reach %d", radius, reach)
			}
			sum += reach + 1
		}
		if sum != radius+1 {
			t.Errorf("radius %d: reaches sum to %d", radius, sum)
		}
	}
}

func TestEveryCodeWithinTheRadiusHasAnOwner(t *testing.T) {
	t.Parallel()
	rng := newRand(3)
	for radius := range MaxRadius + 1 {
		p := newPlan(Code{}, radius)
		for i := range 500 {
			d := radius - i%4 // the rim is where it could fail
			if d < 0 {
				continue
			}
			if difference := codeNear(rng, Code{}, d); p.owner(difference) < 0 {
				t.Fatalf("radius %d: nothing finds a difference of %d bits, %v", radius, d, difference)
			}
		}
	}
}

func TestFlipsListMasksThatFit(t *testing.T) {
	t.Parallel()
	for width := range chunkBits + 1 {
		for d := range maxReach + 1 {
			want := 0
			for mask := range 1 << width {
				if bits.OnesCount(uint(mask)) != d {
					continue
				}
				if flips[d][want] != uint16(mask) {
					t.Fatalf("width %d, %d bits: mask %d is %x, want %x", width, d, want, flips[d][want], mask)
				}
				want++
			}
			if flipCount[width][d] != want {
				t.Fatalf("width %d, %d bits: %d masks, want %d", width, d, flipCount[width][d], want)
			}
		}
	}
}
