package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// SignalsAfter returns up to limit changes of signals of one type behind a change number, in order. Asking from 0 gives every signal once,
// in its newest state.
func (q queries) SignalsAfter(ctx context.Context, t domain.SignalType, seq int64, limit int) ([]domain.SignalChange, error) {
	var changes []domain.SignalChange
	err := eachRow(ctx, q.q, `select s.seq, s.number, b.number, s.value, s.withdrawn_at = 0 from signals s join banks b on b.id = s.bank_id
		where s.type = $1 and s.seq > $2 order by s.seq limit $3`, []any{t, seq, limit}, func(r *sql.Rows) error {
		var c domain.SignalChange
		err := r.Scan(&c.Seq, &c.Number, &c.Bank, &c.Value, &c.Live)
		changes = append(changes, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read changes of %s signals: %w", t, err)
	}
	return changes, nil
}

// IndexVersions returns the number of the newest change of any signal, and a number that grows with every change of bank settings.
func (q queries) IndexVersions(ctx context.Context) (signals, settings int64, err error) {
	err = q.q.QueryRowContext(ctx, `select s.value, b.value from counters s, counters b where s.name = 'signal' and b.name = 'settings'`).Scan(&signals, &settings)
	if err != nil {
		err = fmt.Errorf("read the versions of signals and banks: %w", err)
	}
	return signals, settings, err
}

// Evidence returns what is known of signals by their numbers, leaving out those that are withdrawn or expired by now.
func (q queries) Evidence(ctx context.Context, numbers []int64, now domain.Time) ([]domain.Evidence, error) {
	var found []domain.Evidence
	err := eachRowIn(ctx, q, `select s.number, s.id, s.value, s.source, s.added_at, s.labels, s.confidence, s.expires_at, e.id, e.number, e.note, e.metadata, e.paused_until
		from signals s join entries e on e.id = s.entry_id where s.withdrawn_at = 0 and s.number in %s`, nil, numbers, func(r *sql.Rows) error {
		var e domain.Evidence
		var expires domain.Time
		p := &e.Provenance
		err := r.Scan(&e.Number, &e.Signal, &e.Value, &p.Source, &p.AddedAt, jsonText[[]string]{&p.Labels}, &p.Confidence, &expires,
			&e.Entry, &e.EntryNumber, &e.Note, rawJSON{&e.Metadata}, &e.PausedUntil)
		if expires == 0 || expires > now {
			found = append(found, e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return found, nil
}
