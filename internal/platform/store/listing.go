package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// ApplyRecords brings a bank in line with records of a list, in their order. The identity of an entry is its reference in the bank, that of
// a signal is its entry, type and value; so applying the same records again changes nothing. A withdrawn signal that is listed again is live
// again. A tombstone withdraws its signal, or without type and value the whole entry; a tombstone for what is not there counts as unchanged.
// A new entry gets the number that a record wants if that is free, else the next one. No such bank is ErrNotFound.
func (tx *Tx) ApplyRecords(ctx context.Context, bank domain.BankID, records []domain.ListRecord) (domain.ListOutcome, error) {
	if len(records) == 0 {
		return domain.ListOutcome{}, nil
	}
	if err := tx.lockBank(ctx, bank); err != nil {
		return domain.ListOutcome{}, err
	}
	l := &listing{bank: bank, now: tx.now, entries: map[string]*listedEntry{}}
	if err := l.load(ctx, tx, records); err != nil {
		return domain.ListOutcome{}, err
	}
	for _, r := range records {
		l.apply(r)
	}
	return l.outcome, l.write(ctx, tx)
}

// listing is a bank as records of a list meet it: the entries they name, changed in memory and then written.
type listing struct {
	bank    domain.BankID
	now     domain.Time
	entries map[string]*listedEntry // by reference
	outcome domain.ListOutcome

	freeNumbers map[int64]bool // of those that records want

	changedEntries []*listedEntry
	changedSignals []*listedSignal
}

type listedEntry struct {
	refEntry
	signals []*listedSignal
	byKey   map[signalKey]*listedSignal
	changed bool
}

type listedSignal struct {
	domain.Signal
	changed bool
}

// signalKey is the identity of a signal inside an entry.
type signalKey struct {
	typ   domain.SignalType
	value string
}

// load reads the entries that the records speak of, with their signals.
func (l *listing) load(ctx context.Context, tx *Tx, records []domain.ListRecord) error {
	refs := make([]string, len(records))
	for i, r := range records {
		refs[i] = r.Ref
	}
	slices.Sort(refs)
	known, err := tx.EntriesReferred(ctx, l.bank, slices.Compact(refs))
	if err != nil {
		return err
	}
	for ref, entry := range known {
		e := &listedEntry{refEntry: refEntry{Entry: entry, ref: ref}, byKey: map[signalKey]*listedSignal{}}
		for _, s := range e.Signals {
			e.hold(&listedSignal{Signal: s})
		}
		l.entries[ref] = e
	}
	return l.loadNumbers(ctx, tx, records)
}

// loadNumbers finds out which of the numbers that records want are free.
func (l *listing) loadNumbers(ctx context.Context, tx *Tx, records []domain.ListRecord) (err error) {
	var wanted []int64
	for _, r := range records {
		if r.Number != 0 && l.entries[r.Ref] == nil {
			wanted = append(wanted, r.Number)
		}
	}
	if len(wanted) > 0 {
		slices.Sort(wanted)
		l.freeNumbers, err = tx.freeNumbers(ctx, slices.Compact(wanted))
	}
	return err
}

func (e *listedEntry) hold(s *listedSignal) {
	e.signals = append(e.signals, s)
	e.byKey[signalKey{s.Type, s.Value}] = s
}

// apply works one record into the listing.
func (l *listing) apply(r domain.ListRecord) {
	switch e := l.entries[r.Ref]; {
	case !r.Withdrawn:
		l.list(r)
	case e == nil:
		l.outcome.Unchanged++
	case r.Type == "" && r.Value == "":
		l.withdrawEntry(e)
	case !l.withdraw(e.byKey[signalKey{r.Type, r.Value}]):
		l.outcome.Unchanged++
	}
}

// list makes a signal live with the record's provenance, and its entry with what the record says of it.
func (l *listing) list(r domain.ListRecord) {
	e := l.liveEntry(r)
	if r.Note != "" && r.Note != e.Note {
		e.Note = r.Note
		l.touchEntry(e)
	}
	if r.Metadata != nil && !bytes.Equal(r.Metadata, e.Metadata) {
		e.Metadata = r.Metadata
		l.touchEntry(e)
	}
	if r.PausedUntil != nil && *r.PausedUntil != e.PausedUntil {
		e.PausedUntil, e.pauseChanged = *r.PausedUntil, true
		l.touchEntry(e)
	}
	s := e.byKey[signalKey{r.Type, r.Value}]
	if s == nil {
		s = &listedSignal{Signal: domain.Signal{ID: domain.NewID[domain.SignalID](), EntryID: e.ID, Type: r.Type, Value: r.Value, Provenance: r.Provenance, ExpiresAt: r.ExpiresAt}}
		s.Provenance.AddedAt = cmp.Or(r.Provenance.AddedAt, l.now) // the list does not say: since we know it
		e.hold(s)
		l.touch(s)
		l.outcome.Added++
		return
	}
	r.Provenance.AddedAt = cmp.Or(r.Provenance.AddedAt, s.Provenance.AddedAt)
	if s.WithdrawnAt == 0 && s.ExpiresAt == r.ExpiresAt && sameProvenance(s.Provenance, r.Provenance) {
		l.outcome.Unchanged++
		return
	}
	s.Provenance, s.ExpiresAt, s.WithdrawnAt = r.Provenance, r.ExpiresAt, 0
	l.touch(s)
	l.outcome.Updated++
}

// liveEntry returns the entry of a record, made or made live again if need be.
func (l *listing) liveEntry(r domain.ListRecord) *listedEntry {
	e := l.entries[r.Ref]
	if e == nil {
		e = &listedEntry{
			refEntry: refEntry{Entry: domain.Entry{ID: domain.NewID[domain.EntryID](), BankID: l.bank, CreatedAt: l.now}, ref: r.Ref},
			byKey:    map[signalKey]*listedSignal{},
		}
		if l.freeNumbers[r.Number] {
			e.Number = r.Number
			delete(l.freeNumbers, r.Number)
		}
		l.entries[r.Ref] = e
		l.touchEntry(e)
	}
	if e.WithdrawnAt != 0 {
		e.WithdrawnAt = 0
		l.touchEntry(e)
	}
	return e
}

// withdraw reports whether there was a live signal to withdraw.
func (l *listing) withdraw(s *listedSignal) bool {
	if s == nil || s.WithdrawnAt != 0 {
		return false
	}
	s.WithdrawnAt = l.now
	l.touch(s)
	l.outcome.Withdrawn++
	return true
}

// withdrawEntry withdraws an entry and every live signal of it.
func (l *listing) withdrawEntry(e *listedEntry) {
	any := false
	for _, s := range e.signals {
		any = l.withdraw(s) || any
	}
	if !any {
		l.outcome.Unchanged++
	}
	if e.WithdrawnAt == 0 {
		e.WithdrawnAt = l.now
		l.touchEntry(e)
	}
}

func (l *listing) touchEntry(e *listedEntry) {
	if !e.changed {
		e.changed = true
		l.changedEntries = append(l.changedEntries, e)
	}
}

func (l *listing) touch(s *listedSignal) {
	if !s.changed {
		s.changed = true
		l.changedSignals = append(l.changedSignals, s)
	}
}

// write stores what was changed.
func (l *listing) write(ctx context.Context, tx *Tx) error {
	entries := make([]*refEntry, len(l.changedEntries))
	for i, e := range l.changedEntries {
		entries[i] = &e.refEntry
	}
	if err := tx.putEntries(ctx, entries); err != nil {
		return err
	}
	if len(l.changedSignals) == 0 {
		return nil
	}
	signals := make([]domain.Signal, len(l.changedSignals))
	for i, s := range l.changedSignals {
		signals[i] = s.Signal
	}
	if err := tx.putSignals(ctx, l.bank, signals); err != nil {
		return err
	}
	return tx.emitBankChanged(l.bank)
}

func sameProvenance(a, b domain.Provenance) bool {
	return a.Source == b.Source && a.AddedAt == b.AddedAt && a.Confidence == b.Confidence && slices.Equal(a.Labels, b.Labels)
}

// Listed returns up to limit signals of a bank as records, withdrawn ones as tombstones, behind the signal with the given number.
func (q queries) Listed(ctx context.Context, bank domain.BankID, after int64, limit int) (records []domain.ListRecord, last int64, err error) {
	err = eachRow(ctx, q.q, `select s.number, e.ref, e.note, s.type, s.value, s.source, s.added_at, s.labels, s.confidence, s.expires_at, s.withdrawn_at
		from signals s join entries e on e.id = s.entry_id where s.bank_id = $1 and s.number > $2 order by s.number limit $3`, []any{bank, after, limit}, func(r *sql.Rows) error {
		var rec domain.ListRecord
		var withdrawn domain.Time
		p := &rec.Provenance
		err := r.Scan(&last, &rec.Ref, &rec.Note, &rec.Type, &rec.Value, &p.Source, &p.AddedAt, jsonText[[]string]{&p.Labels}, &p.Confidence, &rec.ExpiresAt, &withdrawn)
		rec.Withdrawn = withdrawn != 0
		records = append(records, rec)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list signals: %w", err)
	}
	return records, last, nil
}
