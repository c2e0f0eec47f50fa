package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// RemoveBank takes a bank out of effect and frees its name; what was recorded of its matches stays. No such bank is ErrNotFound. Its signals are
// withdrawn afterwards, by EmptyRemoved.
func (tx *Tx) RemoveBank(ctx context.Context, id domain.BankID) error {
	// No bank can be made with such a name.
	r, err := tx.q.ExecContext(ctx, `update banks set removed_at = $1, name = name || '~' || id where id = $2 and removed_at = 0`, tx.now, id)
	if err := tx.changed(r, err, "bank", id); err != nil {
		return err
	}
	return tx.settingsChanged(ctx, id)
}

// EmptyRemoved looks at up to limit signals of a bank that was removed, withdraws those that are live, and says how many it looked at: 0 when
// nothing is left to do.
func (tx *Tx) EmptyRemoved(ctx context.Context, limit int) (int, error) {
	var bank domain.BankID
	var after int64
	err := tx.q.QueryRowContext(ctx, `select id, emptied_to from banks where removed_at > 0 and emptied_at = 0 order by id limit 1`).Scan(&bank, &after)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("select a bank that was removed: %w", err)
	}
	var seen int
	var last int64
	err = tx.q.QueryRowContext(ctx, `select count(*), coalesce(max(number), 0) from (select number from signals where bank_id = $1 and number > $2 order by number limit $3) as next`,
		bank, after, limit).Scan(&seen, &last)
	if err != nil {
		return 0, fmt.Errorf("select signals of a bank that was removed: %w", err)
	}
	if seen == 0 {
		_, err = tx.q.ExecContext(ctx, `update banks set emptied_at = $1 where id = $2`, tx.now, bank)
		return 1, err // there may be other banks
	}
	_, err = tx.withdrawSignals(ctx, bank, `select id from signals where bank_id = $1 and number > $2 and number <= $3 and withdrawn_at = 0`, bank, after, last)
	if err != nil {
		return 0, err
	}
	_, err = tx.q.ExecContext(ctx, `update banks set emptied_to = $1 where id = $2`, last, bank)
	return seen, err
}
