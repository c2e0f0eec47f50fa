package keypoint

import (
	"math"
	"math/bits"
)

// Code describes the region around a point in 256 bits: regions that look alike have codes that differ in few.
//
// Of the 4 × 4 cells of a region it holds two bytes each. A bit of the first says of one of eight directions whether the cell has
// more of it than its neighbour to the right, a bit of the second whether more than its neighbour below; at the edge the
// neighbour is the one at the other end. Byte 4·y + x holds the first of the cell in column x and row y, byte 16 + 4·y + x the
// second; bits and bytes count from the lowest.
type Code [4]uint64

// Distance returns the number of bits, 0 to 256, in which two codes differ.
func (c Code) Distance(o Code) int {
	return bits.OnesCount64(c[0]^o[0]) + bits.OnesCount64(c[1]^o[1]) + bits.OnesCount64(c[2]^o[2]) + bits.OnesCount64(c[3]^o[3])
}

// near reports whether half of two codes differs in few enough bits for the whole to do so; it mostly does not.
func (c *Code) near(o *Code) bool {
	return bits.OnesCount64(c[0]^o[0])+bits.OnesCount64(c[1]^o[1]) <= loose
}

// Mirror returns the code of the region seen in a mirror, with top and bottom exchanged, as far as it follows from the code: two
// directions of which there is as much as of each other are the exception, and none in a region worth a point.
func (c Code) Mirror() Code {
	var m Code
	for y := range cells {
		for x := range cells {
			m.set(y*cells+x, reversed[c.get((cells-1-y)*cells+x)])
			m.set(16+y*cells+x, ^reversed[c.get(16+(cells+2-y)%cells*cells+x)])
		}
	}
	return m
}

// Mirror returns the points of the picture seen in a mirror, with top and bottom exchanged.
func (s Set) Mirror() Set {
	m := make(Set, len(s))
	for i, p := range s {
		m[i] = Point{X: p.X, Y: math.MaxUint16 - p.Y, Size: p.Size, Angle: -p.Angle, Code: p.Code.Mirror()}
	}
	return m
}

func (c *Code) get(i int) byte    { return byte(c[i/8] >> (8 * (i % 8))) }
func (c *Code) set(i int, b byte) { c[i/8] |= uint64(b) << (8 * (i % 8)) }

// reversed has the directions of a byte the other way round: what pointed down by an angle points up by it.
var reversed = func() (t [256]byte) {
	for b := range t {
		for a := range directions {
			if b>>a&1 == 1 {
				t[b] |= 1 << ((directions - a) % directions)
			}
		}
	}
	return t
}()
