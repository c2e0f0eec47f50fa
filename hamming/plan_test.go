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

func TestChunksLoseNoBit(t *testing.T) {
	t.Parallel()
	rng := newRand(2)
	for range 100 {
		c := randomCode(rng)
		var back Code
		for i := range chunks {
			back[i/4] |= uint64(c.chunk(i)) << (16 * (i % 4))
		}
		if back != c {
			t.Fatalf("the chunks of %v make %v", c, back)
		}
	}
}

func TestReachesSatisfyThePigeonholePrinciple(t *testing.T) {
	t.Parallel()
	for radius := range MaxRadius + 1 {
		p := newPlan(Code{}, radius, Portable)
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
		p := newPlan(Code{}, radius, Portable)
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

// cheapest must find what trying all divisions finds.
func TestCheapestThresholdsAreTheCheapest(t *testing.T) {
	t.Parallel()
	rng := newRand(4)
	for radius := range MaxRadius + 1 {
		var cost [chunks][maxReach + 2]int
		for c := range cost {
			for r := range cost[c] {
				cost[c][r] = rng.IntN(1000)
				if r > 0 {
					cost[c][r] += cost[c][r-1]
				}
			}
		}
		cost[rng.IntN(chunks)][maxReach+1] = -1
		got, total := cheapest(radius, &cost)
		sum, paid := 0, 0
		for c, reach := range got.reach {
			if reach < -1 || reach > maxReach {
				t.Fatalf("radius %d: reach %d", radius, reach)
			}
			sum += reach + 1
			paid += cost[c][reach+1]
			if got.pair[c] != reach+got.reach[(c+1)%chunks]+1 {
				t.Errorf("radius %d: pair %d is %d", radius, c, got.pair[c])
			}
		}
		if radius < MaxRadius && sum != radius+1 {
			t.Errorf("radius %d: reaches sum to %d", radius, sum)
		}
		if radius < MaxRadius && paid != total {
			t.Errorf("radius %d: says %d, costs %d", radius, total, paid)
		}
		// No exchange of one step between two chunks makes it cheaper.
		for a := range chunks {
			for b := range chunks {
				up, down := got.reach[a]+2, got.reach[b]
				if a == b || up > maxReach+1 || down < 0 || cost[a][up] < 0 || radius == MaxRadius {
					continue
				}
				if paid-cost[a][up-1]-cost[b][down+1]+cost[a][up]+cost[b][down] < paid {
					t.Fatalf("radius %d: moving a step from chunk %d to %d costs less", radius, b, a)
				}
			}
		}
	}
}
