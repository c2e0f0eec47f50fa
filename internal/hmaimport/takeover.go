package hmaimport

import (
	"context"
	"errors"

	"github.com/quell-project/quell/internal/domain"
)

// Options of an import.
type Options struct {
	DryRun   bool                  // do everything and keep nothing of it
	Sync     bool                  // withdraw what came from HMA earlier and is not there any more
	Vault    Vault                 // for the credentials of exchanges; nil: they are not read at all
	Tell     func(Issue)           // told of each issue as it is found; may be nil
	Progress func(done, total int) // told how many contents are dealt with; may be nil
	PageSize int                   // contents a transaction; 0: 1000
}

const defaultPageSize = 1000

// Run takes everything over and reports what it did. A dry run does the same in transactions that are undone, so that it reports what a run
// would. After an error the report says how far it got: every page was taken as a whole or not at all, and another run takes the rest.
func Run(ctx context.Context, from *Source, to Store, opts Options) (Report, error) {
	if opts.PageSize <= 0 {
		opts.PageSize = defaultPageSize
	}
	t := &takeover{from: from, to: to, opts: opts, report: Report{DryRun: opts.DryRun, Groups: []Group{}}}
	err := t.run(ctx)
	t.report.sort()
	return t.report, err
}

// takeover is one import under way.
type takeover struct {
	from   *Source
	to     Store
	opts   Options
	report Report

	exchanges []exchangeRow
	banks     map[int64]bankRow
	maxNumber int64 // the largest id of a content that can be the number of an entry
}

func (t *takeover) run(ctx context.Context) (err error) {
	if t.exchanges, err = t.from.exchanges(ctx, t.opts.Vault != nil); err != nil {
		return err
	}
	// Credentials come first: without a key to seal them with the import ends before it has begun.
	for _, step := range []func(context.Context) error{t.takeCredentials, t.takeBanks, t.takeExchanges, t.takeShares, t.takeContents, t.findGone} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tell reports an issue.
func (t *takeover) tell(i Issue) {
	t.report.tell(i)
	if t.opts.Tell != nil {
		t.opts.Tell(i)
	}
}

// step is what one transaction did. It is reported when the transaction has held.
type step struct {
	Tallies
	issues []Issue
}

func (s *step) tell(i Issue) { s.issues = append(s.issues, i) }

// errUndo ends the transactions of a dry run.
var errUndo = errors.New("undo: this is a dry run")

// tx runs f in one transaction and reports what it did.
func (t *takeover) tx(ctx context.Context, f func(Tx, *step) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var did step
	err := t.to.Tx(ctx, func(tx Tx) error {
		did = step{}
		if err := f(tx, &did); err != nil {
			return err
		}
		if t.opts.DryRun {
			return errUndo
		}
		return nil
	})
	if err != nil && !(t.opts.DryRun && errors.Is(err, errUndo)) {
		return err
	}
	t.report.Tallies.add(did.Tallies)
	for _, i := range did.issues {
		t.tell(i)
	}
	return nil
}

// banksByName returns the banks that there are here.
func banksByName(ctx context.Context, tx Tx) (map[string]domain.Bank, error) {
	all, err := tx.Banks(ctx)
	byName := make(map[string]domain.Bank, len(all))
	for _, b := range all {
		byName[b.Name] = b
	}
	return byName, err
}
