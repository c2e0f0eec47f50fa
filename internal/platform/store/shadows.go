package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// maxShadowChanges is of how many decisions in an hour a version keeps that it would have made them otherwise, for each verdict that stood and each
// that it would have given. The counts go on.
const maxShadowChanges = 200

// shadowCell is what is counted together.
type shadowCell struct {
	policy         string
	version        int
	stood, verdict domain.Verdict
}

// WriteShadows counts what versions that only look on would have decided, and keeps some of the decisions that they would have made otherwise. The
// recordings are of decisions that are new.
func (tx *Tx) WriteShadows(ctx context.Context, recordings []*domain.Recording) error {
	cells := map[shadowCell]int64{}
	for _, r := range recordings {
		for _, s := range r.Shadows {
			cells[cellOf(s)]++
		}
	}
	if len(cells) == 0 {
		return nil
	}
	hour := tx.now.Truncate(time.Hour)
	var rows [][]any
	for c, n := range cells {
		rows = append(rows, []any{c.policy, c.version, hour, c.stood, c.verdict, n})
	}
	inOrder(rows, 0, 1, 3, 4)
	room := map[shadowCell]int64{}
	err := tx.insertRows(ctx, `shadow_counts`, `policy, version, hour, stood, verdict, count`,
		`on conflict (policy, version, hour, stood, verdict) do update set count = shadow_counts.count + excluded.count returning policy, version, stood, verdict, count`,
		rows, func(r *sql.Rows) error {
			var c shadowCell
			var total int64
			err := r.Scan(&c.policy, &c.version, &c.stood, &c.verdict, &total)
			room[c] = maxShadowChanges - (total - cells[c])
			return err
		})
	if err != nil {
		return err
	}
	return tx.keepChanges(ctx, recordings, room)
}

func cellOf(s domain.ShadowResult) shadowCell {
	return shadowCell{s.Policy, s.Version, s.Stood, s.Verdict}
}

// keepChanges keeps decisions that would have been made otherwise, as far as there is room.
func (tx *Tx) keepChanges(ctx context.Context, recordings []*domain.Recording, room map[shadowCell]int64) error {
	var rows [][]any
	for _, r := range recordings {
		for _, s := range r.Shadows {
			c := cellOf(s)
			if s.Verdict == s.Stood || room[c] <= 0 {
				continue
			}
			room[c]--
			rows = append(rows, []any{s.Policy, s.Version, r.Decision.ID, s.Stood, s.Verdict, s.Rule})
		}
	}
	return tx.insertRows(ctx, `shadow_changes`, `policy, version, decision_id, stood, verdict, rule`, `on conflict (policy, version, decision_id) do nothing`, rows, nil)
}

// ShadowCounts returns what a version would have decided from one moment to before another, by the hour, beside what was decided.
func (q queries) ShadowCounts(ctx context.Context, policy string, version int, from, to domain.Time) ([]domain.ShadowCount, error) {
	counts := []domain.ShadowCount{}
	err := eachRow(ctx, q.q, `select hour, stood, verdict, count from shadow_counts where policy = $1 and version = $2 and hour >= $3 and hour < $4 order by hour, stood, verdict`,
		[]any{policy, version, from, to}, func(r *sql.Rows) error {
			var c domain.ShadowCount
			err := r.Scan(&c.Hour, &c.Stood, &c.Verdict, &c.Count)
			counts = append(counts, c)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read what version %d of policy %.80q would have decided: %w", version, policy, err)
	}
	return counts, nil
}

// ShadowChanges returns up to limit decisions older than one (empty: all) that a version would have made otherwise, newest first.
func (q queries) ShadowChanges(ctx context.Context, policy string, version int, before domain.DecisionID, limit int) ([]domain.ShadowChange, error) {
	query, args := newestFirst(`select decision_id, stood, verdict, rule from shadow_changes where policy = $1 and version = $2`, []any{policy, version}, `decision_id`, before, limit)
	changes := []domain.ShadowChange{}
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var c domain.ShadowChange
		err := r.Scan(&c.Decision, &c.Stood, &c.Verdict, &c.Rule)
		changes = append(changes, c)
		return err
	})
	return changes, q.notFound(err, fmt.Sprintf("what version %d of policy %.80q would have decided otherwise before decision", version, policy), before)
}
