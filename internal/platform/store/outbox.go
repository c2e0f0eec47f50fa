package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// Emit adds events to the outbox; they stand there when the transaction commits, and seq and moment are given then.
func (tx *Tx) Emit(events ...domain.Event) {
	tx.events = append(tx.events, events...)
}

// writeEvents comes last in a transaction: from here on all others that emit wait until this one has ended.
func (tx *Tx) writeEvents(ctx context.Context) error {
	if len(tx.events) == 0 {
		return nil
	}
	seq, err := tx.take(ctx, counterEvent, len(tx.events))
	if err != nil {
		return err
	}
	rows := make([][]any, len(tx.events))
	for i, e := range tx.events {
		rows[i] = []any{seq + int64(i), e.ID, e.Subject, string(e.Body), tx.now}
	}
	return tx.insertRows(ctx, `outbox`, `seq, id, subject, body, created_at`, ``, rows, nil)
}

// EventsAfter returns up to limit events behind a position of the outbox, in order. An event is never seen before all with lower positions.
func (q queries) EventsAfter(ctx context.Context, seq int64, limit int) ([]domain.Event, error) {
	var events []domain.Event
	err := eachRow(ctx, q.q, `select seq, id, subject, body, created_at from outbox where seq > $1 order by seq limit $2`, []any{seq, limit}, func(r *sql.Rows) error {
		var e domain.Event
		err := r.Scan(&e.Seq, &e.ID, &e.Subject, &e.Body, &e.At)
		events = append(events, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return events, nil
}

// LastEventSeq returns the position of the newest event ever emitted.
func (q queries) LastEventSeq(ctx context.Context) (int64, error) {
	return q.Counter(ctx, counterEvent)
}

// pruneBatch bounds what PruneOutbox drops, because others wait meanwhile: a fraction of a second on SQLite.
const pruneBatch = 50_000

// PruneOutbox drops events older than a moment that the bus has taken, up to a position, and says how many there were: at most pruneBatch at a
// time, the oldest first. What is kept can be sent again.
func (tx *Tx) PruneOutbox(ctx context.Context, before domain.Time, published int64) (int, error) {
	return tx.changedRows(ctx, "prune the outbox", `delete from outbox where seq in (select seq from outbox where created_at < $1 and seq <= $2 order by created_at limit $3)`,
		before, published, pruneBatch)
}
