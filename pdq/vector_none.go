//go:build !amd64 || purego

package pdq

// There are no vector instructions, or none are wanted.
const hasVector = false

func (t *tent) filterTileVector(left, columns int)     { t.filterTilePortable(left, columns) }
func (t *tent) finishRowsVector()                      { t.finishRowsPortable() }
func divideVector(out, sums *[side]float32, n float32) { dividePortable(out, sums, n) }
func lumaGreyVector(dst []float32, pix []byte) int     { return 0 }
func lumaRGBVector(dst []float32, pix []byte) int      { return 0 }
func lumaRGBAVector(dst []float32, pix []byte) int     { return 0 }
func lumaNRGBAVector(dst []float32, pix []byte) int    { return 0 }

func lumaYCbCrVector(dst []float32, y, cb, cr []byte, shift int) int { return 0 }

func (out *spectrum) transformVector(s *samples) { out.transform(s) }
func (f *spectrum) hashVector() Hash             { return f.hash() }
func (s *samples) gradientVector() int           { return s.gradient() }
