package bench

import (
	"cmp"
	"context"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/hamming"
)

// Bounds of the work of brute force: pairs of a question and a code, a few seconds on two processors, and questions.
const (
	mostPairs     = 3_000_000_000
	mostQuestions = 1000
	leastSample   = 20
)

// truth is what brute force finds for some of the questions. It shares no code with the index.
type truth struct {
	questions []hamming.Code
	hits      [][]hamming.Hit // of each question, by id
}

// sample returns how many questions are held against brute force over n codes.
func sample(n int) int { return max(leastSample, min(mostQuestions, mostPairs/n)) }

// seek compares every question with the n entries that at returns, on all processors.
func seek(ctx context.Context, questions []hamming.Code, n int, at func(i int) hamming.Entry, radius int, done func(int)) (*truth, error) {
	t := &truth{questions: questions, hits: make([][]hamming.Hit, len(questions))}
	const block = 4096 // codes that stay in the fastest cache while all questions pass over them
	var mu sync.Mutex  // over t.hits
	var seen atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for first := 0; first < n && gctx.Err() == nil; first += block {
		g.Go(func() error {
			entries := make([]hamming.Entry, 0, block)
			for i := first; i < min(first+block, n); i++ {
				entries = append(entries, at(i))
			}
			for q, code := range questions {
				for i := range entries {
					e := &entries[i]
					d := bits.OnesCount64(code[0]^e.Code[0]) + bits.OnesCount64(code[1]^e.Code[1]) +
						bits.OnesCount64(code[2]^e.Code[2]) + bits.OnesCount64(code[3]^e.Code[3])
					if d <= radius {
						mu.Lock()
						t.hits[q] = append(t.hits[q], hamming.Hit{ID: e.ID, Distance: d})
						mu.Unlock()
					}
				}
			}
			done(int(seen.Add(int64(len(entries)))))
			return context.Cause(gctx)
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, hits := range t.hits {
		slices.SortFunc(hits, byID)
	}
	return t, nil
}

func byID(a, b hamming.Hit) int { return cmp.Compare(a.ID, b.ID) }

// Agreement says how the answers of the index compare with brute force.
type Agreement struct {
	Questions int `json:"questions"`     // that were compared
	True      int `json:"true_results"`  // what brute force found for them
	Missed    int `json:"missed"`        // of these, not found by the index
	False     int `json:"false_results"` // found by the index alone, or at another distance
}

func (a Agreement) exact() bool { return a.Missed == 0 && a.False == 0 }

// recall returns the share of the true results that the index found.
func (a Agreement) recall() float64 { return 1 - float64(a.Missed)/float64(max(a.True, 1)) }

func (a Agreement) plus(b Agreement) Agreement {
	return Agreement{a.Questions + b.Questions, a.True + b.True, a.Missed + b.Missed, a.False + b.False}
}

// compare asks the index the same questions.
func (t *truth) compare(ctx context.Context, search func(dst []hamming.Hit, q hamming.Code) ([]hamming.Hit, error)) (Agreement, error) {
	a := Agreement{Questions: len(t.questions)}
	var got []hamming.Hit
	for i, q := range t.questions {
		if err := ctx.Err(); err != nil {
			return a, context.Cause(ctx)
		}
		var err error
		if got, err = search(got[:0], q); err != nil {
			return a, err
		}
		slices.SortFunc(got, byID)
		missed, wrong := differences(t.hits[i], got)
		a.True, a.Missed, a.False = a.True+len(t.hits[i]), a.Missed+missed, a.False+wrong
	}
	return a, nil
}

// differences counts hits that are only in want and hits that are only in got; both are sorted by id.
func differences(want, got []hamming.Hit) (missed, wrong int) {
	for len(want) > 0 && len(got) > 0 {
		switch {
		case want[0] == got[0]:
			want, got = want[1:], got[1:]
		case byID(want[0], got[0]) < 0:
			missed, want = missed+1, want[1:]
		default: // a stranger, a second time, or the right one at the wrong distance
			wrong, got = wrong+1, got[1:]
		}
	}
	return missed + len(want), wrong + len(got)
}
