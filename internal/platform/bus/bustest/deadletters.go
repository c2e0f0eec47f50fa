package bustest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
)

var deadLetters = map[string]func(*testing.T, *rig){
	"an event that fails every time is given up": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 10)
		poison := events[4]
		var rec recorder
		r.giveUp(t, events, bus.Consumer{Name: "patient", MaxDeliver: 3, Backoff: soon, Handle: func(ctx context.Context, e domain.Event) error {
			if e.ID == poison.ID {
				return errTest
			}
			return rec.handle(ctx, e)
		}}, poison, errTest.Error(), 3)
		if len(rec.ids()) != 9 {
			t.Errorf("%d of the other 9 events were handled", len(rec.ids()))
		}
	},

	"a permanent error is not tried again": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 1)
		r.giveUp(t, events, bus.Consumer{Name: "certain", Handle: func(context.Context, domain.Event) error {
			return fmt.Errorf("while reading: %w", bus.Permanent(errTest))
		}}, events[0], "while reading: "+errTest.Error(), 1)
	},

	"a panic is a failed attempt": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 1)
		r.giveUp(t, events, bus.Consumer{Name: "clumsy", MaxDeliver: 2, Backoff: soon, Handle: func(context.Context, domain.Event) error {
			panic("dropped the tray")
		}}, events[0], "panic: dropped the tray", 2)
	},

	"a message that cannot be read is given up at once": func(t *testing.T, r *rig) {
		_, js := r.raw(t)
		if _, err := js.Publish(t.Context(), subject, []byte("not an event")); err != nil {
			t.Fatal(err)
		}
		r.giveUp(t, nil, bus.Consumer{Name: "reader", Handle: func(context.Context, domain.Event) error {
			t.Error("handled something that is no event")
			return nil
		}}, domain.Event{Subject: subject, Body: []byte("not an event")}, "message without an event id: it was not published by Quell", 1)
	},

	"an event that ends every process is given up": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 1)
		r.publish(t, events)
		_, js := r.raw(t)
		c := bus.Consumer{Name: "doomed", MaxDeliver: 1, AckWait: 100 * time.Millisecond}
		takeAndDie(t, js, c, 2)
		c.Handle = func(context.Context, domain.Event) error {
			t.Error("tried once more")
			return nil
		}
		r.giveUp(t, nil, c, events[0], "delivered 2 times without an answer: each time the process ended, or the event could not be given up", 3)
	},

	"what OnDead cannot do is tried again, with one letter": func(t *testing.T, r *rig) {
		r.publish(t, Events(subject, 1, 1))
		var calls atomic.Int64
		consume(t, r.bus, bus.Consumer{
			Name: "mourner", Backoff: soon,
			Handle: func(context.Context, domain.Event) error { return bus.Permanent(errTest) },
			OnDead: func(context.Context, domain.Event, string) error {
				switch calls.Add(1) {
				case 1:
					return errTest
				case 2:
					panic("overwhelmed")
				}
				return nil
			},
		})
		Eventually(t, "OnDead is called until it works", func() bool { return calls.Load() == 3 && idle(t, r.bus, "mourner")() })
		r.letters(t, 1)
	},

	"dead letters come newest first": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 5)
		r.publish(t, events)
		consume(t, r.bus, bus.Consumer{Name: "strict", Handle: func(context.Context, domain.Event) error { return bus.Permanent(errTest) }})
		Eventually(t, "all are given up", func() bool { return r.bus.Stats().Dead == 5 })
		letters, err := r.bus.DeadLetters(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		same(t, []domain.Event{letters[0].Event, letters[1].Event}, []domain.Event{events[4], events[3]})
	},
}

// giveUp publishes the events, runs the consumer and checks that it gives up the one event, as it should and once.
func (r *rig) giveUp(t *testing.T, events []domain.Event, c bus.Consumer, event domain.Event, reason string, attempts int) {
	t.Helper()
	r.publish(t, events)
	told := make(chan string, 10)
	c.OnDead = func(_ context.Context, e domain.Event, reason string) error {
		told <- fmt.Sprint(e.ID, reason)
		return nil
	}
	consume(t, r.bus, c)
	Eventually(t, "the event is given up", func() bool { return len(told) > 0 && idle(t, r.bus, c.Name)() })
	if got, want := <-told, fmt.Sprint(event.ID, reason); got != want || len(told) > 0 {
		t.Errorf("OnDead was told %q and %d more, want %q", got, len(told), want)
	}
	got := r.letters(t, 1)[0]
	if got.DiedAt == 0 {
		t.Error("the letter has no date")
	}
	got.DiedAt = 0
	if diff := cmp.Diff(bus.DeadLetter{Event: event, Consumer: c.Name, Reason: reason, Attempts: attempts}, got); diff != "" {
		t.Errorf("dead letter (-want +got):\n%s", diff)
	}
}

// takeAndDie takes the first event the given number of times and answers nothing, as a process does that dies over it.
func takeAndDie(t *testing.T, js jetstream.JetStream, c bus.Consumer, times int) {
	t.Helper()
	cons, err := js.CreateConsumer(t.Context(), "QUELL_EVENTS", jetstream.ConsumerConfig{
		Durable: c.Name, FilterSubject: "quell.>", AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.AckWait, MaxAckPending: 10_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	for range times {
		if _, err := cons.Next(jetstream.FetchMaxWait(patience)); err != nil {
			t.Fatal(err)
		}
	}
}
