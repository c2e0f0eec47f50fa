package tally

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Bounds of a reader.
const (
	// Fresh is how long what was read is taken for true.
	Fresh = time.Second
	// ahead is how much newer than asked for an answer may be: callers do not take the time at the same moment. Beyond that, the clock was set back.
	ahead = time.Minute
	// most is how many subjects are remembered: about half a kilobyte each, besides their names.
	most = 10_000
	// patience is how long a question may take, whoever waits for the answer.
	patience = 5 * time.Second
)

// Source is where counts are kept.
type Source interface {
	// Tallies returns what was counted of some subjects, each named once, up to now; those of which nothing was counted are absent.
	Tallies(ctx context.Context, now domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error)
}

// Reader tells tallies, and asks its source for a subject once a second at most. It is safe for concurrent use.
type Reader struct {
	source Source

	mu     sync.Mutex
	known  map[domain.Subject]*list.Element // of answers
	recent list.List                        // of *answer, the one used last in front
}

// answer is what is known of one subject, or is being asked. When asked is closed, tally and err are set for good.
type answer struct {
	subject domain.Subject
	at      domain.Time // by the clock of whoever asked
	asked   chan struct{}
	tally   domain.Tally
	err     error
}

// New makes a reader.
func New(source Source) *Reader {
	return &Reader{source: source, known: map[domain.Subject]*list.Element{}}
}

// Of returns what happened to some subjects in the last hour, day and week before now, and up to now; of each that was asked for there is a tally. What
// is not remembered is read with one question. now must be the current time, by whatever clock the caller has: buckets are not kept for questions
// about the past. After an error nothing is known of any of them, and the next call asks again.
func (r *Reader) Of(ctx context.Context, now domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	answers := make([]*answer, len(subjects))
	var missing []*answer
	r.mu.Lock()
	for i, s := range subjects {
		var is bool
		if answers[i], is = r.remembered(s, now); !is {
			answers[i] = r.remember(s, now)
			missing = append(missing, answers[i])
		}
	}
	r.mu.Unlock()
	if len(missing) > 0 {
		// Others may wait for the answer too, so it comes even if whoever asked has gone.
		go r.ask(context.WithoutCancel(ctx), now, missing)
	}
	tallies := make(map[domain.Subject]domain.Tally, len(subjects))
	for _, a := range answers {
		select {
		case <-a.asked:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for tallies: %w", ctx.Err())
		}
		if a.err != nil {
			return nil, a.err
		}
		tallies[a.subject] = a.tally
	}
	return tallies, nil
}

// remembered returns the answer about a subject if it is fresh, or on its way.
func (r *Reader) remembered(s domain.Subject, now domain.Time) (*answer, bool) {
	e, is := r.known[s]
	if !is {
		return nil, false
	}
	a := e.Value.(*answer)
	if age := now.Sub(a.at); age >= Fresh || age < -ahead {
		return nil, false
	}
	r.recent.MoveToFront(e)
	return a, true
}

// remember makes room for the answer about a subject that is about to be asked.
func (r *Reader) remember(s domain.Subject, now domain.Time) *answer {
	a := &answer{subject: s, at: now, asked: make(chan struct{})}
	if e, is := r.known[s]; is {
		e.Value = a
		r.recent.MoveToFront(e)
		return a
	}
	r.known[s] = r.recent.PushFront(a)
	if r.recent.Len() > most {
		r.forget(r.recent.Back().Value.(*answer))
	}
	return a
}

// forget drops an answer, unless a newer one has taken its place.
func (r *Reader) forget(a *answer) {
	if e := r.known[a.subject]; e != nil && e.Value == any(a) {
		r.recent.Remove(e)
		delete(r.known, a.subject)
	}
}

// ask reads what is missing. A failure is told to those who wait, and not remembered.
func (r *Reader) ask(ctx context.Context, now domain.Time, missing []*answer) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	subjects := make([]domain.Subject, len(missing))
	for i, a := range missing {
		subjects[i] = a.subject
	}
	tallies, err := r.source.Tallies(ctx, now, subjects)
	if err != nil {
		r.mu.Lock()
		for _, a := range missing {
			r.forget(a)
		}
		r.mu.Unlock()
	}
	for _, a := range missing {
		a.tally, a.err = tallies[a.subject], err
		close(a.asked)
	}
}
