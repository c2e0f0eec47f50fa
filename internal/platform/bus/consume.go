package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/quell-project/quell/internal/domain"
)

// Consumer is work to be done for every event of a subject, once among all processes that use the same name.
type Consumer struct {
	Name    string // durable: letters, digits, '-' and '_'. The server remembers under it what is done.
	Subject string // an event's subject, or a pattern such as "quell.upload.>". Empty: all events.

	Concurrency int             // events handled at a time in this process. 0: 1.
	MaxDeliver  int             // attempts before an event is given up. 0: 5.
	Backoff     []time.Duration // waits after the first, second, … failed attempt; the last one repeats. nil: 1 s, 5 s, 30 s, 2 min.

	// AckWait is how long after a crash or a restart the events come again that were in hand. 0: 10 s. Handle may take longer: the server is told
	// that work goes on.
	AckWait time.Duration

	// Handle does the work. It MUST be idempotent by event id: an event can come again after a crash, a lost connection or a restored stream.
	// The event is acknowledged when Handle returns nil. An error or a panic is a failed attempt; [Permanent] errors are not tried again.
	// Its context ends with that of Consume; what fails then is delivered again later.
	Handle func(context.Context, domain.Event) error

	// OnDead is called, if set, after an event was given up and its dead letter is stored, for example to write it on record. If it fails, the event
	// is delivered once more, so it MUST be idempotent too. Where the message could not be read, the event holds what could.
	OnDead func(ctx context.Context, e domain.Event, reason string) error
}

// Permanent marks an error that another attempt cannot mend: the event goes to the dead letters at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanentError{err}
}

type permanentError struct{ error }

func (p permanentError) Unwrap() error { return p.error }

const (
	maxAckPending = 10_000 // events waiting for another attempt, beyond which the server gives out no new ones
	minAckWait    = 100 * time.Millisecond
	maxPause      = 5 * time.Second
)

var consumerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (c Consumer) withDefaults() Consumer {
	if c.Subject == "" {
		c.Subject = eventSubjects
	}
	if c.Concurrency == 0 {
		c.Concurrency = 1
	}
	if c.MaxDeliver == 0 {
		c.MaxDeliver = 5
	}
	if c.AckWait == 0 {
		c.AckWait = 10 * time.Second
	}
	if len(c.Backoff) == 0 {
		c.Backoff = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute}
	}
	return c
}

func (c Consumer) check() error {
	switch {
	case !consumerName.MatchString(c.Name) || c.Name == relayName:
		return fmt.Errorf("consumer name %q: use 1 to 64 letters, digits, '-' or '_', and not %q", c.Name, relayName)
	case c.Handle == nil:
		return fmt.Errorf("consumer %s has no Handle function", c.Name)
	case c.Concurrency < 0 || c.MaxDeliver < 0:
		return fmt.Errorf("consumer %s: concurrency and attempts cannot be negative", c.Name)
	case c.Subject != eventSubjects && !validFilter(c.Subject):
		return fmt.Errorf("consumer %s: subject %q must be %q and words joined by dots, with '*' for any word and '>' for any further ones",
			c.Name, c.Subject, subjectPrefix)
	case c.AckWait < minAckWait:
		return fmt.Errorf("consumer %s: ack wait %v is too short, at least %v", c.Name, c.AckWait, minAckWait)
	}
	return nil
}

// Consume hands the events of a subject to c.Handle until ctx ends, and returns when the attempts under way have ended. It survives the loss of the
// server. An error means that the consumer is set up wrongly or the bus was closed.
//
// Every event stored since the name was first used, and kept by the stream, is delivered at least once to one process. With Concurrency 1 in a
// single process events come in the order of the outbox, save for those that are tried again. An event that is given up is first stored among
// the dead letters, then reported to OnDead, then taken off the consumer's list: a crash in between repeats a step and leaves none out.
func (b *Bus) Consume(ctx context.Context, c Consumer) error {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return err
	}
	w := &worker{Consumer: c, bus: b, log: b.log.With("consumer", c.Name), slots: make(chan struct{}, c.Concurrency)}
	defer w.attempts.Wait()
	trouble := outage{log: w.log, what: "the consumer gets no events"}
	wait := reconnectWait
	for ctx.Err() == nil {
		err := w.session(ctx, func() { trouble.end(); wait = reconnectWait })
		switch {
		case ctx.Err() != nil:
			return nil
		case misconfigured(err) || b.nc.IsClosed():
			return fmt.Errorf("consumer %s: %w", c.Name, err)
		}
		trouble.begin(err)
		if pause(ctx, wait) != nil {
			return nil
		}
		wait = min(2*wait, maxPause)
	}
	return nil
}

// misconfigured: the server refused the consumer as such; trying again would not help.
func misconfigured(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && api.Code == 400
}

// worker runs one consumer in this process.
type worker struct {
	Consumer
	bus *Bus
	log *slog.Logger

	slots    chan struct{} // holds one token for each attempt under way, and for each request for an event
	attempts sync.WaitGroup
}

// session asks for events and handles them until ctx ends or a request fails. It calls ready when the server has the consumer. It does not wait for
// attempts under way: a long one must not keep the next session from starting.
func (w *worker) session(ctx context.Context, ready func()) error {
	if err := w.prepare(ctx); err != nil {
		return err
	}
	ready()
	asking, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	for range w.Concurrency {
		w.attempts.Go(func() { stop(w.loop(ctx, asking)) })
	}
	<-asking.Done()
	return context.Cause(asking)
}

// prepare makes the consumer known to the server, which keeps what it knows of one by that name.
func (w *worker) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	if err := w.bus.restoreStreams(ctx); err != nil {
		return err
	}
	config := jetstream.ConsumerConfig{
		Durable:       w.Name,
		FilterSubject: w.Subject,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       w.AckWait,
		MaxAckPending: maxAckPending,
		// The server must never stop delivering by itself: it would leave the event lying, with neither effect nor dead letter. The attempts are
		// counted here.
		MaxDeliver: -1,
	}
	_, err := w.bus.js.CreateOrUpdateConsumer(ctx, eventStream, config)
	if w.bus.srv == nil || !unreadable(err) {
		return err
	}
	w.log.Warn("the server cannot read what it had stored about the consumer, as after a power failure; all events of the stream are delivered again", "error", err)
	if err := w.bus.srv.forget(w.Name); err != nil {
		return err
	}
	_, err = w.bus.js.CreateOrUpdateConsumer(ctx, eventStream, config)
	return err
}

// unreadable: the server cannot open its own file about the consumer, and would not be able to next time.
func unreadable(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && api.ErrorCode == jetstream.JSErrCodeConsumerCreate && strings.Contains(api.Description, "creating store")
}

// loop takes one event at a time until asking ends. It asks for the next only when the last is done, so that no event waits in this process while
// another is idle.
func (w *worker) loop(ctx, asking context.Context) error {
	p, err := newPuller(w.bus.nc, eventStream, w.Name)
	if err != nil {
		return err
	}
	defer p.close()
	for {
		if err := w.one(ctx, asking, p); err != nil {
			return err
		}
	}
}

// one waits for a slot and an event, and makes an attempt at it.
func (w *worker) one(ctx, asking context.Context, p *puller) error {
	select {
	case <-asking.Done():
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	}
	m, err := p.next(asking)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		w.answer("nak", m.Nak())
		return ctx.Err()
	}
	w.attempt(ctx, m)
	return nil
}
