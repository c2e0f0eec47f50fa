package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/quell-project/quell/internal/domain"
)

const (
	wakePrefix   = "quell-wake." // not among the subjects of a stream: a nudge is forgotten at once
	listenBuffer = 4096          // events a listener may be behind before it has to catch up
)

var errClosed = errors.New("the bus was closed")

// Wake nudges whoever waits for the topic, in every process. It never blocks and nothing depends on its arrival: waiters look by themselves now and then.
func (b *Bus) Wake(topic string) {
	_ = b.nc.Publish(wakePrefix+topic, nil)
}

// Woken gives a channel that delivers something soon after a Wake of the topic, in whatever process; several at a time become one. It works until
// ctx ends.
func (b *Bus) Woken(ctx context.Context, topic string) (<-chan struct{}, error) {
	woken := make(chan struct{}, 1)
	sub, err := b.nc.Subscribe(wakePrefix+topic, func(*nats.Msg) {
		select {
		case woken <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return nil, fmt.Errorf("wait for %s: %w", topic, err)
	}
	context.AfterFunc(ctx, func() { _ = sub.Unsubscribe() })
	return woken, nil
}

// Listen calls f for every new event of the subject until ctx ends: in every process that listens, without memory and without acknowledgement.
// It calls catchUp whenever events may have passed unseen: once at the start, when the subscription is in force, and then after each loss of the
// connection and each time f was too slow. The receiver reads there from SQL what it lacks. So nothing is missed, and an event can come
// twice or after catchUp has already shown its effect. The calls are made one at a time.
func (b *Bus) Listen(ctx context.Context, subject string, f func(domain.Event), catchUp func()) error {
	messages := make(chan *nats.Msg, listenBuffer)
	connected := b.nc.StatusChanged(nats.CONNECTED, nats.CLOSED)
	defer b.nc.RemoveStatusListener(connected)
	sub, err := b.nc.ChanSubscribe(subject, messages)
	if err != nil {
		return fmt.Errorf("listen to %s: %w", subject, err)
	}
	defer sub.Unsubscribe() //nolint:errcheck // only fails when the connection has gone
	l := listener{f: f, catchUp: catchUp, bus: b, sub: sub}
	if err := l.flush(ctx); err != nil {
		return fmt.Errorf("listen to %s: %w", subject, err)
	}
	l.call("", catchUp)
	for {
		if len(messages) == 0 {
			l.checkDropped() // nothing is dropped while there is room, so none goes unnoticed between here and the next message
		}
		select {
		case <-ctx.Done():
			return nil
		case m := <-messages:
			l.deliver(m)
		case status := <-connected:
			if status == nats.CLOSED {
				return fmt.Errorf("listen to %s: %w", subject, errClosed)
			}
			if err := l.flush(ctx); err != nil {
				return fmt.Errorf("listen to %s: %w", subject, err)
			}
			l.call("", catchUp)
		}
	}
}

type listener struct {
	f       func(domain.Event)
	catchUp func()
	bus     *Bus
	sub     *nats.Subscription
	dropped int
}

// flush waits until the server knows the subscription. While the connection is away there is nothing to wait for: the client subscribes anew when it
// is back, and that is a reason to catch up.
func (l *listener) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	err := l.bus.nc.FlushWithContext(ctx)
	if err != nil && l.bus.nc.IsClosed() {
		return errClosed
	}
	return nil
}

func (l *listener) deliver(m *nats.Msg) {
	e, err := decode(m.Subject, m.Header, m.Data)
	if err != nil {
		l.bus.log.Warn("message not passed to the listener", "subject", m.Subject, "error", err)
		return
	}
	l.call(e.ID, func() { l.f(e) })
}

// checkDropped catches up if the client had to drop messages because the buffer was full.
func (l *listener) checkDropped() {
	if n, err := l.sub.Dropped(); err == nil && n != l.dropped {
		l.bus.log.Info("a listener was too slow and catches up", "subject", l.sub.Subject, "events", n-l.dropped)
		l.dropped = n
		l.call("", l.catchUp)
	}
}

// call keeps a panic of the receiver from ending the process.
func (l *listener) call(id domain.EventID, f func()) {
	if err := guard(l.bus.log, func() error { f(); return nil }); err != nil {
		l.bus.log.Error("a listener failed", "subject", l.sub.Subject, "event", id, "error", err)
	}
}
