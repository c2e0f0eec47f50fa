package bench

import (
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/hamming"
)

// batch asks all questions in one call, or in one for each thread, and returns how many a second were answered. It does so twice, and the second
// time counts, when the memory that batches keep is there. That questions were asked before does not matter, as there are too many of them for any
// cache.
func (r *indexRun) batch(ctx context.Context, questions []hamming.Code, radius, threads int) (rate float64, err error) {
	runtime.GC()
	for range 2 {
		g, gctx := errgroup.WithContext(ctx)
		begin := time.Now()
		for part := range slices.Chunk(questions, (len(questions)+threads-1)/threads) {
			g.Go(func() error {
				err := r.index.SearchBatch(part, radius, func(query int, hits []hamming.Hit) bool { return query%256 != 0 || gctx.Err() == nil })
				if err == nil {
					err = context.Cause(gctx)
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return 0, err
		}
		rate = rounded(float64(len(questions))/time.Since(begin).Seconds(), 1)
	}
	return rate, nil
}

// batchAgreement holds what an index answers in batches against brute force.
func (r *indexRun) batchAgreement(ctx context.Context, radius int) (all Agreement, err error) {
	for _, t := range r.truths {
		answers := make([][]hamming.Hit, 0, len(t.questions))
		err := r.index.SearchBatch(t.questions, radius, func(_ int, hits []hamming.Hit) bool {
			answers = append(answers, slices.Clone(hits))
			return ctx.Err() == nil
		})
		if err != nil {
			return all, err
		}
		a, err := t.compare(ctx, func(dst []hamming.Hit, _ hamming.Code) ([]hamming.Hit, error) {
			next := answers[0]
			answers = answers[1:]
			return append(dst, next...), nil
		})
		if err != nil {
			return all, err
		}
		all = all.plus(a)
	}
	return all, nil
}
