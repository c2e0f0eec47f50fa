package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/quell-project/quell/internal/domain"
)

// attempt handles one delivery and tells the server how it ended. If the answer gets lost, the event is delivered again.
func (w *worker) attempt(ctx context.Context, m *nats.Msg) {
	defer w.keepAlive(m)()
	meta, err := m.Metadata()
	if err != nil {
		w.log.Error("message that JetStream did not send", "subject", m.Subject, "error", err)
		return
	}
	w.bus.counts.delivered.Add(1)
	if meta.NumDelivered > 1 {
		w.bus.counts.redelivered.Add(1)
	}
	attempts := int(meta.NumDelivered)
	e, dead, err := w.try(ctx, m, attempts)
	switch {
	case err == nil:
		w.answer("ack", m.Ack())
	case ctx.Err() != nil: // we are stopping; that is not the event's fault
		w.answer("nak", m.Nak())
	case dead:
		w.giveUp(ctx, m, letter{event: e, reason: err.Error(), attempts: attempts, dedupe: letterID(e, meta)})
	default:
		delay := w.delay(attempts)
		w.log.Warn("event not handled; it is tried again", "event", e.ID, "subject", e.Subject, "attempt", attempts, "next_in", delay, "error", err)
		w.answer("nak", m.NakWithDelay(delay))
	}
}

// try reads the message and calls Handle. With an error it says whether that was the last attempt.
func (w *worker) try(ctx context.Context, m *nats.Msg, attempts int) (e domain.Event, dead bool, err error) {
	e, err = decode(m.Subject, m.Header, m.Data)
	switch {
	case err != nil:
		w.bus.counts.failed.Add(1)
		return e, true, err
	case attempts > 2*w.MaxDeliver:
		// Deliveries that nobody answered count here only. A process that is stopped now and then must not use up an event's attempts,
		// yet an event that brings down every process must not do so for ever.
		return e, true, fmt.Errorf("delivered %d times without an answer: each time the process ended, or the event could not be given up", attempts-1)
	}
	if err = guard(w.log, func() error { return w.Handle(ctx, e) }); err != nil {
		w.bus.counts.failed.Add(1)
		_, permanent := errors.AsType[permanentError](err)
		return e, permanent || attempts >= w.MaxDeliver, err
	}
	return e, false, nil
}

// giveUp stores the dead letter, tells OnDead, and only then takes the event off the list.
func (w *worker) giveUp(ctx context.Context, m *nats.Msg, l letter) {
	err := w.bus.bury(ctx, w.Name, l)
	if err == nil && w.OnDead != nil {
		err = guard(w.log, func() error { return w.OnDead(ctx, l.event, l.reason) })
	}
	if err != nil {
		delay := w.delay(l.attempts)
		w.log.Warn("event could not be given up; it is delivered again", "event", l.event.ID, "next_in", delay, "error", err)
		w.answer("nak", m.NakWithDelay(delay))
		return
	}
	w.answer("term", m.Term())
}

// letterID names what died. An event keeps its name when it dies again, so that there is one letter within the de-duplication window.
func letterID(e domain.Event, meta *nats.MsgMetadata) string {
	if e.ID != "" {
		return string(e.ID)
	}
	return "place-" + strconv.FormatUint(meta.Sequence.Stream, 10)
}

// delay gives the wait after the given number of attempts.
func (w *worker) delay(attempts int) time.Duration {
	return w.Backoff[min(max(attempts, 1), len(w.Backoff))-1]
}

// answer notes an answer that could not be sent. Nothing else need be done: the server delivers the event again.
func (w *worker) answer(what string, err error) {
	if err != nil {
		w.log.Debug("answer to the NATS server not sent", "answer", what, "error", err)
	}
}

// keepAlive tells the server that work on the message goes on, until the returned function is called.
func (w *worker) keepAlive(m *nats.Msg) (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(w.AckWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				w.answer("in progress", m.InProgress())
			}
		}
	}()
	return func() { close(done) }
}

// guard turns a panic into an error and logs the place it came from.
func guard(log *slog.Logger, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
			log.Error("panic", "value", v, "stack", string(debug.Stack()))
		}
	}()
	return f()
}
