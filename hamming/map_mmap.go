//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package hamming

import (
	"os"
	"syscall"
)

// mapping is a file's bytes in memory, read only.
type mapping struct{ data []byte }

// mapFile maps the first size bytes of f; size must not be 0. The file may be
// closed afterwards.
func mapFile(f *os.File, size int) (*mapping, error) {
	data, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &mapping{data}, nil
}

func (m *mapping) close() error {
	return os.NewSyscallError("munmap", syscall.Munmap(m.data))
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
