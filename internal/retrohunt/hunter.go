package retrohunt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// Hunter keeps fingerprints and hunts in them. One process at a time may run it on a database.
type Hunter struct {
	cfg   Config
	shelf atomic.Pointer[daybook.Shelf] // nil: it does not run

	seen     domain.HuntNews
	coming   time.Time // since when new signals are coming; zero: none are
	failures map[domain.UploadID]int
	ends     map[domain.HuntID]int64 // event up to which a hunt waits for fingerprints
	running  atomic.Int64
}

// New makes a hunter.
func New(cfg Config) *Hunter {
	return &Hunter{cfg: cfg, failures: map[domain.UploadID]int{}, ends: map[domain.HuntID]int64{}, seen: domain.HuntNews{Settings: -1}}
}

// How often it is looked for what there is to do, and how often what was filled is written to disk: after so many uploads, or so long.
const (
	pollEvery    = 500 * time.Millisecond
	keepUploads  = 1 << 15
	keepEvery    = 10 * time.Minute
	ageEvery     = time.Minute
	mostPatience = 30 * time.Second // until signals are hunted for of which more and more come: a list comes in pieces
)

// Fingerprints returns how many fingerprints are kept here; those of the process that does not lead are not.
func (h *Hunter) Fingerprints() int {
	if s := h.shelf.Load(); s != nil {
		return s.Fingerprints()
	}
	return 0
}

// Running returns how many hunts are not over, as of a moment ago.
func (h *Hunter) Running() int64 { return h.running.Load() }

// Kept returns the event of the outbox up to which fingerprints are on disk, and whether anything has to be kept for it: events behind it are
// still needed.
func (h *Hunter) Kept() (seq int64, is bool) {
	s := h.shelf.Load()
	if s == nil {
		return 0, false
	}
	_, kept := s.Place()
	return kept.Position, kept.Position > 0
}

// Run fills and hunts until ctx ends. What fails is tried again.
func (h *Hunter) Run(ctx context.Context) error {
	shelf, err := h.open()
	if err != nil {
		return err
	}
	h.shelf.Store(shelf)
	defer h.shelf.Store(nil)
	f := &filler{Config: &h.cfg, shelf: shelf}
	g, working := errgroup.WithContext(ctx)
	g.Go(func() error { return h.keepFilling(working, f) })
	g.Go(func() error {
		return h.repeat(working, "hunt for what was uploaded before", func() error { return h.hunt(working, shelf) })
	})
	err = g.Wait()
	if kept := shelf.Keep(); kept != nil {
		h.cfg.Log.Warn("the newest fingerprints were not kept; they are read from the database again", "error", kept)
	}
	if unusable(err) {
		h.cfg.Log.Warn("the fingerprints cannot be used any more; reading them from the database again", "error", err)
		if err := daybook.Clear(h.cfg.Dir); err != nil {
			return err
		}
		return h.Run(ctx)
	}
	return err
}

// unusable reports whether an error says that the fingerprints have to be read again: no further try would mend it.
func unusable(err error) bool { return errors.Is(err, errForeign) || errors.Is(err, daybook.ErrPart) }

// open opens the folder, empty if what is in it cannot be used.
func (h *Hunter) open() (*daybook.Shelf, error) {
	shelf, err := daybook.OpenShelf(h.cfg.Dir)
	if errors.Is(err, daybook.ErrPart) {
		h.cfg.Log.Warn("the fingerprints cannot be used; reading them from the database again", "error", err)
		if err := daybook.Clear(h.cfg.Dir); err != nil {
			return nil, fmt.Errorf("empty the folder of fingerprints: %w", err)
		}
		shelf, err = daybook.OpenShelf(h.cfg.Dir)
	}
	return shelf, err
}

// repeat does something again and again until ctx ends. A failure is logged once until it succeeds again.
func (h *Hunter) repeat(ctx context.Context, what string, do func() error) error {
	tick := time.NewTicker(cmp.Or(h.cfg.Poll, pollEvery))
	defer tick.Stop()
	failing := false
	for {
		err := do()
		switch {
		case ctx.Err() != nil:
			return nil
		case unusable(err):
			return err
		case err != nil && !failing:
			h.cfg.Log.Error("a regular task fails; trying again", "task", what, "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (h *Hunter) keepFilling(ctx context.Context, f *filler) error {
	var aged, kept time.Time
	return h.repeat(ctx, "keep fingerprints", func() error {
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = f.fill(ctx); err != nil {
				return err
			}
			if now := time.Now(); f.shelf.Unkept() >= keepUploads || now.Sub(kept) >= keepEvery {
				if err := f.shelf.Keep(); err != nil {
					return err
				}
				kept = now
			}
		}
		if now := time.Now(); now.Sub(aged) >= ageEvery {
			aged = now
			if err := f.age(ctx); err != nil {
				return err
			}
		}
		return f.forget(ctx)
	})
}

// hunt makes the hunts that there are to make, and works on all that are not over by turns, the oldest first, each for one batch of signals: so a
// small one need not wait for a large one.
func (h *Hunter) hunt(ctx context.Context, shelf *daybook.Shelf) error {
	for more := true; more; {
		if err := h.plan(ctx); err != nil {
			return err
		}
		hunts, err := h.cfg.Hunts.UnfinishedHunts(ctx)
		if err != nil {
			return err
		}
		h.running.Store(int64(len(hunts)))
		more = false
		for _, one := range hunts {
			further, err := h.advance(ctx, shelf, one)
			if err != nil && !errors.Is(err, errOver) {
				return fmt.Errorf("hunt %s: %w", one.ID, err)
			}
			more = more || further
		}
	}
	return nil
}

// plan makes hunts for what came to count, once no more comes for a moment.
func (h *Hunter) plan(ctx context.Context) error {
	now := h.cfg.Now()
	news, err := h.cfg.Hunts.HuntNews(ctx, domain.At(now))
	if err != nil {
		return err
	}
	if news.Newest == news.Hunted && news.Settings == h.seen.Settings && !news.Resumed {
		return nil
	}
	if few := news.Newest-news.Hunted < domain.MaxHuntBatch; few && news.Newest != h.seen.Newest && news.Newest != news.Hunted {
		if h.coming.IsZero() {
			h.coming = now
		}
		h.seen.Newest = news.Newest
		if now.Sub(h.coming) < mostPatience {
			return nil
		}
	}
	_, err = h.cfg.Hunts.PlanHunts(ctx, h.cfg.looser)
	if err == nil {
		h.seen, h.coming = news, time.Time{}
	}
	return err
}
