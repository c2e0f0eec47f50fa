package bus_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/bus"
)

func TestConfigurationErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	notADir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notADir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for want, cfg := range map[string]bus.Config{
		"give either the URL":                               {},
		"external server or the dir":                        {URL: "nats://x", Dir: "y"},
		"listen and sync-every are for":                     {URL: "nats://x", Listen: "127.0.0.1:0"},
		"credentials file and replicas":                     {Dir: "x", Replicas: 3},
		"replicas 9 is out of range":                        {URL: "nats://x", Replicas: 9},
		"retention 1s is too short":                         {Dir: "x", Retention: time.Second},
		"stream size 5 is too small":                        {Dir: "x", MaxBytes: 5},
		"sync-every 1h0m0s is out":                          {Dir: "x", SyncEvery: time.Hour},
		"no such file":                                      {URL: "nats://x", CredentialsFile: "/does/not/exist"},
		"\"nats://0.0.0.0:4222\" is not a loopback address": {Dir: "x", Listen: "0.0.0.0:4222"},
		"\"nats://u:xxxxx@host:1\" is not a loopback":       {Dir: "x", Listen: "nats://u:secret@host:1"},
		"needs a port":                                      {Dir: "x", Listen: "127.0.0.1"},
		"not a directory":                                   {Dir: notADir},
		"address already in use":                            {Dir: t.TempDir(), Listen: taken.Addr().String()},
	} {
		cfg.Log = slog.New(slog.DiscardHandler)
		b, err := bus.Open(t.Context(), cfg)
		if err == nil {
			shut(t, b)
			t.Errorf("accepted a configuration; want an error with %q", want)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("error %q, want one with %q and no password", err, want)
		}
	}
}

func TestOpenWaitsForTheServerUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	log := &logCounter{}
	_, err := bus.Open(ctx, bus.Config{URL: "nats://user:secret@127.0.0.1:1", Log: log.logger()})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
	if n := log.count(""); n != 1 {
		t.Errorf("%d lines in the log, want 1", n)
	}
}

func TestEmbeddedServerHasNoPortUnlessAsked(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Config{Dir: t.TempDir()})
	if url := b.ClientURL(); url != "" {
		t.Errorf("reachable at %s", url)
	}
	if err := b.Healthy(t.Context()); err != nil {
		t.Error(err)
	}
	b = open(t, bus.Config{Dir: t.TempDir(), Listen: "nats://user:secret@127.0.0.1:0"})
	intruder := strings.Replace(b.ClientURL(), "secret", "guess", 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := bus.Open(ctx, bus.Config{URL: intruder, Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("a wrong password opens the bus")
	}
}

func TestSettingsOfTheStreamFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, size := range []int64{64 << 20, 128 << 20, 1 << 20, 4 << 30} {
		b := open(t, bus.Config{Dir: dir, MaxBytes: size, Retention: time.Duration(size) * time.Millisecond})
		last, err := b.LastSeq(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Publish(t.Context(), []domain.Event{{Seq: last + 1, ID: domain.NewID[domain.EventID](), Subject: subject, At: 1}}); err != nil {
			t.Fatal(err)
		}
		shut(t, b)
	}
	b := open(t, bus.Config{Dir: dir})
	if last, err := b.LastSeq(t.Context()); last != 4 || err != nil {
		t.Errorf("the stream ends at %d, %v; want 4: nothing may get lost over a change of settings", last, err)
	}
}

// logCounter counts log messages.
type logCounter struct {
	mu    sync.Mutex
	lines []string
}

func (c *logCounter) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(c, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func (c *logCounter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, string(p))
	return len(p), nil
}

func (c *logCounter) count(part string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, l := range c.lines {
		if strings.Contains(l, part) {
			n++
		}
	}
	return n
}
