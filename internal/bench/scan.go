package bench

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/quell-project/quell/hamming"
)

// Scan is what was measured of looking for new codes in a log that has no index, as is done when a list has grown.
type Scan struct {
	Log       int       `json:"scan_log"`         // codes in the log
	Questions int       `json:"scan_questions"`   // codes that are looked for in it
	Rate      float64   `json:"scan_pairs_per_s"` // pairs of the two that are compared a second, on one thread
	Agreement Agreement `json:"scan_check"`
}

// scan measures the log of the first codes of the set with the questions that were asked of brute force.
func (r *indexRun) scan(ctx context.Context, radius int) (*Scan, error) {
	const longest = 1 << 20
	log := make([]hamming.Code, min(r.N, longest))
	for i := range log {
		log[i] = r.set.Code(i)
	}
	all := truth{}
	for _, t := range r.truths {
		all.questions = append(all.questions, t.questions...)
		for _, hits := range t.hits { // by id, so that those in the log come first
			in, _ := slices.BinarySearchFunc(hits, len(log), func(h hamming.Hit, end int) int { return int(h.ID) - end })
			all.hits = append(all.hits, hits[:in])
		}
	}
	s := &Scan{Log: len(log), Questions: len(all.questions)}
	found := make([][]hamming.Hit, len(all.questions))
	r.tell("scan a log", 0, 1)
	runtime.GC()
	begin := time.Now()
	err := hamming.Scan(log, all.questions, radius, func(p hamming.Pair) bool {
		found[p.Query] = append(found[p.Query], hamming.Hit{ID: uint64(p.Code), Distance: p.Distance})
		return true
	})
	if err != nil {
		return nil, err
	}
	s.Rate = rounded(float64(s.Log)*float64(s.Questions)/time.Since(begin).Seconds(), 0)
	r.tell("scan a log", 1, 1)
	next := 0
	s.Agreement, err = all.compare(ctx, func(dst []hamming.Hit, _ hamming.Code) ([]hamming.Hit, error) {
		next++
		return append(dst, found[next-1]...), nil
	})
	return s, err
}
