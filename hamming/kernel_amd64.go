//go:build !purego

package hamming

import "golang.org/x/sys/cpu"

// vectorKernels returns the vector kernels that the processor and the operating
// system allow, best first.
func vectorKernels() (found []Kernel) {
	x := &cpu.X86
	if !x.HasAVX2 || !x.HasBMI2 {
		return nil
	}
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512BITALG && x.HasAVX512VPOPCNTDQ {
		found = append(found, AVX512)
	}
	return append(found, AVX2)
}

// The functions of kernel_amd64.s do what the methods of Kernel promise, and are
// called by them alone.

//go:noescape
func nearAVX512(spans *span, n, skip int, entries *byte, out *group, room int) (done, skipped, found int)

//go:noescape
func nearAVX2(spans *span, n, skip int, entries *byte, out *group, room int) (done, skipped, found int)

//go:noescape
func flipsAVX512(starts *uint32, home, width, bounds, query uint32, out *span)

//go:noescape
func expandAMD64(groups *group, n int, entries *byte, out *candidate, room int) (done, found int)

//go:noescape
func pairsAVX512(codes *Code, n int, queries *Code, nq int, radius int, out *pair, room int) (done, found int)

//go:noescape
func pairsAVX2(codes *Code, n int, queries *Code, nq int, radius int, out *pair, room int) (done, found int)

//go:noescape
func locateAMD64(near *candidate, n int, entries *byte, codes *Code, out *uint32)

//go:noescape
func prefetchBuckets(starts *uint32, width int, query *Code)

//go:noescape
func prefetchSpans(spans *span, n int, entries *byte)
