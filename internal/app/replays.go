package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/replay"
)

// replays are what people have asked for. The leader runs them one after the other; one that was cut off by a stop is run again from its
// beginning, and comes to the same.
type replays struct{ store *store.Store }

// Replays implements api.Replays.
func (p replays) Replays(ctx context.Context, before domain.EventID, limit int) ([]domain.Replay, error) {
	return p.store.Replays(ctx, before, limit)
}

// Replay implements api.Replays.
func (p replays) Replay(ctx context.Context, id domain.EventID) (domain.Replay, error) {
	return p.store.Replay(ctx, id)
}

// StartReplay implements api.Replays. What is asked for is compiled first, so that what is wrong with it is told at once.
func (p replays) StartReplay(ctx context.Context, r domain.Replay) (started domain.Replay, err error) {
	v, err := p.version(ctx, r)
	if err != nil {
		return r, err
	}
	r.ID, r.Policy = domain.NewID[domain.EventID](), v.Program.Document.Name
	err = p.store.Tx(ctx, func(tx *store.Tx) error {
		started, err = tx.AddReplay(ctx, r)
		return err
	})
	return started, err
}

// CancelReplay implements api.Replays.
func (p replays) CancelReplay(ctx context.Context, id domain.EventID, by string) (domain.Replay, error) {
	if _, err := p.store.Replay(ctx, id); err != nil {
		return domain.Replay{}, err
	}
	err := p.store.Tx(ctx, func(tx *store.Tx) error { return tx.FinishReplay(ctx, id, nil, "", "cancelled by "+by) })
	if errors.Is(err, store.ErrNotFound) {
		return domain.Replay{}, fmt.Errorf("replay %s is over, and that %w", id, store.ErrConflict)
	}
	if err != nil {
		return domain.Replay{}, err
	}
	return p.store.Replay(ctx, id)
}

// version compiles what is to be asked.
func (p replays) version(ctx context.Context, r domain.Replay) (replay.Version, error) {
	if r.Text == "" {
		return VersionOnRecord(ctx, p.store, r.Policy, r.Version)
	}
	program, found := policy.Load([]byte(r.Text))
	if program == nil {
		return replay.Version{}, found
	}
	return replay.Version{Program: program}, nil
}

// mostChanges is how many changed decisions a kept report lists.
const mostChanges = 1000

// next runs the oldest replay that waits, if there is one.
func (p replays) next(ctx context.Context) error {
	r, err := p.store.NextReplay(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	report, err := p.run(ctx, r)
	failed := ""
	var text []byte
	switch {
	case ctx.Err() != nil || errors.Is(err, errOver):
		return nil
	case err != nil:
		failed, report = domain.Clip(err.Error(), 1000), &replay.Report{}
	default:
		if text, err = json.Marshal(report); err != nil {
			return err
		}
	}
	err = p.store.Tx(ctx, func(tx *store.Tx) error { return tx.FinishReplay(ctx, r.ID, text, report.Digest, failed) })
	if errors.Is(err, store.ErrNotFound) {
		return nil // it was cancelled
	}
	return err
}

// errOver says that somebody has cancelled a replay while it ran.
var errOver = errors.New("the replay is over")

// run replays. It leaves half of the processors to the gate.
func (p replays) run(ctx context.Context, r domain.Replay) (*replay.Report, error) {
	v, err := p.version(ctx, r)
	if err != nil {
		return nil, err
	}
	o := replay.Options{From: r.From, To: r.To, Share: r.Share, Seed: r.Seed, Minutes: r.Minutes, Most: mostChanges, Workers: max(runtime.GOMAXPROCS(0)/2, 1)}
	force, err := VersionsInForce(ctx, p.store)
	if err != nil {
		return nil, err
	}
	o.Versions, o.Replayed = replay.InPlace(force, v)
	if o.Opinions, err = OpinionsSince(ctx, p.store, o.From); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var told atomic.Int64
	return replay.Run(ctx, p.store, o, func(done, total int) {
		if now, last := time.Now().UnixMilli(), told.Load(); now-last < 500 || !told.CompareAndSwap(last, now) {
			return
		}
		err := p.store.Tx(ctx, func(tx *store.Tx) error { return tx.AdvanceReplay(ctx, r.ID, float64(done)/float64(max(total, 1))) })
		if errors.Is(err, store.ErrNotFound) {
			cancel(errOver)
		}
	})
}
