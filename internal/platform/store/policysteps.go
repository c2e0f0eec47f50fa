package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

const (
	stepColumns = `id, policy, number, from_state, to_state, share, taken_by, second, reason, emergency, reviewed, taken_at`
	moveColumns = `id, policy, number, to_state, share, starts_at, ends_at, asked_by, reason, emergency, ends, state, created_at, due_at, second, answer`
)

// PolicySteps returns up to limit steps of a policy that are older than one (empty: all), newest first.
func (q queries) PolicySteps(ctx context.Context, policy string, before domain.EventID, limit int) ([]domain.PolicyStep, error) {
	query, args := newestFirst(`select `+stepColumns+` from policy_steps where policy = $1`, []any{policy}, `id`, before, limit)
	found, err := q.steps(ctx, query, args...)
	return found, q.notFound(err, "steps before step", before)
}

func (q queries) steps(ctx context.Context, query string, args ...any) ([]domain.PolicyStep, error) {
	var steps []domain.PolicyStep
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var s domain.PolicyStep
		err := r.Scan(&s.ID, &s.Policy, &s.Number, &s.From, &s.To, &s.Share, &s.By, &s.Second, &s.Reason, &s.Emergency, &s.Reviewed, &s.At)
		steps = append(steps, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read steps of policies: %w", err)
	}
	return steps, nil
}

// PolicyMoves returns up to limit moves of a policy, newest first.
func (q queries) PolicyMoves(ctx context.Context, policy string, limit int) ([]domain.PolicyMove, error) {
	return q.moves(ctx, `select `+moveColumns+` from policy_moves where policy = $1 order by id desc limit $2`, policy, limit)
}

// PolicyOfMove returns the policy that a move belongs to, or ErrNotFound.
func (q queries) PolicyOfMove(ctx context.Context, id domain.EventID) (policy string, err error) {
	err = q.q.QueryRowContext(ctx, `select policy from policy_moves where id = $1`, id).Scan(&policy)
	return policy, q.notFound(err, "request", id)
}

// DuePolicies returns the policies of which a move lapses or happens at a moment or has before.
func (q queries) DuePolicies(ctx context.Context, now domain.Time) ([]string, error) {
	var policies []string
	err := eachRow(ctx, q.q, `select distinct policy from policy_moves where due_at > 0 and due_at <= $1`, []any{now}, func(r *sql.Rows) error {
		var p string
		err := r.Scan(&p)
		policies = append(policies, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for moves of policies that are due: %w", err)
	}
	return policies, nil
}

func (q queries) moves(ctx context.Context, query string, args ...any) ([]domain.PolicyMove, error) {
	var moves []domain.PolicyMove
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var m domain.PolicyMove
		err := r.Scan(&m.ID, &m.Policy, &m.Number, &m.To, &m.Share, &m.StartsAt, &m.EndsAt, &m.By, &m.Reason, &m.Emergency, &m.Ends, &m.State, &m.At, &m.DueAt, &m.Second, &m.Answer)
		moves = append(moves, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read requests about policies: %w", err)
	}
	return moves, nil
}

func (tx *Tx) putMoves(ctx context.Context, moves []domain.PolicyMove) error {
	rows := make([][]any, len(moves))
	for i, m := range moves {
		rows[i] = []any{m.ID, m.Policy, m.Number, m.To, m.Share, m.StartsAt, m.EndsAt, m.By, m.Reason, asBit(m.Emergency), asBit(m.Ends), m.State, m.At, m.DueAt, m.Second, m.Answer}
	}
	return tx.insertRows(ctx, `policy_moves`, moveColumns,
		`on conflict (id) do update set state = excluded.state, due_at = excluded.due_at, second = excluded.second, answer = excluded.answer`, rows, nil)
}
