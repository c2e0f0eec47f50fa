package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Group is a list of actors in the order in which they stand on each other: a later one may use the earlier ones, so it is stopped first.
type Group struct {
	// Grace is how long one actor may take to stop before it is left behind and named in the log. 0: 15 seconds.
	Grace  time.Duration
	Log    *slog.Logger
	actors []actor
}

type actor struct {
	name string
	run  func(context.Context) error
}

// Add appends an actor. Its run blocks until its context ends; it returns nil then, or earlier with an error, which stops the whole group.
func (g *Group) Add(name string, run func(context.Context) error) {
	g.actors = append(g.actors, actor{name, run})
}

type running struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{}
}

// Run starts all actors and blocks until ctx ends or one of them fails; then it stops them, last first, waiting for each. It returns the
// first failure.
func (g *Group) Run(ctx context.Context) error {
	grace := g.Grace
	if grace == 0 {
		grace = 15 * time.Second
	}
	failed := make(chan error, len(g.actors))
	var all []running
	for _, a := range g.actors {
		// Actors do not end with ctx but one after the other, so that what an actor needs is still there while it finishes.
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r := running{a.name, cancel, make(chan struct{})}
		all = append(all, r)
		go func() {
			defer close(r.done)
			err := a.run(own)
			if err == nil && own.Err() == nil {
				err = errors.New("ended without being asked to")
			}
			if err != nil && own.Err() == nil {
				failed <- fmt.Errorf("%s: %w", a.name, err)
			}
		}()
	}
	var first error
	select {
	case <-ctx.Done():
	case first = <-failed:
	}
	for i := len(all) - 1; i >= 0; i-- {
		all[i].cancel()
		select {
		case <-all[i].done:
		case <-time.After(grace):
			g.Log.Error("a part does not stop and is left behind", "part", all[i].name, "waited", grace)
		}
	}
	return first
}

// Closer collects what must be given back, in reverse order, also when starting up fails half-way.
type Closer struct {
	mu    sync.Mutex
	steps []step
}

type step struct {
	name  string
	close func() error
}

// Add remembers something to give back.
func (c *Closer) Add(name string, close func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps = append(c.steps, step{name, close})
}

// Close gives everything back, last first, and returns all errors. A second call does nothing.
func (c *Closer) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for i := len(c.steps) - 1; i >= 0; i-- {
		if err := c.steps[i].close(); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", c.steps[i].name, err))
		}
	}
	c.steps = nil
	return errors.Join(errs...)
}
