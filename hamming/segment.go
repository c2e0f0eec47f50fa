package hamming

import (
	"slices"
	"sync/atomic"
)

const (
	// A segment of fewer codes has no tables: comparing all its codes is as fast.
	minIndexed = 4096

	// Positions in a segment are three bytes wide.
	maxSegmentSize = 1 << 24

	// Of so many ids one is a fence.
	fenceStep = 64
)

// segment is an immutable set of codes in ascending order of id, with the tables
// by which they are searched.
type segment struct {
	ids   []uint64 // strictly ascending
	codes []Code   // spread; codes[i] belongs to ids[i]
	fence []uint64 // every fenceStep-th id, to find an id with few reads of memory
	tables

	// ready tells that the tables may be used. Those of a mapped snapshot are
	// verified after the segment is searched already. If they turn out damaged the
	// segment is built anew from its codes.
	ready, damaged atomic.Bool

	memory []region
	file   *shared // the mapped snapshot that the segment lies in, or nil
}

// tables say which codes have which chunks. They hold all codes of a segment but
// those in crowds, and do not exist in a small segment.
//
// There is a table for each chunk, all in the same arrays one after the other.
// The entries of a table are the codes ordered by the first width bits of the
// chunk: bucket b of table c is the entries starts[c<<width+b] up to the next one's.
//
// An entry is five bytes: its sketch, which is the following chunk of the code (the
// first after the last), and the position of the code in three bytes. A bucket
// holds first all sketches and then all positions, so that sketches are compared
// as they lie, and the position of one that is near is not far.
type tables struct {
	width   int    // bits of a bucket number; 0 where there are no tables
	length  uint32 // entries of one table
	starts  []uint32
	entries []byte // and entriesPad zeros
	crowds  crowds
}

// entrySizeInTable is the number of bytes of an entry.
const entrySizeInTable = 5

// widthFor returns the width of tables with n entries: so many bits that a bucket
// has as many entries as suit the kernel, until there are as many buckets as chunk
// values. A vector compares 32 entries at once, about as fast as it finds a bucket.
func widthFor(n int, k Kernel) int {
	least := 8
	if k >= AVX2 {
		least = 32
	}
	width := 1
	for width < chunkBits && n>>(width+1) >= least {
		width++
	}
	return width
}

// newSegment returns a segment of n codes that fill writes, in strictly ascending
// order of id. The work of building tables is done by so many goroutines.
func newSegment(n int, k Kernel, workers int, fill func(ids []uint64, codes []Code)) *segment {
	r := newRegion(int(coreSize(n)))
	c := carver{rest: r.data}
	s := &segment{
		ids:    carve[uint64](&c, uint64(n)),
		codes:  carveCodes(&c, uint64(n)),
		memory: []region{r},
	}
	fill(s.ids, s.codes)
	s.setFence()
	if n >= minIndexed {
		s.buildTables(k, workers)
	}
	s.ready.Store(true)
	return s
}

// coreSize returns the bytes of the ids and codes of n entries.
func coreSize(n int) uint64 { return align(8*uint64(n)) + align(32*uint64(n)) }

func (s *segment) setFence() {
	s.fence = make([]uint64, 0, (len(s.ids)+fenceStep-1)/fenceStep)
	for i := 0; i < len(s.ids); i += fenceStep {
		s.fence = append(s.fence, s.ids[i])
	}
}

// size returns the bytes that the segment holds.
func (s *segment) size() (total int) {
	for i := range s.memory {
		total += len(s.memory[i].data)
	}
	if s.file != nil {
		total += int(s.shape().size())
	}
	return total
}

// free releases the memory. Nothing may read the segment afterwards.
func (s *segment) free() (err error) {
	for i := range s.memory {
		if failed := s.memory[i].free(); err == nil {
			err = failed
		}
	}
	if s.file != nil {
		err = s.file.drop()
	}
	return err
}

// find returns the position of id.
func (s *segment) find(id uint64) (int, bool) {
	if n := len(s.ids); n == 0 || id < s.ids[0] || id > s.ids[n-1] {
		return 0, false
	}
	block, exact := slices.BinarySearch(s.fence, id)
	if exact {
		return block * fenceStep, true
	}
	first := (block - 1) * fenceStep
	at, ok := slices.BinarySearch(s.ids[first:min(first+fenceStep, len(s.ids))], id)
	return first + at, ok
}

// bucket returns the entries of a bucket: from the first up to the end.
func (t *tables) bucket(c int, number uint32) (first, end uint32) {
	at := uint32(c)<<t.width + number
	return t.starts[at], t.starts[at+1]
}

// position returns the position of a code, which lies at the given place.
func (t *tables) position(place uint32) uint32 {
	p := t.entries[place:][:3]
	return uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16
}

// chunkOf returns the chunk in whose table a place is.
func (t *tables) chunkOf(place uint32) int { return int(place / (entrySizeInTable * t.length)) }

// probes returns how many buckets are looked into by a plan with these reaches.
func (t *tables) probes(reach *[chunks]int) int {
	total := 0
	for _, r := range reach {
		for d := 0; d <= r; d++ {
			total += flipCount[t.width][d]
		}
	}
	return total
}
