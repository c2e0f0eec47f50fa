package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

const entryColumns = `id, bank_id, labels, note, created_at, withdrawn_at`

// entryFields are where the entryColumns of a row go.
func entryFields(e *domain.Entry) []any {
	return []any{&e.ID, &e.BankID, jsonText[[]string]{&e.Labels}, &e.Note, &e.CreatedAt, &e.WithdrawnAt}
}

// AddEntry adds one known item with its signals to a bank; ids and times are given here. Its reference in the bank is its own id. No such bank
// is ErrNotFound, the same signal twice is ErrConflict.
func (tx *Tx) AddEntry(ctx context.Context, e domain.Entry) (domain.Entry, error) {
	if err := tx.lockBank(ctx, e.BankID); err != nil {
		return e, err
	}
	e.ID, e.CreatedAt, e.WithdrawnAt = domain.NewID[domain.EntryID](), tx.now, 0
	if err := tx.putEntries(ctx, []refEntry{{e, string(e.ID)}}); err != nil {
		return e, err
	}
	e.Signals = slices.Clone(e.Signals)
	for i := range e.Signals {
		s := &e.Signals[i]
		s.ID, s.EntryID, s.WithdrawnAt = domain.NewID[domain.SignalID](), e.ID, 0
		if s.Provenance.AddedAt == 0 {
			s.Provenance.AddedAt = tx.now
		}
	}
	err := tx.putSignals(ctx, e.BankID, e.Signals)
	if tx.dialect.unique(err) {
		return e, fmt.Errorf("a signal of the entry: %w", ErrConflict)
	}
	if err != nil {
		return e, err
	}
	return e, tx.emitBankChanged(e.BankID)
}

// refEntry is an entry with its reference in the bank.
type refEntry struct {
	domain.Entry
	ref string
}

// putEntries adds entries, and changes the note of those that are known and whether they are withdrawn.
func (tx *Tx) putEntries(ctx context.Context, entries []refEntry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		if e.Labels == nil {
			e.Labels = []string{}
		}
		labels, err := asJSON(e.Labels)
		if err != nil {
			return err
		}
		rows[i] = []any{e.ID, e.BankID, e.ref, labels, e.Note, e.CreatedAt, e.WithdrawnAt}
	}
	return tx.insertRows(ctx, `entries`, `id, bank_id, ref, labels, note, created_at, withdrawn_at`,
		`on conflict (id) do update set note = excluded.note, withdrawn_at = excluded.withdrawn_at`, rows, nil)
}

// putSignals adds signals, numbering them, and changes those that are known; each is a change with a number of its own.
func (tx *Tx) putSignals(ctx context.Context, bank domain.BankID, signals []domain.Signal) error {
	if len(signals) == 0 {
		return nil
	}
	number, err := tx.take(ctx, counterSignal, len(signals))
	if err != nil {
		return err
	}
	rows := make([][]any, len(signals))
	for i, s := range signals {
		p := s.Provenance
		labels, err := asJSON(p.Labels)
		if err != nil {
			return err
		}
		n := number + int64(i)
		rows[i] = []any{s.ID, n, n, s.EntryID, bank, s.Type, s.Value, p.Source, p.AddedAt, labels, p.Confidence, s.ExpiresAt, s.WithdrawnAt}
	}
	return tx.insertRows(ctx, `signals`, `id, number, seq, entry_id, bank_id, type, value, source, added_at, labels, confidence, expires_at, withdrawn_at`,
		`on conflict (id) do update set seq = excluded.seq, source = excluded.source, added_at = excluded.added_at, labels = excluded.labels,
		confidence = excluded.confidence, expires_at = excluded.expires_at, withdrawn_at = excluded.withdrawn_at`, rows, nil)
}

// Entry returns an entry of a bank with all its signals, or ErrNotFound.
func (q queries) Entry(ctx context.Context, bank domain.BankID, id domain.EntryID) (domain.Entry, error) {
	var e domain.Entry
	err := q.q.QueryRowContext(ctx, `select `+entryColumns+` from entries where bank_id = $1 and id = $2`, bank, id).Scan(entryFields(&e)...)
	if err != nil {
		return e, q.notFound(err, "entry", id)
	}
	err = q.fillSignals(ctx, []*domain.Entry{&e})
	return e, err
}

// Entries returns up to limit entries of a bank in the order they were made, behind the entry named after (empty: from the first).
func (q queries) Entries(ctx context.Context, bank domain.BankID, after domain.EntryID, limit int) ([]domain.Entry, error) {
	entries := []domain.Entry{}
	err := eachRow(ctx, q.q, `select `+entryColumns+` from entries where bank_id = $1 and id > $2 order by id limit $3`, []any{bank, after, limit}, func(r *sql.Rows) error {
		var e domain.Entry
		err := r.Scan(entryFields(&e)...)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, q.notFound(err, "entries behind entry", after)
	}
	pointers := make([]*domain.Entry, len(entries))
	for i := range entries {
		pointers[i] = &entries[i]
	}
	return entries, q.fillSignals(ctx, pointers)
}

// fillSignals reads the signals of some entries.
func (q queries) fillSignals(ctx context.Context, entries []*domain.Entry) error {
	at := make(map[domain.EntryID]*domain.Entry, len(entries))
	ids := make([]domain.EntryID, len(entries))
	for i, e := range entries {
		at[e.ID], ids[i] = e, e.ID
	}
	err := eachRowIn(ctx, q, `select id, entry_id, type, value, source, added_at, labels, confidence, expires_at, withdrawn_at
		from signals where entry_id in %s order by number`, nil, ids, func(r *sql.Rows) error {
		var s domain.Signal
		p := &s.Provenance
		if err := r.Scan(&s.ID, &s.EntryID, &s.Type, &s.Value, &p.Source, &p.AddedAt, jsonText[[]string]{&p.Labels}, &p.Confidence, &s.ExpiresAt, &s.WithdrawnAt); err != nil {
			return err
		}
		e := at[s.EntryID]
		e.Signals = append(e.Signals, s)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read signals: %w", err)
	}
	return nil
}
