package bustest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
)

var errTest = errors.New("it does not work today")

// soon is a back-off for tests.
var soon = []time.Duration{time.Millisecond, 2 * time.Millisecond}

var consuming = map[string]func(*testing.T, *rig){
	"a consumer gets its subject only": func(t *testing.T, r *rig) {
		var rec recorder
		r.publish(t, Events("quell.other.made", 1, 3))
		want := Events(subject, 4, 3)
		r.publish(t, want)
		consume(t, r.bus, bus.Consumer{Name: "picky", Subject: "quell.test.>", Handle: rec.handle})
		Eventually(t, "the events of the subject", func() bool { return rec.has(want) })
		same(t, rec.all(), want)
	},

	"what failed is tried again": func(t *testing.T, r *rig) {
		r.publish(t, Events(subject, 1, 20))
		var mu sync.Mutex
		tries := map[domain.EventID]int{}
		var done recorder
		consume(t, r.bus, bus.Consumer{Name: "tries-again", Concurrency: 4, MaxDeliver: 3, Backoff: soon, Handle: func(ctx context.Context, e domain.Event) error {
			mu.Lock()
			tries[e.ID]++
			n := tries[e.ID]
			mu.Unlock()
			if n < 3 {
				return errTest
			}
			return done.handle(ctx, e)
		}})
		Eventually(t, "every third attempt works", func() bool { return len(done.ids()) == 20 })
		Eventually(t, "nothing is left", idle(t, r.bus, "tries-again"))
		r.letters(t, 0)
		if s := r.bus.Stats(); s.Delivered != 60 || s.Redelivered != 40 || s.Failed != 40 {
			t.Errorf("counted %+v", s)
		}
	},

	"two processes share the work": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 200)
		r.publish(t, events)
		var rec recorder
		both := newBarrier(2)
		for _, b := range []*bus.Bus{r.bus, r.Connect(t)} {
			var once sync.Once
			consume(t, b, bus.Consumer{Name: "shared", Handle: func(ctx context.Context, e domain.Event) error {
				once.Do(func() { both.wait(t) }) // each holds one event until the other has one too
				return rec.handle(ctx, e)
			}})
		}
		Eventually(t, "everything is handled", func() bool { return rec.has(events) && idle(t, r.bus, "shared")() })
		if n := len(rec.all()); n != 200 {
			t.Errorf("%d deliveries of 200 events", n)
		}
	},

	"one process handles several events at a time": func(t *testing.T, r *rig) {
		r.publish(t, Events(subject, 1, 8))
		all := newBarrier(8)
		consume(t, r.bus, bus.Consumer{Name: "wide", Concurrency: 8, Handle: func(context.Context, domain.Event) error {
			all.wait(t)
			return nil
		}})
		Eventually(t, "all are in hand at once", func() bool { return all.arrived.Load() == 8 })
	},

	"each consumer gets every event": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 50)
		r.publish(t, events)
		for _, name := range []string{"first", "second"} {
			var rec recorder
			consume(t, r.bus, bus.Consumer{Name: name, Handle: rec.handle})
			Eventually(t, name+" has all", func() bool { return rec.has(events) })
		}
	},

	"long work is not given to another": func(t *testing.T, r *rig) {
		const ackWait = 2 * time.Second // a busy machine may stand still for one
		r.publish(t, Events(subject, 1, 1))
		var deliveries atomic.Int64
		for _, b := range []*bus.Bus{r.bus, r.Connect(t)} {
			consume(t, b, bus.Consumer{Name: "long", AckWait: ackWait, Handle: func(context.Context, domain.Event) error {
				deliveries.Add(1)
				<-time.After(5 * time.Second)
				return nil
			}})
		}
		Eventually(t, "the work ends", func() bool { return deliveries.Load() > 0 && idle(t, r.bus, "long")() })
		if n := deliveries.Load(); n != 1 {
			t.Errorf("delivered %d times", n)
		}
	},

	"the work of a process that died goes to another": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 1)
		r.publish(t, events)
		_, js := r.raw(t)
		c := bus.Consumer{Name: "survivor", AckWait: 100 * time.Millisecond}
		takeAndDie(t, js, c, 1)
		var rec recorder
		c.Handle = rec.handle
		consume(t, r.bus, c)
		Eventually(t, "the event comes again", func() bool { return rec.has(events) })
	},

	"stopping costs no attempt and waits for the work": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 1)
		r.publish(t, events)
		c := bus.Consumer{Name: "stopped", MaxDeliver: 1}
		began, ended := make(chan struct{}), false
		c.Handle = func(ctx context.Context, _ domain.Event) error {
			close(began)
			<-ctx.Done()
			ended = true
			return ctx.Err()
		}
		stop := consume(t, r.bus, c)
		<-began
		stop()
		if !ended {
			t.Error("Consume returned before Handle did")
		}
		var rec recorder
		c.Handle = rec.handle
		consume(t, r.bus, c)
		Eventually(t, "the event comes again", func() bool { return rec.has(events) })
		r.letters(t, 0)
	},

	"a consumer goes on where it stopped": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 100)
		var rec recorder
		c := bus.Consumer{Name: "comes-and-goes", AckWait: time.Second, Handle: rec.handle}
		for i := 0; i < 100; i += 20 {
			r.publish(t, events[i:i+20])
			stop := consume(t, r.bus, c)
			Eventually(t, "the next part", func() bool { return rec.has(events[:i+20]) && idle(t, r.bus, c.Name)() })
			stop()
		}
		if n := len(rec.all()); n != 100 {
			t.Errorf("%d deliveries of 100 events", n)
		}
	},

	"a consumer set up wrongly is refused": func(t *testing.T, r *rig) {
		handle := func(context.Context, domain.Event) error { return nil }
		for _, c := range []bus.Consumer{
			{Name: "", Handle: handle},
			{Name: "two words", Handle: handle},
			{Name: "relay", Handle: handle},
			{Name: "lazy"},
			{Name: "hasty", AckWait: time.Millisecond, Handle: handle},
			{Name: "negative", Concurrency: -1, Handle: handle},
			{Name: "malformed", Subject: "quell..x", Handle: handle},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			if err := r.bus.Consume(ctx, c); err == nil {
				t.Errorf("accepted %+v", fmt.Sprintf("%q %q", c.Name, c.Subject))
			}
			cancel()
		}
	},
}

// barrier lets n callers through when all have arrived.
type barrier struct {
	arrived atomic.Int64
	n       int64
	open    chan struct{}
}

func newBarrier(n int) *barrier { return &barrier{n: int64(n), open: make(chan struct{})} }

func (b *barrier) wait(t *testing.T) {
	if b.arrived.Add(1) == b.n {
		close(b.open)
	}
	select {
	case <-b.open:
	case <-time.After(patience):
		t.Errorf("only %d of %d came", b.arrived.Load(), b.n)
	}
}
