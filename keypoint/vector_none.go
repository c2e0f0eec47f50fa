//go:build !amd64 || purego

package keypoint

// There are no vector instructions, or none are wanted.
const hasVector = false

func weighVector(dst []float32, add *lines, k kernel) bool      { return false }
func subtractVector(dst, a, b []float32) int                    { return 0 }
func peaksVector(mask []byte, above, here, below []float32) int { return 0 }
func slopesVector(s *slopes, r *region)                         { r.slopesPlain(s) }
