package bustest

import (
	"strings"
	"sync"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
)

var publishing = map[string]func(*testing.T, *rig){
	"events keep their order and all they hold": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 1000)
		for rest := events; len(rest) > 0; {
			n := min(len(rest), 1+len(rest)/3)
			r.publish(t, rest[:n])
			rest = rest[n:]
		}
		same(t, r.stream(t, len(events)), events)
	},

	"the newest event tells the position": func(t *testing.T, r *rig) {
		r.wantLastSeq(t, 0)
		r.publish(t, Events(subject, 1, 300))
		r.wantLastSeq(t, 300)
	},

	"messages of others do not hide the position": func(t *testing.T, r *rig) {
		r.publish(t, Events(subject, 1, 3))
		_, js := r.raw(t)
		for range 5 {
			if _, err := js.Publish(t.Context(), subject, []byte("from somewhere else")); err != nil {
				t.Fatal(err)
			}
		}
		r.wantLastSeq(t, 3)
		r.publish(t, Events(subject, 4, 3))
		r.wantLastSeq(t, 6)
	},

	"events that are there already are not stored again": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 900)
		r.publish(t, events[:300])
		r.publish(t, events[:300])
		r.publish(t, events[100:600])
		r.publish(t, events)
		same(t, r.stream(t, len(events)), events)
		if s := r.bus.Stats(); s.Published != 900 || s.Repeated != 300+200+600 {
			t.Errorf("counted %+v", s)
		}
	},

	"two publishers of the same events keep the order": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 2000)
		other := r.Connect(t)
		var wg sync.WaitGroup
		for _, b := range []*bus.Bus{r.bus, other} {
			wg.Go(func() {
				if err := b.Publish(t.Context(), events); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		same(t, r.stream(t, len(events)), events)
	},

	"an event that no server takes does not stop the others": func(t *testing.T, r *rig) {
		events := Events(subject, 1, 600)
		bad := map[int]func(*domain.Event){
			0:   func(e *domain.Event) { e.Subject = "elsewhere.made" },
			100: func(e *domain.Event) { e.Subject = "quell.*" },
			101: func(e *domain.Event) { e.Subject = "quell.a b" },
			102: func(e *domain.Event) { e.Subject = "quell." },
			300: func(e *domain.Event) { e.ID = "" },
			301: func(e *domain.Event) { e.ID = "a\r\nQuell-Seq: 7" },
			599: func(e *domain.Event) { e.Body = []byte(strings.Repeat("x", 9<<20)) },
		}
		var good []domain.Event
		for i := range events {
			if spoil, ok := bad[i]; ok {
				spoil(&events[i])
			} else {
				good = append(good, events[i])
			}
		}
		r.publish(t, events)
		same(t, r.stream(t, len(good)), good)
		letters := r.letters(t, len(bad))
		if newest := letters[0]; newest.Consumer != "relay" || newest.Event.ID != events[599].ID || newest.Event.Seq != 600 || newest.Reason == "" {
			t.Errorf("newest dead letter: %+v", newest)
		}
	},
}

// stream reads everything the stream holds and fails if that is not n events.
func (r *rig) stream(t *testing.T, n int) []domain.Event {
	t.Helper()
	var rec recorder
	stop := consume(t, r.bus, bus.Consumer{Name: "reader-of-all", Handle: rec.handle})
	Eventually(t, "the stream is read", func() bool { return len(rec.all()) >= n && idle(t, r.bus, "reader-of-all")() })
	stop()
	return rec.all()
}

func (r *rig) wantLastSeq(t *testing.T, want int64) {
	t.Helper()
	if got, err := r.bus.LastSeq(t.Context()); err != nil || got != want {
		t.Errorf("LastSeq: %d, %v; want %d", got, err, want)
	}
}

// letters gives the dead letters and fails if there are not n of them.
func (r *rig) letters(t *testing.T, n int) []bus.DeadLetter {
	t.Helper()
	letters, err := r.bus.DeadLetters(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(letters) != n {
		t.Fatalf("%d dead letters, want %d: %+v", len(letters), n, letters)
	}
	return letters
}
