package jpegluma

import "math"

// The inverse transform is that of Arai, Agui and Nakajima ("A fast DCT-SQ scheme for images", 1988) in integers: its factors
// for each coefficient are part of the quantizer, so that five multiplications are left for eight samples.

// fraction is how many bits of a number in the transform lie behind the point.
const fraction = 16

// quantizer says what the coefficients stand for, each at the place at which it comes.
type quantizer struct {
	step  [64]int32
	scale [64]int32 // step and the factor of the transform, times 1<<fraction
}

// scaleFor sets the factors for blocks of size by size samples: 8, 4, 2 or 1. Of those whose precision is 12 bits the transform makes
// samples of 8.
func (q *quantizer) scaleFor(size, precision int) {
	for place, i := range zigzag {
		f := factor(int(i%8), size) * factor(int(i/8), size) / float64(int(1)<<(precision-8))
		q.scale[place] = int32(math.Round(float64(q.step[place]) * f * (1 << fraction)))
	}
}

// factor returns the factor of the u-th coefficient along one side of a block.
//
// A smaller block is made of the lowest coefficients, as many as it has samples. They are lessened as the mean of the samples
// that become one would lessen them.
func factor(u, size int) float64 {
	f := 1 / math.Sqrt(8)
	if u > 0 {
		f *= math.Sqrt2
	}
	angle := float64(u) * math.Pi / 16
	switch size {
	case 8:
		if u > 0 {
			f *= math.Cos(angle)
		}
	case 4:
		f *= math.Cos(angle)
		if u == 2 {
			f *= math.Sqrt2 / 2
		}
	case 2:
		f *= math.Cos(angle) * math.Cos(2*angle)
		if u == 1 {
			f *= math.Sqrt2 / 2
		}
	}
	return f
}

// Factors of the transform, times 1<<14.
const (
	sqrt2     = 23170 // the root of 2
	twiceCos  = 30274 // 2 cos(pi/8)
	twiceLess = 17734 // 2 cos(pi/8) - 2 sin(pi/8)
	twiceMore = 42813 // 2 cos(pi/8) + 2 sin(pi/8)
	cosine    = 15137 // cos(pi/8)
	sine      = 6270  // sin(pi/8)
)

// grey is what is added to each sample: T.81 has them around 0. The half rounds.
const grey = 128<<fraction + 1<<(fraction-1)

// sample returns a sample as a byte.
func sample(v int64) byte {
	v >>= fraction
	if uint64(v) > 255 {
		return byte(^v >> 63) // 0 below, 255 above
	}
	return byte(v)
}

// transform8 writes the 8 by 8 samples of a block to dst, whose rows are stride bytes apart, and clears the block. Behind place
// last all coefficients are zero.
func transform8(b *[64]int32, last int, dst []byte, stride int) {
	switch {
	case last == 0:
		flat(b, dst, stride)
	case last < 10:
		transformLow(b, dst, stride)
	default:
		transformFull(b, dst, stride)
	}
}

// flat is transform8 for a block that has no coefficient but the first.
func flat(b *[64]int32, dst []byte, stride int) {
	v := sample(int64(b[0]) + grey)
	b[0] = 0
	for y := range 8 {
		row := dst[y*stride:][:8]
		row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] = v, v, v, v, v, v, v, v
	}
}

func transformFull(b *[64]int32, dst []byte, stride int) {
	for x := range 8 {
		c := b[x:][:57]
		if c[8]|c[16]|c[24]|c[32]|c[40]|c[48]|c[56] == 0 {
			v := c[0]
			c[8], c[16], c[24], c[32], c[40], c[48], c[56] = v, v, v, v, v, v, v
			continue
		}
		i0, i1, i2, i3, i4, i5, i6, i7 := int64(c[0]), int64(c[8]), int64(c[16]), int64(c[24]), int64(c[32]), int64(c[40]), int64(c[48]), int64(c[56])
		s0, s1, s3 := i0+i4, i0-i4, i2+i6
		s2 := (i2-i6)*sqrt2>>14 - s3
		e0, e1, e2, e3 := s0+s3, s1+s2, s1-s2, s0-s3
		z0, z1, z2, z3 := i5-i3, i1+i7, i1-i7, i5+i3
		o0 := z1 + z3
		z5 := (z0 + z2) * twiceCos
		o1 := (z5-z0*twiceMore)>>14 - o0
		o2 := (z1-z3)*sqrt2>>14 - o1
		o3 := (z5-z2*twiceLess)>>14 - o2
		c[0], c[56] = int32(e0+o0), int32(e0-o0)
		c[8], c[48] = int32(e1+o1), int32(e1-o1)
		c[16], c[40] = int32(e2+o2), int32(e2-o2)
		c[24], c[32] = int32(e3+o3), int32(e3-o3)
	}
	for y := range 8 {
		c := b[8*y:][:8]
		i0, i1, i2, i3, i4, i5, i6, i7 := int64(c[0])+grey, int64(c[1]), int64(c[2]), int64(c[3]), int64(c[4]), int64(c[5]), int64(c[6]), int64(c[7])
		s0, s1, s3 := i0+i4, i0-i4, i2+i6
		s2 := (i2-i6)*sqrt2>>14 - s3
		e0, e1, e2, e3 := s0+s3, s1+s2, s1-s2, s0-s3
		z0, z1, z2, z3 := i5-i3, i1+i7, i1-i7, i5+i3
		o0 := z1 + z3
		z5 := (z0 + z2) * twiceCos
		o1 := (z5-z0*twiceMore)>>14 - o0
		o2 := (z1-z3)*sqrt2>>14 - o1
		o3 := (z5-z2*twiceLess)>>14 - o2
		row := dst[y*stride:][:8]
		row[0], row[7] = sample(e0+o0), sample(e0-o0)
		row[1], row[6] = sample(e1+o1), sample(e1-o1)
		row[2], row[5] = sample(e2+o2), sample(e2-o2)
		row[3], row[4] = sample(e3+o3), sample(e3-o3)
	}
	*b = [64]int32{}
}

// transformLow is transform8 for a block that has coefficients in the first 4 rows and columns only.
func transformLow(b *[64]int32, dst []byte, stride int) {
	for x := range 4 {
		c := b[x:][:57]
		i0, i1, i2, i3 := int64(c[0]), int64(c[8]), int64(c[16]), int64(c[24])
		s2 := i2*sqrt2>>14 - i2
		e0, e1, e2, e3 := i0+i2, i0+s2, i0-s2, i0-i2
		o0 := i1 + i3
		z5 := (i1 - i3) * twiceCos
		o1 := (z5+i3*twiceMore)>>14 - o0
		o2 := (i1-i3)*sqrt2>>14 - o1
		o3 := (z5-i1*twiceLess)>>14 - o2
		c[0], c[56] = int32(e0+o0), int32(e0-o0)
		c[8], c[48] = int32(e1+o1), int32(e1-o1)
		c[16], c[40] = int32(e2+o2), int32(e2-o2)
		c[24], c[32] = int32(e3+o3), int32(e3-o3)
	}
	for y := range 8 {
		c := b[8*y:][:4]
		i0, i1, i2, i3 := int64(c[0])+grey, int64(c[1]), int64(c[2]), int64(c[3])
		c[0], c[1], c[2], c[3] = 0, 0, 0, 0
		s2 := i2*sqrt2>>14 - i2
		e0, e1, e2, e3 := i0+i2, i0+s2, i0-s2, i0-i2
		o0 := i1 + i3
		z5 := (i1 - i3) * twiceCos
		o1 := (z5+i3*twiceMore)>>14 - o0
		o2 := (i1-i3)*sqrt2>>14 - o1
		o3 := (z5-i1*twiceLess)>>14 - o2
		row := dst[y*stride:][:8]
		row[0], row[7] = sample(e0+o0), sample(e0-o0)
		row[1], row[6] = sample(e1+o1), sample(e1-o1)
		row[2], row[5] = sample(e2+o2), sample(e2-o2)
		row[3], row[4] = sample(e3+o3), sample(e3-o3)
	}
}

// transform4 writes the 4 by 4 samples of a block as transform8 does. The block has nothing but 4 by 4 coefficients.
func transform4(b *[64]int32, last int, dst []byte, stride int) {
	if last == 0 {
		v := sample(int64(b[0]) + grey)
		b[0] = 0
		for y := range 4 {
			row := dst[y*stride:][:4]
			row[0], row[1], row[2], row[3] = v, v, v, v
		}
		return
	}
	for x := range 4 {
		c := b[x:][:25]
		i0, i1, i2, i3 := int64(c[0]), int64(c[8]), int64(c[16]), int64(c[24])
		e0, e1 := i0+i2, i0-i2
		o0, o1 := (i1*cosine+i3*sine)>>14, (i1*sine-i3*cosine)>>14
		c[0], c[24] = int32(e0+o0), int32(e0-o0)
		c[8], c[16] = int32(e1+o1), int32(e1-o1)
	}
	for y := range 4 {
		c := b[8*y:][:4]
		i0, i1, i2, i3 := int64(c[0])+grey, int64(c[1]), int64(c[2]), int64(c[3])
		e0, e1 := i0+i2, i0-i2
		o0, o1 := (i1*cosine+i3*sine)>>14, (i1*sine-i3*cosine)>>14
		row := dst[y*stride:][:4]
		row[0], row[3] = sample(e0+o0), sample(e0-o0)
		row[1], row[2] = sample(e1+o1), sample(e1-o1)
	}
	*b = [64]int32{}
}

// transform2 writes the 2 by 2 samples of a block as transform8 does, of its first 2 by 2 coefficients.
func transform2(b *[64]int32, dst []byte, stride int) {
	top, bottom := int64(b[0])+int64(b[8])+grey, int64(b[0])-int64(b[8])+grey
	right, left := int64(b[1])+int64(b[9]), int64(b[1])-int64(b[9])
	dst[0], dst[1] = sample(top+right), sample(top-right)
	dst[stride], dst[stride+1] = sample(bottom+left), sample(bottom-left)
	b[0], b[1], b[2], b[8], b[9], b[16] = 0, 0, 0, 0, 0, 0
}

// transform1 writes the mean of a block to dst.
func transform1(b *[64]int32, dst []byte) {
	dst[0] = sample(int64(b[0]) + grey)
	b[0] = 0
}
