package hamming

import "math/bits"

// What the steps of a search cost, in units of one sketch compared (a quarter of
// a flat scan's code, about 0.4 ns). Measured where tables partly miss the cache.
// They decide only which way a segment is searched, never what is found.
const (
	costCode     = 4   // one code of a flat scan
	costProbe    = 44  // one bucket looked up
	costSurvivor = 150 // one code fetched because its sketch was near
)

// A search is made of loads from memory that is not in the cache. Each step is
// done for many buckets or codes before the next one starts, in loops so short
// that the processor has many of their loads under way at once.
const (
	maxSpans = 288 // holds all 272 buckets of radius 31
	maxNear  = 64
)

// span is one bucket to read: entries lo to hi of a chunk's table, of which those
// with sketches within limit bits are fetched.
type span struct {
	lo, hi uint32
	chunk  uint8
	limit  uint8
	ends   uint16 // loaded to bring the sketches in
}

// candidate is an entry whose sketch is near.
type candidate struct {
	chunk    uint8
	distance int
	entry    uint32 // in the chunk's table
	pos      uint32
}

// scratch is the working memory of one search. It stays on the stack.
type scratch struct {
	spans [maxSpans]span
	used  int
	near  [maxNear]candidate
	found int
}

// search appends the live codes of the segment that the plan asks for, in any
// order. A flat scan is the measure: the tables are tried if looking up all the
// buckets takes half of its cost at most, and given up once they have cost as much.
func (s *segment) search(dst []Hit, p *plan, dead *bitset, work *scratch) []Hit {
	budget := costCode * len(s.ids)
	if s.width > 0 && costProbe*p.probes(s.width) <= budget/2 {
		hits, done := s.lookUp(dst, p, dead, work, budget)
		if done {
			return hits
		}
	}
	return scanFlat(dst, p, s.ids, s.codes, dead)
}

// scanFlat compares all the given codes with the query.
func scanFlat(dst []Hit, p *plan, ids []uint64, codes []Code, dead *bitset) []Hit {
	q, radius := p.query, p.radius
	for i := range codes {
		c := &codes[i]
		d := bits.OnesCount64(c[0]^q[0]) + bits.OnesCount64(c[1]^q[1]) + bits.OnesCount64(c[2]^q[2])
		if d > radius {
			continue // nearly always: unrelated codes differ in 96 of these 192 bits
		}
		d += bits.OnesCount64(c[3] ^ q[3])
		if d <= radius && !dead.has(i) {
			dst = append(dst, Hit{ids[i], d})
		}
	}
	return dst
}

// lookUp searches by the tables. It gives up, with false, once it has spent
// budget, which happens where codes crowd in the buckets of the query.
func (s *segment) lookUp(dst []Hit, p *plan, dead *bitset, work *scratch, budget int) ([]Hit, bool) {
	undone := len(dst)
	work.used, work.found = 0, 0
	for c := range chunks {
		starts := s.tables[c].starts
		home := uint32(p.chunk[c] >> (chunkBits - s.width))
		for d := 0; d <= p.reach[c]; d++ {
			limit := uint8(p.pair[c] - d)
			for _, flip := range flips[d][:flipCount[s.width][d]] {
				bucket := home ^ uint32(flip)
				lo, hi := starts[bucket], starts[bucket+1]
				if lo == hi {
					continue
				}
				if work.used == maxSpans {
					if dst, budget = s.readSpans(dst, p, dead, work, budget); budget < 0 {
						return dst[:undone], false
					}
				}
				work.spans[work.used] = span{lo: lo, hi: hi, chunk: uint8(c), limit: limit}
				work.used++
			}
		}
	}
	if dst, budget = s.readSpans(dst, p, dead, work, budget); budget < 0 {
		return dst[:undone], false
	}
	return s.verify(dst, p, dead, work), true
}

// readSpans compares the sketches of the collected buckets and collects the
// entries that are near. It returns what is left of the budget, and stops when
// that is negative.
func (s *segment) readSpans(dst []Hit, p *plan, dead *bitset, work *scratch, budget int) ([]Hit, int) {
	spans := work.spans[:work.used]
	work.used = 0
	for i := range spans {
		sp := &spans[i]
		sketches := s.tables[sp.chunk].sketches
		sp.ends = sketches[sp.lo] ^ sketches[sp.hi-1]
		budget -= costProbe + int(sp.hi-sp.lo)
	}
	if budget < 0 {
		return dst, budget
	}
	for i := range spans {
		sp := &spans[i]
		sketches := s.tables[sp.chunk].sketches[sp.lo : int(sp.hi)+sketchPad]
		want := lanes * uint64(p.chunk[(sp.chunk+1)%chunks])
		limit := lanes * (0x8000 + uint64(sp.limit))
		for at := 0; ; at += 4 {
			var mask uint64
			if at, mask = nextNear(sketches, at, want, limit); mask == 0 {
				break
			}
			for ; mask != 0; mask &= mask - 1 {
				entry := sp.lo + uint32(at+bits.TrailingZeros64(mask)/16)
				if entry >= sp.hi {
					break
				}
				if work.found == maxNear {
					dst = s.verify(dst, p, dead, work)
					if budget -= maxNear * costSurvivor; budget < 0 {
						return dst, budget
					}
				}
				work.near[work.found] = candidate{chunk: sp.chunk, entry: entry}
				work.found++
			}
		}
	}
	return dst, budget
}

// nextNear returns the first group of four sketches, from the one at on, of which
// some are within the limit of the wanted one, and a mask as of lanesWithin. The
// mask is 0 if there is none. The last sketchPad sketches are there to be read,
// not to be found.
func nextNear(sketches []uint16, at int, want, limit uint64) (int, uint64) {
	for ; at+sketchPad < len(sketches); at += 4 {
		s := sketches[at : at+4 : at+4]
		group := uint64(s[0]) | uint64(s[1])<<16 | uint64(s[2])<<32 | uint64(s[3])<<48
		if mask := lanesWithin(group^want, limit); mask != 0 {
			return at, mask
		}
	}
	return at, 0
}

// verify fetches the codes of the collected candidates and appends those that are
// within the radius, alive, and found by this chunk first.
func (s *segment) verify(dst []Hit, p *plan, dead *bitset, work *scratch) []Hit {
	near := work.near[:work.found]
	work.found = 0
	for i := range near {
		near[i].pos = s.tables[near[i].chunk].positions[near[i].entry]
	}
	for i := range near {
		near[i].distance = s.codes[near[i].pos].xor(p.query).ones()
	}
	for i := range near {
		c := &near[i]
		if c.distance > p.radius || dead.has(int(c.pos)) {
			continue
		}
		if p.owner(s.codes[c.pos].xor(p.query)) == int(c.chunk) {
			dst = append(dst, Hit{s.ids[c.pos], c.distance})
		}
	}
	return dst
}

// lanes times a 16-bit number is that number in each of four lanes.
const lanes = 0x0001000100010001

// lanesWithin counts the bits set in each 16-bit lane of x and returns a word
// with the top bit set of each lane whose count is at most n, where limit is
// 0x8000+n in each lane.
func lanesWithin(x, limit uint64) uint64 {
	x -= x >> 1 & 0x5555555555555555
	x = x&0x3333333333333333 + x>>2&0x3333333333333333
	x = (x + x>>4) & 0x0f0f0f0f0f0f0f0f
	x = (x + x>>8) & 0x00ff00ff00ff00ff
	return (limit - x) & 0x8000800080008000
}
