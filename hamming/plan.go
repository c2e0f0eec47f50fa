package hamming

import "math/bits"

// maxReach is the largest distance within one chunk that any radius up to
// MaxRadius asks for.
const maxReach = (MaxRadius+1)/chunks - 1

// plan is what a search computes once for all segments.
type plan struct {
	query  Code
	radius int
	chunk  chunked

	// Chunk c of the query is looked up with up to reach[c] bits flipped, or not
	// at all where reach[c] is -1. The reaches satisfy Σ(reach[c]+1) == radius+1,
	// so a code that is farther than reach[c] in every chunk c is farther than
	// radius (the general pigeonhole principle). More than that: going round the
	// chunks, a code within the radius has some chunk c that is within reach[c]
	// while c and the following chunk together are within pair[c] = reach[c] +
	// reach[c+1] + 1 (the cycle lemma, applied to distance - reach - 1).
	reach [chunks]int
	pair  [chunks]int
}

func newPlan(query Code, radius int) plan {
	p := plan{query: query, radius: radius, chunk: cut(query)}
	for c := range chunks {
		p.reach[c] = (radius+1)/chunks - 1
		if c < (radius+1)%chunks {
			p.reach[c]++
		}
	}
	for c := range chunks {
		p.pair[c] = p.reach[c] + p.reach[(c+1)%chunks] + 1
	}
	return p
}

// owner returns the first chunk by which a code with the given difference from
// the query is found. A search reports a code only there, so that a code found
// in several chunks is reported once. The difference must be within the radius.
func (p *plan) owner(difference Code) int {
	parts := cut(difference)
	var d [chunks]int
	for c := range parts {
		d[c] = bits.OnesCount16(parts[c])
	}
	for c := range chunks {
		if d[c] <= p.reach[c] && d[c]+d[(c+1)%chunks] <= p.pair[c] {
			return c
		}
	}
	return -1 // not reached: the cycle lemma gives such a chunk
}

// flips[d] lists the 16-bit masks of d set bits in ascending order, so that its
// first flipCount[w][d] masks are those that fit into w bits.
var flips, flipCount = flipTables()

func flipTables() (masks [maxReach + 1][]uint16, count [chunkBits + 1][maxReach + 1]int) {
	for mask := range 1 << chunkBits {
		d := bits.OnesCount16(uint16(mask))
		if d > maxReach {
			continue
		}
		masks[d] = append(masks[d], uint16(mask))
		for w := bits.Len16(uint16(mask)); w <= chunkBits; w++ {
			count[w][d]++
		}
	}
	return masks, count
}

// probes returns how many buckets of tables with the given width the plan looks into.
func (p *plan) probes(width int) int {
	total := 0
	for _, reach := range p.reach {
		for d := 0; d <= reach; d++ {
			total += flipCount[width][d]
		}
	}
	return total
}
