package bus_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/bus/bustest"
)

// childDir names the environment variable that turns the test binary into the process that is killed: it holds the embedded server in that
// directory, relays the events of the outbox file there and writes the id of each event it handles to the effects file, once.
const childDir = "QUELL_BUS_TEST_CHILD"

func outboxFile(dir string) string  { return filepath.Join(dir, "outbox.jsonl") }
func effectsFile(dir string) string { return filepath.Join(dir, "effects") }

// TestKill kills the process again and again in the middle of its work. In the end each event must have had its effect once.
func TestKill(t *testing.T) {
	t.Parallel()
	for name, syncEvery := range map[string]string{"synced": "0s", "synced now and then": "1s"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const n = 4000
			dir := t.TempDir()
			events := bustest.Events("quell.test.made", 1, n)
			writeOutbox(t, dir, events)
			for _, enough := range []int{1, 400, 900, 1500, 2600, n} {
				kill := startChild(t, dir, syncEvery)
				bustest.Eventually(t, fmt.Sprint(enough, " effects"), func() bool { return len(effects(t, dir)) >= enough })
				kill()
				t.Logf("killed after %d effects", len(effects(t, dir)))
			}
			seen := map[string]int{}
			for _, id := range effects(t, dir) {
				seen[id]++
			}
			for _, e := range events {
				if seen[string(e.ID)] != 1 {
					t.Errorf("event %d had its effect %d times", e.Seq, seen[string(e.ID)])
				}
			}
		})
	}
}

func writeOutbox(t *testing.T, dir string, events []domain.Event) {
	t.Helper()
	var file bytes.Buffer
	enc := json.NewEncoder(&file)
	for _, e := range events {
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(outboxFile(dir), file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// effects gives the ids that were written, in order.
func effects(t *testing.T, dir string) []string {
	t.Helper()
	file, err := os.ReadFile(effectsFile(dir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Fields(string(file))
}

// startChild starts the process and gives the means to kill it, with SIGKILL, which it cannot notice.
func startChild(t *testing.T, dir, syncEvery string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childDir+"_SYNC="+syncEvery)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if killed {
			return
		}
		killed = true
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if cmd.ProcessState.Exited() { // by itself, that is
			t.Errorf("the child ended: %v\n%s", cmd.ProcessState, out.String())
		}
	}
	t.Cleanup(kill)
	return kill
}

// child is what the killed process does.
func child() {
	if err := work(context.Background(), os.Getenv(childDir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func work(ctx context.Context, dir string) error {
	events, err := readOutbox(dir)
	if err != nil {
		return err
	}
	effect, err := newEffect(dir)
	if err != nil {
		return err
	}
	syncEvery, err := time.ParseDuration(os.Getenv(childDir + "_SYNC"))
	if err != nil {
		return err
	}
	b, err := bus.Open(ctx, bus.Config{Dir: filepath.Join(dir, "bus"), SyncEvery: syncEvery, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	ended := make(chan error, 2)
	go func() { ended <- bus.NewRelay(b, events, 0).Run(ctx) }()
	go func() { ended <- b.Consume(ctx, bus.Consumer{Name: "worker", Handle: effect.handle}) }()
	return <-ended
}

// fileOutbox is an outbox that lies in a file and does not grow.
type fileOutbox []domain.Event

func readOutbox(dir string) (fileOutbox, error) {
	file, err := os.Open(outboxFile(dir))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var events fileOutbox
	for dec := json.NewDecoder(bufio.NewReader(file)); dec.More(); {
		var e domain.Event
		if err := dec.Decode(&e); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func (o fileOutbox) EventsAfter(_ context.Context, seq int64, limit int) ([]domain.Event, error) {
	return o[seq:min(int(seq)+limit, len(o))], nil
}

func (o fileOutbox) LastEventSeq(context.Context) (int64, error) { return int64(len(o)), nil }

// effect is an idempotent consumer: what it did is on file, and what is on file is not done again.
type effect struct {
	file *os.File
	done map[domain.EventID]bool
}

func newEffect(dir string) (*effect, error) {
	e := &effect{done: map[domain.EventID]bool{}}
	old, err := os.ReadFile(effectsFile(dir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, id := range strings.Fields(string(old)) {
		e.done[domain.EventID(id)] = true
	}
	e.file, err = os.OpenFile(effectsFile(dir), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return e, err
}

func (f *effect) handle(_ context.Context, e domain.Event) error {
	if f.done[e.ID] {
		return nil
	}
	f.done[e.ID] = true
	_, err := f.file.WriteString(string(e.ID) + "\n")
	return err
}
