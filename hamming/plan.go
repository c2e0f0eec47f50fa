package hamming

import "math/bits"

// maxReach is the largest distance within one chunk that any radius up to
// MaxRadius asks for.
const maxReach = (MaxRadius+1)/chunks - 1

// plan is what a search computes once for all segments.
type plan struct {
	query  Code // spread
	radius int
	kernel Kernel
	thresholds
}

// thresholds say how far a code may be from the query in each chunk.
//
// Chunk c of the query is looked up with up to reach[c] bits flipped, or not at
// all where reach[c] is -1. The reaches satisfy Σ(reach[c]+1) == radius+1, so a
// code that is farther than reach[c] in every chunk c is farther than radius (the
// general pigeonhole principle). More than that: going round the chunks, a code
// within the radius has some chunk c that is within reach[c] while c and the
// following chunk together are within pair[c] = reach[c] + reach[c+1] + 1 (the
// cycle lemma, applied to distance - reach - 1).
type thresholds struct {
	reach [chunks]int
	pair  [chunks]int
}

func newPlan(query Code, radius int, k Kernel) plan {
	return plan{query: spread(query), radius: radius, kernel: k, thresholds: evenThresholds(radius)}
}

// evenThresholds gives every chunk the same reach, the first ones one more where
// the radius asks for it.
func evenThresholds(radius int) (t thresholds) {
	for c := range t.reach {
		t.reach[c] = (radius+1)/chunks - 1
		if c < (radius+1)%chunks {
			t.reach[c]++
		}
	}
	t.setPairs()
	return t
}

func (t *thresholds) setPairs() {
	for c := range t.pair {
		t.pair[c] = t.reach[c] + t.reach[(c+1)%chunks] + 1
	}
}

// owner returns the first chunk by which a code with the given difference from
// the query is found. A search reports a code only there, so that a code found
// in several chunks is reported once. The difference, spread, must be within the
// radius.
func (t *thresholds) owner(difference Code) int {
	var d [chunks]int
	for c := range d {
		d[c] = bits.OnesCount16(difference.chunk(c))
	}
	for c := range d {
		if d[c] <= t.reach[c] && d[c]+d[(c+1)%chunks] <= t.pair[c] {
			return c
		}
	}
	return -1 // not reached: the cycle lemma gives such a chunk
}

// cheapest returns the thresholds for a radius that cost least, where cost[c][r+1]
// is what it costs to look up chunk c with reach r, for r from -1 to maxReach; a
// negative cost forbids it. It tries all divisions of the radius, chunk by chunk.
func cheapest(radius int, cost *[chunks][maxReach + 2]int) (t thresholds, total int) {
	const none = 1 << 62
	var least [chunks + 1][MaxRadius + 2]int // by the chunks before and the sum of reach+1 over them
	var choice [chunks][MaxRadius + 2]int8
	for sum := range least[0] {
		least[0][sum] = none
	}
	least[0][0] = 0
	for c := range chunks {
		for sum := range least[c+1] {
			least[c+1][sum] = none
			for part, price := range cost[c] {
				if part > sum || price < 0 || least[c][sum-part] == none {
					continue
				}
				if total := least[c][sum-part] + price; total < least[c+1][sum] {
					least[c+1][sum], choice[c][sum] = total, int8(part)
				}
			}
		}
	}
	sum := radius + 1
	total = least[chunks][sum]
	for c := chunks - 1; c >= 0; c-- {
		part := int(choice[c][sum])
		t.reach[c] = part - 1
		sum -= part
	}
	t.setPairs()
	return t, total
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
