package bustest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/quell-project/quell/internal/domain"
)

// Outbox is a table of events in memory, with gapless sequence numbers. Its methods may be called by several goroutines at once.
type Outbox struct {
	mu     sync.Mutex
	events []domain.Event
	last   int64
	broken bool
}

// Add appends n events with fresh ids and gives them back.
func (o *Outbox) Add(subject string, n int) []domain.Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	added := Events(subject, o.last+1, n)
	o.events = append(o.events, added...)
	o.last += int64(n)
	return added
}

// Events makes n events with fresh ids, the first with the given sequence number.
func Events(subject string, seq int64, n int) []domain.Event {
	events := make([]domain.Event, n)
	for i := range events {
		s := seq + int64(i)
		events[i] = domain.Event{
			Seq:     s,
			ID:      domain.NewID[domain.EventID](),
			Subject: subject,
			Body:    fmt.Appendf(nil, `{"number":%d}`, s),
			At:      domain.Time(1_700_000_000_000_000 + s),
		}
	}
	return events
}

// All gives a copy of the events.
func (o *Outbox) All() []domain.Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.events)
}

// RestoreTo brings the outbox back to what it was after the event seq, as an older backup does.
func (o *Outbox) RestoreTo(seq int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = slices.DeleteFunc(o.events, func(e domain.Event) bool { return e.Seq > seq })
	o.last = seq
}

// RemoveUpTo removes old events, as retention does.
func (o *Outbox) RemoveUpTo(seq int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = slices.DeleteFunc(o.events, func(e domain.Event) bool { return e.Seq <= seq })
}

// Break makes reads fail until called with false.
func (o *Outbox) Break(broken bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.broken = broken
}

var errBroken = errors.New("the database is away")

// EventsAfter implements bus.Outbox.
func (o *Outbox) EventsAfter(_ context.Context, seq int64, limit int) ([]domain.Event, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken {
		return nil, errBroken
	}
	i, _ := slices.BinarySearchFunc(o.events, seq+1, func(e domain.Event, seq int64) int { return int(e.Seq - seq) })
	return slices.Clone(o.events[i:min(len(o.events), i+limit)]), nil
}

// LastEventSeq implements bus.Outbox.
func (o *Outbox) LastEventSeq(context.Context) (int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken {
		return 0, errBroken
	}
	return o.last, nil
}
