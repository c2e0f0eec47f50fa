package bank

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/quell-project/quell/internal/domain"
)

// Store takes records into banks.
type Store interface {
	// ApplyRecords makes a bank say what records say, all of them in one transaction or none. They are canonical, and are applied in
	// their order as if one by one. It MUST NOT keep the slice.
	//
	// Bank and Ref identify an entry; entry, Type and Value identify a signal. A record that is not withdrawn does this:
	//   - It makes the entry if that is absent, and makes it live again if it was withdrawn. Other signals of the entry stay as they are.
	//   - A Note that is not empty becomes the note of the entry.
	//   - It makes the signal if that is absent: Added. An AddedAt of 0 becomes the moment of the transaction.
	//   - Else the signal takes Source, Labels, Confidence and ExpiresAt from the record, AddedAt if it is not 0, and is live again if
	//     it was withdrawn: Updated if that changed anything, Unchanged if not.
	//
	// A tombstone takes nothing else from its record and makes nothing:
	//   - With Type and Value it withdraws the signal: Withdrawn.
	//   - Without them it withdraws the entry and every signal of it that is live: Withdrawn, once for each of these.
	//   - It counts once as Unchanged if there is no such signal, or none that is live.
	//
	// So records that were applied change nothing when they come again, and all of them count as Unchanged, unless they contradict each
	// other. The outcome counts signals; what happens to the note of an entry is not counted.
	ApplyRecords(ctx context.Context, bank domain.BankID, records []domain.ListRecord) (domain.ListOutcome, error)
}

// Options of an import.
type Options struct {
	Source    string                // the source of records that name none; required
	Now       domain.Time           // the moment of the import: what expired before is taken as withdrawn; required
	BatchSize int                   // lines a transaction; 0: 1000
	Progress  func(done int)        // told after each batch how many lines are dealt with; may be nil
	Report    func(line *LineError) // told of each line that is not usable; may be nil
}

const defaultBatchSize = 1000

// Summary says what an import did.
type Summary struct {
	// Lines is the number of lines dealt with, blank lines and comments too. After an error this is how far the import is known to have
	// got: what stands up to this line is in the bank for good.
	Lines int
	// ListOutcome counts what changed, in signals.
	domain.ListOutcome
	// Bad is the number of lines that were reported as not usable.
	Bad int
}

// Import brings a list into a bank, in transactions of BatchSize lines.
//
// A line that is not usable is reported and left out. An error of the list, of the store or of the context ends the import; the summary
// then says how far it got, and importing the whole list again is safe: what is there already does not change.
func Import(ctx context.Context, store Store, bank domain.Bank, r *Reader, opts Options) (Summary, error) {
	if opts.Source == "" || opts.Now == 0 {
		return Summary{}, errors.New("import: say where the list comes from (Source) and when this is (Now)")
	}
	if err := checkText("source", opts.Source, domain.MaxSource); err != nil {
		return Summary{}, err
	}
	if opts.BatchSize <= 0 {
		opts.BatchSize = defaultBatchSize
	}
	im := importer{store: store, bank: bank, opts: opts}
	err := im.run(ctx, r)
	return im.done, err
}

// importer is one import under way.
type importer struct {
	store Store
	bank  domain.Bank
	opts  Options
	batch []domain.ListRecord // read, not applied
	done  Summary
}

func (im *importer) run(ctx context.Context, r *Reader) error {
	for {
		rec, err := r.Read()
		var bad *LineError
		switch {
		case err == nil:
			im.batch = append(im.batch, im.complete(rec))
		case errors.As(err, &bad):
			im.report(bad)
		case err == io.EOF: // itself: a source that wraps it has failed
			return im.apply(ctx, r.Line())
		default:
			return fmt.Errorf("import into bank %q: %w", im.bank.Name, err)
		}
		if r.Line()-im.done.Lines >= im.opts.BatchSize {
			if err := im.apply(ctx, r.Line()); err != nil {
				return err
			}
		}
	}
}

// complete adds what a record leaves to the import. An expired record is a tombstone, so that importing an old list again does not revive
// for a moment what has had its time.
func (im *importer) complete(rec domain.ListRecord) domain.ListRecord {
	if rec.Provenance.Source == "" {
		rec.Provenance.Source = im.opts.Source
	}
	if rec.ExpiresAt != 0 && rec.ExpiresAt <= im.opts.Now {
		rec.Withdrawn = true
	}
	return rec
}

func (im *importer) report(bad *LineError) {
	im.done.Bad++
	if im.opts.Report != nil {
		im.opts.Report(bad)
	}
}

// apply hands the batch over; with that all lines up to upTo are dealt with.
func (im *importer) apply(ctx context.Context, upTo int) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("import into bank %q, after line %d: %w", im.bank.Name, im.done.Lines, err)
	}
	if len(im.batch) > 0 {
		outcome, err := im.store.ApplyRecords(ctx, im.bank.ID, im.batch)
		if err != nil {
			return fmt.Errorf("import into bank %q, lines %d to %d: %w", im.bank.Name, im.done.Lines+1, upTo, err)
		}
		im.done.ListOutcome = im.done.ListOutcome.Add(outcome)
		im.batch = im.batch[:0]
	}
	im.done.Lines = upTo
	if im.opts.Progress != nil {
		im.opts.Progress(upTo)
	}
	return nil
}
