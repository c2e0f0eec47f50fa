package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/quell-project/quell/internal/domain"
)

// WakeOutbox is the topic of [Bus.Wake] by which a process tells the relay that it has committed events.
const WakeOutbox = "outbox"

const (
	relayBatch  = maxInFlight
	defaultPoll = 500 * time.Millisecond
)

// Outbox is the table of events, written in the transactions that made them true. Sequence numbers are gapless and in the order of commits: an event
// is not shown before all with lower numbers are.
type Outbox interface {
	// EventsAfter gives up to limit events with a higher sequence number than seq, in order. Old events may have been removed.
	EventsAfter(ctx context.Context, seq int64, limit int) ([]domain.Event, error)
	// LastEventSeq gives the highest sequence number ever given out, 0 if none.
	LastEventSeq(ctx context.Context) (int64, error)
}

// Relay carries events from the outbox to the stream. The stream itself holds how far it has come, so it keeps no state of its own. Run it in one
// process at a time; should two run at once, the order holds and repeats are dropped.
type Relay struct {
	bus    *Bus
	outbox Outbox
	poll   time.Duration
	log    *slog.Logger
	sent   atomic.Int64 // position of this run, -1 when it does not run
}

// NewRelay makes a relay that looks into the outbox when woken by [WakeOutbox] and every poll (0: 500 ms).
func NewRelay(b *Bus, outbox Outbox, poll time.Duration) *Relay {
	if poll <= 0 {
		poll = defaultPoll
	}
	r := &Relay{bus: b, outbox: outbox, poll: poll, log: b.log.With("component", "relay")}
	r.sent.Store(-1)
	return r
}

// Run carries events until ctx ends and then returns nil. When the server or the database is away it waits for them; an error means that the bus was
// closed under it.
func (r *Relay) Run(ctx context.Context) error {
	defer r.sent.Store(-1)
	woken, err := r.bus.Woken(ctx, WakeOutbox)
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	connected := r.bus.nc.StatusChanged(nats.CONNECTED, nats.CLOSED)
	defer r.bus.nc.RemoveStatusListener(connected)
	trouble := outage{log: r.log, what: "events stay in the outbox"}
	wait := reconnectWait
	for ctx.Err() == nil {
		err := r.session(ctx, woken, connected, func() { trouble.end(); wait = reconnectWait })
		switch {
		case ctx.Err() != nil:
			return nil
		case r.bus.nc.IsClosed():
			return fmt.Errorf("relay: %w", errClosed)
		case errors.Is(err, errReconnected):
			continue
		}
		trouble.begin(err)
		select {
		case <-ctx.Done():
		case <-connected:
		case <-time.After(wait):
		}
		wait = min(2*wait, maxPause)
	}
	return nil
}

// errReconnected ends a session because the server may have been restarted, with or without all it had.
var errReconnected = errors.New("the connection is new")

// session finds out where the stream ends and carries everything behind that, until something fails. It calls well after each pass that worked.
func (r *Relay) session(ctx context.Context, woken <-chan struct{}, connected <-chan nats.Status, well func()) error {
	seq, err := r.resume(ctx)
	if err != nil {
		return err
	}
	r.sent.Store(seq)
	tick := time.NewTicker(r.poll)
	defer tick.Stop()
	for {
		if err := r.drain(ctx); err != nil {
			return err
		}
		well()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-connected:
			return errReconnected
		case <-woken:
		case <-tick.C:
		}
	}
}

// drain publishes until the outbox has no more.
func (r *Relay) drain(ctx context.Context) error {
	for {
		events, err := r.outbox.EventsAfter(ctx, r.sent.Load(), relayBatch)
		if err != nil {
			return fmt.Errorf("read outbox: %w", err)
		}
		if len(events) == 0 {
			return nil
		}
		if err := r.bus.Publish(ctx, events); err != nil {
			return err
		}
		r.sent.Store(events[len(events)-1].Seq)
	}
}

// resume gives the position after which to publish: that of the newest event in the stream, if it is an event of this outbox. A stream that is
// ahead of the outbox, or holds another event at that position, belongs to another history of the database: a backup was restored. What
// the stream lacks cannot be told then, so the relay begins with the oldest event the outbox has. When the server has been started anew since
// it stored the newest event, it may have lost what it had not synced, here and there, so the relay goes back to before that.
func (r *Relay) resume(ctx context.Context) (int64, error) {
	if !r.bus.nc.IsConnected() {
		return 0, nats.ErrDisconnected
	}
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	if err := r.bus.restoreStreams(ctx); err != nil {
		return 0, err
	}
	newest, err := r.bus.newest(ctx)
	if err != nil || newest.Seq == 0 {
		return 0, err
	}
	last, err := r.outbox.LastEventSeq(ctx)
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	twin, err := r.outbox.EventsAfter(ctx, newest.Seq-1, 1)
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	removed := len(twin) == 0 || twin[0].Seq > newest.Seq // by now only the stream knows that event
	if newest.Seq > last || !removed && twin[0].ID != newest.ID {
		r.log.Warn("the event stream does not continue this database, as after restoring a backup; everything in the outbox is sent again",
			"stream_seq", newest.Seq, "stream_event", newest.ID, "outbox_seq", last)
		return 0, nil
	}
	if r.bus.unsynced == 0 || newest.server == r.bus.nc.ConnectedServerId() {
		return newest.Seq, nil
	}
	safe, err := r.bus.seqBefore(ctx, newest.at.Add(-r.bus.unsynced))
	return min(safe, newest.Seq), err
}

// Lag gives how many events of the outbox are not in the stream yet. It may be asked in any process, and costs a query, and a request to the
// server where the relay does not run.
func (r *Relay) Lag(ctx context.Context) (int64, error) {
	last, err := r.outbox.LastEventSeq(ctx)
	if err != nil {
		return 0, fmt.Errorf("relay lag: %w", err)
	}
	sent := r.sent.Load()
	if sent < 0 {
		if sent, err = r.bus.LastSeq(ctx); err != nil {
			return 0, fmt.Errorf("relay lag: %w", err)
		}
	}
	return max(0, last-sent), nil
}
