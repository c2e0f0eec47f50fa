package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// NewestEntries returns up to limit entries of a bank with all their signals, newest first, beginning with the entry named from or, where it is
// gone, the next older one (empty: from the newest).
func (q queries) NewestEntries(ctx context.Context, bank domain.BankID, from domain.EntryID, limit int) ([]domain.Entry, error) {
	if from == "" {
		return q.entries(ctx, `select `+entryColumns+` from entries where bank_id = $1 order by id desc limit $2`, bank, limit)
	}
	found, err := q.entries(ctx, `select `+entryColumns+` from entries where bank_id = $1 and id <= $2 order by id desc limit $3`, bank, from, limit)
	return found, q.notFound(err, "entries up to entry", from)
}

// Additions returns when the newest entry of each bank was made. Banks without entries are absent.
func (q queries) Additions(ctx context.Context) (map[domain.BankID]domain.Time, error) {
	newest := map[domain.BankID]domain.Time{}
	err := eachRow(ctx, q.q, `select b.id, coalesce((select e.created_at from entries e where e.bank_id = b.id order by e.id desc limit 1), 0) from banks b`,
		nil, func(r *sql.Rows) error {
			var bank domain.BankID
			var at domain.Time
			err := r.Scan(&bank, &at)
			if at != 0 {
				newest[bank] = at
			}
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read the newest entry of each bank: %w", err)
	}
	return newest, nil
}

// Matched returns for each bank how many decisions since a moment have a match with it. It reads no more than the newest most matches of all
// banks: if there are more, whole is false and the numbers are too small.
func (q queries) Matched(ctx context.Context, since domain.Time, most int) (decisions map[domain.BankID]int64, whole bool, err error) {
	decisions = map[domain.BankID]int64{}
	var read int64
	err = eachRow(ctx, q.q, `select bank_id, count(distinct decision_id), count(*) from
		(select bank_id, decision_id from matches where decision_id >= $1 order by decision_id desc limit $2) as newest group by bank_id`,
		[]any{domain.FirstID[domain.DecisionID](since), most + 1}, func(r *sql.Rows) error {
			var bank domain.BankID
			var n, matches int64
			err := r.Scan(&bank, &n, &matches)
			decisions[bank] = n
			read += matches
			return err
		})
	if err != nil {
		return nil, false, fmt.Errorf("count what banks matched: %w", err)
	}
	return decisions, read <= int64(most), nil
}
