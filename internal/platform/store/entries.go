package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

const entryColumns = `id, number, bank_id, labels, note, metadata, created_at, paused_until, withdrawn_at`

// entryFields are where the entryColumns of a row go.
func entryFields(e *domain.Entry) []any {
	return []any{&e.ID, &e.Number, &e.BankID, jsonText[[]string]{&e.Labels}, &e.Note, rawJSON{&e.Metadata}, &e.CreatedAt, &e.PausedUntil, &e.WithdrawnAt}
}

// AddEntry adds one known item with its signals to a bank; ids, number and times are given here. Its reference in the bank is its own id. No
// such bank is ErrNotFound, the same signal twice is ErrConflict.
func (tx *Tx) AddEntry(ctx context.Context, e domain.Entry) (domain.Entry, error) {
	if err := tx.lockBank(ctx, e.BankID); err != nil {
		return e, err
	}
	e.ID, e.Number, e.CreatedAt, e.WithdrawnAt = domain.NewID[domain.EntryID](), 0, tx.now, 0
	added := []*refEntry{{Entry: e, ref: string(e.ID)}}
	if err := tx.putEntries(ctx, added); err != nil {
		return e, err
	}
	e.Number = added[0].Number
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
	ref          string
	pauseChanged bool
}

// putEntries adds entries, and changes of those that are known what can be changed: note, metadata, pause and whether they are withdrawn.
// Entries without a number get one.
func (tx *Tx) putEntries(ctx context.Context, entries []*refEntry) error {
	if err := tx.numberEntries(ctx, entries); err != nil {
		return err
	}
	rows := make([][]any, len(entries))
	for i, e := range entries {
		if e.PausedUntil > 0 || e.pauseChanged {
			if err := tx.notePause(ctx, e.Entry); err != nil {
				return err
			}
		}
		if e.Labels == nil {
			e.Labels = []string{}
		}
		labels, err := asJSON(e.Labels)
		if err != nil {
			return err
		}
		rows[i] = []any{e.ID, e.Number, e.BankID, e.ref, labels, e.Note, string(e.Metadata), e.CreatedAt, e.PausedUntil, e.WithdrawnAt}
	}
	return tx.insertRows(ctx, `entries`, `id, number, bank_id, ref, labels, note, metadata, created_at, paused_until, withdrawn_at`,
		`on conflict (id) do update set note = excluded.note, metadata = excluded.metadata, paused_until = excluded.paused_until,
		withdrawn_at = excluded.withdrawn_at`, rows, nil)
}

// numberEntries gives the next numbers to entries that have none.
func (tx *Tx) numberEntries(ctx context.Context, entries []*refEntry) error {
	var unnumbered []*refEntry
	for _, e := range entries {
		if e.Number == 0 {
			unnumbered = append(unnumbered, e)
		}
	}
	if len(unnumbered) == 0 {
		return nil
	}
	number, err := tx.take(ctx, counterEntry, len(unnumbered))
	for i, e := range unnumbered {
		e.Number = number + int64(i)
	}
	return err
}

// ReserveNumbers keeps the numbers up to the given one for records that want them: no entry gets one of them otherwise. The counter stays locked
// until the transaction ends.
func (tx *Tx) ReserveNumbers(ctx context.Context, upTo int64) error {
	_, err := tx.q.ExecContext(ctx, `update counters set value = case when value < $1 then $1 else value end where name = $2`, upTo, counterEntry)
	if err != nil {
		return fmt.Errorf("move counter %s: %w", counterEntry, err)
	}
	return nil
}

// freeNumbers returns which of some numbers no entry has, and sees to it that none of them is given to another one. Entries of banks that were
// removed give their numbers up, so that a list that was taken out can be brought in again as it was.
func (tx *Tx) freeNumbers(ctx context.Context, numbers []int64) (map[int64]bool, error) {
	free := make(map[int64]bool, len(numbers))
	for _, n := range numbers {
		free[n] = true
	}
	if err := tx.ReserveNumbers(ctx, slices.Max(numbers)); err != nil {
		return nil, err
	}
	var dead []*refEntry
	err := tx.eachNumbered(ctx, `select id, number, (select removed_at from banks where banks.id = entries.bank_id) from entries where %s`, numbers, func(r *sql.Rows) error {
		e, removed := &refEntry{}, domain.Time(0)
		err := r.Scan(&e.ID, &e.Number, &removed)
		switch {
		case removed == 0:
			delete(free, e.Number)
		case free[e.Number]:
			e.Number = 0
			dead = append(dead, e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read numbers of entries: %w", err)
	}
	if err := tx.numberEntries(ctx, dead); err != nil {
		return nil, err
	}
	for _, e := range dead {
		if _, err := tx.q.ExecContext(ctx, `update entries set number = $1 where id = $2`, e.Number, e.ID); err != nil {
			return nil, fmt.Errorf("give the number of an entry up: %w", err)
		}
	}
	return free, nil
}

// ChangeEntry changes an entry of a bank and returns it as it is then; one that is not there, or withdrawn, is ErrNotFound.
func (tx *Tx) ChangeEntry(ctx context.Context, bank domain.BankID, id domain.EntryID, change domain.EntryChange) (domain.Entry, error) {
	if err := tx.lockBank(ctx, bank); err != nil {
		return domain.Entry{}, err
	}
	e, err := tx.Entry(ctx, bank, id)
	if err == nil && e.WithdrawnAt != 0 {
		err = tx.notFound(sql.ErrNoRows, "entry", id)
	}
	if err != nil {
		return e, err
	}
	if change.Note != nil {
		e.Note = *change.Note
	}
	if change.PausedUntil != nil {
		e.PausedUntil = *change.PausedUntil
	}
	if change.Metadata != nil {
		e.Metadata = change.Metadata
	}
	r, err := tx.q.ExecContext(ctx, `update entries set note = $1, metadata = $2, paused_until = $3 where id = $4`, e.Note, string(e.Metadata), e.PausedUntil, e.ID)
	if err := tx.changed(r, err, "entry", id); err != nil {
		return e, err
	}
	if change.PausedUntil != nil {
		if err := tx.notePause(ctx, e); err != nil {
			return e, err
		}
	}
	return e, tx.emitBankChanged(bank)
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
	return q.entry(ctx, "entry", id, `select `+entryColumns+` from entries where bank_id = $1 and id = $2`, bank, id)
}

// EntryNumbered returns the entry with a number, whatever its bank, or ErrNotFound.
func (q queries) EntryNumbered(ctx context.Context, number int64) (domain.Entry, error) {
	return q.entry(ctx, "entry number", number, `select `+entryColumns+` from entries where number = $1`, number)
}

// entry returns the entry of a query for the entryColumns, with all its signals. What is named was looked for.
func (q queries) entry(ctx context.Context, what string, name any, query string, args ...any) (domain.Entry, error) {
	var e domain.Entry
	if err := q.q.QueryRowContext(ctx, query, args...).Scan(entryFields(&e)...); err != nil {
		return e, q.notFound(err, what, name)
	}
	err := q.fillSignals(ctx, []*domain.Entry{&e})
	return e, err
}

// Entries returns up to limit entries of a bank in the order they were made, behind the entry named after (empty: from the first).
func (q queries) Entries(ctx context.Context, bank domain.BankID, after domain.EntryID, limit int) ([]domain.Entry, error) {
	found, err := q.entries(ctx, `select `+entryColumns+` from entries where bank_id = $1 and id > $2 order by id limit $3`, bank, after, limit)
	return found, q.notFound(err, "entries behind entry", after)
}

// entries returns the entries of a query for the entryColumns, with all their signals.
func (q queries) entries(ctx context.Context, query string, args ...any) ([]domain.Entry, error) {
	found := []domain.Entry{}
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var e domain.Entry
		err := r.Scan(entryFields(&e)...)
		found = append(found, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	pointers := make([]*domain.Entry, len(found))
	for i := range found {
		pointers[i] = &found[i]
	}
	return found, q.fillSignals(ctx, pointers)
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
