package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/quell-project/quell/internal/domain"
)

// maxInFlight is how many events wait for their acknowledgements at a time.
const maxInFlight = 256

// codeWrongLastMsgID is the server's answer to an event whose predecessor is not the newest message of the stream.
const codeWrongLastMsgID jetstream.ErrorCode = 10070

// relayName stands for the relay where a consumer's name would be.
const relayName = "relay"

// Publish stores events in the order given and returns when the server has acknowledged all of them. After an error the stream holds the events
// up to some point and none behind it: each event names its predecessor, and the server takes it only right behind that. So the newest event in
// the stream always tells where to go on. Events that are in the stream already and not older than the de-duplication window count as stored.
//
// An event that no server would take (too large, unusable subject) must not stop those behind it: it goes to the dead letters as one of
// the consumer "relay".
func (b *Bus) Publish(ctx context.Context, events []domain.Event) error {
	for len(events) > 0 {
		n, err := b.publishSome(ctx, events[:min(len(events), maxInFlight)])
		events = events[n:]
		if err != nil && (n == 0 || !outOfOrder(err)) {
			err = fmt.Errorf("publish event %d: %w", events[0].Seq, err)
			if ctx.Err() == nil {
				b.publishing.Store(&err)
			}
			return err
		}
	}
	b.publishing.Store(nil)
	return nil
}

// outOfOrder: the message before was a repeat, which stays where it is in the stream, or somebody else's. All that was sent before is
// acknowledged, so the rest can start anew.
func outOfOrder(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && api.ErrorCode == codeWrongLastMsgID
}

// tooLarge: the server, or an operator's limit on the stream, does not take messages of this size.
func tooLarge(err error) bool {
	return errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, jetstream.ErrStreamMessageExceedsMaximum)
}

// publishSome sends the events at once and waits for all acknowledgements. It returns how many from the first on are in the stream for certain, with an
// error if these are not all.
func (b *Bus) publishSome(ctx context.Context, events []domain.Event) (int, error) {
	acks, sendErr := b.send(events)
	for i, e := range events {
		err := sendErr
		if i < len(acks) {
			err = b.await(ctx, acks[i])
		}
		if r, ok := errors.AsType[refused](err); ok {
			err = b.bury(ctx, relayName, letter{event: e, reason: string(r), dedupe: string(e.ID)})
		}
		if err != nil {
			return i, err
		}
	}
	return len(events), nil
}

// refused is the error for an event that no server would take.
type refused string

func (r refused) Error() string { return string(r) }

// ack is what is known about an event that was sent: an acknowledgement to come or an error.
type ack struct {
	future jetstream.PubAckFuture
	err    error
}

// send puts the events on their way. It gives one ack an event, fewer if the connection broke.
func (b *Bus) send(events []domain.Event) ([]ack, error) {
	acks := make([]ack, 0, len(events))
	previous, server := "", b.nc.ConnectedServerId()
	for _, e := range events {
		if reason := refusal(e); reason != "" {
			acks = append(acks, ack{err: refused(reason)})
			continue
		}
		m := encode(e)
		m.Header[headerServer] = []string{server}
		if previous != "" {
			m.Header[headerLastMsgID] = []string{previous}
		}
		future, err := b.js.PublishMsgAsync(m, jetstream.WithRetryAttempts(0))
		if tooLarge(err) {
			acks = append(acks, ack{err: refused(err.Error())})
			continue
		}
		if errors.Is(err, nats.ErrReconnectBufExceeded) {
			err = nats.ErrDisconnected // which is what it means when nothing is buffered
		}
		if err != nil {
			return acks, err
		}
		acks = append(acks, ack{future: future})
		previous = string(e.ID)
	}
	return acks, nil
}

func (b *Bus) await(ctx context.Context, a ack) error {
	if a.err != nil {
		return a.err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-a.future.Err():
		if tooLarge(err) {
			return refused(err.Error())
		}
		return err
	case got := <-a.future.Ok():
		if got.Duplicate {
			b.counts.repeated.Add(1)
		} else {
			b.counts.published.Add(1)
		}
		return nil
	}
}
