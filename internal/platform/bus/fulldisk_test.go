//go:build linux

package bus_test

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/bus/bustest"
)

// TestFullDisk: while the disk takes nothing the bus says so, and afterwards it works again by itself and nothing is missing. JetStream alone would
// stay silent until its process is started anew. The disk is full for one process only, in which this same test runs: its files may not grow.
func TestFullDisk(t *testing.T) {
	const inside = "QUELL_BUS_TEST_FULL_DISK"
	if os.Getenv(inside) != "" {
		fillDisk(t)
		return
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$")
	cmd.Env = append(os.Environ(), inside+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func fillDisk(t *testing.T) {
	b := open(t, bus.Config{Dir: t.TempDir()})
	var o bustest.Outbox
	relay := bus.NewRelay(b, &o, poll)
	run(t, relay.Run)

	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limitFileSize(t, syscall.Rlimit{Cur: 64 << 10, Max: limit.Max})
	o.Add(subject, 2000)
	bustest.Eventually(t, "the full disk is noticed", func() bool { return b.Healthy(t.Context()) != nil })
	limitFileSize(t, limit)
	bustest.Eventually(t, "everything is in the stream", func() bool {
		lag, err := relay.Lag(t.Context())
		return err == nil && lag == 0 && b.Healthy(t.Context()) == nil
	})
	var l ledger
	consume(t, b, bus.Consumer{Name: "worker", Handle: l.handle})
	bustest.Eventually(t, "every event", l.has(o.All()))
}

func limitFileSize(t *testing.T, limit syscall.Rlimit) {
	t.Helper()
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}
