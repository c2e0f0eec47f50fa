package jpegluma

// zigzag is the place in a block, row by row, of each coefficient as they come. T.81, figure 5.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// mostEnergy is the most that the squares of the coefficients of a block may add up to. Those of its samples add up to the same,
// 64 * 128 * 128 at most; as much again is left for what quantization adds. Of blocks beyond, which no encoder makes, image/jpeg
// and other decoders make different things, as their numbers overflow. Of 12 bits it is 16 * 16 times as much.
const mostEnergy = 2 * 64 * 128 * 128

// block reads a block. Its coefficients up to a place come into b, row by row, which was all zeros; those behind are passed
// over. It returns the place of the last one that came into b, or a little more, and less than 0 if the block is wrong.
// prediction is the DC coefficient of the block before, and becomes that of this one.
func (r *bitReader) block(b *[64]int32, c *component, prediction *int32, upTo int) int {
	acc, n, next := refill(r.acc, r.n, r.next, &r.window)
	dc, ac, q := c.dc, c.ac, c.quantizer
	e := dc.look[acc>>(64-lookBits)]
	if e == 0 {
		if e = dc.long(acc); e == 0 {
			return -1
		}
	}
	*prediction += e.read(acc)
	acc, n = acc<<(e.bits()&63), n-e.bits()
	b[0] = *prediction * q.scale[0]
	energy := square(*prediction * q.step[0])
	place, last := 0, 0
	for place < upTo {
		if n < 32 {
			acc, n, next = refill(acc, n, next, &r.window)
		}
		e := ac.look[acc>>(64-lookBits)]
		if e == 0 {
			if e = ac.long(acc); e == 0 {
				return -1
			}
		}
		place += e.advance()
		v := e.read(acc)
		acc, n = acc<<(e.bits()&63), n-e.bits()
		if place > 63 {
			break
		}
		energy += square(v * q.step[place&63])
		b[zigzag[place&63]&63] = v * q.scale[place&63]
		last = place
	}
	r.acc, r.n, r.next = acc, n, next
	if energy > r.mostEnergy {
		return -1
	}
	if !r.pass(ac, place) {
		return -1
	}
	return last
}

// read returns the value of the code of e that acc begins with.
func (e entry) read(acc uint64) int32 {
	size := e.size()
	if size == 0 {
		return e.value()
	}
	return extend(int32(acc<<((e.bits()-size)&63)>>((64-size)&63)), size)
}

// passBlock passes over a block, and reports false if it is wrong.
func (r *bitReader) passBlock(c *component) bool {
	r.acc, r.n, r.next = refill(r.acc, r.n, r.next, &r.window)
	e := c.dc.look[r.acc>>(64-lookBits)]
	if e == 0 {
		if e = c.dc.long(r.acc); e == 0 {
			return false
		}
	}
	r.acc, r.n = r.acc<<(e.bits()&63), r.n-e.bits()
	return r.pass(c.ac, 0)
}

// pass passes over what follows place in a block, and reports false if it is wrong.
//
// A stride may lead over the end of the block, into the next one: then its codes are passed over one by one.
func (r *bitReader) pass(ac *codes, place int) bool {
	acc, n, next := r.acc, r.n, r.next
	for place < 63 {
		if n < 32 {
			acc, n, next = refill(acc, n, next, &r.window)
		}
		s := ac.skip[acc>>(64-skipBits)]
		to := place + s.advance()
		if s == 0 || to > 63 && (to < endOfBlock || to >= endOfBlock+63) {
			e := ac.look[acc>>(64-lookBits)]
			if e == 0 {
				if e = ac.long(acc); e == 0 {
					return false
				}
			}
			place += e.advance()
			acc, n = acc<<(e.bits()&63), n-e.bits()
			continue
		}
		place = to
		acc, n = acc<<(s.bits()&63), n-s.bits()
	}
	r.acc, r.n, r.next = acc, n, next
	return place == 63 || place >= endOfBlock
}

func square(v int32) int64 { return int64(v) * int64(v) }
