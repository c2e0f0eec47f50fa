package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Tx is a running transaction: all reads of the store, and all changes.
type Tx struct {
	queries
	now    domain.Time    // one moment for the whole transaction
	events []domain.Event // to be written at its end
}

// Retries of a transaction that met another one: at most maxTries, waiting longer each time.
const (
	maxTries  = 12
	firstWait = 2 * time.Millisecond
	longWait  = 500 * time.Millisecond
)

// Tx runs f in one transaction and commits it. If the engine says that the transaction met another one, all of it is run again, so f MUST
// do nothing but SQL. When Tx returns nil the change is durable. When it returns an error nothing was changed, unless the connection broke
// during the commit itself: then nobody can know.
func (s *Store) Tx(ctx context.Context, f func(*Tx) error) error {
	wait := firstWait
	for try := 1; ; try++ {
		err := s.txOnce(ctx, f)
		if err == nil || !s.dialect.conflict(err) || try == maxTries {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w, after a transaction met another one: %w", ctx.Err(), err)
		case <-time.After(wait/2 + rand.N(wait)):
		}
		wait = min(2*wait, longWait)
	}
}

func (s *Store) txOnce(ctx context.Context, f func(*Tx) error) error {
	sqlTx, err := s.write.BeginTx(ctx, &sql.TxOptions{Isolation: s.dialect.isolation})
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	defer sqlTx.Rollback() // does nothing after a commit
	var q querier = sqlTx
	if s.dialect.prepares {
		q = &statements{plain: sqlTx}
	}
	tx := &Tx{queries: queries{textGuard{q}, s.dialect}, now: domain.At(s.now())}
	if err := f(tx); err != nil {
		return ended(ctx, err)
	}
	if err := tx.writeEvents(ctx); err != nil {
		return ended(ctx, err)
	}
	if err := sqlTx.Commit(); err != nil {
		return ended(ctx, fmt.Errorf("commit: %w", err))
	}
	return nil
}

// ended says that a context has ended, where an error does not: when it does so in the middle, the statements of a transaction may be closed before the
// next one is asked for.
func ended(ctx context.Context, err error) error {
	if end := ctx.Err(); end != nil && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err)
	}
	return err
}

// Counters of the store.
const (
	counterBank     = "bank"     // numbers of banks
	counterEntry    = "entry"    // numbers of entries
	counterEvent    = "event"    // positions in the outbox
	counterHunted   = "hunted"   // the change of signals up to which there are hunts
	counterPolicy   = "policy"   // changes of what is asked of policies
	counterSignal   = "signal"   // numbers and changes of signals
	counterSettings = "settings" // changes of bank settings
)

// Counter returns the last number that a counter gave out.
func (q queries) Counter(ctx context.Context, name string) (int64, error) {
	var v int64
	err := q.q.QueryRowContext(ctx, `select value from counters where name = $1`, name).Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("read counter %s: %w", name, err)
	}
	return v, nil
}

// take reserves the next n numbers of a counter and returns the first. The counter stays locked until the transaction ends: numbers become
// visible in their order and leave no gaps.
func (tx *Tx) take(ctx context.Context, name string, n int) (int64, error) {
	var last int64
	err := tx.q.QueryRowContext(ctx, `update counters set value = value + $1 where name = $2 returning value`, n, name).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("take %d numbers of counter %s: %w", n, name, err)
	}
	return last - int64(n) + 1, nil
}
