package hamming

import (
	"math/bits"
	"slices"
)

const (
	// A segment of fewer codes has no tables: comparing all its codes is as fast.
	minIndexed = 1024

	// Sketches are read four at a time; this many follow the last one.
	sketchPad = 3
)

// segment is an immutable set of codes in ascending order of id, with the tables
// by which they are searched. Its slices lie on the heap or in a mapped file.
type segment struct {
	ids    []uint64 // strictly ascending
	codes  []Code   // codes[i] belongs to ids[i]
	width  int      // bits of a bucket number; 0 where there are no tables
	tables []table  // one for each chunk, or none
}

// table lists the entries of a segment by the value of one chunk, in compressed
// sparse rows. The bucket number is the first width bits of the chunk.
type table struct {
	starts    []uint32 // bucket b is positions[starts[b]:starts[b+1]]
	positions []uint32 // index into ids and codes
	sketches  []uint16 // the following chunk (the first after the last), in the order of positions
}

// widthFor returns the width of the tables for n codes: four to eight codes a
// bucket, until there are as many buckets as chunk values.
func widthFor(n int) int {
	if n < minIndexed {
		return 0
	}
	return min(bits.Len(uint(n))-3, chunkBits)
}

// newSegment returns a segment of codes in strictly ascending order of id, with
// tables if they are worth it. The segment keeps both slices.
func newSegment(ids []uint64, codes []Code) *segment {
	s := &segment{ids: ids, codes: codes, width: widthFor(len(ids))}
	if s.width > 0 {
		s.buildTables()
	}
	return s
}

// buildTables needs 32 bytes a code beside the tables for a while.
func (s *segment) buildTables() {
	n := len(s.codes)
	columns := make([]uint16, chunks*n) // chunk c of code i at c*n+i
	for i, code := range s.codes {
		for c, part := range cut(code) {
			columns[c*n+i] = part
		}
	}
	column := func(c int) []uint16 { return columns[c%chunks*n:][:n] }
	s.tables = make([]table, chunks)
	next := make([]uint32, 1<<s.width)
	for c := range s.tables {
		s.tables[c] = newTable(column(c), column(c+1), s.width, next)
	}
}

// newTable sorts the entries into buckets by counting; next is room for one
// number a bucket.
func newTable(chunk, following []uint16, width int, next []uint32) table {
	t := table{
		starts:    make([]uint32, 1<<width+1),
		positions: make([]uint32, len(chunk)),
		sketches:  make([]uint16, len(chunk)+sketchPad),
	}
	shift := chunkBits - width
	for _, v := range chunk {
		t.starts[int(v>>shift)+1]++
	}
	for b := range next {
		next[b] = t.starts[b]
		t.starts[b+1] += t.starts[b]
	}
	for i, v := range chunk {
		at := next[v>>shift]
		next[v>>shift]++
		t.positions[at] = uint32(i)
		t.sketches[at] = following[i]
	}
	return t
}

// find returns the position of id.
func (s *segment) find(id uint64) (int, bool) {
	if n := len(s.ids); n == 0 || id < s.ids[0] || id > s.ids[n-1] {
		return 0, false
	}
	return slices.BinarySearch(s.ids, id)
}
