package match

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// catchUpBatch is how many changes are read from SQL at a time.
const catchUpBatch = 10_000

// CatchUp applies all changes that SQL holds when it is called. After the first success the index is ready.
func (x *Index) CatchUp(ctx context.Context) error {
	x.catchUp.Lock()
	defer x.catchUp.Unlock()
	signals, settings, err := x.cfg.Truth.IndexVersions(ctx)
	if err != nil {
		return fmt.Errorf("ask for the newest changes: %w", err)
	}
	if x.ahead(signals) {
		x.cfg.Log.Warn("the database is older than the index: it was put back to an earlier state; loading the index again")
		if err := x.startOver(); err != nil {
			return fmt.Errorf("give up the index of a later state: %w", err)
		}
	}
	if settings != x.settings {
		if err := x.loadBanks(ctx); err != nil {
			return err
		}
		x.settings = settings
	}
	for _, k := range x.cfg.Kinds {
		if err := x.catchUpType(ctx, x.tables[k.Name], signals); err != nil {
			return fmt.Errorf("bring the index of %s up to date: %w", k.Name, err)
		}
	}
	x.hear()
	x.loaded.Store(true)
	return nil
}

// ahead reports whether the index knows changes that the database does not.
func (x *Index) ahead(signals int64) bool {
	for _, t := range x.tables {
		if _, position := t.at(); position > signals {
			return true
		}
	}
	return false
}

// startOver forgets everything.
func (x *Index) startOver() error {
	x.loaded.Store(false)
	x.settings = -1
	var errs []error
	for _, t := range x.tables {
		old, _ := t.at()
		t.set(emptyTable(t.kind), 0)
		errs = append(errs, old.close())
	}
	return errors.Join(errs...)
}

// hear notes that SQL said what is new.
func (x *Index) hear() {
	now := x.cfg.Now()
	x.heard.Store(&now)
}

func (x *Index) loadBanks(ctx context.Context) error {
	banks, err := x.cfg.Truth.Banks(ctx)
	if err != nil {
		return fmt.Errorf("load banks: %w", err)
	}
	byNumber := make(map[int64]domain.Bank, len(banks))
	for _, b := range banks {
		byNumber[b.Number] = b
	}
	x.banks.Store(&byNumber)
	return nil
}

// catchUpType brings one table up to the change number that SQL had before any of the reads: changes have numbers without gaps in the order
// of their commits, so everything up to it is visible.
func (x *Index) catchUpType(ctx context.Context, t *typeTable, newest int64) error {
	current, position := t.at()
	settle := func() error {
		err := current.settle()
		if err == nil {
			t.set(current, position)
		}
		return err
	}
	for position < newest {
		changes, err := x.cfg.Truth.SignalsAfter(ctx, t.kind.Name, position, catchUpBatch)
		if err != nil {
			return errors.Join(err, settle()) // so far it has come
		}
		x.apply(t.kind.Name, current, changes)
		if n := len(changes); n > 0 {
			position = changes[n-1].Seq
		}
		if len(changes) < catchUpBatch { // there are no more
			position = max(position, newest)
		}
		x.hear()
	}
	return settle()
}

// apply works changes into a table. What cannot be indexed is counted and passed over: one bad row must never keep the rest out.
func (x *Index) apply(name domain.SignalType, to table, changes []domain.SignalChange) {
	refused := 0
	var first error
	for _, c := range changes {
		if err := applyOne(to, c); err != nil {
			refused++
			if first == nil {
				first = fmt.Errorf("signal number %d: %w", c.Number, err)
			}
		}
	}
	if refused > 0 {
		x.refused.Add(int64(refused))
		x.cfg.Log.Error("signals cannot be indexed and are passed over", "type", name, "count", refused, "first", first)
	}
}

func applyOne(to table, c domain.SignalChange) error {
	id, err := tableID(c.Bank, c.Number)
	if !c.Live {
		if err == nil {
			to.drop(row{id, c.Value})
		}
		return nil // what cannot be indexed is not there
	}
	if err != nil {
		return err
	}
	return to.put(row{id, c.Value})
}

// pollEvery is how often SQL is asked for changes when nobody said that there are any: the bus makes changes arrive sooner, but they do not
// depend on it.
const pollEvery = 500 * time.Millisecond

// Run keeps the index up to date until ctx ends: at every nudge, and at least every half second.
func (x *Index) Run(ctx context.Context, nudge <-chan struct{}) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	failing := false
	for {
		switch err := x.CatchUp(ctx); {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			x.cfg.Log.Error("the index cannot be brought up to date; trying again", "error", err)
			failing = true
		case err == nil && failing:
			x.cfg.Log.Info("the index is up to date again")
			failing = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-nudge:
		case <-tick.C:
		}
	}
}
