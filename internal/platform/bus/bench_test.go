package bus_test

import (
	"context"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/bus/bustest"
)

// BenchmarkPublish stores batches as the relay does. Each event costs one sync of the disk unless the server syncs now and then.
func BenchmarkPublish(b *testing.B) {
	for name, cfg := range map[string]bus.Config{
		"sync=always": {Dir: b.TempDir()},
		"sync=1s":     {Dir: b.TempDir(), SyncEvery: time.Second},
		"external":    {URL: bustest.StartNATS(b).URL()},
	} {
		b.Run(name, func(b *testing.B) {
			q := openBench(b, cfg)
			const batch = 256
			last, err := q.LastSeq(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				if err := q.Publish(b.Context(), bustest.Events(subject, last+1, batch)); err != nil {
					b.Fatal(err)
				}
				last += batch
				n += batch
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkConsume handles events that do nothing, one at a time.
func BenchmarkConsume(b *testing.B) {
	q := openBench(b, bus.Config{Dir: b.TempDir(), SyncEvery: time.Second})
	const batch = 5000
	events, last := 0, int64(0)
	handled := make(chan struct{}, batch)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() {
		ended <- q.Consume(ctx, bus.Consumer{Name: "worker", Handle: func(context.Context, domain.Event) error {
			handled <- struct{}{}
			return nil
		}})
	}()
	for b.Loop() {
		b.StopTimer()
		if err := q.Publish(b.Context(), bustest.Events("quell.other.made", last+1, batch)); err != nil {
			b.Fatal(err)
		}
		last += batch
		events += batch
		b.StartTimer()
		for range batch {
			<-handled
		}
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen starts and stops an embedded server that holds 10 000 events.
func BenchmarkOpen(b *testing.B) {
	cfg := bus.Config{Dir: b.TempDir(), SyncEvery: time.Second, Log: bustest.Quiet()}
	q := openBench(b, cfg)
	if err := q.Publish(b.Context(), bustest.Events(subject, 1, 10_000)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := q.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
		q = openBench(b, cfg)
	}
}

func openBench(b *testing.B, cfg bus.Config) *bus.Bus {
	b.Helper()
	cfg.Log = bustest.Quiet()
	q, err := bus.Open(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = q.Close(context.Background()) })
	return q
}
