package bustest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
)

var listening = map[string]func(*testing.T, *rig){
	"every listener in every process sees every new event": func(t *testing.T, r *rig) {
		r.publish(t, Events(subject, 1, 5)) // before anybody listens
		var recs [3]recorder
		for i, b := range []*bus.Bus{r.bus, r.Connect(t), r.Connect(t)} {
			<-listen(t, b, func(e domain.Event) { _ = recs[i].handle(t.Context(), e) })
		}
		r.publish(t, Events("quell.other.made", 6, 5))
		events := Events(subject, 11, 50)
		r.publish(t, events)
		for i := range recs {
			Eventually(t, "all events", func() bool { return recs[i].has(events) })
			same(t, recs[i].all(), events)
		}
	},

	"a listener that was too slow is told to catch up": func(t *testing.T, r *rig) {
		nc, _ := r.raw(t)
		gate, entered := make(chan struct{}), make(chan struct{}, 1)
		open := sync.OnceFunc(func() { close(gate) })
		defer open()
		caughtUp := listen(t, r.bus, func(domain.Event) {
			select {
			case entered <- struct{}{}:
			default:
			}
			<-gate
		})
		<-caughtUp
		r.publish(t, Events(subject, 1, 1))
		<-entered
		for range 6000 {
			if err := nc.Publish(subject, []byte("noise")); err != nil {
				t.Fatal(err)
			}
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		// The acknowledgement of one more event comes over the listener's connection behind all of the noise: by now it was kept or dropped. Where
		// the noise took so long that the connection was given up and made anew, publishing it again is what a relay does.
		Eventually(t, "one more event is taken", func() bool { return r.bus.Publish(t.Context(), Events(subject, 2, 1)) == nil })
		open()
		select {
		case <-caughtUp:
		case <-time.After(patience):
			t.Error("not told to catch up")
		}
	},

	"a listener that panics goes on listening": func(t *testing.T, r *rig) {
		var calls atomic.Int64
		<-listen(t, r.bus, func(domain.Event) {
			if calls.Add(1) == 1 {
				panic("dropped the tray")
			}
		})
		r.publish(t, Events(subject, 1, 2))
		Eventually(t, "the second event", func() bool { return calls.Load() == 2 })
	},

	"a nudge reaches every process, and many become few": func(t *testing.T, r *rig) {
		other := r.Connect(t)
		here, err := r.bus.Woken(t.Context(), "tea")
		if err != nil {
			t.Fatal(err)
		}
		there, err := other.Woken(t.Context(), "tea")
		if err != nil {
			t.Fatal(err)
		}
		for _, woken := range []<-chan struct{}{here, there} {
			Eventually(t, "the nudge", func() bool {
				other.Wake("tea") // the server may not know the subscription at first
				return len(woken) > 0
			})
		}
		for range 1000 {
			other.Wake("tea")
		}
		if len(here) > 1 || len(there) > 1 {
			t.Error("nudges pile up")
		}
	},
}

// listen runs a listener and gives a channel that delivers something each time it is told to catch up.
func listen(t *testing.T, b *bus.Bus, f func(domain.Event)) <-chan struct{} {
	t.Helper()
	caughtUp := make(chan struct{}, 100)
	background(t, func(ctx context.Context) error {
		return b.Listen(ctx, subject, f, func() { caughtUp <- struct{}{} })
	})
	return caughtUp
}
