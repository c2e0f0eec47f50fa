//go:build !amd64 || purego

package hamming

func vectorKernels() []Kernel { return nil }

const noVectors = "hamming: a vector kernel was chosen where there is none"

func nearAVX512(*span, int, int, *byte, *group, int) (done, skipped, found int) { panic(noVectors) }
func nearAVX2(*span, int, int, *byte, *group, int) (done, skipped, found int)   { panic(noVectors) }
func flipsAVX512(*uint32, uint32, uint32, uint32, uint32, *span)                { panic(noVectors) }
func expandAMD64(*group, int, *byte, *candidate, int) (done, found int)         { panic(noVectors) }
func pairsAVX512(*Code, int, *Code, int, int, *pair, int) (done, found int)     { panic(noVectors) }
func pairsAVX2(*Code, int, *Code, int, int, *pair, int) (done, found int)       { panic(noVectors) }
func locateAMD64(*candidate, int, *byte, *Code, *uint32)                        { panic(noVectors) }
func prefetchBuckets(*uint32, int, *Code)                                       { panic(noVectors) }
func prefetchSpans(*span, int, *byte)                                           { panic(noVectors) }
