package bench

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/bench/corpus"
)

// Changes is what was measured while codes came and went: one thread inserts a new code and deletes the oldest one, over and over, as fast as
// it can; another asks.
type Changes struct {
	Seconds          float64   `json:"changes_for_s"`
	InsertsPerSecond float64   `json:"inserts_per_s"`
	DeletesPerSecond float64   `json:"deletes_per_s"`
	QPS              float64   `json:"changes_qps"`
	P50              float64   `json:"changes_p50_us"`
	P99              float64   `json:"changes_p99_us"`
	P999             float64   `json:"changes_p999_us"`
	Max              float64   `json:"changes_max_us"`
	PeakBytes        int64     `json:"changes_peak_bytes,omitempty"` // the most memory the process ever held
	Agreement        Agreement `json:"changes_check"`                // with brute force, when all changes are made
}

// change lets codes come and go. The index always holds as many as before: the ids from changes on, N of them.
func (r *indexRun) change(ctx context.Context, misses []hamming.Code, radius int) (*Changes, error) {
	fresh := corpus.Uniform{Seed: r.Seed + 1}
	at := func(id int) hamming.Entry {
		if id < r.N {
			return hamming.Entry{ID: uint64(id), Code: r.set.Code(id)}
		}
		return hamming.Entry{ID: uint64(id), Code: fresh.Code(id)}
	}
	r.tell("ask while codes change", 0, 1)
	var times []time.Duration
	changes := 0
	runtime.GC()
	begin := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for ; changes == 0 || changes%64 != 0 || (time.Since(begin) < r.Churn && gctx.Err() == nil); changes++ {
			e := at(r.N + changes)
			if err := r.index.Insert(e.ID, e.Code); err != nil {
				return err
			}
			r.index.Delete(uint64(changes))
		}
		return gctx.Err()
	})
	g.Go(func() (err error) {
		var hits []hamming.Hit
		for i := 0; time.Since(begin) < r.Churn && gctx.Err() == nil; i++ {
			start := time.Now()
			if hits, err = r.index.Search(hits[:0], misses[i%len(misses)], radius); err != nil {
				return err
			}
			times = append(times, time.Since(start))
		}
		return gctx.Err()
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	took := time.Since(begin).Seconds()
	r.tell("ask while codes change", 1, 1)
	c := &Changes{
		Seconds:          rounded(took, 3),
		InsertsPerSecond: rounded(float64(changes)/took, 0),
		DeletesPerSecond: rounded(float64(changes)/took, 0),
		QPS:              rounded(float64(len(times))/took, 1),
	}
	l := summarize(times)
	c.P50, c.P99, c.P999, c.Max = l.P50, l.P99, percentile(times, 99.9), l.Max
	_, c.PeakBytes = resident()
	settle(ctx.Done(), r.Patience)
	var some []hamming.Code
	for _, t := range r.truths {
		some = append(some, t.questions[:(len(t.questions)+3)/4]...)
	}
	for i := range 16 { // and some that came just now
		some = append(some, at(r.N+max(changes-1-i*changes/16, 0)).Code)
	}
	live := func(i int) hamming.Entry { return at(changes + i) }
	t, err := seek(ctx, some, r.N, live, radius, func(done int) { r.tell("compare the changed index with brute force", done, r.N) })
	if err != nil {
		return nil, err
	}
	c.Agreement, err = t.compare(ctx, func(dst []hamming.Hit, q hamming.Code) ([]hamming.Hit, error) { return r.index.Search(dst, q, radius) })
	return c, err
}
