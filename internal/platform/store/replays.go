package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

const replayColumns = `id, policy, version, text, from_at, to_at, share, seed, minutes, asked_by, created_at, done, finished_at, failed, digest`

// replayFields are where the replayColumns of a row go.
func replayFields(r *domain.Replay) []any {
	return []any{&r.ID, &r.Policy, &r.Version, &r.Text, &r.From, &r.To, &r.Share, &r.Seed, &r.Minutes, &r.By, &r.At, &r.Done, &r.FinishedAt, &r.Failed, &r.Digest}
}

// AddReplay writes a replay that is to be run.
func (tx *Tx) AddReplay(ctx context.Context, r domain.Replay) (domain.Replay, error) {
	r.At = tx.now
	row := []any{r.ID, r.Policy, r.Version, r.Text, r.From, r.To, r.Share, r.Seed, r.Minutes, r.By, r.At, 0.0, domain.Time(0), "", "", ""}
	return r, tx.insertRows(ctx, `replays`, replayColumns+`, report`, ``, [][]any{row}, nil)
}

// Replays returns replays older than one, newest first, without their reports.
func (q queries) Replays(ctx context.Context, before domain.EventID, limit int) (replays []domain.Replay, err error) {
	query, args := newestFirst(`select `+replayColumns+` from replays where true`, nil, `id`, before, limit)
	err = eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var p domain.Replay
		err := r.Scan(replayFields(&p)...)
		replays = append(replays, p)
		return err
	})
	return replays, q.notFound(err, "replays before", before)
}

// Replay returns a replay with its report, or ErrNotFound.
func (q queries) Replay(ctx context.Context, id domain.EventID) (r domain.Replay, err error) {
	var report string
	err = q.q.QueryRowContext(ctx, `select `+replayColumns+`, report from replays where id = $1`, id).Scan(append(replayFields(&r), &report)...)
	if report != "" {
		r.Report = []byte(report)
	}
	return r, q.notFound(err, "replay", id)
}

// NextReplay returns the oldest replay that is to be run, or ErrNotFound.
func (q queries) NextReplay(ctx context.Context) (r domain.Replay, err error) {
	err = q.q.QueryRowContext(ctx, `select `+replayColumns+` from replays where finished_at = 0 order by id limit 1`).Scan(replayFields(&r)...)
	return r, q.notFound(err, "replay", "next")
}

// AdvanceReplay says how far a replay is. For one that is over it is ErrNotFound.
func (tx *Tx) AdvanceReplay(ctx context.Context, id domain.EventID, done float64) error {
	r, err := tx.q.ExecContext(ctx, `update replays set done = $1 where id = $2 and finished_at = 0`, done, id)
	return tx.changed(r, err, "replay that runs", id)
}

// FinishReplay ends a replay, with its report or with the reason why there is none. For one that is over it is ErrNotFound.
func (tx *Tx) FinishReplay(ctx context.Context, id domain.EventID, report []byte, digest, failed string) error {
	done := 1.0
	if failed != "" {
		done = 0
	}
	r, err := tx.q.ExecContext(ctx, `update replays set finished_at = $1, done = $2, report = $3, digest = $4, failed = $5 where id = $6 and finished_at = 0`,
		tx.now, done, string(report), digest, failed, id)
	if err := tx.changed(r, err, "replay that runs", id); err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	return nil
}
