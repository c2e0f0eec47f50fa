package hamming

import (
	"cmp"
	"slices"
	"sort"
)

// A list may hold many near copies of one picture. Their codes have nearly all
// chunks in common, so all of them would lie in the same buckets, and whoever is
// near one of those buckets would have to look at all of them to find most too
// far. Such a crowd is kept out of the tables. Its members lie in the order of
// their distance from a pivot in their middle, and by the triangle inequality the
// distance of a query from the pivot tells which of them can be within the
// radius: usually all, which are then the answer, or none. Those in between are
// compared one after the other, as they lie.

const (
	minCrowd    = 256  // members; fewer are left in the tables
	maxCrowds   = 1024 // of one segment; a search looks at every pivot
	crowdRadius = 16   // the farthest that a member is from its pivot

	// A bucket is heavy with more than so many entries above four times the mean,
	// and a code is suspected of being in a crowd when half of its buckets are.
	heavyBucket  = 256
	heavyBuckets = chunks / 2
)

// crowds are the crowds of a segment, one after the other in the same arrays.
type crowds struct {
	pivots    []Code
	bounds    []uint32 // the members of crowd i are those from bounds[i] to bounds[i+1]
	positions []uint32 // where a member is among all codes
	codes     []Code   // of the members
}

// crowd is a crowd that was found, its members in the order of their distance.
type crowd struct {
	pivot   Code
	members []member
}

type member struct {
	position uint32
	distance int
}

func membersOf(found []crowd) (total int) {
	for _, c := range found {
		total += len(c.members)
	}
	return total
}

// members is a set of positions among the codes of a segment; nil is empty.
type members []uint64

func (m members) has(i int) bool { return m != nil && m[i/64]>>(i%64)&1 != 0 }

// positionsOf returns where the members of crowds are among n codes.
func positionsOf(found []crowd, n int) members {
	set := make(members, (n+63)/64)
	for _, c := range found {
		for _, m := range c.members {
			set[m.position/64] |= 1 << (m.position % 64)
		}
	}
	return set
}

// findCrowds returns the crowds among the codes of a segment. counts are the
// sizes of all buckets of tables with the given width.
func findCrowds(codes []Code, counts []uint32, width int, k Kernel) (found []crowd) {
	suspects := findSuspects(codes, counts, width)
	// Whoever is far from all pivots so far becomes another one. Then each pivot
	// moves into the middle of those around it, where more are near it.
	var pivots []Code
	var around [][]uint32
	for _, position := range suspects {
		i, _ := nearest(pivots, codes[position], 2*crowdRadius, k)
		switch {
		case i >= 0:
			around[i] = append(around[i], position)
		case len(pivots) < maxCrowds:
			pivots, around = append(pivots, codes[position]), append(around, []uint32{position})
		}
	}
	for i := range pivots {
		if len(around[i]) >= minCrowd {
			found = append(found, crowd{pivot: middle(codes, around[i])})
		}
	}
	middles := make([]Code, len(found))
	for i := range found {
		middles[i] = found[i].pivot
	}
	for _, position := range suspects {
		if i, distance := nearest(middles, codes[position], crowdRadius, k); i >= 0 {
			found[i].members = append(found[i].members, member{position, distance})
		}
	}
	found = slices.DeleteFunc(found, func(c crowd) bool { return len(c.members) < minCrowd })
	for _, c := range found {
		slices.SortFunc(c.members, func(a, b member) int {
			return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.position, b.position))
		})
	}
	return found
}

// findSuspects returns the codes that may be in a crowd, by their buckets.
func findSuspects(codes []Code, counts []uint32, width int) (suspects []uint32) {
	limit := uint32(4*len(codes)>>width + heavyBucket)
	heavy := make([]bool, len(counts))
	tables := 0 // with a heavy bucket
	for c := range chunks {
		any := false
		for b := c << width; b < (c+1)<<width; b++ {
			heavy[b] = counts[b] > limit
			any = any || heavy[b]
		}
		if any {
			tables++
		}
	}
	if tables < heavyBuckets {
		return nil
	}
	for i := range codes {
		of := 0
		for c := range chunks {
			if heavy[c<<width+int(codes[i].chunk(c)>>(chunkBits-width))] {
				of++
			}
		}
		if of >= heavyBuckets {
			suspects = append(suspects, uint32(i))
		}
	}
	return suspects
}

// nearest returns which of the pivots is nearest to the code and how far it is,
// -1 if none is within the radius.
func nearest(pivots []Code, code Code, radius int, k Kernel) (best, distance int) {
	best = -1
	query := [1]Code{code}
	var out [64]pair
	for done := 0; done < len(pivots); {
		n, found := k.pairs(pivots[done:], query[:], radius, out[:])
		for _, p := range out[:found] {
			i := done + int(p.code)
			if d := Distance(pivots[i], code); best < 0 || d < distance {
				best, distance = i, d
			}
		}
		done += n
	}
	return best, distance
}

// middle returns the code that has each bit as most of the given ones have it.
func middle(codes []Code, positions []uint32) (m Code) {
	const enough = 1000
	step := max(len(positions)/enough, 1)
	var ones [256]int
	total := 0
	for i := 0; i < len(positions); i += step {
		total++
		for bit := range ones {
			ones[bit] += int(codes[positions[i]][bit/64] >> (bit % 64) & 1)
		}
	}
	for bit, n := range ones {
		if 2*n > total {
			m[bit/64] |= 1 << (bit % 64)
		}
	}
	return m
}

// carveCrowds cuts the arrays of n crowds that have so many members in all.
func carveCrowds(c *carver, n, members int) crowds {
	if n == 0 {
		return crowds{}
	}
	return crowds{
		pivots:    carveCodes(c, uint64(n)),
		bounds:    carve[uint32](c, uint64(n)+1),
		positions: carve[uint32](c, uint64(members)),
		codes:     carveCodes(c, uint64(members)),
	}
}

func crowdsSize(n, members int) uint64 {
	if n == 0 {
		return 0
	}
	return align(32*uint64(n)) + align(4*(uint64(n)+1)) + align(4*uint64(members)) + align(32*uint64(members))
}

// set copies what was found among the codes of a segment.
func (cs *crowds) set(found []crowd, codes []Code) {
	at := uint32(0)
	for i, c := range found {
		cs.pivots[i] = c.pivot
		cs.bounds[i] = at
		for _, m := range c.members {
			cs.positions[at], cs.codes[at] = m.position, codes[m.position]
			at++
		}
	}
	if len(found) > 0 {
		cs.bounds[len(found)] = at
	}
}

// reachable returns the members of crowd i that can be within the radius of the
// query: those whose distance from the pivot differs from the query's by no more
// than the radius.
func (cs *crowds) reachable(i int, query Code, radius int) (first, end uint32) {
	pivot := cs.pivots[i]
	d := Distance(pivot, query)
	if d > radius+crowdRadius {
		return 0, 0
	}
	members := cs.codes[cs.bounds[i]:cs.bounds[i+1]]
	from := func(least int) uint32 { // the first member that is at least so far from the pivot
		return cs.bounds[i] + uint32(sort.Search(len(members), func(m int) bool { return Distance(pivot, members[m]) >= least }))
	}
	return from(d - radius), from(d + radius + 1)
}
