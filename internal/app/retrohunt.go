package app

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/retrohunt"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// huntGrace is for how much longer than a check may take a hunt follows what is written down: for its commit, and for an index that could not be
// brought up to date.
const huntGrace = commitTime + time.Minute

// openRetrohunt makes the hunter, unless fingerprints are not to be kept.
func (a *App) openRetrohunt(context.Context) error {
	if a.cfg.RetrohuntWindow == 0 {
		return nil
	}
	past := past{a.store}
	a.hunter = retrohunt.New(retrohunt.Config{
		Dir: filepath.Join(a.cfg.Data, "retrohunt"), Window: time.Duration(a.cfg.RetrohuntWindow), Grace: time.Duration(a.cfg.CheckTime) + huntGrace,
		Past: past, Hunts: hunts{past, int64(a.cfg.RetrohuntMost)}, Corridor: recall{a.pipeline, a.index}, NotFound: isNotFound,
		Prints: pipeline.Searched, Derived: signal.Derived, Margin: signal.DerivedMargin, Limit: limitOf, Busy: a.traffic.busy,
		Workers: runtime.GOMAXPROCS(0), Now: time.Now, Log: a.log.With("part", "retrohunt"),
	})
	return nil
}

// limitOf returns the largest distance at which signals of a type match in a bank.
func limitOf(b domain.Bank, name domain.SignalType) int {
	t, err := signal.Lookup(name)
	if err != nil {
		return -1
	}
	return kindOf(t).LimitOf(b)
}

// traffic knows whether requests are being answered, so that work that can wait gives way to them.
type traffic struct {
	inside atomic.Int64
	left   atomic.Int64 // when one was last answered, in microseconds
}

// lull is how long after a request the next one is expected.
const lull = 50 * time.Millisecond

func (g *traffic) busy() bool {
	return g.inside.Load() > 0 || time.Now().UnixMicro()-g.left.Load() < lull.Microseconds()
}

// counted counts requests while they are answered.
func (g *traffic) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.inside.Add(1)
		defer func() {
			g.left.Store(time.Now().UnixMicro())
			g.inside.Add(-1)
		}()
		next.ServeHTTP(w, r)
	})
}

// recall is the corridor as a hunt uses it.
type recall struct {
	*pipeline.Pipeline
	index *match.Index
}

// CatchUp implements retrohunt.Corridor.
func (r recall) CatchUp(ctx context.Context) error { return r.index.CatchUp(ctx) }

// waitingSignals returns how many changes of signals there are that no hunt was made for.
func (a *App) waitingSignals(ctx context.Context) (int64, error) {
	news, err := a.store.HuntNews(ctx, 0)
	return news.Newest - news.Hunted, err
}

// past is the store as the filler of fingerprints reads it.
type past struct{ *store.Store }

// HuntKey implements retrohunt.Past.
func (p past) HuntKey(ctx context.Context, day int64, fresh string) (key string, err error) {
	err = p.Tx(ctx, func(tx *store.Tx) error {
		key, err = tx.HuntKey(ctx, day, fresh)
		return err
	})
	return key, err
}

// Forgotten implements retrohunt.Past.
func (p past) Forgotten(ctx context.Context, account domain.AccountID) error {
	return p.Tx(ctx, func(tx *store.Tx) error { return tx.Forgotten(ctx, account) })
}

// DropHuntKeys implements retrohunt.Past.
func (p past) DropHuntKeys(ctx context.Context, before int64) error {
	return p.Tx(ctx, func(tx *store.Tx) error { return tx.DropHuntKeys(ctx, before) })
}

// hunts is the store as the hunter writes to it.
type hunts struct {
	past
	most int64
}

// PlanHunts implements retrohunt.Hunts.
func (h hunts) PlanHunts(ctx context.Context, looser func(before, after domain.Bank) bool) (made int, err error) {
	err = h.Tx(ctx, func(tx *store.Tx) error {
		made, err = tx.PlanHunts(ctx, store.HuntPlan{Types: daybook.Kept(), Most: h.most, Looser: looser})
		return err
	})
	return made, err
}

// HuntSignals implements retrohunt.Hunts.
func (h hunts) HuntSignals(ctx context.Context, one domain.Hunt, limit int) ([]domain.HuntSignal, error) {
	return h.Store.HuntSignals(ctx, one, daybook.Kept(), limit)
}

// Step implements retrohunt.Hunts.
func (h hunts) Step(ctx context.Context, one domain.Hunt, found []domain.UploadID) (after domain.Hunt, goesOn bool, err error) {
	err = h.Tx(ctx, func(tx *store.Tx) error {
		after = one
		added, err := tx.AddFinds(ctx, one.ID, found)
		if err != nil {
			return err
		}
		after.Progress.Found += int64(added)
		goesOn, err = tx.UpdateHunt(ctx, after)
		return err
	})
	return after, goesOn, err
}

// Settle implements retrohunt.Hunts.
func (h hunts) Settle(ctx context.Context, one domain.Hunt, finds []domain.Find) (after domain.Hunt, goesOn bool, err error) {
	err = h.Tx(ctx, func(tx *store.Tx) error {
		after = one
		outcomes, err := tx.SettleFinds(ctx, finds)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			after.Progress.Count(o)
		}
		goesOn, err = tx.UpdateHunt(ctx, after)
		return err
	})
	return after, goesOn, err
}

// errNoHunts says that there is nothing to hunt in.
var errNoHunts = errors.New("fingerprints are not kept: set retrohunt.window")

// hunting is the store as the faces look at hunts and ask for them.
type hunting struct {
	*store.Store
	on   bool
	most int64
}

// StartHunt implements api.Hunts.
func (h hunting) StartHunt(ctx context.Context, one domain.Hunt, bounded bool) (made domain.Hunt, err error) {
	if !h.on {
		return one, errNoHunts
	}
	if one.Most = h.most; !bounded {
		one.Most = 0
	}
	err = h.Tx(ctx, func(tx *store.Tx) error {
		if one.Signals, err = tx.CountHuntSignals(ctx, one, daybook.Kept()); err != nil {
			return err
		}
		made, err = tx.CreateHunt(ctx, one)
		return err
	})
	return made, err
}

// CancelHunt implements api.Hunts.
func (h hunting) CancelHunt(ctx context.Context, id domain.HuntID) (cancelled domain.Hunt, err error) {
	err = h.Tx(ctx, func(tx *store.Tx) error {
		cancelled, err = tx.CancelHunt(ctx, id)
		return err
	})
	return cancelled, err
}
