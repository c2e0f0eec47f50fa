package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/quell-project/quell/internal/console"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/replay"
)

// Replays that people begin in the console: how far they look back, how many are kept and may wait, and what they count with.
const (
	replaySpan    = 7 * 24 * time.Hour
	replaysKept   = 20
	replaysWait   = 4
	replayMinutes = 3 // that a person takes for a case that is held
	replayChanges = 100
)

// replays runs replays one after the other, on one processor, so that uploads do not wait for them. Their reports are in memory: they can be made
// again, with the same digest.
type replays struct {
	store *store.Store
	queue chan string

	mu  sync.Mutex
	all []console.Replay // newest first
}

func newReplays(s *store.Store) *replays {
	return &replays{store: s, queue: make(chan string, replaysWait)}
}

// Replays implements console.Replays.
func (r *replays) Replays(context.Context) ([]console.Replay, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all), nil
}

// Replay implements console.Replays.
func (r *replays) Replay(_ context.Context, id string) (console.Replay, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := r.place(id); i >= 0 {
		return r.all[i], nil
	}
	return console.Replay{}, console.ErrNotFound
}

func (r *replays) place(id string) int {
	return slices.IndexFunc(r.all, func(one console.Replay) bool { return one.ID == id })
}

// StartReplay implements console.Replays.
func (r *replays) StartReplay(ctx context.Context, policy string, version int, by string) (console.Replay, error) {
	if _, err := VersionOnRecord(ctx, r.store, policy, version); err != nil {
		return console.Replay{}, asConsole(err)
	}
	one := console.Replay{ID: string(domain.NewID[domain.EventID]()), Policy: policy, Version: version, By: by, At: domain.At(time.Now())}
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case r.queue <- one.ID:
	default:
		return console.Replay{}, console.Refusal("other replays are waiting already; try again when one of them is done")
	}
	r.all = slices.Insert(r.all, 0, one)
	r.all = r.all[:min(len(r.all), replaysKept)]
	return one, nil
}

// Run takes replays from the queue until the context ends.
func (r *replays) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case id := <-r.queue:
			r.run(ctx, id)
		}
	}
}

// run makes the report of one.
func (r *replays) run(ctx context.Context, id string) {
	one, err := r.Replay(ctx, id)
	if err != nil {
		return // so many were begun since that it is not kept any more
	}
	report, err := r.report(ctx, one)
	r.change(id, func(one *console.Replay) {
		one.Share, one.Report = 1, report
		if err != nil {
			one.Failed = err.Error()
		}
	})
}

func (r *replays) change(id string, f func(*console.Replay)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := r.place(id); i >= 0 {
		f(&r.all[i])
	}
}

// report asks a version in the place of its namesake among those that are live now.
func (r *replays) report(ctx context.Context, one console.Replay) (*replay.Report, error) {
	v, err := VersionOnRecord(ctx, r.store, one.Policy, one.Version)
	if err != nil {
		return nil, err
	}
	force, err := VersionsInForce(ctx, r.store)
	if err != nil {
		return nil, err
	}
	o := replay.Options{From: one.At.Add(-replaySpan), To: one.At, Share: 1, Minutes: replayMinutes, Most: replayChanges, Workers: 1}
	o.Versions, o.Replayed = replay.InPlace(force, v)
	if o.Opinions, err = OpinionsSince(ctx, r.store, o.From); err != nil {
		return nil, err
	}
	return replay.Run(ctx, r.store, o, func(done, total int) {
		r.change(one.ID, func(one *console.Replay) { one.Share = float64(done) / float64(max(total, 1)) })
	})
}
