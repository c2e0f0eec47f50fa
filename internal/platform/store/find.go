package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// EntriesReferred returns those entries of a bank that have one of the references, withdrawn or not, by reference and with all their signals.
func (q queries) EntriesReferred(ctx context.Context, bank domain.BankID, refs []string) (map[string]domain.Entry, error) {
	byRef := make(map[string]*domain.Entry, len(refs))
	entries := make([]*domain.Entry, 0, len(refs))
	err := eachRowIn(ctx, q, `select ref, `+entryColumns+` from entries where bank_id = $1 and ref in %s`, []any{bank}, refs, func(r *sql.Rows) error {
		var ref string
		e := &domain.Entry{}
		err := r.Scan(append([]any{&ref}, entryFields(e)...)...)
		byRef[ref] = e
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	if err := q.fillSignals(ctx, entries); err != nil {
		return nil, err
	}
	found := make(map[string]domain.Entry, len(byRef))
	for ref, e := range byRef {
		found[ref] = *e
	}
	return found, nil
}

// EntriesNumbered returns those entries of all banks that have one of the numbers, withdrawn or not, by number and without signals. The entries
// of banks that were removed are not among them.
func (q queries) EntriesNumbered(ctx context.Context, numbers []int64) (map[int64]domain.Entry, error) {
	found := map[int64]domain.Entry{}
	err := eachRowIn(ctx, q, `select `+entryColumns+` from entries where number in %s and bank_id in (select id from banks where removed_at = 0)`, nil, numbers, func(r *sql.Rows) error {
		var e domain.Entry
		err := r.Scan(entryFields(&e)...)
		found[e.Number] = e
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return found, nil
}
