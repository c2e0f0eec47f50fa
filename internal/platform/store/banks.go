package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

const bankColumns = `id, number, name, kind, limits, enabled_share, description, created_at`

func scanBank(row interface{ Scan(...any) error }) (b domain.Bank, err error) {
	err = row.Scan(&b.ID, &b.Number, &b.Name, &b.Kind, jsonText[map[domain.SignalType]int]{&b.Limits}, &b.EnabledShare, &b.Description, &b.CreatedAt)
	return b, err
}

// limitsOf are the limits of a bank as they are kept; no limits are an empty map.
func limitsOf(b domain.Bank) (map[domain.SignalType]int, string, error) {
	limits := maps.Clone(b.Limits)
	if limits == nil {
		limits = map[domain.SignalType]int{}
	}
	text, err := asJSON(limits)
	return limits, text, err
}

// CreateBank adds a bank; its id, number and time are given here. A taken name is ErrConflict.
func (tx *Tx) CreateBank(ctx context.Context, b domain.Bank) (domain.Bank, error) {
	number, err := tx.take(ctx, counterBank, 1)
	if err != nil {
		return b, err
	}
	b.ID, b.Number, b.CreatedAt = domain.NewID[domain.BankID](), number, tx.now
	var limits string
	if b.Limits, limits, err = limitsOf(b); err != nil {
		return b, err
	}
	_, err = tx.q.ExecContext(ctx, `insert into banks (`+bankColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		b.ID, b.Number, b.Name, b.Kind, limits, b.EnabledShare, b.Description, b.CreatedAt)
	if tx.dialect.unique(err) {
		return b, fmt.Errorf("bank %q: %w", b.Name, ErrConflict)
	}
	if err != nil {
		return b, fmt.Errorf("create bank %q: %w", b.Name, err)
	}
	return b, tx.settingsChanged(ctx, b.ID)
}

// ChangeBank lets change work on the bank with a name, and keeps what people may change of it: name, kind, limits, enabled share and
// description. It returns the bank as it is then. No such bank is ErrNotFound, a taken name is ErrConflict; an error of change is passed on,
// and nothing is changed.
func (tx *Tx) ChangeBank(ctx context.Context, name string, change func(*domain.Bank) error) (domain.Bank, error) {
	r, err := tx.q.ExecContext(ctx, `update banks set kind = kind where name = $1 and removed_at = 0`, name) // nobody else changes it meanwhile
	if err := tx.changed(r, err, "bank", name); err != nil {
		return domain.Bank{}, err
	}
	before, err := tx.BankNamed(ctx, name)
	if err != nil {
		return before, err
	}
	b := before
	b.Limits = maps.Clone(b.Limits)
	if err := change(&b); err != nil {
		return before, err
	}
	b.ID, b.Number, b.CreatedAt = before.ID, before.Number, before.CreatedAt
	var limits string
	if b.Limits, limits, err = limitsOf(b); err != nil {
		return before, err
	}
	_, err = tx.q.ExecContext(ctx, `update banks set name = $1, kind = $2, limits = $3, enabled_share = $4, description = $5 where id = $6`,
		b.Name, b.Kind, limits, b.EnabledShare, b.Description, b.ID)
	if tx.dialect.unique(err) {
		return before, fmt.Errorf("bank %q: %w", b.Name, ErrConflict)
	}
	if err != nil {
		return before, fmt.Errorf("change bank %q: %w", name, err)
	}
	return b, tx.settingsChanged(ctx, b.ID)
}

func (tx *Tx) settingsChanged(ctx context.Context, id domain.BankID) error {
	if _, err := tx.take(ctx, counterSettings, 1); err != nil {
		return err
	}
	return tx.emitBankChanged(id)
}

func (tx *Tx) emitBankChanged(id domain.BankID) error {
	body, err := json.Marshal(map[string]any{"bank_id": id})
	if err != nil {
		return err
	}
	tx.Emit(domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectBankChanged, Body: body})
	return nil
}

// lockBank makes every other transaction that changes entries or signals of a bank wait until this one ends, so that what was read of them
// stays true. No such bank is ErrNotFound, and neither is one that was removed.
func (tx *Tx) lockBank(ctx context.Context, id domain.BankID) error {
	r, err := tx.q.ExecContext(ctx, `update banks set kind = kind where id = $1 and removed_at = 0`, id)
	return tx.changed(r, err, "bank", id)
}

// LockBanks is lockBank for several banks. A transaction that changes the contents of more than one calls it before it does anything else: banks are
// locked in the order of their ids and before any counter, so that no two transactions wait for each other. Banks that were removed are passed over.
func (tx *Tx) LockBanks(ctx context.Context, ids []domain.BankID) error {
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if err := tx.lockBank(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// Banks returns all banks by name.
func (q queries) Banks(ctx context.Context) ([]domain.Bank, error) {
	banks := []domain.Bank{}
	err := eachRow(ctx, q.q, `select `+bankColumns+` from banks where removed_at = 0`, nil, func(r *sql.Rows) error {
		b, err := scanBank(r)
		banks = append(banks, b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list banks: %w", err)
	}
	// Here and not in SQL: engines and their locales disagree about the order of text.
	slices.SortFunc(banks, func(a, b domain.Bank) int { return cmp.Compare(a.Name, b.Name) })
	return banks, nil
}

// BankNamed returns the bank with a name, or ErrNotFound.
func (q queries) BankNamed(ctx context.Context, name string) (domain.Bank, error) {
	b, err := scanBank(q.q.QueryRowContext(ctx, `select `+bankColumns+` from banks where name = $1 and removed_at = 0`, name))
	return b, q.notFound(err, "bank", name)
}

// CountSignals returns how many live signals of each type a bank holds.
func (q queries) CountSignals(ctx context.Context, bank domain.BankID) (map[domain.SignalType]int64, error) {
	return q.countByType(ctx, `select type, count(*) from signals where bank_id = $1 and withdrawn_at = 0 group by type`, bank)
}

// countByType returns what a query counts for each signal type.
func (q queries) countByType(ctx context.Context, query string, args ...any) (map[domain.SignalType]int64, error) {
	counts := map[domain.SignalType]int64{}
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var t domain.SignalType
		var n int64
		err := r.Scan(&t, &n)
		counts[t] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count signals: %w", err)
	}
	return counts, nil
}
