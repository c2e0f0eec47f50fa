package hamming

import (
	"sync"
	"sync/atomic"
	"time"
)

// readers counts who may be reading memory that is about to be released. To
// enter and to leave is one atomic addition each; nobody who reads ever waits.
//
// There are two counters, of which the phase names the one to enter by. A waiter
// turns the phase, so that the counter entered before runs empty, and does so
// twice: a reader may have read the phase long before it counts itself. (This is
// the idea of sleepable read-copy-update: McKenney, 2006.)
type readers struct {
	phase  atomic.Uint32
	inside [2]struct {
		atomic.Int64
		_ [56]byte // a cache line each
	}
	waiter sync.Mutex
}

// enter returns what leave must be given.
func (r *readers) enter() (phase uint32) {
	phase = r.phase.Load() & 1
	r.inside[phase].Add(1)
	return phase
}

func (r *readers) leave(phase uint32) { r.inside[phase].Add(-1) }

// wait returns when all who entered before it was called have left.
func (r *readers) wait() {
	r.waiter.Lock()
	defer r.waiter.Unlock()
	for range 2 {
		phase := (r.phase.Add(1) - 1) & 1
		for pause := 10 * time.Microsecond; r.inside[phase].Load() != 0; pause = min(2*pause, 10*time.Millisecond) {
			time.Sleep(pause)
		}
	}
}
