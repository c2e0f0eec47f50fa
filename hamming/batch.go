package hamming

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// SearchBatch searches for many codes at once, up to twice as fast as one by one
// when there are thousands, and calls each once for every query, in order, with
// what Search would return for it. The hits are valid until each returns; if
// it returns false SearchBatch ends. All queries of a block of a few thousand see
// the same state of the index; each may change the index, and search it.
//
// It uses one processor; to use more, divide the queries.
func (x *Index) SearchBatch(queries []Code, radius int, each func(query int, hits []Hit) bool) error {
	if radius < 0 || radius > MaxRadius {
		return fmt.Errorf("hamming: radius %d is out of range; use 0 to %d", radius, MaxRadius)
	}
	b := batches.Get().(*batch)
	defer batches.Put(b)
	for first := 0; first < len(queries); first += batchBlock {
		block := queries[first:min(first+batchBlock, len(queries))]
		if err := x.searchBlock(b, block, radius); err != nil {
			return err
		}
		if !b.report(len(block), func(query int, hits []Hit) bool { return each(first+query, hits) }) {
			return nil
		}
	}
	return nil
}

// batches keeps working memory, some ten megabytes each, from call to call.
var batches = sync.Pool{New: func() any { return new(batch) }}

// searchBlock leaves the hits of the block in b.found.
func (x *Index) searchBlock(b *batch, block []Code, radius int) error {
	defer x.readers.leave(x.readers.enter())
	v := x.view.Load()
	if v == nil {
		return ErrClosed
	}
	b.start(block, radius, x.opts.Kernel)
	for i := range v.parts {
		b.searchSegment(v.parts[i].segment, &v.parts[i].dead)
	}
	b.scanFlat(v.headIDs, v.headCodes, &v.headDead)
	return nil
}

// batchBlock is the number of queries that are searched for together: so many
// that their buckets lie close to each other, so few that what is noted about
// them stays in the cache.
const batchBlock = 16384

// batch is the working memory of SearchBatch.
//
// It asks one table after the other for all queries, in the order in which the
// buckets lie in memory: so the memory is read nearly from front to back, by
// itself ahead of its use, and a bucket that several queries ask for once.
type batch struct {
	plan    plan   // for every query, whose code it is given when one is asked for by itself
	queries []Code // spread
	found   []batchHit
	spans   []span    // of one table, in the order of the queries
	sorted  []span    // the same, in the order of the buckets
	spent   []float32 // what each query has cost in this segment
	slow    []bool    // queries that cost too much in this segment's tables
	hits    []Hit
	work    scratch
	pairs   []pair
}

type batchHit struct {
	query uint32
	Hit
}

func (b *batch) start(block []Code, radius int, k Kernel) {
	b.plan = newPlan(Code{}, radius, k)
	b.queries, b.found = b.queries[:0], b.found[:0]
	for _, q := range block {
		b.queries = append(b.queries, spread(q))
	}
}

// planOf returns the plan for one query, valid until the next call.
func (b *batch) planOf(query int) *plan {
	b.plan.query = b.queries[query]
	return &b.plan
}

// take notes the hits of one query, and keeps their memory for the next.
func (b *batch) take(query int, hits []Hit) {
	for _, h := range hits {
		b.found = append(b.found, batchHit{uint32(query), h})
	}
	b.hits = hits
}

// report calls each for the queries 0 to n-1 until it returns false, which it
// passes on.
func (b *batch) report(n int, each func(query int, hits []Hit) bool) bool {
	slices.SortFunc(b.found, func(x, y batchHit) int {
		return cmp.Or(cmp.Compare(x.query, y.query), cmp.Compare(x.Distance, y.Distance), cmp.Compare(x.ID, y.ID))
	})
	rest := b.found
	for query := range n {
		b.hits = b.hits[:0]
		for len(rest) > 0 && rest[0].query == uint32(query) {
			b.hits = append(b.hits, rest[0].Hit)
			rest = rest[1:]
		}
		if !each(query, b.hits) {
			return false
		}
	}
	return true
}

// scanFlat compares all the given codes with all queries.
func (b *batch) scanFlat(ids []uint64, codes []Code, dead *bitset) {
	if len(codes) == 0 {
		return
	}
	scanPairs(codes, b.queries, b.plan.radius, b.plan.kernel, &b.pairs, func(query, at int) {
		if !dead.has(at) {
			b.found = append(b.found, batchHit{uint32(query), Hit{ids[at], Distance(codes[at], b.queries[query])}})
		}
	})
}

// searchSegment does what segment.search does for every query.
func (b *batch) searchSegment(s *segment, dead *bitset) {
	budget, ok := s.budget(&b.plan)
	if !ok {
		b.scanFlat(s.ids, s.codes, dead)
		return
	}
	from := len(b.found)
	b.spent, b.slow = resized(b.spent, len(b.queries)), resized(b.slow, len(b.queries))
	for c := range chunks {
		b.collectSpans(s, c, budget)
		b.sortSpans(s, c)
		b.readSpans(s, c, dead, budget)
	}
	b.searchCrowds(s, dead)
	// Those that cost too much begin again, by themselves.
	if slices.Contains(b.slow, true) {
		kept := b.found[:from]
		for _, h := range b.found[from:] {
			if !b.slow[h.query] {
				kept = append(kept, h)
			}
		}
		b.found = kept
		for query, slow := range b.slow {
			if slow {
				b.take(query, s.search(b.hits[:0], b.planOf(query), dead, &b.work))
			}
		}
	}
}

func resized[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// collectSpans notes which buckets of table c the queries ask for.
func (b *batch) collectSpans(s *segment, c int, budget float32) {
	p, cost := &b.plan, &kernelCosts[b.plan.kernel]
	b.spans = b.spans[:0]
	for query := range b.queries {
		if b.slow[query] {
			continue
		}
		q := &b.queries[query]
		home, want := uint32(q.chunk(c)>>(chunkBits-s.width)), q.chunk((c+1)%chunks)
		from := len(b.spans)
		if p.reach[c] == 1 {
			b.spans = slices.Grow(b.spans, flipSpans)[:from+flipSpans]
			n := p.kernel.flips(&s.tables, c, home, want, uint16(p.pair[c]), uint32(query), b.spans[from:])
			b.spans = b.spans[:from+n]
		} else {
			for d := 0; d <= p.reach[c]; d++ {
				for _, flip := range flips[d][:flipCount[s.width][d]] {
					first, end := s.bucket(c, home^uint32(flip))
					b.spans = append(b.spans, span{first, end - first, want, uint16(p.pair[c] - d), uint32(query)})
				}
			}
		}
		entries := uint32(0)
		for i := range b.spans[from:] {
			entries += b.spans[from+i].count
		}
		b.spent[query] += cost.sketch * float32(entries)
		b.slow[query] = b.spent[query] > budget
	}
}

// sortSpans orders the spans by the place of their first entry, roughly: by the
// thousandth of the table in which it lies.
func (b *batch) sortSpans(s *segment, c int) {
	const places = 1024
	var at [places]uint32
	base := s.starts[c<<s.width]
	perEntry := float32(places) / float32(s.length+1)
	place := func(sp *span) int {
		return int(float32(sp.first-base)*perEntry) & (places - 1) // an empty one may begin anywhere
	}
	for i := range b.spans {
		at[place(&b.spans[i])]++
	}
	total := uint32(0)
	for i, n := range at {
		at[i] = total
		total += n
	}
	b.sorted = slices.Grow(b.sorted[:0], len(b.spans)+lookAhead)[:len(b.spans)]
	clear(b.sorted[len(b.spans):cap(b.sorted)][:lookAhead])
	for i := range b.spans {
		to := &at[place(&b.spans[i])]
		b.sorted[*to] = b.spans[i]
		*to++
	}
}

// readSpans finds what is near in the spans of table c.
func (b *batch) readSpans(s *segment, c int, dead *bitset, budget float32) {
	p, k := &b.plan, b.plan.kernel
	cost := &kernelCosts[k]
	skip := 0
	for rest := b.sorted; len(rest) > 0; {
		done, skipped, found := k.near(&s.tables, rest, skip, b.work.groups[:])
		rest, skip = rest[done:], skipped
		for groups := b.work.groups[:found]; len(groups) > 0; {
			done, found := k.expand(&s.tables, groups, b.work.near[:])
			groups = groups[done:]
			near, positions := b.work.near[:found], b.work.positions[:found]
			k.locate(&s.tables, s.codes, near, positions)
			for i, at := range positions {
				query := near[i].query
				b.spent[query] += cost.survivor
				difference := s.codes[at].xor(b.queries[query])
				d := difference.ones()
				if d <= p.radius && p.owner(difference) == c && !dead.has(int(at)) {
					b.found = append(b.found, batchHit{query, Hit{s.ids[at], d}})
				}
				b.slow[query] = b.slow[query] || b.spent[query] > budget
			}
		}
	}
}

func (b *batch) searchCrowds(s *segment, dead *bitset) {
	if len(s.crowds.pivots) == 0 {
		return
	}
	for query := range b.queries {
		if b.slow[query] {
			continue
		}
		b.take(query, s.searchCrowds(b.hits[:0], b.planOf(query), dead, &b.work))
	}
}
