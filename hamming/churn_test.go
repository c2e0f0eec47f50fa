package hamming

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The memory that dead codes and merges take must stay within Options.Spare,
// whatever is inserted and deleted.
func TestMergesStayWithinTheSpareMemory(t *testing.T) {
	t.Parallel()
	const n = 40_000
	for _, spare := range []float64{0.5, 2} {
		x := newTestIndex(t, Options{HeadSize: 500, Spare: spare})
		x.freeMerge = 2000
		rng := newRand(uint64(spare * 10))
		mustInsertBatch(t, x, randomEntries(rng, n))
		worst := 0.0
		look := func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			held, limit := x.held(x.view.Load().parts)
			worst = max(worst, held/limit)
		}
		for i := range n {
			switch i % 5 {
			case 0, 1, 2:
				x.Delete(uint64(i))
			case 3:
				mustInsert(t, x, Entry{rng.Uint64N(uint64(n)), randomCode(rng)})
			default:
				mustInsert(t, x, Entry{uint64(n + i), randomCode(rng)})
			}
			if i%10 == 0 {
				look()
			}
		}
		x.work.Wait()
		look()
		if worst > 1.01 { // changes begin to wait when the limit is crossed
			t.Errorf("spare %v: %.2f times what may be held", spare, worst)
		}
	}
}

// After everything is deleted next to nothing is held.
func TestDeletedMemoryIsReleased(t *testing.T) {
	t.Parallel()
	const n = 30_000
	x := newTestIndex(t, Options{})
	x.freeMerge = 1000
	mustInsertBatch(t, x, randomEntries(newRand(1), n))
	for id := range uint64(n) {
		x.Delete(id)
	}
	x.work.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	if held, _ := x.held(x.view.Load().parts); held > float64(x.freeMerge)*entryBytes || x.extra != 0 {
		t.Errorf("%.0f bytes are held for nothing, %d of them by merges", held, x.extra)
	}
}

// BenchmarkChurn changes an index of n codes, while another goroutine searches.
func BenchmarkChurn(b *testing.B) {
	const n = 1_000_000
	for _, what := range []string{"insert", "delete and insert"} {
		b.Run(what, func(b *testing.B) {
			rng := newRand(2)
			x := newTestIndex(b, Options{})
			mustInsertBatch(b, x, randomEntries(rng, n))
			var done atomic.Bool
			var searcher sync.WaitGroup
			var took []time.Duration
			searcher.Go(func() {
				rng := newRand(3)
				for !done.Load() {
					start := time.Now()
					if _, err := x.Search(nil, randomCode(rng), 31); err != nil {
						b.Error(err)
					}
					took = append(took, time.Since(start))
				}
			})
			next, oldest := uint64(n), uint64(0)
			changes := 0
			for b.Loop() {
				mustInsert(b, x, Entry{next, randomCode(rng)})
				next++
				changes++
				if what != "insert" {
					x.Delete(oldest + rng.Uint64N(2))
					oldest += 2
					changes++
				}
			}
			b.ReportMetric(float64(changes)/b.Elapsed().Seconds(), "changes/s")
			done.Store(true)
			searcher.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "searches/s")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "search-p99-µs")
			b.ReportMetric(float64(took[len(took)*999/1000].Microseconds()), "search-p99.9-µs")
		})
	}
}
