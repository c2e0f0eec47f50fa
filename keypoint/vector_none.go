//go:build !amd64 || purego

package keypoint

func addPair(dst, a, b []float32, c float32) { addPairPlain(dst, a, b, c) }
