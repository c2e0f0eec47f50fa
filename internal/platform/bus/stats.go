package bus

import (
	"context"
	"fmt"
	"sync/atomic"
)

type counters struct {
	published, repeated, delivered, redelivered, failed, dead atomic.Int64
}

// Stats counts what this process did since it opened the bus.
type Stats struct {
	Published   int64 // events stored in the stream
	Repeated    int64 // events the server recognised as stored before
	Delivered   int64 // deliveries to consumers, repeats included
	Redelivered int64 // deliveries of events that had been delivered before, to whomever
	Failed      int64 // attempts that ended in an error or a panic
	Dead        int64 // dead letters written
}

// Stats gives the counts. It costs nothing.
func (b *Bus) Stats() Stats {
	return Stats{
		Published:   b.counts.published.Load(),
		Repeated:    b.counts.repeated.Load(),
		Delivered:   b.counts.delivered.Load(),
		Redelivered: b.counts.redelivered.Load(),
		Failed:      b.counts.failed.Load(),
		Dead:        b.counts.dead.Load(),
	}
}

// Backlog says how far behind a durable consumer is, all its processes together.
type Backlog struct {
	Consumer string
	Waiting  int64 // events not delivered yet
	InHand   int64 // events delivered and not acknowledged: being handled, or waiting for another attempt
}

// Backlogs asks the server for the backlog of every durable consumer.
func (b *Bus) Backlogs(ctx context.Context) ([]Backlog, error) {
	stream, err := b.js.Stream(ctx, eventStream)
	if err != nil {
		return nil, fmt.Errorf("backlogs: %w", err)
	}
	var all []Backlog
	list := stream.ListConsumers(ctx)
	for c := range list.Info() {
		if c.Config.Durable != "" {
			all = append(all, Backlog{Consumer: c.Name, Waiting: int64(c.NumPending), InHand: int64(c.NumAckPending)})
		}
	}
	if err := list.Err(); err != nil {
		return nil, fmt.Errorf("backlogs: %w", err)
	}
	return all, nil
}
