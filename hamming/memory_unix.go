//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package hamming

import (
	"os"
	"syscall"
	"unsafe"
)

// hugePage is the size of a large page of x86-64 and of most others.
const hugePage = 2 << 20

// systemRegion returns anonymous memory, on large pages where there are any.
func systemRegion(size int) (region, error) {
	all, err := syscall.Mmap(-1, 0, size+hugePage, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return region{}, os.NewSyscallError("mmap", err)
	}
	// What lies before the first large page and behind the end is never touched and takes no memory.
	start := -int(uintptr(unsafe.Pointer(unsafe.SliceData(all)))) & (hugePage - 1)
	data := all[start:][:size:size]
	adviseHuge(data)
	return region{data, func() error { return os.NewSyscallError("munmap", syscall.Munmap(all)) }}, nil
}

// mapFile maps the first size bytes of f for reading; size must not be 0. The
// file may be closed afterwards.
func mapFile(f *os.File, size int) (region, error) {
	data, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return region{}, os.NewSyscallError("mmap", err)
	}
	return region{data, func() error { return os.NewSyscallError("munmap", syscall.Munmap(data)) }}, nil
}

// syncDir makes a rename within the directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
