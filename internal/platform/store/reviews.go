package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// writeReviews adds what people said by new decisions, and which rules that overturns from now on. The newest review of the same parts says what
// holds of a rule.
func (tx *Tx) writeReviews(ctx context.Context, recordings []*domain.Recording) error {
	var reviews [][]any
	for _, r := range recordings {
		v := r.Review
		if v == nil {
			continue
		}
		reviews = append(reviews, []any{r.Decision.ID, v.Judged, r.Upload.ID, v.Policy.ID, v.Policy.Version, v.Policy.Rule, v.Machine, v.Verdict,
			asBit(v.Sample), v.By, v.Reason, v.At})
		for _, rule := range v.Upheld {
			if _, err := tx.q.ExecContext(ctx, `delete from overturns where digest = $1 and policy = $2 and rule = $3`, r.Upload.Sameness(), rule.Policy, rule.Rule); err != nil {
				return fmt.Errorf("uphold rule %s of policy %s: %w", rule.Rule, rule.Policy, err)
			}
		}
		if err := tx.writeOverturns(ctx, v.Overturned); err != nil {
			return err
		}
	}
	return tx.insertRows(ctx, `reviews`, reviewColumns, ``, reviews, nil)
}

// writeOverturns adds overturned rules. A rule that was overturned before for the same parts is so by the newest review.
func (tx *Tx) writeOverturns(ctx context.Context, overturned []domain.Overturn) error {
	rows := make([][]any, len(overturned))
	for i, o := range overturned {
		signals, err := asJSON(o.Signals)
		if err != nil {
			return err
		}
		rows[i] = []any{o.Digest, o.Policy, o.Rule, o.Decision, signals, o.By, o.At}
	}
	return tx.insertRows(ctx, `overturns`, overturnColumns, `on conflict (digest, policy, rule) do update set decision_id = excluded.decision_id,
		signals = excluded.signals, overturned_by = excluded.overturned_by, overturned_at = excluded.overturned_at`, rows, nil)
}

const overturnColumns = `digest, policy, rule, decision_id, signals, overturned_by, overturned_at`

// OverturnsOf returns the rules that people have overturned for uploads with a digest (Upload.Sameness), by policy and rule.
func (q queries) OverturnsOf(ctx context.Context, digest string) ([]domain.Overturn, error) {
	var overturned []domain.Overturn
	err := eachRow(ctx, q.q, `select `+overturnColumns+` from overturns where digest = $1 order by policy, rule`, []any{digest}, func(r *sql.Rows) error {
		var o domain.Overturn
		err := r.Scan(&o.Digest, &o.Policy, &o.Rule, &o.Decision, jsonText[[]domain.SignalID]{&o.Signals}, &o.By, &o.At)
		overturned = append(overturned, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was overturned: %w", err)
	}
	return overturned, nil
}

const reviewColumns = `decision_id, judged_id, upload_id, policy_id, policy_version, rule, machine_verdict, verdict, sample, reviewed_by, reason, reviewed_at`

// Reviews calls each for every review from one moment to before another, in their order, until it returns an error. The rules that a review
// overturned are not read. An upload may have been reviewed more than once: the last review of it says what people think.
func (q queries) Reviews(ctx context.Context, from, to domain.Time, each func(domain.Review) error) error {
	err := eachRow(ctx, q.q, `select `+reviewColumns+` from reviews where reviewed_at >= $1 and reviewed_at < $2 order by reviewed_at, decision_id`,
		[]any{from, to}, func(r *sql.Rows) error {
			var v domain.Review
			if err := r.Scan(&v.Decision, &v.Judged, &v.Upload, &v.Policy.ID, &v.Policy.Version, &v.Policy.Rule, &v.Machine, &v.Verdict, &v.Sample, &v.By, &v.Reason, &v.At); err != nil {
				return err
			}
			return each(v)
		})
	if err != nil {
		return fmt.Errorf("read reviews: %w", err)
	}
	return nil
}

// DecisionsOf returns the upload that a decision is about and all decisions about it, newest first; no such decision is ErrNotFound.
func (q queries) DecisionsOf(ctx context.Context, id domain.DecisionID) (domain.Upload, []domain.Decision, error) {
	recorded, err := q.recorded(ctx, `select `+recordedColumns+` from decisions d join uploads u on u.id = d.upload_id
		where d.upload_id = (select upload_id from decisions where id = $1) order by d.round desc`, id)
	if err == nil && len(recorded) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return domain.Upload{}, nil, q.notFound(err, "decision", id)
	}
	decisions := make([]domain.Decision, len(recorded))
	for i, r := range recorded {
		decisions[i] = r.Decision
	}
	return recorded[0].Upload, decisions, nil
}
