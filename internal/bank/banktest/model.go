package banktest

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/quell-project/quell/internal/domain"
)

// Model is a bank.Store in memory: the plainest program that does what the interface says. Only Now has to be set. It is safe for
// concurrent use.
type Model struct {
	// Now is asked for the moment of each transaction.
	Now func() domain.Time

	mu    sync.Mutex
	banks map[domain.BankID]map[string]*entry // by reference
}

type entry struct {
	note    string
	signals map[key]*domain.ListRecord // without Note
}

type key struct {
	typ   domain.SignalType
	value string
}

// ApplyRecords implements bank.Store. It never fails.
func (m *Model) ApplyRecords(_ context.Context, bank domain.BankID, records []domain.ListRecord) (domain.ListOutcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.banks == nil {
		m.banks = map[domain.BankID]map[string]*entry{}
	}
	if m.banks[bank] == nil {
		m.banks[bank] = map[string]*entry{}
	}
	var total domain.ListOutcome
	for _, r := range records {
		if r.Withdrawn {
			total = total.Add(m.banks[bank][r.Ref].withdraw(r))
		} else {
			total = total.Add(m.list(m.banks[bank], r))
		}
	}
	return total, nil
}

func (m *Model) list(entries map[string]*entry, r domain.ListRecord) domain.ListOutcome {
	e := entries[r.Ref]
	if e == nil {
		e = &entry{signals: map[key]*domain.ListRecord{}}
		entries[r.Ref] = e
	}
	e.note = cmp.Or(r.Note, e.note)

	r.Note = ""
	r.Provenance.Labels = slices.Clone(r.Provenance.Labels)
	k := key{r.Type, r.Value}
	s := e.signals[k]
	if s == nil {
		r.Provenance.AddedAt = cmp.Or(r.Provenance.AddedAt, m.Now())
		e.signals[k] = &r
		return domain.ListOutcome{Added: 1}
	}
	r.Provenance.AddedAt = cmp.Or(r.Provenance.AddedAt, s.Provenance.AddedAt)
	if same(*s, r) {
		return domain.ListOutcome{Unchanged: 1}
	}
	*s = r
	return domain.ListOutcome{Updated: 1}
}

func (e *entry) withdraw(r domain.ListRecord) domain.ListOutcome {
	var outcome domain.ListOutcome
	if e != nil {
		entire := r.Type == "" && r.Value == ""
		for k, s := range e.signals {
			if !s.Withdrawn && (entire || k == key{r.Type, r.Value}) {
				s.Withdrawn = true
				outcome.Withdrawn++
			}
		}
	}
	if outcome.Withdrawn == 0 {
		outcome.Unchanged = 1
	}
	return outcome
}

func same(a, b domain.ListRecord) bool {
	p, q := a.Provenance, b.Provenance
	return a.Withdrawn == b.Withdrawn && a.ExpiresAt == b.ExpiresAt &&
		p.Source == q.Source && p.AddedAt == q.AddedAt && p.Confidence == q.Confidence && slices.Equal(p.Labels, q.Labels)
}

// Records returns every signal of a bank as a record, withdrawn ones as tombstones, in no order.
func (m *Model) Records(_ context.Context, bank domain.BankID) ([]domain.ListRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var records []domain.ListRecord
	for _, e := range m.banks[bank] {
		for _, s := range e.signals {
			r := *s
			r.Note = e.note
			r.Provenance.Labels = slices.Clone(r.Provenance.Labels)
			records = append(records, r)
		}
	}
	return records, nil
}

// less orders records by reference, type and value.
func less(a, b domain.ListRecord) bool {
	return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Value, b.Value)) < 0
}
