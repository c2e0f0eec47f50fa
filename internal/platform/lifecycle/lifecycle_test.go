package lifecycle

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// journal notes in which order things happen.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) note(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, s)
}

func TestActorsStopInReverseOrderEachAfterTheOneAboveIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		g := Group{Log: slog.New(slog.DiscardHandler)}
		for _, name := range []string{"store", "bus", "server"} {
			g.Add(name, func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second) // finishing its work
				j.note(name)
				return nil
			})
		}
		ctx, stop := context.WithCancel(t.Context())
		go stop()
		if err := g.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if want := []string{"server", "bus", "store"}; !slices.Equal(j.lines, want) {
			t.Fatalf("stopped in order %v, want %v", j.lines, want)
		}
	})
}

func TestAFailingActorStopsTheOthersAndIsNamed(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]error{"with an error": errors.New("disk full"), "without being asked": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := Group{Log: slog.New(slog.DiscardHandler)}
			g.Add("store", func(ctx context.Context) error { <-ctx.Done(); return nil })
			g.Add("relay", func(context.Context) error { return end })
			err := g.Run(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), "relay: ") {
				t.Fatalf("got %v, want an error that names relay", err)
			}
		})
	}
}

func TestAnActorThatDoesNotStopIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := Group{Grace: time.Minute, Log: slog.New(slog.DiscardHandler)}
		release := make(chan struct{})
		g.Add("stuck", func(context.Context) error { <-release; return nil })
		ctx, stop := context.WithCancel(t.Context())
		stop()
		started := time.Now()
		if err := g.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(started); waited != time.Minute {
			t.Fatalf("waited %v, want the grace of a minute", waited)
		}
		close(release)
	})
}

func TestCloserGivesBackInReverseOrderOnce(t *testing.T) {
	t.Parallel()
	var j journal
	var c Closer
	for _, name := range []string{"lock", "store"} {
		c.Add(name, func() error { j.note(name); return errors.New("no") })
	}
	err := c.Close()
	if err == nil || !strings.Contains(err.Error(), "close store: no") || !strings.Contains(err.Error(), "close lock: no") {
		t.Fatalf("got %v, want both errors", err)
	}
	if err := c.Close(); err != nil {
		t.Fatalf("second close: %v", err)
	}
	if want := []string{"store", "lock"}; !slices.Equal(j.lines, want) {
		t.Fatalf("closed in order %v, want %v", j.lines, want)
	}
}

func TestADataFolderHasOneOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/data"
	release, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(dir); err == nil || !strings.Contains(err.Error(), "in use by another quell") {
		t.Fatalf("second lock: got %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}
