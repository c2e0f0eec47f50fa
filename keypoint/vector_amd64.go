//go:build amd64 && !purego

package keypoint

import "golang.org/x/sys/cpu"

// hasVector reports whether the processor and the system let us use AVX2, which came with Haswell (2013) and Zen (2017).
var hasVector = cpu.X86.HasAVX2

// The instructions reach no further than what is checked here.

// weighVector reports false, having done nothing, if the lines are shorter than a vector.
func weighVector(dst []float32, add *lines, k kernel) bool {
	n := len(dst)
	if n < lanes {
		return false
	}
	var starts [2*mostTaps - 1]*float32
	for i := range 2*len(k) - 1 {
		_ = add[i][n-1]
		starts[i] = &add[i][0]
	}
	weighAVX2(&dst[0], &starts[0], &k[0], len(k)-1, n)
	return true
}

// subtractVector returns how many numbers it took.
func subtractVector(dst, a, b []float32) int {
	n := len(dst) / lanes * lanes
	if n > 0 {
		_, _ = a[n-1], b[n-1]
		subtractAVX2(&dst[0], &a[0], &b[0], n)
	}
	return n
}

// peaksVector looks at pixels from the second of the row on, eight at a time.
func peaksVector(mask []byte, above, here, below []float32) int {
	n := (len(here) - 2) / lanes * lanes
	if n <= 0 {
		return 0
	}
	_, _, _ = mask[n/lanes-1], above[n+1], below[n+1]
	peaksAVX2(&mask[0], &above[1], &here[1], &below[1], leastPeak, n)
	return n
}

func slopesVector(s *slopes, r *region) { slopesAVX2(s, r) }

//go:noescape
func weighAVX2(dst *float32, starts **float32, weights *float32, pairs, n int)

//go:noescape
func subtractAVX2(dst, a, b *float32, n int)

//go:noescape
func peaksAVX2(mask *byte, above, here, below *float32, least float32, n int)

//go:noescape
func slopesAVX2(s *slopes, r *region)
