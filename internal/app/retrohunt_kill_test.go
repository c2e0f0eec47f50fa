package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
	"github.com/quell-project/quell/internal/retrohunt"
)

// mortal is all that a hunter reaches, until the process dies: before or after some call, from which on nothing answers.
type mortal struct {
	hunts
	recall
	left atomic.Int64 // calls, and answers, until it dies
	die  context.CancelFunc
}

var errDead = errors.New("the process is dead")

// live counts a step towards death.
func (m *mortal) live() error {
	if m.left.Add(-1) >= 0 {
		return nil
	}
	m.die()
	return errDead
}

// lived calls something that may not be reached, or not answer.
func lived[T any](m *mortal, call func() (T, error)) (v T, err error) {
	if err := m.live(); err != nil {
		return v, err
	}
	if v, err = call(); err != nil {
		return v, err
	}
	return v, m.live()
}

func (m *mortal) EventsAfter(ctx context.Context, seq int64, limit int) ([]domain.Event, error) {
	events, err := m.hunts.EventsAfter(ctx, seq, 3) // small steps
	if len(events) > 0 {                            // to look for what is not there is none
		err = errors.Join(err, m.live())
	}
	return events, err
}

func (m *mortal) DecidedAfter(ctx context.Context, after domain.DecisionID, limit int) ([]domain.PastUpload, error) {
	return lived(m, func() ([]domain.PastUpload, error) { return m.hunts.DecidedAfter(ctx, after, limit) })
}

func (m *mortal) PlanHunts(ctx context.Context, looser func(a, b domain.Bank) bool) (int, error) {
	return lived(m, func() (int, error) { return m.hunts.PlanHunts(ctx, looser) })
}

func (m *mortal) Step(ctx context.Context, h domain.Hunt, found []domain.UploadID) (after domain.Hunt, goesOn bool, err error) {
	after, err = lived(m, func() (domain.Hunt, error) {
		after, goesOn, err = m.hunts.Step(ctx, h, found)
		return after, err
	})
	return after, goesOn, err
}

func (m *mortal) Settle(ctx context.Context, h domain.Hunt, finds []domain.Find) (after domain.Hunt, goesOn bool, err error) {
	after, err = lived(m, func() (domain.Hunt, error) {
		after, goesOn, err = m.hunts.Settle(ctx, h, finds)
		return after, err
	})
	return after, goesOn, err
}

func (m *mortal) Reconsider(ctx context.Context, id domain.UploadID) (d domain.Decision, made bool, err error) {
	d, err = lived(m, func() (domain.Decision, error) {
		d, made, err = m.recall.Reconsider(ctx, id)
		return d, err
	})
	return d, made, err
}

// huntUntil runs a hunter on a folder until no hunt is left, or it dies after so many steps.
func huntUntil(t *testing.T, a *App, dir string, steps int64) (died bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	p := past{a.store}
	m := &mortal{hunts: hunts{p, 100}, recall: recall{a.pipeline, a.index}, die: stop}
	m.left.Store(steps)
	h := retrohunt.New(retrohunt.Config{
		Dir: dir, Window: 48 * time.Hour, Grace: time.Millisecond, Past: m, Hunts: m, Corridor: m, NotFound: isNotFound, Prints: pipeline.Searched,
		Derived: signal.Derived, Margin: signal.DerivedMargin, Limit: limitOf, Workers: 2, Poll: time.Millisecond, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	eventually(t, "the hunts are over", func() bool {
		news, errNews := a.store.HuntNews(t.Context(), domain.At(time.Now())) // first: a hunt is made as the news is taken
		left, err := a.store.UnfinishedHunts(t.Context())
		return ctx.Err() != nil || err == nil && errNews == nil && len(left) == 0 && news.Hunted == news.Newest
	})
	died = ctx.Err() != nil
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return died
}

// TestAHuntThatDiesAtAnyStepDecidesEverythingOnce kills a hunter before and after each of its steps in turn, on both databases; every other time the
// folder of fingerprints is lost too. The next one has to decide about all that was to be found, once, and to count it once.
func TestAHuntThatDiesAtAnyStepDecidesEverythingOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.Config) {
		a := quiet(t, map[string]string{"database.url": db.URL, "retrohunt.window": "0s"})
		c := curation{a.store, a.bus, a.index}
		bank, err := c.CreateBank(t.Context(), domain.Bank{Name: "known", Kind: domain.Known, EnabledShare: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "retrohunt")
		steps := int64(0)
		for died := true; died; steps++ {
			var uploads []domain.UploadID
			var prints []domain.Fingerprint
			for i := range 3 {
				f := domain.Fingerprint{Type: domain.MD5, Value: fmt.Sprintf("%030x%02x", steps, i)}
				uploads, prints = append(uploads, submit(t, a, fmt.Sprintf("post-%d-%d", steps, i), f).UploadID), append(prints, f)
			}
			list(t, c, bank.ID, prints[0], prints[1])
			if died = huntUntil(t, a, dir, steps); died {
				if steps%2 == 1 {
					if err := os.RemoveAll(dir); err != nil {
						t.Fatal(err)
					}
				}
				huntUntil(t, a, dir, 1<<40)
			}
			for i, id := range uploads {
				all, err := a.store.RecordedOf(t.Context(), id)
				if want := 2 - i/2; err != nil || len(all) != want || want == 2 && (all[0].Decision.Verdict != domain.Block || all[0].Decision.Cause != domain.CauseRetro) {
					t.Fatalf("killed after %d steps: upload %d has %d decisions, want %d: %+v, %v", steps, i, len(all), want, all, err)
				}
			}
		}
		wantCounted(t, a, 2*steps)
		if steps < 15 {
			t.Errorf("the hunter took %d steps: does this test still know them?", steps)
		}
		t.Logf("it was killed at %d steps", steps)
	})
}

// wantCounted wants all hunts to be done, and so many decisions by them together.
func wantCounted(t *testing.T, a *App, want int64) {
	t.Helper()
	all, err := a.store.Hunts(t.Context(), "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	decided := int64(0)
	for _, h := range all {
		decided += h.Progress.Decided
		if p := h.Progress; h.State != domain.HuntDone || p.Found != p.Decided+p.Unchanged+p.Gone+p.Failed {
			t.Errorf("hunt %+v", h)
		}
	}
	if decided != want {
		t.Errorf("hunts count %d decisions, want %d", decided, want)
	}
}

// quiet opens an app that does not run.
func quiet(t *testing.T, set map[string]string) *App {
	t.Helper()
	flags := map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0"}
	for k, v := range set {
		if v != "" {
			flags[k] = v
		}
	}
	cfg, _, err := config.Load(config.Sources{Flags: flags, Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return a
}
