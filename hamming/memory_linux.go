package hamming

import "syscall"

// adviseHuge asks for large pages. Without them everything works as well, only
// more slowly.
func adviseHuge(data []byte) {
	_ = syscall.Madvise(data, syscall.MADV_HUGEPAGE)
}
