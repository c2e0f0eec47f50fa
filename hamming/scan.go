package hamming

import "fmt"

// Pair is a query and a code of a log that are within the radius, by their
// positions in the slices given to Scan.
type Pair struct {
	Query, Code int
	Distance    int // bits by which they differ
}

// Scan calls each for every pair of a code of the log and a query that differ in
// at most radius bits, in any order, until it returns false. It is meant for a few
// new codes that are looked for in a long log that has no index, such as the
// fingerprints of the last days: the log is read once, from front to back, and each
// of its codes is compared with all queries while it is in the cache. Where there
// are so many queries that it costs less, a piece of the log gets an index of its
// own, which is searched for all of them.
//
// It uses one processor; to use more, divide the log. A radius below 0 or above
// MaxRadius is an error.
func Scan(log, queries []Code, radius int, each func(Pair) bool) error {
	return scan(log, queries, radius, Kernels()[0], each)
}

// From so many queries on a piece of the log is searched by an index: building it
// costs as much as comparing each of its codes with this many.
const scanIndexed = 4096

// scanPiece is the number of codes of a log that get an index of their own.
const scanPiece = 1 << 20

func scan(log, queries []Code, radius int, k Kernel, each func(Pair) bool) error {
	if radius < 0 || radius > MaxRadius {
		return fmt.Errorf("hamming: radius %d is out of range; use 0 to %d", radius, MaxRadius)
	}
	if len(queries) >= scanIndexed && len(log) >= minIndexed {
		return scanByIndex(log, queries, radius, k, each)
	}
	ended := false
	var pairs []pair
	scanPairs(log, queries, radius, k, &pairs, func(query, at int) {
		if !ended {
			ended = !each(Pair{query, at, Distance(log[at], queries[query])})
		}
	})
	return nil
}

func scanByIndex(log, queries []Code, radius int, k Kernel, each func(Pair) bool) error {
	b := batches.Get().(*batch)
	defer batches.Put(b)
	for first := 0; first < len(log); first += scanPiece {
		piece := log[first:min(first+scanPiece, len(log))]
		s := newSegment(len(piece), k, 1, func(ids []uint64, codes []Code) {
			for i, c := range piece {
				ids[i], codes[i] = uint64(first+i), spread(c)
			}
		})
		ended := false
		for from := 0; from < len(queries) && !ended; from += batchBlock {
			b.start(queries[from:min(from+batchBlock, len(queries))], radius, k)
			b.searchSegment(s, new(bitset))
			for _, h := range b.found {
				if ended = !each(Pair{from + int(h.query), int(h.ID), h.Distance}); ended {
					break
				}
			}
		}
		if err := s.free(); err != nil || ended {
			return err
		}
	}
	return nil
}

const (
	scanCodes   = 2048 // 64 KB, which stay in the cache while queries pass
	scanQueries = 64
)

// scanPairs calls each for every pair of a code and a query within the radius.
func scanPairs(codes, queries []Code, radius int, k Kernel, out *[]pair, each func(query, code int)) {
	*out = resized(*out, 2*codeGroup*scanQueries)
	for first := 0; first < len(codes); first += scanCodes {
		some := codes[first:min(first+scanCodes, len(codes))]
		for from := 0; from < len(queries); from += scanQueries {
			asked := queries[from:min(from+scanQueries, len(queries))]
			for at := 0; at < len(some); {
				done, found := k.pairs(some[at:], asked, radius, *out)
				for _, p := range (*out)[:found] {
					each(from+int(p.query), first+at+int(p.code))
				}
				at += done
			}
		}
	}
}
