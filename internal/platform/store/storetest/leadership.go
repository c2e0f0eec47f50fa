package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/store"
)

var leaderTests = []test{
	{"is work that ends with its context", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		ctx, stop := context.WithTimeout(t.Context(), patience)
		defer stop()
		led := false
		err := s.Lead(ctx, "test", func(leading context.Context) error {
			led = true
			stop()
			<-leading.Done()
			return nil
		})
		if !led || err != nil {
			t.Errorf("led: %v, %v", led, err)
		}
	}},
	{"ends with the error of its work", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		ctx, stop := context.WithTimeout(t.Context(), patience)
		defer stop()
		failure := errors.New("out of ink")
		wantError(t, s.Lead(ctx, "test", func(context.Context) error { return failure }), failure, "Lead")
	}},
	{"is of one process at a time, and goes on when it stops", testHandover},
	{"passes on within seconds when the connection of the leader is cut", testTakeover},
	{"is of one kind of work each", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first, second := contend(t, s, "first"), contend(t, s, "second")
		first.wantLead(t)
		second.wantLead(t)
	}},
}

// patience is how long a test waits for a leader: seconds, on a machine that has other things to do.
const patience = 15 * time.Second

// contender is a process that wants to lead.
type contender struct {
	leads, lost chan struct{} // told of every beginning and end
	stop        func()
	stopped     chan error
}

func contend(t *testing.T, s *store.Store, name string) *contender {
	ctx, stop := context.WithCancel(t.Context())
	c := &contender{leads: make(chan struct{}, 9), lost: make(chan struct{}, 9), stop: stop, stopped: make(chan error, 1)}
	go func() {
		c.stopped <- s.Lead(ctx, name, func(leading context.Context) error {
			c.leads <- struct{}{}
			<-leading.Done()
			c.lost <- struct{}{}
			return nil
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-c.stopped; err != nil {
			t.Errorf("Lead: %v", err)
		}
		c.stopped <- nil
	})
	return c
}

func (c *contender) wantLead(t *testing.T) {
	t.Helper()
	wantSignal(t, c.leads, "leadership")
}

func wantSignal(t *testing.T, signal <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-signal:
	case <-time.After(patience):
		t.Fatalf("no %s within %s", what, patience)
	}
}

// onlyPostgres skips where one process at a time has the database anyway.
func onlyPostgres(t *testing.T, s *store.Store) {
	t.Helper()
	if s.Engine() != "postgres" {
		t.Skip("a SQLite database belongs to one process, which always leads")
	}
}

func testHandover(t *testing.T, cfg store.Config) {
	one, two := Open(t, cfg), Open(t, cfg)
	onlyPostgres(t, one)
	first := contend(t, one, "test")
	first.wantLead(t)
	second := contend(t, two, "test")
	select {
	case <-second.leads:
		t.Fatal("two lead at the same time")
	case <-time.After(1500 * time.Millisecond): // longer than it takes to ask again
	}
	first.stop()
	second.wantLead(t)
	wantSignal(t, first.lost, "end of the first leadership")
}

func testTakeover(t *testing.T, cfg store.Config) {
	one, two := Open(t, cfg), Open(t, cfg)
	onlyPostgres(t, one)
	first := contend(t, one, "test")
	first.wantLead(t)
	second := contend(t, two, "test")
	cut := func() {
		t.Helper()
		var n int
		err := SQL(t, cfg).QueryRowContext(t.Context(), `select count(pg_terminate_backend(pid)) from pg_locks
			where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`).Scan(&n)
		if err != nil || n != 1 {
			t.Fatalf("cut %d connections, %v", n, err)
		}
	}
	cut()
	wantSignal(t, first.lost, "end of the first leadership")
	// Either may be the next: both ask every second.
	select {
	case <-first.leads:
		first, second = second, first
	case <-second.leads:
	case <-time.After(patience):
		t.Fatalf("nobody leads within %s", patience)
	}
	second.stop()
	first.wantLead(t)
}
