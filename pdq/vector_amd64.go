//go:build amd64 && !purego

package pdq

import "golang.org/x/sys/cpu"

// hasVector reports whether the processor and the system let us use AVX2, which came with Haswell (2013) and Zen (2017).
var hasVector = cpu.X86.HasAVX2

// The instructions reach no further than what is checked here.

func (t *tent) filterTileVector(left, columns int) {
	window, end := t.across.window, left+columns
	fits := t.delay == lanes && left >= 0 && columns > 0 && columns%lanes == 0 && columns <= t.tile && window > 0 &&
		len(t.luma) >= t.tile*lanes &&
		len(t.entered) >= (window+columns)*lanes && len(t.tented) >= (window+lanes+columns)*lanes &&
		len(t.divisors) >= end && len(t.place) >= end && len(t.sums) >= end
	for _, slot := range t.slot {
		fits = fits && slot >= 0 && slot+end <= len(t.ring)
	}
	if !fits {
		panic("pdq: a tile beyond its buffers")
	}
	filterTileAVX2(t, left, columns)
}

func (t *tent) finishRowsVector() {
	fits := true
	for _, slot := range t.slot2 {
		fits = fits && slot >= 0 && slot+side <= len(t.ring2)
	}
	if !fits {
		panic("pdq: rows beyond their buffers")
	}
	finishRowsAVX2(t)
}

func divideVector(out, sums *[side]float32, n float32) { divideAVX2(out, sums, n) }

// The functions below convert as many pixels as fill vectors, and return how many.

func lumaGreyVector(dst []float32, pix []byte) int {
	n := len(dst) / lanes * lanes
	if n > 0 {
		_ = pix[n-1]
		lumaGreyAVX2(&dst[0], &pix[0], n)
	}
	return n
}

func lumaRGBVector(dst []float32, pix []byte) int {
	n := len(dst) / lanes * lanes
	if n > 0 {
		_ = pix[3*n-1]
		lumaRGBAVX2(&dst[0], &pix[0], n)
	}
	return n
}

func lumaRGBAVector(dst []float32, pix []byte) int {
	n := len(dst) / lanes * lanes
	if n > 0 {
		_ = pix[4*n-1]
		lumaRGBAAVX2(&dst[0], &pix[0], n)
	}
	return n
}

// lumaNRGBAVector stops at pixels that are not opaque.
func lumaNRGBAVector(dst []float32, pix []byte) int {
	n := len(dst) / lanes * lanes
	if n > 0 {
		_ = pix[4*n-1]
		n = lumaNRGBAAVX2(&dst[0], &pix[0], n)
	}
	return n
}

// lumaYCbCrVector converts pixels of which the first begins a chroma sample, and 1<<shift share one.
func lumaYCbCrVector(dst []float32, y, cb, cr []byte, shift int) int {
	n := len(dst) / lanes * lanes
	if n == 0 || shift > 1 {
		return 0
	}
	_, _, _ = y[n-1], cb[n>>shift-1], cr[n>>shift-1]
	if shift == 1 {
		lumaYCbCrPairsAVX2(&dst[0], &y[0], &cb[0], &cr[0], n)
	} else {
		lumaYCbCrAVX2(&dst[0], &y[0], &cb[0], &cr[0], n)
	}
	return n
}

func (f *spectrum) transformVector(s *samples) {
	var down [order][side]float32
	productAVX2(&down[0][0], &basis[0][0], &s[0][0], side)
	productAVX2(&f[0][0], &down[0][0], &basisByPlace[0][0], order)
}

func (f *spectrum) hashVector() (h Hash) {
	var keys [order * order]int32
	aboveAVX2(&h, f, medianAVX2(f, &keys))
	return h
}

func (s *samples) gradientVector() int { return gradientAVX2(s) }

//go:noescape
func filterTileAVX2(t *tent, left, columns int)

//go:noescape
func finishRowsAVX2(t *tent)

//go:noescape
func divideAVX2(out, in *[side]float32, n float32)

//go:noescape
func lumaGreyAVX2(dst *float32, pix *byte, n int)

//go:noescape
func lumaRGBAVX2(dst *float32, pix *byte, n int)

//go:noescape
func lumaRGBAAVX2(dst *float32, pix *byte, n int)

//go:noescape
func lumaNRGBAAVX2(dst *float32, pix *byte, n int) int

//go:noescape
func lumaYCbCrAVX2(dst *float32, y, cb, cr *byte, n int)

//go:noescape
func lumaYCbCrPairsAVX2(dst *float32, y, cb, cr *byte, n int)

//go:noescape
func productAVX2(out, a, b *float32, columns int)

//go:noescape
func gradientAVX2(s *samples) int

//go:noescape
func medianAVX2(f *spectrum, keys *[order * order]int32) float32

//go:noescape
func aboveAVX2(h *Hash, f *spectrum, m float32)
