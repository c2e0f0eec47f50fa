//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package hamming

import (
	"io"
	"os"
	"unsafe"
)

// mapping is a file's bytes in memory, read only.
type mapping struct{ data []byte }

// mapFile reads the first size bytes of f where files are not mapped. The memory
// begins at a multiple of 8, as a mapping does.
func mapFile(f *os.File, size int) (*mapping, error) {
	words := make([]uint64, (size+7)/8)
	data := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, err
	}
	return &mapping{data}, nil
}

func (m *mapping) close() error { return nil }

// syncDir does nothing: these systems offer no way to sync a directory.
func syncDir(string) error { return nil }
