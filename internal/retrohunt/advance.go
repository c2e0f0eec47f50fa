package retrohunt

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// errOver ends the work on a hunt that somebody has cancelled.
var errOver = errors.New("the hunt is over")

// advance takes a hunt further by one batch of signals, and reports whether it can go on at once.
func (h *Hunter) advance(ctx context.Context, shelf *daybook.Shelf, hunt domain.Hunt) (more bool, err error) {
	switch hunt.State {
	case domain.HuntWaiting:
		if filled, err := h.filled(ctx, shelf, hunt.ID); !filled {
			return false, err
		}
		hunt.State, hunt.StartedAt = domain.HuntSearching, domain.At(h.cfg.Now())
		begin(&hunt, shelf)
		_, err = h.step(ctx, hunt, nil)
		return true, err
	case domain.HuntSearching:
		if hunt.Progress.Shelf != shelf.ID() { // another process leads now, or the folder was filled again
			begin(&hunt, shelf)
		}
		return h.searchNext(ctx, shelf, hunt)
	case domain.HuntFollowing:
		return false, h.follow(ctx, shelf, hunt)
	}
	return false, nil
}

// filled reports whether the shelf holds all that had been decided when this was first asked for a hunt.
func (h *Hunter) filled(ctx context.Context, shelf *daybook.Shelf, id domain.HuntID) (bool, error) {
	end, asked := h.ends[id]
	if !asked {
		var err error
		if end, err = h.cfg.Past.LastEventSeq(ctx); err != nil {
			return false, err
		}
		h.ends[id] = end
	}
	if complete, _ := shelf.Place(); complete.Position < end {
		return false, nil
	}
	delete(h.ends, id)
	return true, nil
}

// begin sets a hunt to the beginning of a shelf. What it has found stays.
func begin(hunt *domain.Hunt, shelf *daybook.Shelf) {
	_, open := shelf.Open()
	p := &hunt.Progress
	p.Shelf, p.Part, p.Tail = shelf.ID(), 0, int64(open)
	p.After, p.Searched, p.Compared = hunt.From, 0, 0
}

// step writes down how far a hunt has come.
func (h *Hunter) step(ctx context.Context, hunt domain.Hunt, found []domain.UploadID) (domain.Hunt, error) {
	after, goesOn, err := h.cfg.Hunts.Step(ctx, hunt, found)
	if err == nil && !goesOn {
		err = errOver
	}
	return after, err
}

// searchNext looks for the next batch of signals of a hunt in all parts and decides about what it has found.
func (h *Hunter) searchNext(ctx context.Context, shelf *daybook.Shelf, hunt domain.Hunt) (more bool, err error) {
	signals, err := h.cfg.Hunts.HuntSignals(ctx, hunt, domain.MaxHuntBatch)
	if err != nil {
		return false, err
	}
	if len(signals) > 0 {
		if hunt, err = h.search(ctx, shelf, hunt, signals, true); err != nil {
			return false, err
		}
	}
	if hunt, err = h.decide(ctx, hunt); err != nil || hunt.Over() {
		return false, err
	}
	if p := &hunt.Progress; len(signals) > 0 {
		p.Searched, p.After, p.Part, p.Compared = p.Searched+int64(len(signals)), last(signals), 0, 0
	} else {
		hunt.State = domain.HuntFollowing
	}
	_, err = h.step(ctx, hunt, nil)
	return hunt.State == domain.HuntSearching, err
}

// last is how far a hunt has come with signals, which come one type after the other.
func last(signals []domain.HuntSignal) (at int64) {
	for _, s := range signals {
		at = max(at, s.At)
	}
	return at
}

// search looks for signals in all parts from the one that the hunt has come to. With note it writes down how far it has come.
func (h *Hunter) search(ctx context.Context, shelf *daybook.Shelf, hunt domain.Hunt, signals []domain.HuntSignal, note bool) (domain.Hunt, error) {
	all, err := h.cfg.Hunts.Banks(ctx)
	if err != nil {
		return hunt, err
	}
	banks := make(map[domain.BankID]domain.Bank, len(all))
	for _, b := range all {
		banks[b.ID] = b
	}
	rests := make([]func() error, h.cfg.Workers)
	for i := range rests {
		r := &rester{h.cfg.Busy, h.cfg.Now()}
		rests[i] = func() error { return r.rest(ctx) }
	}
	hunt.Progress.Fingerprints = int64(shelf.Fingerprints())
	err = shelf.SearchAll(uint64(hunt.Progress.Part), h.cfg.wanted(signals, banks), rests, func(f daybook.Found) (err error) {
		for owners := range slices.Chunk(f.Owners, stepFinds) {
			if hunt, err = h.step(ctx, hunt, uploadsOf(owners)); err != nil {
				return err
			}
			if tooMuch(hunt) {
				return errTooMuch
			}
		}
		if note {
			hunt.Progress.Part = int64(f.Next)
			hunt.Progress.Compared += int64(f.Compared)
			hunt, err = h.step(ctx, hunt, nil)
		}
		return err
	})
	if errors.Is(err, errTooMuch) {
		err = nil
	}
	return hunt, err
}

// stepFinds bounds what is written down in one transaction.
const stepFinds = 10_000

func uploadsOf(owners []daybook.Owner) []domain.UploadID {
	uploads := make([]domain.UploadID, len(owners))
	for i, o := range owners {
		uploads[i] = o.UploadID()
	}
	return uploads
}

// errTooMuch ends a search that has found more than its hunt may: what else there is would only be written down.
var errTooMuch = errors.New("the hunt has found too much")

// tooMuch reports whether a hunt has found so much that a person should look first.
func tooMuch(hunt domain.Hunt) bool { return hunt.Most > 0 && hunt.Progress.Found > hunt.Most }

// follow finishes a hunt once everything is written down that may have been compared without its signals.
func (h *Hunter) follow(ctx context.Context, shelf *daybook.Shelf, hunt domain.Hunt) error {
	if h.cfg.Now().Before(hunt.StartedAt.Std().Add(h.cfg.Grace)) {
		return nil
	}
	if filled, err := h.filled(ctx, shelf, hunt.ID); !filled {
		return err
	}
	tail := hunt
	tail.Progress.Part, tail.Progress.After = hunt.Progress.Tail, hunt.From
	if hunt.Progress.Shelf != shelf.ID() {
		tail.Progress.Part = 0
	}
	for !tooMuch(tail) {
		signals, err := h.cfg.Hunts.HuntSignals(ctx, tail, domain.MaxHuntBatch)
		if err != nil {
			return err
		}
		if len(signals) == 0 {
			break
		}
		after, err := h.search(ctx, shelf, tail, signals, false)
		if err != nil {
			return err
		}
		tail.Progress = after.Progress
		tail.Progress.After = last(signals)
	}
	hunt.Progress.Found = tail.Progress.Found
	hunt, err := h.decide(ctx, hunt)
	if err != nil || hunt.Over() {
		return err
	}
	hunt.State, hunt.FinishedAt = domain.HuntDone, domain.At(h.cfg.Now())
	_, err = h.step(ctx, hunt, nil)
	return err
}

// How many finds are decided about at a time, and how often one is tried.
const (
	findBatch = 64
	findTries = 5
	deciders  = 4
)

// decide has the corridor look again at what a hunt has found, unless that is so much that a person should look first.
func (h *Hunter) decide(ctx context.Context, hunt domain.Hunt) (domain.Hunt, error) {
	if tooMuch(hunt) {
		hunt.State, hunt.FinishedAt = domain.HuntHalted, domain.At(h.cfg.Now())
		hunt.Note = fmt.Sprintf("It has found more than %d uploads, and nothing was decided about those that were still open: a signal that matches too much looks like this. "+
			"Look at the bank, and start a hunt for it without a bound if all is well.", hunt.Most)
		return h.step(ctx, hunt, nil)
	}
	if err := h.cfg.Corridor.CatchUp(ctx); err != nil {
		return hunt, err
	}
	for {
		finds, err := h.cfg.Hunts.WaitingFinds(ctx, hunt.ID, findBatch)
		if err != nil || len(finds) == 0 {
			return hunt, err
		}
		failed := h.reconsider(ctx, hunt, finds)
		if ctx.Err() != nil {
			return hunt, ctx.Err()
		}
		after, goesOn, err := h.cfg.Hunts.Settle(ctx, hunt, settled(finds))
		switch {
		case err != nil:
			return hunt, err
		case !goesOn:
			return hunt, errOver
		}
		hunt = after
		if failed != nil {
			return hunt, failed
		}
	}
}

// reconsider says of each find what became of it; one that failed and is to be tried again stays open, and its error is returned.
func (h *Hunter) reconsider(ctx context.Context, hunt domain.Hunt, finds []domain.Find) error {
	failures := make([]error, len(finds))
	g := errgroup.Group{}
	g.SetLimit(deciders)
	for i := range finds {
		g.Go(func() error {
			f := &finds[i]
			d, made, err := h.cfg.Corridor.Reconsider(ctx, f.Upload)
			switch {
			case err != nil && h.cfg.NotFound(err):
				f.Outcome = domain.FindGone
			case err != nil:
				failures[i] = err
			case made || d.Cause == domain.CauseRetro && d.DecidedAt >= hunt.CreatedAt: // or it was made before a crash
				f.Outcome, f.Decision = domain.FindDecided, d.ID
			default:
				f.Outcome = domain.FindUnchanged
			}
			return nil
		})
	}
	_ = g.Wait() // it returns no error
	var retry error
	for i, err := range failures {
		id := finds[i].Upload
		if err == nil {
			delete(h.failures, id)
			continue
		}
		if h.failures[id]++; h.failures[id] < findTries {
			retry = fmt.Errorf("look at upload %s again: %w", id, err)
			continue
		}
		delete(h.failures, id)
		h.cfg.Log.Error("an upload that a hunt has found cannot be looked at again and is given up", "hunt", hunt.ID, "upload", id, "error", err)
		finds[i].Outcome = domain.FindFailed
	}
	return retry
}

// settled are the finds of which it is known what became of them.
func settled(finds []domain.Find) (known []domain.Find) {
	for _, f := range finds {
		if f.Outcome != domain.FindWaiting {
			known = append(known, f)
		}
	}
	return known
}
