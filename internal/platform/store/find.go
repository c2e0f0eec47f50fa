package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

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
	wanted := make(map[int64]bool, len(numbers))
	for _, n := range numbers {
		wanted[n] = true
	}
	found := map[int64]domain.Entry{}
	// Banks that were removed are told apart here: as a condition they would lead SQLite to look through all entries of the others.
	err := q.eachNumbered(ctx, `select (select removed_at from banks where banks.id = entries.bank_id), `+entryColumns+` from entries where %s`, numbers, func(r *sql.Rows) error {
		var e domain.Entry
		var removed domain.Time
		err := r.Scan(append([]any{&removed}, entryFields(&e)...)...)
		if wanted[e.Number] && removed == 0 {
			found[e.Number] = e
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return found, nil
}

// eachNumbered runs a query that has %s as the condition on the number of an entry, and calls f for every row. Among the rows may be some of
// other numbers: where the numbers lie close together, as those of a list do, one statement for all between them costs less than many.
func (q queries) eachNumbered(ctx context.Context, query string, numbers []int64, f func(*sql.Rows) error) error {
	if len(numbers) == 0 {
		return nil
	}
	first, last := slices.Min(numbers), slices.Max(numbers)
	if span := uint64(last) - uint64(first); span < 4*uint64(len(numbers)) { // and no two entries have one number
		return eachRow(ctx, q.q, fmt.Sprintf(query, `number between $1 and $2`), []any{first, last}, f)
	}
	return eachRowIn(ctx, q, fmt.Sprintf(query, `number in %s`), nil, numbers, f)
}
