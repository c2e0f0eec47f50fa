package keypoint

// vector is whether vector instructions are used; only tests change it.
var vector = hasVector

// lanes is how many numbers a vector instruction works on.
const lanes = 8

// weigh does what weighPlain does.
func weigh(dst []float32, add *lines, k kernel) {
	if !vector || !weighVector(dst, add, k) {
		weighPlain(dst, add, k)
	}
}

// subtract does what subtractPlain does.
func subtract(dst, a, b []float32) {
	n := 0
	if vector {
		n = subtractVector(dst, a, b)
	}
	subtractPlain(dst[n:], a[n:], b[n:])
}

// peaks looks along a row for pixels that are extreme, and sets their bits in mask. It returns how many pixels it looked at.
func peaks(mask []byte, above, here, below []float32) int {
	if !vector {
		return 0
	}
	return peaksVector(mask, above, here, below)
}

// slopes does what slopesPlain does.
func (r *region) slopes(s *slopes) {
	if vector {
		slopesVector(s, r)
	} else {
		r.slopesPlain(s)
	}
}
