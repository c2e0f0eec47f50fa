package bus_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/bus/bustest"
)

const (
	subject = "quell.test.made"
	poll    = 10 * time.Millisecond
)

// ledger counts what a consumer was given.
type ledger struct {
	mu   sync.Mutex
	seen map[domain.EventID]int
}

func (l *ledger) handle(_ context.Context, e domain.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[domain.EventID]int{}
	}
	l.seen[e.ID]++
	return nil
}

func (l *ledger) has(events []domain.Event) func() bool {
	return func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, e := range events {
			if l.seen[e.ID] == 0 {
				return false
			}
		}
		return true
	}
}

// run runs f until stop is called or the test ends.
func run(t *testing.T, f func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

// relayAll carries the whole outbox into the stream and stops.
func relayAll(t *testing.T, b *bus.Bus, o *bustest.Outbox) {
	t.Helper()
	relay := bus.NewRelay(b, o, poll)
	stop := run(t, relay.Run)
	bustest.Eventually(t, "the outbox is in the stream", func() bool {
		lag, err := relay.Lag(t.Context())
		return err == nil && lag == 0
	})
	stop()
}

func consume(t *testing.T, b *bus.Bus, c bus.Consumer) (stop func()) {
	t.Helper()
	return run(t, func(ctx context.Context) error { return b.Consume(ctx, c) })
}

func TestRestartKeepsEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var o bustest.Outbox
	events := o.Add(subject, 100)
	b := open(t, bus.Config{Dir: dir})
	relayAll(t, b, &o)
	var before ledger
	stop := consume(t, b, bus.Consumer{Name: "worker", AckWait: time.Second, Handle: func(ctx context.Context, e domain.Event) error {
		switch e.Seq {
		case 10:
			return bus.Permanent(errors.New("unfit"))
		case 51:
			<-ctx.Done()
			return ctx.Err()
		}
		return before.handle(ctx, e)
	}})
	bustest.Eventually(t, "the first half", func() bool { return before.has(events[:9])() && before.has(events[10:50])() })
	stop()
	shut(t, b)

	b = open(t, bus.Config{Dir: dir})
	relayAll(t, b, &o)
	if s := b.Stats(); s.Published != 0 || s.Repeated != 0 {
		t.Errorf("the relay published again: %+v", s)
	}
	var after ledger
	consume(t, b, bus.Consumer{Name: "worker", AckWait: time.Second, Handle: after.handle})
	bustest.Eventually(t, "the second half", after.has(events[50:]))
	letters, err := b.DeadLetters(t.Context(), 10)
	if err != nil || len(letters) != 1 || letters[0].Event.ID != events[9].ID {
		t.Errorf("dead letters %+v, %v", letters, err)
	}
}

func TestLostDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bus")
	var o bustest.Outbox
	o.Add(subject, 300)
	b := open(t, bus.Config{Dir: dir})
	relayAll(t, b, &o)
	shut(t, b)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	o.Add(subject, 10)

	b = open(t, bus.Config{Dir: dir})
	relayAll(t, b, &o)
	var l ledger
	consume(t, b, bus.Consumer{Name: "worker", Handle: l.handle})
	bustest.Eventually(t, "everything in the outbox", l.has(o.All()))
}

// TestLostTail cuts the end off the stream's file, as a power failure does that comes before the disk has written everything. The consumer has done
// all of it already, so the server's notes about it point behind the end of the stream.
func TestLostTail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var o bustest.Outbox
	o.Add(subject, 300)
	b := open(t, bus.Config{Dir: dir})
	relayAll(t, b, &o)
	var before, after ledger
	stop := consume(t, b, bus.Consumer{Name: "worker", Handle: before.handle})
	bustest.Eventually(t, "everything", before.has(o.All()))
	stop()
	shut(t, b)
	cutTail(t, dir)

	b = open(t, bus.Config{Dir: dir})
	last, err := b.LastSeq(t.Context())
	if err != nil || last <= 0 || last >= 300 {
		t.Fatalf("after the cut the stream ends at %d, %v", last, err)
	}
	relayAll(t, b, &o)
	later := o.Add(subject, 10)
	relayAll(t, b, &o)
	consume(t, b, bus.Consumer{Name: "worker", Handle: after.handle})
	bustest.Eventually(t, "what was lost, and what is new", func() bool { return after.has(o.All()[last:])() && after.has(later)() })
}

// cutTail removes the last two fifths of the event stream, and the summary that would tell the server of it.
func cutTail(t *testing.T, dir string) {
	t.Helper()
	messages := filepath.Join(streamDir(dir), "msgs")
	blocks, err := filepath.Glob(filepath.Join(messages, "*.blk"))
	if err != nil || len(blocks) == 0 {
		t.Fatalf("no blocks in %s: %v", messages, err)
	}
	newest := blocks[len(blocks)-1]
	info, err := os.Stat(newest)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(newest, info.Size()*3/5); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(messages, "index.db")); err != nil {
		t.Fatal(err)
	}
}

// TestLostInTheMiddle: a server that acknowledges before it syncs can lose an event and keep later ones.
func TestLostInTheMiddle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := bustest.StartNATS(t)
	for name, c := range map[string]struct {
		cfg     bus.Config
		restart func(*testing.T)
	}{
		"embedded": {bus.Config{Dir: dir, Listen: "127.0.0.1:0", SyncEvery: time.Second}, func(*testing.T) {}},
		"external": {bus.Config{URL: server.URL()}, func(t *testing.T) { server.Stop(); server.Start(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			var o bustest.Outbox
			o.Add(subject, 300)
			b := open(t, c.cfg)
			relayAll(t, b, &o)
			remove(t, b.ClientURL(), 150)
			shut(t, b)
			c.restart(t)

			b = open(t, c.cfg)
			run(t, bus.NewRelay(b, &o, poll).Run)
			var l ledger
			consume(t, b, bus.Consumer{Name: "worker", Handle: l.handle})
			bustest.Eventually(t, "every event", l.has(o.All()))
		})
	}
}

// remove takes one message out of the event stream.
func remove(t *testing.T, url string, place uint64) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "QUELL_EVENTS")
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.DeleteMsg(t.Context(), place); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedFiles spoils files of the stopped server in ways that power failures do. The bus must come up by itself, with every event in the stream.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]struct {
		file  string
		spoil func([]byte) []byte
	}{
		"what the server knows about the consumer":          {"obs/worker/o.dat", zeroed},
		"what the server knows about the consumer, emptied": {"obs/worker/o.dat", emptied},
		"what the stream is":                                {"meta.inf", zeroed},
		"all messages":                                      {"msgs/1.blk", zeroed},
		"some messages":                                     {"msgs/1.blk", holed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var o bustest.Outbox
			o.Add(subject, 300)
			b := open(t, bus.Config{Dir: dir})
			relayAll(t, b, &o)
			var before, after, all ledger
			stop := consume(t, b, bus.Consumer{Name: "worker", Handle: before.handle})
			bustest.Eventually(t, "everything", before.has(o.All()))
			stop()
			shut(t, b)
			spoilFile(t, filepath.Join(streamDir(dir), damage.file), damage.spoil)

			b = open(t, bus.Config{Dir: dir})
			run(t, bus.NewRelay(b, &o, poll).Run)
			consume(t, b, bus.Consumer{Name: "worker", Handle: after.handle})
			consume(t, b, bus.Consumer{Name: "newcomer", Handle: all.handle})
			bustest.Eventually(t, "what is new", after.has(o.Add(subject, 10)))
			bustest.Eventually(t, "everything in the outbox", all.has(o.All()))
		})
	}
}

func zeroed(b []byte) []byte { return make([]byte, len(b)) }

func emptied([]byte) []byte { return nil }

func holed(b []byte) []byte {
	copy(b[len(b)/2:], make([]byte, 300))
	return b
}

func spoilFile(t *testing.T, name string, spoil func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, spoil(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// streamDir is where the embedded server keeps the event stream.
func streamDir(dir string) string {
	return filepath.Join(dir, "jetstream", "$G", "streams", "QUELL_EVENTS")
}

// TestServerRestarts takes the server away while events flow, twice with its files and once without.
func TestServerRestarts(t *testing.T) {
	t.Parallel()
	server := bustest.StartNATS(t)
	log := &logCounter{}
	b := open(t, bus.Config{URL: server.URL(), Log: log.logger()})
	var o bustest.Outbox
	var l ledger
	run(t, bus.NewRelay(b, &o, poll).Run)
	consume(t, b, bus.Consumer{Name: "worker", Concurrency: 4, AckWait: time.Second, Handle: l.handle})
	caughtUp := make(chan struct{}, 100)
	run(t, func(ctx context.Context) error {
		return b.Listen(ctx, subject, func(domain.Event) {}, func() { caughtUp <- struct{}{} })
	})
	<-caughtUp

	for i, wipe := range []bool{false, true, false} {
		before := b.Stats().Published
		o.Add(subject, 2000)
		bustest.Eventually(t, "some events got through", func() bool { return b.Stats().Published > before })
		server.Stop()
		o.Add(subject, 100)
		bustest.Eventually(t, "the relay notices", func() bool { return log.count("events stay in the outbox; trying again until it works") == i+1 })
		if err := b.Healthy(t.Context()); err == nil {
			t.Error("healthy without a server")
		}
		if wipe {
			server.Wipe(t)
		}
		server.Start(t)
		<-caughtUp
		bustest.Eventually(t, "every event", l.has(o.All()))
		bustest.Eventually(t, "health", func() bool { return b.Healthy(t.Context()) == nil })
	}
	if n := log.count("events stay in the outbox; trying again until it works"); n != 3 {
		t.Errorf("the relay complained %d times about 3 outages", n)
	}
}

// TestWorkDuringARestart: an event whose handling outlasts a restart of the server is acknowledged to the new one, or comes again; it is not lost.
func TestWorkDuringARestart(t *testing.T) {
	t.Parallel()
	server := bustest.StartNATS(t)
	b := open(t, bus.Config{URL: server.URL()})
	events := bustest.Events(subject, 1, 2)
	if err := b.Publish(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	began, goOn := make(chan struct{}, 10), make(chan struct{})
	var l ledger
	consume(t, b, bus.Consumer{Name: "worker", AckWait: time.Second, Handle: func(ctx context.Context, e domain.Event) error {
		began <- struct{}{}
		<-goOn
		return l.handle(ctx, e)
	}})
	<-began
	server.Stop()
	server.Start(t)
	close(goOn)
	bustest.Eventually(t, "both events", l.has(events))
	bustest.Eventually(t, "nothing left", func() bool {
		all, err := b.Backlogs(t.Context())
		return err == nil && len(all) == 1 && all[0].Waiting == 0 && all[0].InHand == 0
	})
}
