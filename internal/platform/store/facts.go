package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

const factsColumns = `decision_id, decided_at, account_id, surface, verdict, policy_id, policy_version, rule, body`

// factsFields are where the factsColumns of a row go.
func factsFields(f *domain.KeptFacts) []any {
	return []any{&f.Decision, &f.DecidedAt, &f.Account, &f.Surface, &f.Verdict, &f.Policy.ID, &f.Policy.Version, &f.Policy.Rule, &f.Body}
}

// writeFacts keeps what policies saw, where their decision stands and not that of a person.
func (tx *Tx) writeFacts(ctx context.Context, recordings []*domain.Recording) error {
	var kept []domain.KeptFacts
	for _, r := range recordings {
		if d := r.Decision; len(r.Facts) > 0 && d.By == "" {
			kept = append(kept, domain.KeptFacts{
				Decision: d.ID, DecidedAt: d.DecidedAt, Account: r.Upload.AccountID, Surface: r.Upload.Surface, Verdict: d.Verdict, Policy: d.Policy, Body: r.Facts,
			})
		}
	}
	return tx.KeepFacts(ctx, kept)
}

// KeepFacts adds facts of decisions of which none are kept.
func (tx *Tx) KeepFacts(ctx context.Context, kept []domain.KeptFacts) error {
	rows := make([][]any, len(kept))
	for i, f := range kept {
		rows[i] = []any{f.Decision, f.DecidedAt, f.Account, f.Surface, f.Verdict, f.Policy.ID, f.Policy.Version, f.Policy.Rule, f.Body}
	}
	return tx.insertRows(ctx, `facts`, factsColumns, ``, rows, nil)
}

// FactsOf returns what policies saw when they made a decision, or ErrNotFound.
func (q queries) FactsOf(ctx context.Context, id domain.DecisionID) (f domain.KeptFacts, err error) {
	err = q.q.QueryRowContext(ctx, `select `+factsColumns+` from facts where decision_id = $1`, id).Scan(factsFields(&f)...)
	return f, q.notFound(err, "facts of decision", id)
}

// CutFacts returns the n-th decision with facts from one on, up to before another: the last of the next n. Where fewer than n are left, it is the
// last of them, and none if there are none. It reads the index alone.
func (q queries) CutFacts(ctx context.Context, from, before domain.DecisionID, n int) (last domain.DecisionID, err error) {
	err = q.q.QueryRowContext(ctx, `select decision_id from facts where decision_id >= $1 and decision_id < $2 order by decision_id limit 1 offset $3`, from, before, n-1).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		err = q.q.QueryRowContext(ctx, `select coalesce(max(decision_id), '') from facts where decision_id >= $1 and decision_id < $2`, from, before).Scan(&last)
	}
	if err != nil {
		return "", fmt.Errorf("find facts: %w", err)
	}
	return last, nil
}

// EachFacts calls each for the facts of the decisions from one to another, both included, in the order of their ids, until it returns an error. Those
// whose id want refuses are passed over cheaply. What each is given holds until the next call.
func (q queries) EachFacts(ctx context.Context, from, last domain.DecisionID, want func(domain.DecisionID) bool, each func(*domain.KeptFacts) error) error {
	rows, err := q.q.QueryContext(ctx, `select `+factsColumns+` from facts where decision_id >= $1 and decision_id <= $2 order by decision_id`, from, last)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	var row rawFacts
	words := map[string]string{}
	for rows.Next() {
		if err := rows.Scan(&row.decision, &row.at, &row.account, &row.surface, &row.verdict, &row.policy, &row.version, &row.rule, &row.body); err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		id := domain.DecisionID(row.decision)
		if !want(id) {
			continue
		}
		if err := each(row.facts(id, words)); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	return nil
}

// rawFacts is a row whose texts are not copied before it is known that they are wanted.
type rawFacts struct {
	at                                                      domain.Time
	version                                                 int
	decision, account, surface, verdict, policy, rule, body sql.RawBytes
}

// facts are the row. Words that many rows have in common are made once.
func (r *rawFacts) facts(id domain.DecisionID, words map[string]string) *domain.KeptFacts {
	word := func(b []byte) string {
		w, known := words[string(b)]
		if !known {
			w = string(b)
			words[w] = w
		}
		return w
	}
	return &domain.KeptFacts{
		Decision: id, DecidedAt: r.at, Account: domain.AccountID(r.account), Surface: word(r.surface), Verdict: domain.Verdict(word(r.verdict)),
		Policy: domain.PolicyRef{ID: word(r.policy), Version: r.version, Rule: word(r.rule)}, Body: r.body,
	}
}

// ForgetFacts takes the account off up to limit facts and says how many there were: 0 when nothing is left to do.
func (tx *Tx) ForgetFacts(ctx context.Context, account domain.AccountID, limit int) (int, error) {
	if account == "" {
		return 0, nil
	}
	return tx.changedRows(ctx, "forget whose facts they are", `update facts set account_id = '' where decision_id in (select decision_id from facts where account_id = $1 limit $2)`, account, limit)
}

// DropFacts removes up to limit facts of decisions made before a moment, the oldest first, and says how many there were: 0 when nothing is left to do.
func (tx *Tx) DropFacts(ctx context.Context, before domain.Time, limit int) (int, error) {
	return tx.changedRows(ctx, "remove old facts", `delete from facts where decision_id in (select decision_id from facts where decision_id < $1 order by decision_id limit $2)`,
		domain.FirstID[domain.DecisionID](before), limit)
}
