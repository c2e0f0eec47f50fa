//go:build amd64 && !purego

package keypoint

import "golang.org/x/sys/cpu"

// hasVector reports whether the processor and the system let us use AVX2.
var hasVector = cpu.X86.HasAVX2

// addPair does what addPairPlain does, eight numbers at a time. The instructions reach no further than what is checked here.
func addPair(dst, a, b []float32, c float32) {
	n := 0
	if hasVector {
		n = len(dst) / 8 * 8
	}
	if n > 0 {
		_, _ = a[n-1], b[n-1]
		addPairAVX2(&dst[0], &a[0], &b[0], c, n)
	}
	addPairPlain(dst[n:], a[n:], b[n:], c)
}

//go:noescape
func addPairAVX2(dst, a, b *float32, c float32, n int)
