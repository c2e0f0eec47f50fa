package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/quell-project/quell/internal/domain"
)

// Headers of a message in the dead-letter stream, beside those of the event.
const (
	headerConsumer = "Quell-Consumer"
	headerReason   = "Quell-Reason"
	headerAttempts = "Quell-Attempts"
	headerEventID  = "Quell-Event-Id" // Nats-Msg-Id is taken: it names the pair of consumer and event
	headerSubject  = "Quell-Subject"
	headerOmitted  = "Quell-Body-Omitted"
)

const maxReason = 1024

// DeadLetter is an event that a consumer could not handle.
type DeadLetter struct {
	Event    domain.Event // without a body when the event was too large for the server
	Consumer string       // whose attempts failed; "relay" when the event never got into the stream
	Reason   string       // the last error
	Attempts int
	DiedAt   domain.Time
}

// letter is a dead letter that is to be written.
type letter struct {
	event    domain.Event
	reason   string
	attempts int
	dedupe   string // tells a repeat of the same letter
}

// bury stores the letter in the dead-letter stream. It returns nil only when the server has acknowledged it.
func (b *Bus) bury(ctx context.Context, consumer string, l letter) error {
	reason := clip(l.reason, maxReason)
	m := nats.NewMsg(deadPrefix + consumer)
	m.Data = l.event.Body
	for name, value := range map[string]string{
		headerMsgID:    clip(consumer+"/"+l.dedupe, maxReason),
		headerConsumer: consumer,
		headerReason:   reason,
		headerAttempts: strconv.Itoa(l.attempts),
		headerEventID:  clip(string(l.event.ID), maxReason),
		headerSubject:  clip(l.event.Subject, maxReason),
		headerSeq:      strconv.FormatInt(l.event.Seq, 10),
		headerAt:       strconv.FormatInt(int64(l.event.At), 10),
	} {
		m.Header[name] = []string{value}
	}
	got, err := b.js.PublishMsg(ctx, m)
	if tooLarge(err) {
		m.Data = nil
		m.Header[headerOmitted] = []string{strconv.Itoa(len(l.event.Body))}
		got, err = b.js.PublishMsg(ctx, m)
	}
	if err != nil {
		return fmt.Errorf("dead letter of %s for event %s: %w", consumer, clip(string(l.event.ID), maxEventID), err)
	}
	if !got.Duplicate {
		b.counts.dead.Add(1)
		b.log.Error("event given up; it is among the dead letters", "consumer", consumer, "event", l.event.ID, "subject", l.event.Subject,
			"seq", l.event.Seq, "attempts", l.attempts, "reason", reason)
	}
	return nil
}

// DeadLetters gives up to limit dead letters, newest first. They are kept for 90 days. Each costs one request to the server.
func (b *Bus) DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error) {
	stream, err := b.js.Stream(ctx, deadStream)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	state := stream.CachedInfo().State
	var letters []DeadLetter
	for place := state.LastSeq; place >= state.FirstSeq && place > 0 && len(letters) < limit; place-- {
		m, err := stream.GetMsg(ctx, place)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("dead letters: %w", err)
		}
		letters = append(letters, readLetter(m))
	}
	return letters, nil
}

// readLetter reads a dead letter. Numbers that cannot be read are 0: a letter is shown to people even if somebody else wrote it.
func readLetter(m *jetstream.RawStreamMsg) DeadLetter {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(m.Header.Get(name), 10, 64)
		return n
	}
	return DeadLetter{
		Event: domain.Event{
			Seq:     number(headerSeq),
			ID:      domain.EventID(m.Header.Get(headerEventID)),
			Subject: m.Header.Get(headerSubject),
			Body:    m.Data,
			At:      domain.Time(number(headerAt)),
		},
		Consumer: m.Header.Get(headerConsumer),
		Reason:   m.Header.Get(headerReason),
		Attempts: int(number(headerAttempts)),
		DiedAt:   domain.At(m.Time),
	}
}
