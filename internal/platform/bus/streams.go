package bus

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/quell-project/quell/internal/domain"
)

const (
	eventStream   = "QUELL_EVENTS"
	eventSubjects = "quell.>"
	deadStream    = "QUELL_DEAD"
	deadPrefix    = "quell-dead."

	deadAge   = 90 * 24 * time.Hour
	deadBytes = 256 << 20

	// dedupeWindow is how long the server remembers event ids. A repeat within it is dropped, a later one is stored again and left to the
	// consumers, who know events by their ids. The server keeps the ids in memory, some 200 bytes each.
	dedupeWindow = 5 * time.Minute

	// externalUnsynced: an external server acknowledges before it syncs, by default up to two minutes before.
	externalUnsynced = 3 * time.Minute

	// maxSyncEvery keeps the events that are sent again after a stop within the window in which the server recognises them.
	maxSyncEvery = time.Minute

	// maxForeign is how many messages of others the search for the newest event steps over.
	maxForeign = 1000
)

// streamConfigs gives what the streams must look like; a field that is zero is left to the server.
func streamConfigs(cfg Config) []jetstream.StreamConfig {
	return []jetstream.StreamConfig{{
		Name:        eventStream,
		Description: "Quell: what happened, from the outbox of the database",
		Subjects:    []string{eventSubjects},
		MaxAge:      cfg.Retention,
		MaxBytes:    cfg.MaxBytes,
		Duplicates:  dedupeWindow,
		Replicas:    cfg.Replicas,
	}, {
		Name:        deadStream,
		Description: "Quell: events that a consumer could not handle",
		Subjects:    []string{deadPrefix + ">"},
		MaxAge:      deadAge,
		MaxBytes:    deadBytes,
		Duplicates:  dedupeWindow,
		Replicas:    cfg.Replicas,
	}}
}

// configureStreams makes the streams as the configuration says. Settings that an operator changed and Quell does not care for, such as placement
// or the number of replicas, are kept.
func (b *Bus) configureStreams(ctx context.Context) error {
	for _, want := range streamConfigs(b.cfg) {
		stream, err := b.stream(ctx, want)
		if err != nil {
			return err
		}
		have := stream.CachedInfo().Config
		next := have
		next.Subjects, next.MaxAge, next.MaxBytes, next.Duplicates = want.Subjects, want.MaxAge, want.MaxBytes, want.Duplicates
		if want.Replicas > 0 {
			next.Replicas = want.Replicas
		}
		if reflect.DeepEqual(have, next) {
			continue
		}
		if _, err := b.js.UpdateStream(ctx, next); err != nil {
			return fmt.Errorf("update stream %s: %w", want.Name, err)
		}
	}
	return nil
}

// restoreStreams makes those streams again that have vanished from the server, and leaves the others alone.
func (b *Bus) restoreStreams(ctx context.Context) error {
	for _, want := range streamConfigs(b.cfg) {
		if _, err := b.stream(ctx, want); err != nil {
			return err
		}
	}
	return nil
}

// stream gives the stream, which it makes if it does not exist.
func (b *Bus) stream(ctx context.Context, want jetstream.StreamConfig) (jetstream.Stream, error) {
	stream, err := b.js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = b.js.CreateStream(ctx, want)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process was quicker
			stream, err = b.js.Stream(ctx, want.Name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", want.Name, err)
	}
	return stream, nil
}

// stored is an event as the stream holds it.
type stored struct {
	domain.Event
	at     time.Time // when the server stored it, by the server's clock
	server string    // which run of which server that was
}

// LastSeq gives the outbox position of the newest event that the stream holds, 0 if it holds none.
func (b *Bus) LastSeq(ctx context.Context) (int64, error) {
	last, err := b.newest(ctx)
	return last.Seq, err
}

// newest gives the newest event that the stream holds, or none. Messages that others put there are stepped over.
func (b *Bus) newest(ctx context.Context) (stored, error) {
	stream, err := b.js.Stream(ctx, eventStream)
	if err != nil {
		return stored{}, fmt.Errorf("newest event: %w", err)
	}
	return newestUpTo(ctx, stream, stream.CachedInfo().State.LastSeq)
}

// newestUpTo gives the newest event whose place in the stream is not after place, or none.
func newestUpTo(ctx context.Context, stream jetstream.Stream, place uint64) (stored, error) {
	first := stream.CachedInfo().State.FirstSeq
	for range maxForeign {
		if place < first || place == 0 {
			break
		}
		m, err := stream.GetMsg(ctx, place)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
		case err != nil:
			return stored{}, fmt.Errorf("newest event: %w", err)
		default:
			if e, err := decode(m.Subject, m.Header, m.Data); err == nil {
				return stored{Event: e, at: m.Time, server: m.Header.Get(headerServer)}, nil
			}
		}
		place--
	}
	return stored{}, nil
}

// seqBefore gives the outbox position of the newest event stored before the given moment. When all of them have gone, it gives the position before
// the oldest event there is.
func (b *Bus) seqBefore(ctx context.Context, at time.Time) (int64, error) {
	stream, err := b.js.Stream(ctx, eventStream)
	if err != nil {
		return 0, fmt.Errorf("event before %v: %w", at, err)
	}
	cons, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		DeliverPolicy:     jetstream.DeliverByStartTimePolicy,
		OptStartTime:      &at,
		AckPolicy:         jetstream.AckNonePolicy,
		InactiveThreshold: time.Minute,
		MemoryStorage:     true,
	})
	if err != nil {
		return 0, fmt.Errorf("event before %v: %w", at, err)
	}
	defer stream.DeleteConsumer(ctx, cons.CachedInfo().Name) //nolint:errcheck // it expires by itself
	m, err := cons.Next(jetstream.FetchMaxWait(connectWait))
	if err != nil {
		return 0, fmt.Errorf("event before %v: %w", at, err)
	}
	meta, err := m.Metadata()
	if err != nil {
		return 0, fmt.Errorf("event before %v: %w", at, err)
	}
	before, err := newestUpTo(ctx, stream, meta.Sequence.Stream-1)
	if err != nil || before.Seq > 0 {
		return before.Seq, err
	}
	oldest, err := decode(m.Subject(), m.Headers(), m.Data())
	if err != nil {
		return 0, nil // a message of others: nothing is known, so everything is sent again
	}
	return oldest.Seq - 1, nil
}
