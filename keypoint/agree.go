package keypoint

import (
	"slices"
	"sync"
)

// Agreement says how well points of two pictures lie alike.
type Agreement struct {
	Points     int     // that agree
	Distance   int     // the mean number of bits in which their codes differ
	Score      float64 // the decimal logarithm of how unlikely their codes and places are by chance
	Layout     float64 // the same of their places alone, among the pairs of like codes that there are
	KnownShare float64 // of the known picture, as far as it has points, that the regions of those that agree span
	FoundShare float64 // of the other picture

	found points // of the other picture, that agree
}

// The least of an agreement that is enough. Of 11.4 million ordered pairs of crops of 283 unrelated pictures, looked at plainly and in a mirror, 15 had
// a score of 15 to 22 with three points, a layout and a share that are enough. These thin out by a factor of e for each 2.6 that the score is higher, so
// that of 10¹² such pairs one would have 52. But seven crops of two plain signs, black shapes on white ones, had up to 33; if their like are as common, some
// thousands of 10¹² pairs would have 52. Of the others with more, those that were looked at show the same thing in part. The share keeps a logo, a letter or a window in two pictures from making
// one of them a copy of the other.
const (
	leastPoints = 3
	leastScore  = 52
	leastLayout = 2
	leastShare  = 0.1
)

// Enough reports whether points agree so well that the one picture shows the other, or a part of it.
func (a Agreement) Enough() bool {
	return a.Points >= leastPoints && a.Score >= leastScore && a.Layout >= leastLayout && max(a.KnownShare, a.FoundShare) >= leastShare
}

// Explains reports whether what another known picture agrees by in the same picture is there because of this one: most of the points are
// among those by which this one agrees. Of two pictures side by side, neither explains the other.
func (a Agreement) Explains(other Agreement) bool {
	return other.Points > 0 && 2*a.found.common(other.found) > other.found.common(other.found)
}

const (
	loose     = 44  // bits in which the codes of points that agree may differ
	firm      = 30  // bits for a pair that says where the other picture lies
	mostFirm  = 24  // pairs that are tried
	mostPairs = 512 // that are looked at, the nearest; only pictures that repeat themselves have more
)

// pair is a point of each picture with like codes: the bits in which they differ, then the index of the known and of the other point.
type pair uint32

func (p pair) bits() int  { return int(p >> 16) }
func (p pair) known() int { return int(p >> 8 & 255) }
func (p pair) found() int { return int(p & 255) }

// comparer holds the buffers for one comparison.
type comparer struct {
	pairs  []pair
	at, to []place
}

var comparers = sync.Pool{New: func() any { return new(comparer) }}

// Compare looks for the largest number of points of a known picture that lie in another as if that showed the known one, or a part of it,
// moved, scaled and turned; whether it shows it in a mirror, its Set.Mirror tells. Of either set it takes no more than MostPoints. It is
// safe for concurrent use.
func Compare(known, found Set) Agreement {
	known, found = known[:min(len(known), MostPoints)], found[:min(len(found), MostPoints)]
	c := comparers.Get().(*comparer)
	defer comparers.Put(c)
	c.pair(known, found)
	if len(c.pairs) < 2 {
		return Agreement{}
	}
	c.at, c.to = places(c.at[:0], known), places(c.to[:0], found)
	var best Agreement
	var chosen agreeing
	for i, first := range c.pairs {
		if i == mostFirm || first.bits() > firm {
			break
		}
		if a, in := c.count(first); a.Score > best.Score {
			best, chosen = a, in
		}
	}
	best.KnownShare, best.FoundShare = share(c.at, &chosen.known), share(c.to, &chosen.found)
	best.found = chosen.found
	return best
}

// pair lists the pairs of points with like codes, the nearest first.
func (c *comparer) pair(known, found Set) {
	c.pairs = c.pairs[:0]
	for i := range known {
		code := &known[i].Code
		for j := range found {
			if !code.near(&found[j].Code) {
				continue
			}
			if d := code.Distance(found[j].Code); d <= loose {
				c.pairs = append(c.pairs, pair(d<<16|i<<8|j))
			}
		}
	}
	slices.Sort(c.pairs)
	c.pairs = c.pairs[:min(len(c.pairs), mostPairs)]
}
