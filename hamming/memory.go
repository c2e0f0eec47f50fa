package hamming

import (
	"sync/atomic"
	"unsafe"
)

// region is memory for the parts of a segment: on the Go heap, anonymous memory
// of the operating system, or a mapped file. What is not on the heap is released
// by hand, when no search can read it any more.
type region struct {
	data    []byte
	release func() error // nil on the heap
}

// hugeRegion is the size from which on a region is taken from the operating
// system: a few large pages make random reads a tenth faster than many small
// ones, the memory goes back at once, and the garbage collector need not keep as
// much again in reserve.
const hugeRegion = 4 << 20

// newRegion returns zeroed memory whose start is aligned for any number.
func newRegion(size int) region {
	if size >= hugeRegion {
		if r, err := systemRegion(size); err == nil {
			return r
		}
	}
	words := make([]uint64, (size+7)/8)
	return region{data: unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), size)}
}

// free gives the memory back. Nothing may read it afterwards.
func (r *region) free() error {
	if r.release == nil {
		return nil
	}
	release := r.release
	r.data, r.release = nil, nil
	return release()
}

// shared is a region that several owners read and the last one releases.
type shared struct {
	region
	owners atomic.Int32
}

func (s *shared) drop() error {
	if s.owners.Add(-1) > 0 {
		return nil
	}
	return s.free()
}

// carver cuts a region into sections that are aligned as in a snapshot.
type carver struct {
	rest []byte
	file bool // the region holds numbers in the order of a snapshot, not of the host
}

// carve returns the next section as n numbers: in place, or as a copy where the
// host orders bytes otherwise than the file.
func carve[T uint8 | uint16 | uint32 | uint64](c *carver, n uint64) []T {
	size := n * uint64(unsafe.Sizeof(T(0)))
	section := c.rest[:size:size]
	c.rest = c.rest[min(align(size), uint64(len(c.rest))):]
	if c.file && !hostIsLittleEndian {
		return decoded[T](section)
	}
	return inPlace[T](section)
}

// carveCodes returns the next section as n codes.
func carveCodes(c *carver, n uint64) []Code { return codesOf(carve[uint64](c, 4*n)) }
