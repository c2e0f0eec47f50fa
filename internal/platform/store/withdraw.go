package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// WithdrawEntry takes an entry and all its signals out of effect, or is ErrNotFound. Withdrawing what is withdrawn changes nothing.
func (tx *Tx) WithdrawEntry(ctx context.Context, bank domain.BankID, id domain.EntryID) error {
	if err := tx.lockBank(ctx, bank); err != nil {
		return err
	}
	r, err := tx.q.ExecContext(ctx, `update entries set withdrawn_at = case when withdrawn_at = 0 then $1 else withdrawn_at end where bank_id = $2 and id = $3`, tx.now, bank, id)
	if err := tx.changed(r, err, "entry", id); err != nil {
		return err
	}
	_, err = tx.withdrawSignals(ctx, bank, `select id from signals where entry_id = $1 and withdrawn_at = 0`, id)
	return err
}

// WithdrawExpired withdraws up to limit signals whose time has passed and says how many there were.
func (tx *Tx) WithdrawExpired(ctx context.Context, limit int) (int, error) {
	var banks []domain.BankID
	// Those of banks that were removed are left to EmptyRemoved.
	err := eachRow(ctx, tx.q, `select distinct bank_id from signals where expires_at > 0 and withdrawn_at = 0 and expires_at <= $1
		and bank_id in (select id from banks where removed_at = 0)`, []any{tx.now}, func(r *sql.Rows) error {
		var id domain.BankID
		err := r.Scan(&id)
		banks = append(banks, id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("select expired signals: %w", err)
	}
	if err := tx.LockBanks(ctx, banks); err != nil {
		return 0, err
	}
	total := 0
	for _, bank := range banks {
		n, err := tx.withdrawSignals(ctx, bank, `select id from signals where expires_at > 0 and withdrawn_at = 0 and expires_at <= $1 and bank_id = $2
			order by expires_at limit $3`, tx.now, bank, limit-total)
		if err != nil {
			return 0, err
		}
		if total += n; total == limit {
			break
		}
	}
	return total, nil
}

// withdrawSignals withdraws the signals of a bank that a query chooses, which must be live, and says how many there were. The bank must be
// locked.
func (tx *Tx) withdrawSignals(ctx context.Context, bank domain.BankID, chosen string, args ...any) (int, error) {
	var n int
	if err := tx.q.QueryRowContext(ctx, `select count(*) from (`+chosen+`) as chosen`, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count signals to withdraw: %w", err)
	}
	if n == 0 {
		return 0, nil
	}
	seq, err := tx.take(ctx, counterSignal, n)
	if err != nil {
		return 0, err
	}
	k := len(args)
	_, err = tx.q.ExecContext(ctx, `with chosen as (`+chosen+`), ranked as (select id, row_number() over (order by id) as rank from chosen) `+
		fmt.Sprintf(`update signals set withdrawn_at = $%d, seq = $%d + ranked.rank from ranked where signals.id = ranked.id`, k+1, k+2), append(args, tx.now, seq-1)...)
	if err != nil {
		return 0, fmt.Errorf("withdraw signals: %w", err)
	}
	return n, tx.emitBankChanged(bank)
}
