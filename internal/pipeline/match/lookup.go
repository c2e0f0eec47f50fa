package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
)

// ErrNotReady means that the index does not hold what SQL holds, so that its "nothing found" would mean nothing.
var ErrNotReady = errors.New("the index is not up to date")

// Fingerprint is a fingerprint with the part of the upload that it was made of.
type Fingerprint struct {
	Part   string
	Margin int // by how much nearer than the limit of a bank a signal has to be to match
	domain.Fingerprint
}

// maxPerBank bounds how many matches are kept per bank and type, of one fingerprint and in the end of one part, nearest first, where nobody
// asks for more: enough to judge by, however crowded a bank is.
const maxPerBank = 20

// candidate is a hit that is within the limit of its bank.
type candidate struct {
	print    *Fingerprint
	kind     Kind
	bank     domain.Bank
	signal   int64
	distance int
	limit    int

	evidence     domain.Evidence
	suppressedBy domain.EntryID
}

// id is what the tables know the signal by; it has one, or it had not been found.
func (c candidate) id() uint64 {
	id, _ := tableID(c.bank.Number, c.signal)
	return id
}

// Query says what is looked for, and what counts.
type Query struct {
	Prints []Fingerprint
	// Counts says which banks count; nil: all.
	Counts func(domain.Bank) bool
	// Most bounds how many matches are returned per bank and type of one part, nearest first; 0: maxPerBank.
	Most int
	// Paused lets entries count that are paused.
	Paused bool
}

// Known is a match with what SQL knows of the signal that matched.
type Known struct {
	domain.Match
	Evidence domain.Evidence
}

// Lookup is Search for a content: in the banks that count for it.
func (x *Index) Lookup(ctx context.Context, content domain.ContentID, prints []Fingerprint) ([]domain.Match, error) {
	found, err := x.Search(ctx, Query{Prints: prints, Counts: func(b domain.Bank) bool { return b.AppliesTo(content) }})
	var matches []domain.Match
	for _, k := range found {
		matches = append(matches, k.Match)
	}
	return matches, err
}

// Search returns everything known that fingerprints match, the strongest evidence first. Each signal is there once per part, where it counts
// most. Matches that a known-good entry suppresses are marked, not left out. Besides ErrNotReady, errors are those of SQL, of ctx, and of
// fingerprints that are none of their type.
func (x *Index) Search(ctx context.Context, q Query) ([]Known, error) {
	if !x.Ready() {
		return nil, ErrNotReady
	}
	banks := x.banksThat(q.Counts)
	most := cmp.Or(q.Most, maxPerBank)
	for keep := most; ; keep *= 4 {
		found, cut, err := x.candidates(ctx, banks, q.Prints, keep)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		live, err := x.withEvidence(ctx, found, q.Paused)
		if err != nil {
			return nil, err
		}
		if enough(live, cut, most) {
			suppress(live, q.Prints, x.explains)
			return matches(strongest(live, most)), nil
		}
	}
}

// crowd is where hits are bounded: those of one fingerprint in one bank.
type crowd struct {
	print *Fingerprint
	bank  int64
}

// enough reports whether every crowd that was cut short still has as many as are wanted, although some turned out not to count.
func enough(live []candidate, cut []crowd, most int) bool {
	if len(cut) == 0 {
		return true
	}
	count := map[crowd]int{}
	for _, c := range live {
		count[crowd{c.print, c.bank.Number}]++
	}
	return !slices.ContainsFunc(cut, func(c crowd) bool { return count[c] < most })
}

// banksThat returns the banks that count, by number.
func (x *Index) banksThat(count func(domain.Bank) bool) map[int64]domain.Bank {
	banks := maps.Clone(*x.banks.Load())
	if count != nil {
		maps.DeleteFunc(banks, func(_ int64, b domain.Bank) bool { return !count(b) })
	}
	return banks
}

// candidates finds the hits of fingerprints, of each crowd at most keep, and says which were cut short.
func (x *Index) candidates(ctx context.Context, banks map[int64]domain.Bank, prints []Fingerprint, keep int) (found []candidate, cut []crowd, err error) {
	widest := map[domain.SignalType]int{} // an upload has some seventy prints, and the banks are many
	for _, t := range x.tables {
		widest[t.kind.Name] = t.kind.widest(banks)
	}
	for i := range prints {
		f := &prints[i]
		hits, more, err := x.search(banks, f, widest[f.Type], keep)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, nil, fmt.Errorf("look up %s of part %s: %w", f.Type, f.Part, err)
		}
		found, cut = append(found, hits...), append(cut, more...)
	}
	return found, cut, nil
}

// search finds the candidates of one fingerprint, nearest first; widest is the largest limit of the banks.
func (x *Index) search(banks map[int64]domain.Bank, f *Fingerprint, widest, keep int) (found []candidate, cut []crowd, err error) {
	t, known := x.tables[f.Type]
	if !known {
		return nil, nil, errors.New("the type has no index")
	}
	if widest < f.Margin {
		return nil, nil, nil
	}
	current, _ := t.at()
	hits, err := current.search(nil, f.Value, widest-f.Margin)
	if err != nil {
		return nil, nil, err
	}
	count := map[int64]int{}
	for _, h := range hits {
		bank, signal := numbers(h.ID)
		b, counts := banks[bank]
		limit := t.kind.LimitOf(b)
		if !counts || h.Distance > limit-f.Margin {
			continue
		}
		count[bank]++
		switch n := count[bank]; {
		case n <= keep:
			found = append(found, candidate{print: f, kind: t.kind, bank: b, signal: signal, distance: h.Distance, limit: limit})
		case n == keep+1:
			cut = append(cut, crowd{f, bank})
		}
	}
	return found, cut, nil
}

// widest returns the largest limit of some banks; below 0 there is none.
func (k Kind) widest(banks map[int64]domain.Bank) int {
	widest := -1
	for _, b := range banks {
		widest = max(widest, k.LimitOf(b))
	}
	return widest
}

// LimitOf returns the largest distance at which signals of a bank match; below 0 none does.
func (k Kind) LimitOf(b domain.Bank) int {
	if !k.near() {
		return 0
	}
	limit, set := b.Limits[k.Name]
	if !set {
		return k.Limit
	}
	return min(limit, hamming.MaxRadius)
}

// withEvidence reads from SQL what the candidates stand for, and leaves out those that were withdrawn a moment ago or, unless they count, are
// paused.
func (x *Index) withEvidence(ctx context.Context, found []candidate, paused bool) ([]candidate, error) {
	now := domain.At(x.cfg.Now())
	numbers := make([]int64, 0, len(found))
	for _, c := range found {
		numbers = append(numbers, c.signal)
	}
	slices.Sort(numbers)
	known, err := x.cfg.Truth.Evidence(ctx, slices.Compact(numbers), now)
	if err != nil {
		return nil, fmt.Errorf("read the evidence of matches: %w", err)
	}
	evidence := make(map[int64]domain.Evidence, len(known))
	for _, e := range known {
		if paused || e.PausedUntil <= now {
			evidence[e.Number] = e
		}
	}
	live := found[:0]
	for _, c := range found {
		var is bool
		if c.evidence, is = evidence[c.signal]; is {
			live = append(live, c)
		}
	}
	return live, nil
}

// strongest keeps each signal once per part, where it counts most, and of these as many as are wanted per part, bank and type.
func strongest(found []candidate, most int) []candidate {
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.print.Part, b.print.Part), cmp.Compare(a.bank.Number, b.bank.Number), cmp.Compare(a.print.Type, b.print.Type),
			cmp.Compare(a.class(), b.class()), cmp.Compare(a.distance, b.distance), cmp.Compare(a.signal, b.signal))
	})
	type group struct {
		part string
		bank int64
		typ  domain.SignalType
	}
	type sighting struct {
		part   string
		signal int64
	}
	count, seen := map[group]int{}, map[sighting]bool{}
	kept := found[:0]
	for _, c := range found {
		g, s := group{c.print.Part, c.bank.Number, c.print.Type}, sighting{c.print.Part, c.signal}
		if seen[s] || count[g] == most {
			continue
		}
		seen[s] = true
		count[g]++
		kept = append(kept, c)
	}
	return kept
}

// class ranks candidates for people: those that count first, then known-good ones, then suppressed ones.
func (c candidate) class() int {
	switch {
	case c.suppressedBy != "":
		return 2
	case c.bank.Kind == domain.Negative:
		return 1
	default:
		return 0
	}
}

// matches puts candidates in order, by class, then by how they are compared, what is surest first, then nearest first, and says of each what it is.
func matches(found []candidate) []Known {
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.class(), b.class()), cmp.Compare(a.kind.Form, b.kind.Form), cmp.Compare(a.distance, b.distance), cmp.Compare(a.limit, b.limit), cmp.Compare(a.bank.Name, b.bank.Name))
	})
	var all []Known
	for _, c := range found {
		all = append(all, Known{domain.Match{
			Bank: c.bank.Name, BankID: c.bank.ID, BankKind: c.bank.Kind, Entry: c.evidence.Entry, Signal: c.evidence.Signal, SignalType: c.print.Type,
			Distance: c.distance, Limit: c.limit, Part: c.print.Part, Frame: c.print.Frame, View: c.print.View,
			Sources: []string{c.evidence.Provenance.Source}, Labels: c.evidence.Provenance.Labels, SuppressedBy: c.suppressedBy,
		}, c.evidence})
	}
	return all
}
