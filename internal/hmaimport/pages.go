package hmaimport

import (
	"context"
	"math"
	"reflect"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// maxNumber is the largest number that every program reads as it is, also those that have only floating point.
const maxNumber = 1 << 53

// content is a content of HMA as it comes here.
type content struct {
	id, bank int64
	ref      string
	signals  int // there
	records  []domain.ListRecord
}

// takeContents takes all contents, in the order of their ids, a page a transaction.
func (t *takeover) takeContents(ctx context.Context) (err error) {
	if t.report.Of, t.maxNumber, err = t.from.count(ctx, maxNumber); err != nil {
		return err
	}
	for after := int64(math.MinInt64); ; {
		rows, err := t.from.page(ctx, after, t.opts.PageSize, t.strange)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].id
		contents, lost := t.contentsOf(rows)
		err = t.tx(ctx, func(tx Tx, s *step) error {
			s.issues = append(s.issues, lost...)
			return t.takePage(ctx, tx, contents, s)
		})
		if err != nil {
			return err
		}
		t.report.Contents += len(rows)
		if t.opts.Progress != nil {
			t.opts.Progress(t.report.Contents, t.report.Of)
		}
	}
}

// strange counts a signal of a type that is not known here.
func (t *takeover) strange(c contentRow, typ string) {
	t.report.Tallies.Signals.NotTaken++
	t.tell(Issue{Outcome: NotTaken, Reason: SignalType, Bank: t.banks[c.bank].name, Content: c.id, Type: typ})
}

// contentsOf reads a page of rows, and says what of it is lost.
func (t *takeover) contentsOf(rows []contentRow) (contents []content, lost []Issue) {
	for _, row := range rows {
		records := recordsOf(row, t.banks[row.bank].name, func(i Issue) { lost = append(lost, i) })
		contents = append(contents, content{id: row.id, bank: row.bank, ref: refOf(row.id), signals: len(row.signals), records: records})
	}
	return contents, lost
}

// takePage takes one page, bank by bank.
func (t *takeover) takePage(ctx context.Context, tx Tx, contents []content, s *step) error {
	here, err := banksByName(ctx, tx)
	if err != nil {
		return err
	}
	ids := make([]int64, len(contents))
	byBank := map[int64][]content{}
	var order []int64 // the order of the page, so that runs are alike
	var banks []domain.BankID
	for i, c := range contents {
		ids[i] = c.id
		if b, known := here[t.banks[c.bank].name]; known && byBank[c.bank] == nil {
			banks = append(banks, b.ID)
		}
		if byBank[c.bank] == nil {
			order = append(order, c.bank)
		}
		byBank[c.bank] = append(byBank[c.bank], c)
	}
	if err := tx.LockBanks(ctx, banks); err != nil {
		return err
	}
	if err := tx.ReserveNumbers(ctx, t.maxNumber); err != nil {
		return err
	}
	numbered, err := tx.EntriesNumbered(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range order {
		row := t.banks[id]
		b, known := here[row.name]
		if unusable(row, b) != "" {
			for _, c := range byBank[id] {
				s.leave(c, BankNotTaken, row.name)
			}
			continue
		}
		if !known { // in a dry run it was made and unmade; else somebody has removed it meanwhile
			if b, err = tx.CreateBank(ctx, t.newBank(row)); err != nil {
				return err
			}
		}
		p := page{tx: tx, opts: t.opts, bank: b, numbered: numbered, step: s}
		if err := p.take(ctx, byBank[id]); err != nil {
			return err
		}
	}
	return nil
}

// leave counts a content that is not taken.
func (s *step) leave(c content, reason Reason, bank string) {
	s.Contents.NotTaken++
	s.Signals.NotTaken += c.signals
	s.tell(Issue{Outcome: NotTaken, Reason: reason, Bank: bank, Content: c.id})
}

// page is what of one page of contents goes into one bank.
type page struct {
	tx       Tx
	opts     Options
	bank     domain.Bank
	numbered map[int64]domain.Entry // before the page
	step     *step

	before map[string]domain.Entry // by reference
}

// take brings the bank in line with contents.
func (p *page) take(ctx context.Context, contents []content) (err error) {
	refs := make([]string, len(contents))
	for i, c := range contents {
		refs[i] = c.ref
	}
	if p.before, err = p.tx.EntriesReferred(ctx, p.bank.ID, refs); err != nil {
		return err
	}
	var records []domain.ListRecord
	var again []string // the references of contents that have to be looked at afterwards
	var taken []content
	for _, c := range contents {
		elsewhere, err := p.elsewhere(ctx, c)
		if err != nil {
			return err
		}
		if elsewhere {
			p.step.leave(c, ContentElsewhere, p.bank.Name)
			continue
		}
		p.step.Signals.NotTaken += c.signals - len(c.records)
		if len(c.records) > 0 {
			taken = append(taken, c)
		} else {
			p.step.Contents.NotTaken++
		}
		records = append(append(records, c.records...), p.goneSignals(c)...)
		_, known := p.before[c.ref]
		if holder, held := p.numbered[c.id]; known || held && holder.ID != p.before[c.ref].ID || !wants(c.id) {
			again = append(again, c.ref)
		}
	}
	outcome, err := p.tx.ApplyRecords(ctx, p.bank.ID, records)
	if err != nil {
		return err
	}
	p.step.Signals.add(Tally{Taken: outcome.Added, There: outcome.Unchanged, Changed: outcome.Updated, Withdrawn: outcome.Withdrawn})
	after, err := p.tx.EntriesReferred(ctx, p.bank.ID, again)
	if err != nil {
		return err
	}
	for _, c := range taken {
		p.count(c, after)
	}
	return nil
}

// wants reports whether an id can be the number of an entry.
func wants(id int64) bool { return 0 < id && id <= maxNumber }

// elsewhere reports whether a content is in another bank here: then its bank in HMA has got another name since.
func (p *page) elsewhere(ctx context.Context, c content) (bool, error) {
	holder, held := p.numbered[c.id]
	if _, known := p.before[c.ref]; known || !held || holder.BankID == p.bank.ID {
		return false, nil
	}
	theirs, err := p.tx.EntriesReferred(ctx, holder.BankID, []string{c.ref})
	return err == nil && theirs[c.ref].ID == holder.ID && holder.WithdrawnAt == 0, err
}

// goneSignals returns tombstones for what an entry has and its content has not any more, where they are wanted.
func (p *page) goneSignals(c content) (tombstones []domain.ListRecord) {
	for _, sig := range p.before[c.ref].Signals {
		if sig.WithdrawnAt != 0 || slices.ContainsFunc(c.records, func(r domain.ListRecord) bool { return r.Type == sig.Type && r.Value == sig.Value }) {
			continue
		}
		if !p.opts.Sync {
			p.step.tell(Issue{Outcome: Noted, Reason: SignalGoneThere, Bank: p.bank.Name, Content: c.id, Type: string(sig.Type)})
			continue
		}
		tombstones = append(tombstones, domain.ListRecord{Ref: c.ref, Type: sig.Type, Value: sig.Value, Withdrawn: true})
	}
	return tombstones
}

// count says what became of a content.
func (p *page) count(c content, after map[string]domain.Entry) {
	is, looked := after[c.ref]
	was, known := p.before[c.ref]
	switch {
	case !known:
		p.step.Contents.Taken++
	case reflect.DeepEqual(was, is):
		p.step.Contents.There++
	default:
		p.step.Contents.Changed++
	}
	if looked && is.Number != c.id {
		i := Issue{Outcome: Altered, Reason: NumberTaken, Bank: p.bank.Name, Content: c.id}
		if !p.opts.DryRun || known { // a run will not give the number that was undone
			i.Number = is.Number
		}
		p.step.tell(i)
	}
}

// listedPage is how many signals are listed at a time.
const listedPage = 5000

// findGone finds entries whose content is gone from HMA, and withdraws them where that is wanted.
func (t *takeover) findGone(ctx context.Context) error {
	var banks []domain.Bank
	err := t.tx(ctx, func(tx Tx, _ *step) (err error) {
		banks, err = tx.Banks(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, b := range banks {
		if err := t.findGoneIn(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// findGoneIn looks at the signals of one bank, page by page.
func (t *takeover) findGoneIn(ctx context.Context, b domain.Bank) error {
	seen := map[int64]bool{} // the signals of an entry may be on several pages
	for after, more := int64(0), true; more; {
		var records []domain.ListRecord
		var last int64
		err := t.tx(ctx, func(tx Tx, _ *step) (err error) {
			records, last, err = tx.Listed(ctx, b.ID, after, listedPage)
			return err
		})
		if err != nil {
			return err
		}
		more = len(records) == listedPage
		gone, err := t.goneOf(ctx, records, seen) // outside of any transaction: nobody here waits for an HMA that takes its time
		if err != nil {
			return err
		}
		err = t.tx(ctx, func(tx Tx, s *step) error { return t.withdrawGone(ctx, tx, b, gone, s) })
		if err != nil {
			return err
		}
		for _, id := range gone {
			seen[id] = true
		}
		after = last
	}
	return nil
}

// goneOf returns which contents that records stand for are gone from HMA, besides those that were seen.
func (t *takeover) goneOf(ctx context.Context, records []domain.ListRecord, seen map[int64]bool) ([]int64, error) {
	var ids []int64
	for _, r := range records {
		if id, ok := contentOf(r.Ref); ok && !r.Withdrawn && !seen[id] {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	return t.from.gone(ctx, slices.Compact(ids))
}

// withdrawGone withdraws the entries of contents that are gone, where that is wanted.
func (t *takeover) withdrawGone(ctx context.Context, tx Tx, b domain.Bank, gone []int64, s *step) error {
	if !t.opts.Sync {
		for _, id := range gone {
			s.tell(Issue{Outcome: Noted, Reason: ContentGoneThere, Bank: b.Name, Content: id})
		}
		return nil
	}
	tombstones := make([]domain.ListRecord, len(gone))
	for i, id := range gone {
		tombstones[i] = domain.ListRecord{Ref: refOf(id), Withdrawn: true}
	}
	outcome, err := tx.ApplyRecords(ctx, b.ID, tombstones)
	s.Contents.Withdrawn += len(gone)
	s.Signals.Withdrawn += outcome.Withdrawn
	return err
}
