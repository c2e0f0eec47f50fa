//go:build !purego

package hamming

import "sync"

// cpuid and xgetbv execute the instructions of these names.
func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
func xgetbv() (eax uint32)

// vectorKernels returns the vector kernels that the processor has the
// instructions for and the operating system saves the registers of, best first.
// Bits are those of Intel's Software Developer's Manual, volume 2A, CPUID.
var vectorKernels = sync.OnceValue(func() (found []Kernel) {
	const (
		osxsave, avx                  = 1 << 27, 1 << 28 // leaf 1, ecx
		avx2, bmi2, avx512f, avx512bw = 1 << 5, 1 << 8, 1 << 16, 1 << 30
		bitalg, vpopcntdq             = 1 << 12, 1 << 14 // leaf 7, ecx
		ymmSaved, zmmSaved            = 0x06, 0xe6       // xcr0
		need1, need2                  = osxsave | avx, avx2 | bmi2
		need512, needCount512         = avx512f | avx512bw, bitalg | vpopcntdq
	)
	if leaves, _, _, _ := cpuid(0, 0); leaves < 7 {
		return nil
	}
	_, _, c1, _ := cpuid(1, 0)
	_, b7, c7, _ := cpuid(7, 0)
	if c1&need1 != need1 || b7&need2 != need2 || xgetbv()&ymmSaved != ymmSaved {
		return nil
	}
	if b7&need512 == need512 && c7&needCount512 == needCount512 && xgetbv()&zmmSaved == zmmSaved {
		found = append(found, AVX512)
	}
	return append(found, AVX2)
})

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
