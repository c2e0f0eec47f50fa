package bustest

import (
	"context"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/bus"
)

const poll = 20 * time.Millisecond

var relaying = map[string]func(*testing.T, *rig){
	"the relay carries what is there and what comes": func(t *testing.T, r *rig) {
		var o Outbox
		o.Add(subject, 700)
		relay := runRelay(t, r.bus, &o)
		r.wantInStream(t, &o)
		for range 10 {
			o.Add(subject, 30)
			r.wantInStream(t, &o)
		}
		same(t, r.stream(t, 1000), o.All())
		if lag, err := relay.Lag(t.Context()); lag != 0 || err != nil {
			t.Errorf("lag %d, %v", lag, err)
		}
	},

	"a nudge is enough": func(t *testing.T, r *rig) {
		var o Outbox
		relay := bus.NewRelay(r.bus, &o, time.Hour)
		background(t, relay.Run)
		other := r.Connect(t)
		for range 3 {
			o.Add(subject, 1)
			Eventually(t, "the event is in the stream", func() bool {
				other.Wake(bus.WakeOutbox) // again and again: the relay may not have been waiting yet
				return r.lastSeq(t) == o.last
			})
		}
	},

	"the lag shows what waits, in any process": func(t *testing.T, r *rig) {
		var o Outbox
		o.Add(subject, 40)
		relay := bus.NewRelay(r.bus, &o, poll)
		if lag, err := relay.Lag(t.Context()); lag != 40 || err != nil {
			t.Errorf("lag %d, %v; want 40", lag, err)
		}
	},

	"the next relay goes on where the last one stopped": func(t *testing.T, r *rig) {
		var o Outbox
		for range 4 {
			o.Add(subject, 100)
			stop := background(t, bus.NewRelay(r.bus, &o, poll).Run)
			r.wantInStream(t, &o)
			stop()
		}
		same(t, r.stream(t, 400), o.All())
		if s := r.bus.Stats(); s.Repeated != 0 {
			t.Errorf("counted %+v", s)
		}
	},

	"two relays at once keep the order": func(t *testing.T, r *rig) {
		var o Outbox
		runRelay(t, r.bus, &o)
		runRelay(t, r.Connect(t), &o)
		for range 20 {
			o.Add(subject, 50)
		}
		r.wantInStream(t, &o)
		same(t, r.stream(t, 1000), o.All())
	},

	"a database restored from an older backup is carried on": func(t *testing.T, r *rig) {
		var o Outbox
		o.Add(subject, 100)
		stop := background(t, bus.NewRelay(r.bus, &o, poll).Run)
		r.wantInStream(t, &o)
		stop()
		o.RestoreTo(60)
		runRelay(t, r.bus, &o)
		later := o.Add(subject, 5)
		var rec recorder
		consume(t, r.bus, bus.Consumer{Name: "after-restore", Handle: rec.handle})
		Eventually(t, "the events after the restored ones", func() bool { return rec.has(o.All()) && rec.has(later) })
	},

	"a restored database that has grown beyond the stream is carried on": func(t *testing.T, r *rig) {
		var o Outbox
		o.Add(subject, 100)
		stop := background(t, bus.NewRelay(r.bus, &o, poll).Run)
		r.wantInStream(t, &o)
		stop()
		o.RestoreTo(60)
		o.Add(subject, 80) // 61 to 140: the stream has others at 61 to 100
		runRelay(t, r.bus, &o)
		var rec recorder
		consume(t, r.bus, bus.Consumer{Name: "after-restore", Handle: rec.handle})
		Eventually(t, "every event of the restored database", func() bool { return rec.has(o.All()) })
	},

	"old events may leave the outbox": func(t *testing.T, r *rig) {
		var o Outbox
		o.Add(subject, 100)
		stop := background(t, bus.NewRelay(r.bus, &o, poll).Run)
		r.wantInStream(t, &o)
		stop()
		all := o.All()
		o.RemoveUpTo(100)
		stop = background(t, bus.NewRelay(r.bus, &o, poll).Run)
		all = append(all, o.Add(subject, 10)...)
		r.wantInStream(t, &o)
		stop()
		o.RemoveUpTo(105)
		runRelay(t, r.bus, &o)
		all = append(all, o.Add(subject, 10)...)
		r.wantInStream(t, &o)
		same(t, r.stream(t, 120), all)
	},

	"a stream that vanishes is filled again, and its consumers go on": func(t *testing.T, r *rig) {
		var o Outbox
		var rec recorder
		o.Add(subject, 100)
		runRelay(t, r.bus, &o)
		consume(t, r.bus, bus.Consumer{Name: "persistent", Handle: rec.handle})
		Eventually(t, "all events", func() bool { return rec.has(o.All()) })
		_, js := r.raw(t)
		if err := js.DeleteStream(t.Context(), "QUELL_EVENTS"); err != nil {
			t.Fatal(err)
		}
		o.Add(subject, 1)
		Eventually(t, "the event after the loss", func() bool { return rec.has(o.All()) })
		Eventually(t, "the stream is whole again", func() bool { return rec.ids()[o.All()[0].ID] == 2 })
	},

	"the relay outlives a database that is away": func(t *testing.T, r *rig) {
		var o Outbox
		runRelay(t, r.bus, &o)
		o.Add(subject, 10)
		r.wantInStream(t, &o)
		o.Break(true)
		o.Add(subject, 10)
		if _, err := bus.NewRelay(r.bus, &o, poll).Lag(t.Context()); err == nil {
			t.Error("a lag without a database")
		}
		o.Break(false)
		r.wantInStream(t, &o)
	},
}

func runRelay(t *testing.T, b *bus.Bus, o bus.Outbox) *bus.Relay {
	t.Helper()
	relay := bus.NewRelay(b, o, poll)
	background(t, relay.Run)
	return relay
}

func (r *rig) lastSeq(t *testing.T) int64 {
	t.Helper()
	seq, err := r.bus.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// wantInStream waits until the stream holds the last event of the outbox.
func (r *rig) wantInStream(t *testing.T, o *Outbox) {
	t.Helper()
	last, err := o.LastEventSeq(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	Eventually(t, "the stream holds the outbox", func() bool { return r.lastSeq(t) == last })
}
