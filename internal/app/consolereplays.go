package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/quell-project/quell/internal/console"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/replay"
)

// Replays that people begin in the console: how far they look back, how many are listed, and what they count with.
const (
	replaySpan    = 7 * 24 * time.Hour
	replaysListed = 50
	replayMinutes = 3 // that a person takes for a case that is held
)

// consoleReplays is the replays on record as the console reads and begins them.
type consoleReplays struct{ replays }

// Replays implements console.Replays.
func (c consoleReplays) Replays(ctx context.Context) (all []console.Replay, err error) {
	listed, err := c.replays.Replays(ctx, "", replaysListed)
	if err != nil {
		return nil, err
	}
	for _, r := range listed {
		one, err := shownReplay(r)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// Replay implements console.Replays.
func (c consoleReplays) Replay(ctx context.Context, id string) (console.Replay, error) {
	r, err := c.replays.Replay(ctx, domain.EventID(id))
	if err != nil {
		return console.Replay{}, consoleError(err)
	}
	return shownReplay(r)
}

// StartReplay implements console.Replays.
func (c consoleReplays) StartReplay(ctx context.Context, policy string, version int, by string) (console.Replay, error) {
	now := time.Now()
	r, err := c.replays.StartReplay(ctx, domain.Replay{
		Policy: policy, Version: version, From: domain.At(now.Add(-replaySpan)), To: domain.At(now), Share: 1, Minutes: replayMinutes, By: by,
	})
	if err != nil {
		return console.Replay{}, consoleError(err)
	}
	return shownReplay(r)
}

// shownReplay reads the report of a replay, where there is one.
func shownReplay(r domain.Replay) (console.Replay, error) {
	one := console.Replay{ID: string(r.ID), Policy: r.Policy, Version: r.Version, By: r.By, At: r.At, Share: r.Done, Over: r.FinishedAt != 0, Digest: r.Digest, Failed: r.Failed}
	if len(r.Report) == 0 {
		return one, nil
	}
	one.Report = &replay.Report{}
	if err := json.Unmarshal(r.Report, one.Report); err != nil {
		return one, fmt.Errorf("report of replay %s: %w", r.ID, err)
	}
	return one, nil
}
