package hamming

import (
	"encoding/binary"
	"runtime"
	"sync"
	"sync/atomic"
)

// buildTables makes the tables of a segment whose codes are there. Besides what
// it makes it needs 8 bytes a code for each worker.
func (s *segment) buildTables(k Kernel, workers int) {
	n := len(s.codes)
	width := widthFor(n, k)
	counts := make([]uint32, chunks<<width+1)
	countBuckets(counts, s.codes, width, nil)
	found := findCrowds(s.codes, counts, width, k)
	var skip members
	if len(found) > 0 {
		skip = positionsOf(found, n)
		n -= membersOf(found)
		width = widthFor(n, k)
		counts = make([]uint32, chunks<<width+1)
		countBuckets(counts, s.codes, width, skip)
	}
	r := newRegion(int(tablesSize(n, width, len(found), membersOf(found))))
	s.memory = append(s.memory, r)
	s.tables = carveTables(&carver{rest: r.data}, n, width, len(found), membersOf(found))
	s.crowds.set(found, s.codes)
	total := uint32(0)
	for i, count := range counts {
		s.starts[i] = total
		total += count
	}
	s.scatter(skip, max(workers, 1))
}

// carveTables cuts the arrays of tables with n entries, and of crowds.
func carveTables(c *carver, n, width, crowds, members int) tables {
	return tables{
		width:   width,
		length:  uint32(n),
		starts:  carve[uint32](c, chunks<<width+1),
		entries: carve[uint8](c, entriesSize(n)),
		crowds:  carveCrowds(c, crowds, members),
	}
}

// tablesSize returns the bytes of what carveTables cuts.
func tablesSize(n, width, crowds, members int) uint64 {
	return align(4*(chunks<<width+1)) + align(entriesSize(n)) + crowdsSize(crowds, members)
}

func entriesSize(n int) uint64 { return chunks*entrySizeInTable*uint64(n) + entriesPad }

// countBuckets adds to counts how many codes, of those that are not to be
// skipped, lie in each bucket of each table.
func countBuckets(counts []uint32, codes []Code, width int, skip members) {
	for i := range codes {
		breathe(i)
		if skip.has(i) {
			continue
		}
		for c := range chunks {
			counts[c<<width+int(codes[i].chunk(c)>>(chunkBits-width))]++
		}
	}
}

// scatter puts every code into its bucket of every table. Each worker takes one
// table after the other.
func (s *segment) scatter(skip members, workers int) {
	var next atomic.Int64
	var group sync.WaitGroup
	work := func() {
		sorted := make([]record, s.length)
		for c := int(next.Add(1)) - 1; c < chunks; c = int(next.Add(1)) - 1 {
			s.fillTable(c, skip, sorted)
		}
	}
	for range workers - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
}

// breathe lets other goroutines run now and then, every few dozen microseconds, so
// that a search never has to wait for long on a machine of few processors.
func breathe(i int) {
	if i%4096 == 0 {
		runtime.Gosched()
	}
}

// record is an entry on its way into a table.
type record struct {
	position uint32
	sketch   uint16
	low      uint16 // the bits of its bucket that are not sorted by yet
}

// fillTable sorts the entries of a table into its buckets in two steps, by the
// upper bits of the bucket's number and then by the lower ones. Sorting by all of
// them at once would write to 65,536 places in turn, which misses every cache.
func (s *segment) fillTable(c int, skip members, sorted []record) {
	low := s.width / 2 // bits of the second step
	starts := s.starts[c<<s.width:][:1<<s.width+1]
	base := starts[0]
	coarse := make([]uint32, 1<<(s.width-low))
	for i := range coarse {
		coarse[i] = starts[i<<low] - base
	}
	following := (c + 1) % chunks
	shift := chunkBits - s.width
	for i := range s.codes {
		breathe(i)
		if skip.has(i) {
			continue
		}
		code := &s.codes[i]
		bucket := code.chunk(c) >> shift
		at := &coarse[bucket>>low]
		sorted[*at] = record{uint32(i), code.chunk(following), bucket & (1<<low - 1)}
		*at++
	}
	var fine [1 << (chunkBits / 2)]struct{ sketch, position uint32 } // where the next ones go
	for block := range coarse {
		runtime.Gosched()
		buckets := starts[block<<low:][:1<<low+1]
		for i := range 1 << low {
			first := entrySizeInTable * buckets[i]
			fine[i].sketch, fine[i].position = first, first+2*(buckets[i+1]-buckets[i])
		}
		for _, r := range sorted[buckets[0]-base : coarse[block]] {
			to := &fine[r.low]
			binary.LittleEndian.PutUint16(s.entries[to.sketch:], r.sketch)
			p := s.entries[to.position:][:3]
			p[0], p[1], p[2] = byte(r.position), byte(r.position>>8), byte(r.position>>16)
			to.sketch += 2
			to.position += 3
		}
	}
}
