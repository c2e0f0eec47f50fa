package bus_test

import (
	"context"
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/bus/bustest"
)

func TestMain(m *testing.M) {
	if os.Getenv(childDir) != "" {
		child()
		return
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // the tests wait more than they compute
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(t *testing.T) bustest.Server {
		var first *bus.Bus
		return bustest.Server{Connect: func(t *testing.T) *bus.Bus {
			if first == nil {
				first = open(t, bus.Config{Dir: t.TempDir(), Listen: "nats://quell:secret@127.0.0.1:0"})
				return first
			}
			return open(t, bus.Config{URL: first.ClientURL()})
		}}
	})
}

func TestByURL(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(t *testing.T) bustest.Server {
		server := bustest.StartNATS(t)
		return bustest.Server{Connect: func(t *testing.T) *bus.Bus { return open(t, bus.Config{URL: server.URL()}) }}
	})
}

// open opens a bus that is closed when the test ends.
func open(t *testing.T, cfg bus.Config) *bus.Bus {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = bustest.Quiet()
	}
	b, err := bus.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, b) })
	return b
}

// shut closes a bus; once more does no harm.
func shut(t *testing.T, b *bus.Bus) {
	t.Helper()
	if err := b.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
