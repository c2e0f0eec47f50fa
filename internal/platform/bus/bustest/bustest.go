package bustest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
)

// Server is one running bus that can be reached several times.
type Server struct {
	// Connect opens the bus as one more process would, and closes it when the test ends. The configuration holds what the test asks for beside
	// the server's whereabouts.
	Connect func(t *testing.T) *bus.Bus
}

// Run checks all guarantees of package bus. It calls start for every subtest.
func Run(t *testing.T, start func(t *testing.T) Server) {
	suites := []map[string]func(*testing.T, *rig){publishing, consuming, deadLetters, listening, relaying}
	for _, suite := range suites {
		for name, test := range suite {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := start(t)
				test(t, &rig{Server: s, bus: s.Connect(t)})
			})
		}
	}
}

// rig is what every subtest works with.
type rig struct {
	Server
	bus *bus.Bus
}

const (
	subject  = "quell.test.made"
	patience = time.Minute // longest wait for something that must happen; the machine may be busy
)

// raw gives a plain connection to the same server, to do what the bus would not.
func (r *rig) raw(t *testing.T) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	nc, err := nats.Connect(r.bus.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return nc, js
}

func (r *rig) publish(t *testing.T, events []domain.Event) {
	t.Helper()
	if err := r.bus.Publish(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

// recorder is a consumer's work: it remembers what it was given.
type recorder struct {
	mu     sync.Mutex
	events []domain.Event
}

func (r *recorder) handle(_ context.Context, e domain.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	return nil
}

func (r *recorder) all() []domain.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// ids gives how often each event was seen.
func (r *recorder) ids() map[domain.EventID]int {
	seen := map[domain.EventID]int{}
	for _, e := range r.all() {
		seen[e.ID]++
	}
	return seen
}

// has reports whether all the events were seen at least once.
func (r *recorder) has(events []domain.Event) bool {
	seen := r.ids()
	return !slices.ContainsFunc(events, func(e domain.Event) bool { return seen[e.ID] == 0 })
}

// background runs f until the test ends or stop is called, and waits for its end.
func background(t *testing.T, f func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("ended with: %v", err)
			}
		case <-time.After(patience):
			t.Error("does not end")
		}
	})
	t.Cleanup(stop)
	return stop
}

func consume(t *testing.T, b *bus.Bus, c bus.Consumer) (stop func()) {
	t.Helper()
	return background(t, func(ctx context.Context) error { return b.Consume(ctx, c) })
}

// Eventually waits until ok reports true, and fails the test if that takes more than a minute.
func Eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("waited %v in vain: %s", patience, what)
		case <-tick.C:
		}
	}
}

// same fails the test unless the events are those wanted, in that order.
func same(t *testing.T, got, want []domain.Event) {
	t.Helper()
	if diff := cmp.Diff(summary(want), summary(got)); diff != "" {
		t.Fatalf("other events than wanted (-want +got):\n%s", diff)
	}
}

func summary(events []domain.Event) []string {
	lines := make([]string, len(events))
	for i, e := range events {
		lines[i] = fmt.Sprint(e.Seq, e.ID, e.Subject, string(e.Body), e.At)
	}
	return lines
}

// backlog gives what the named consumer has still to do.
func backlog(t *testing.T, b *bus.Bus, name string) bus.Backlog {
	t.Helper()
	all, err := b.Backlogs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Consumer == name {
			return c
		}
	}
	return bus.Backlog{Consumer: name, Waiting: -1}
}

func idle(t *testing.T, b *bus.Bus, name string) func() bool {
	return func() bool {
		c := backlog(t, b, name)
		return c.Waiting == 0 && c.InHand == 0
	}
}

// Quiet is a log for tests that expect trouble.
func Quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
