package hamming

import "slices"

// costs say what the steps of a search cost, in nanoseconds or so, measured where
// tables mostly miss the cache. They decide only which way a segment is searched,
// never what is found.
type costs struct {
	code     float32 // one code of a flat scan
	probe    float32 // one bucket looked up
	sketch   float32 // one sketch compared
	survivor float32 // one code fetched because its sketch was near
}

var kernelCosts = [...]costs{
	Portable: {code: 1.4, probe: 18, sketch: 0.4, survivor: 40},
	AVX2:     {code: 1.0, probe: 18, sketch: 0.13, survivor: 30},
	AVX512:   {code: 0.9, probe: 18, sketch: 0.08, survivor: 30},
}

const (
	maxSpans  = chunks * flipSpans // all buckets of radius 31
	maxGroups = 256
	maxNear   = 256
)

// scratch is the working memory of one search. It stays on the stack.
type scratch struct {
	spans     [maxSpans + lookAhead]span
	used      int
	groups    [maxGroups]group
	near      [maxNear]candidate
	positions [maxNear]uint32
	distances [maxNear]uint16
	pairs     [64]pair
}

// cost returns what reading the collected buckets costs.
func (w *scratch) cost(k Kernel) float32 {
	entries := 0
	for i := range w.spans[:w.used] {
		entries += int(w.spans[i].count)
	}
	return kernelCosts[k].probe*float32(w.used) + kernelCosts[k].sketch*float32(entries)
}

// search appends the live codes of the segment that are within the radius, in any
// order. A flat scan is the measure: the tables are tried if looking up all the
// buckets takes half of its cost at most, and given up once they have cost as much.
func (s *segment) search(dst []Hit, p *plan, dead *bitset, work *scratch) []Hit {
	if budget, ok := s.budget(p); ok {
		if hits, done := s.lookUp(dst, p, dead, work, budget); done {
			return s.searchCrowds(hits, p, dead, work)
		}
	}
	return scanFlat(dst, p, s.ids, s.codes, dead, work)
}

// budget returns what a flat scan costs, and whether the tables can be used and are
// worth trying.
func (s *segment) budget(p *plan) (budget float32, ok bool) {
	cost := &kernelCosts[p.kernel]
	budget = cost.code * float32(len(s.codes))
	return budget, s.width > 0 && s.ready.Load() && cost.probe*float32(s.probes(&p.reach)) <= budget/2
}

// scanFlat compares all the given codes with the query.
func scanFlat(dst []Hit, p *plan, ids []uint64, codes []Code, dead *bitset, work *scratch) []Hit {
	query := [1]Code{p.query}
	for first := 0; first < len(codes); {
		done, found := p.kernel.pairs(codes[first:], query[:], p.radius, work.pairs[:])
		for _, near := range work.pairs[:found] {
			if i := first + int(near.code); !dead.has(i) {
				dst = append(dst, Hit{ids[i], Distance(codes[i], p.query)})
			}
		}
		first += done
	}
	return dst
}

// searchCrowds compares the members of crowds that the query may be near.
func (s *segment) searchCrowds(dst []Hit, p *plan, dead *bitset, work *scratch) []Hit {
	query := [1]Code{p.query}
	for i := range s.crowds.pivots {
		first, end := s.crowds.reachable(i, p.query, p.radius)
		for first < end {
			done, found := p.kernel.pairs(s.crowds.codes[first:end], query[:], p.radius, work.pairs[:])
			for _, near := range work.pairs[:found] {
				m := first + near.code
				if at := s.crowds.positions[m]; !dead.has(int(at)) {
					dst = append(dst, Hit{s.ids[at], Distance(s.crowds.codes[m], p.query)})
				}
			}
			first += uint32(done)
		}
	}
	return dst
}

// lookUp searches by the tables. It gives up, with false, once it has spent
// budget, which happens where codes crowd in the buckets of the query.
func (s *segment) lookUp(dst []Hit, p *plan, dead *bitset, work *scratch, budget float32) ([]Hit, bool) {
	undone := len(dst)
	work.used = 0
	p.kernel.prefetch(&s.tables, &p.query)
	for c := range chunks {
		home := uint32(p.query.chunk(c) >> (chunkBits - s.width))
		want := p.query.chunk((c + 1) % chunks)
		if p.reach[c] == 1 && work.used+flipSpans <= maxSpans {
			work.used += p.kernel.flips(&s.tables, c, home, want, uint16(p.pair[c]), 0, work.spans[work.used:])
			continue
		}
		for d := 0; d <= p.reach[c]; d++ {
			limit := uint16(p.pair[c] - d)
			for _, flip := range flips[d][:flipCount[s.width][d]] {
				if work.used == maxSpans {
					if dst, budget = s.readSpans(dst, p, dead, work, budget); budget < 0 {
						return dst[:undone], false
					}
				}
				first, end := s.bucket(c, home^uint32(flip))
				work.spans[work.used] = span{first: first, count: end - first, want: want, limit: limit}
				work.used++
			}
		}
	}
	if !p.adapted && len(dst) == undone && work.cost(p.kernel) > costWorthAdapting {
		if better, ok := s.adapt(p, work.cost(p.kernel)); ok {
			return s.lookUp(dst, &better, dead, work, budget)
		}
	}
	dst, budget = s.readSpans(dst, p, dead, work, budget)
	if budget < 0 {
		return dst[:undone], false
	}
	return dst, true
}

// costWorthAdapting is from where on it pays to look for better thresholds; it is
// several times what a search of the largest segment of evenly spread codes costs.
const costWorthAdapting = 60_000

// adapt returns a plan whose thresholds fit the sizes of the buckets in question:
// where many codes share a chunk, that chunk is looked up with fewer flips or not
// at all, and others with more. It reports false if that does not halve the cost.
func (s *segment) adapt(p *plan, now float32) (better plan, ok bool) {
	rate := &kernelCosts[p.kernel]
	most := min(slices.Max(p.reach[:])+1, maxReach)
	var cost [chunks][maxReach + 2]int
	for c := range chunks {
		home := uint32(p.query.chunk(c) >> (chunkBits - s.width))
		total := float32(0)
		for reach := range maxReach + 1 {
			if reach > most {
				cost[c][reach+1] = -1
				continue
			}
			masks := flips[reach][:flipCount[s.width][reach]]
			for _, flip := range masks {
				first, end := s.bucket(c, home^uint32(flip))
				total += rate.probe + rate.sketch*float32(end-first)
			}
			cost[c][reach+1] = int(total)
		}
	}
	t, total := cheapest(p.radius, &cost)
	return plan{query: p.query, radius: p.radius, kernel: p.kernel, thresholds: t, adapted: true}, float32(total) < now/2
}

// readSpans compares the sketches of the collected buckets and fetches the codes
// that are near. It returns what is left of the budget, and stops when that is
// negative.
func (s *segment) readSpans(dst []Hit, p *plan, dead *bitset, work *scratch, budget float32) ([]Hit, float32) {
	if budget -= work.cost(p.kernel); budget < 0 {
		return dst, budget
	}
	spans := work.spans[:work.used]
	work.used = 0
	for skip := 0; len(spans) > 0 && budget >= 0; {
		done, skipped, found := p.kernel.near(&s.tables, spans, skip, work.groups[:])
		spans, skip = spans[done:], skipped
		for groups := work.groups[:found]; len(groups) > 0 && budget >= 0; {
			done, found := p.kernel.expand(&s.tables, groups, work.near[:])
			groups = groups[done:]
			budget -= kernelCosts[p.kernel].survivor * float32(found)
			dst = s.verify(dst, p, dead, work, found)
		}
	}
	return dst, budget
}

// verify fetches the codes of the candidates and appends those that are within
// the radius, alive, and found by this chunk first. Each step is done for all
// candidates before the next one starts, so that the processor has many loads
// from memory under way at once.
func (s *segment) verify(dst []Hit, p *plan, dead *bitset, work *scratch, found int) []Hit {
	near, positions, distances := work.near[:found], work.positions[:found], work.distances[:found]
	p.kernel.locate(&s.tables, s.codes, near, positions)
	for i, at := range positions {
		distances[i] = uint16(Distance(s.codes[at], p.query))
	}
	for i, d := range distances {
		at := positions[i]
		if int(d) > p.radius || dead.has(int(at)) {
			continue
		}
		if p.owner(s.codes[at].xor(p.query)) == s.chunkOf(near[i].place) {
			dst = append(dst, Hit{s.ids[at], int(d)})
		}
	}
	return dst
}
