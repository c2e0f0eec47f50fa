package record

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/quell-project/quell/internal/domain"
)

// Ledger commits recordings in one transaction, all or none, and returns for each the decision that stands.
type Ledger interface {
	Commit(ctx context.Context, recordings []domain.Recording) ([]domain.Decision, error)
}

// ErrStopped means that the recorder takes nothing any more because the program is stopping.
var ErrStopped = errors.New("quell is stopping and records nothing new")

// maxGroup bounds how many uploads share a transaction: beyond it a commit takes so long that the first of a group would wait too long.
const maxGroup = 256

// Recorder groups recordings into transactions. It is safe for concurrent use.
type Recorder struct {
	ledger    Ledger
	committed func(group int) // told of every group, for measuring; may be nil
	queue     chan pending

	stopping  sync.RWMutex // held for reading while something is put into the queue
	isStopped bool
	done      chan struct{}
}

type pending struct {
	recording domain.Recording
	answer    chan<- answer
}

type answer struct {
	decision domain.Decision
	err      error
}

// New makes a recorder and starts it. Stop must be called in the end.
func New(ledger Ledger, committed func(group int)) *Recorder {
	r := &Recorder{ledger: ledger, committed: committed, queue: make(chan pending, 4*maxGroup), done: make(chan struct{})}
	go r.run()
	return r
}

// Record writes one recording down and returns the decision that stands once it is durable. If ctx ends first, the recording may still be
// written.
func (r *Recorder) Record(ctx context.Context, rec domain.Recording) (domain.Decision, error) {
	answers := make(chan answer, 1)
	if err := r.enqueue(ctx, pending{rec, answers}); err != nil {
		return domain.Decision{}, err
	}
	select {
	case a := <-answers:
		return a.decision, a.err
	case <-ctx.Done():
		return domain.Decision{}, fmt.Errorf("wait for the decision to be recorded: %w", ctx.Err())
	}
}

func (r *Recorder) enqueue(ctx context.Context, p pending) error {
	r.stopping.RLock()
	defer r.stopping.RUnlock()
	if r.isStopped {
		return ErrStopped
	}
	select {
	case r.queue <- p:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a place in the queue of the recorder: %w", ctx.Err())
	}
}

// Stop writes down what was accepted and then returns. Later recordings are refused.
func (r *Recorder) Stop() {
	r.stopping.Lock()
	first := !r.isStopped
	r.isStopped = true
	r.stopping.Unlock()
	if first {
		close(r.queue)
	}
	<-r.done
}

// run commits one group after the other until the queue is closed and empty.
func (r *Recorder) run() {
	defer close(r.done)
	for p := range r.queue {
		r.commit(r.gather(p))
	}
}

// gather takes what waits in the queue, without waiting for more.
func (r *Recorder) gather(first pending) []pending {
	group := []pending{first}
	for len(group) < maxGroup {
		select {
		case p, open := <-r.queue:
			if !open {
				return group
			}
			group = append(group, p)
		default:
			return group
		}
	}
	return group
}

// commit writes a group. If that fails, each is tried alone, so that one which cannot be written does not take the others with it.
func (r *Recorder) commit(group []pending) {
	recordings := make([]domain.Recording, len(group))
	for i, p := range group {
		recordings[i] = p.recording
	}
	// Nobody's impatience may undo what others in the group wait for, so no caller's context is used.
	decisions, err := r.ledger.Commit(context.Background(), recordings)
	switch {
	case err == nil:
		if r.committed != nil {
			r.committed(len(group))
		}
		for i, p := range group {
			p.answer <- answer{decision: decisions[i]}
		}
	case len(group) == 1:
		group[0].answer <- answer{err: err}
	default:
		for _, p := range group {
			r.commit([]pending{p})
		}
	}
}
