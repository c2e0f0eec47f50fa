package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

const snoozeColumns = `id, policy, rule, subject_kind, subject_name, until_at, snoozed_by, reason, created_at, ended_by`

// LiveSnoozes returns the snoozes that are not over at a moment, oldest first.
func (q queries) LiveSnoozes(ctx context.Context, now domain.Time) ([]domain.Snooze, error) {
	return q.snoozes(ctx, `select `+snoozeColumns+` from snoozes where until_at > $1 order by id`, now)
}

// Snoozes returns up to limit snoozes that are older than one (empty: all), newest first, those that are over too.
func (q queries) Snoozes(ctx context.Context, before domain.EventID, limit int) ([]domain.Snooze, error) {
	query, args := newestFirst(`select `+snoozeColumns+` from snoozes where true`, nil, `id`, before, limit)
	found, err := q.snoozes(ctx, query, args...)
	return found, q.notFound(err, "snoozes before snooze", before)
}

func (q queries) snoozes(ctx context.Context, query string, args ...any) ([]domain.Snooze, error) {
	snoozes := []domain.Snooze{}
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var s domain.Snooze
		err := r.Scan(&s.ID, &s.Policy, &s.Rule, &s.Subject.Kind, &s.Subject.Name, &s.Until, &s.By, &s.Reason, &s.At, &s.EndedBy)
		snoozes = append(snoozes, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read snoozes: %w", err)
	}
	return snoozes, nil
}

// AddSnooze adds a snooze; its id and time are given here.
func (tx *Tx) AddSnooze(ctx context.Context, s domain.Snooze) (domain.Snooze, error) {
	seq, err := tx.LockPolicies(ctx)
	if err != nil {
		return s, err
	}
	s.ID, s.At = domain.NewID[domain.EventID](), tx.now
	row := []any{s.ID, s.Policy, s.Rule, s.Subject.Kind, s.Subject.Name, s.Until, s.By, s.Reason, s.At, s.EndedBy}
	if err := tx.insertRows(ctx, `snoozes`, snoozeColumns, ``, [][]any{row}, nil); err != nil {
		return s, err
	}
	return s, tx.announcePolicy(s.Policy, seq)
}

// over is an ErrConflict with words of its own: that something "already exists" is not what is wrong.
type over struct{ says string }

func (o over) Error() string { return o.says }

func (over) Unwrap() error { return ErrConflict }

// EndSnooze ends a snooze now. No such snooze is ErrNotFound, one that is over is ErrConflict.
func (tx *Tx) EndSnooze(ctx context.Context, id domain.EventID, by string) (domain.Snooze, error) {
	seq, err := tx.LockPolicies(ctx)
	if err != nil {
		return domain.Snooze{}, err
	}
	found, err := tx.snoozes(ctx, `select `+snoozeColumns+` from snoozes where id = $1`, id)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return domain.Snooze{}, tx.notFound(err, "snooze", id)
	}
	s := found[0]
	if s.Until <= tx.now {
		return s, over{fmt.Sprintf("snooze %s is over since %s", id, s.Until)}
	}
	s.Until, s.EndedBy = tx.now, by
	if _, err := tx.q.ExecContext(ctx, `update snoozes set until_at = $1, ended_by = $2 where id = $3`, s.Until, s.EndedBy, s.ID); err != nil {
		return s, fmt.Errorf("end snooze %s: %w", id, err)
	}
	return s, tx.announcePolicy(s.Policy, seq)
}
