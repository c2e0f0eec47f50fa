package hma

import (
	"context"
	"flag"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/store"
)

var (
	base     = flag.String("base", "", "base URL of a server to test instead of a Quell that is started here; its tables should be empty")
	patience = flag.Duration("patience", time.Second, "longest time after which a change of banks must have its effect on lookups")
	pictures = flag.String("media", "127.0.0.1:0", "address on which the pictures of these tests are served")
	update   = flag.Bool("update", false, "write the golden files again")
)

// key is the API key of every Quell that is started here.
const key = "key-of-the-tests-of-the-hma-face"

// A server is a running server: Quell, unless -base names another.
type server struct {
	client
	app   *app.App // nil: not ours
	media *media
	data  store.Config
	// caughtUp has the index read what SQL holds before every request of a conversation.
	caughtUp bool
}

// open opens a Quell on a database and returns it before it runs.
func open(t testing.TB, data store.Config, set map[string]string) *server {
	t.Helper()
	m := serveMedia(t)
	folder := filepath.Dir(data.Path)
	flags := map[string]string{
		"listen": "127.0.0.1:0", "hma.listen": "127.0.0.1:0", "fetch.allow": m.address(), "api.key": key,
	}
	if data.URL != "" {
		folder = t.TempDir()
		flags["database.url"], flags["secret.key"] = data.URL, strings.Repeat("5e", 32)
	}
	flags["data"] = folder
	maps.Copy(flags, set)
	cfg, _, err := config.Load(config.Sources{Flags: flags, Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := &server{client: client{t: t, base: a.HMAAddress()}, app: a, media: m, data: data}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// run has the server serve until the test ends.
func (s *server) run() {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.app.Run(ctx) }()
	s.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			s.t.Errorf("the run ended with %v", err)
		}
	})
}

// start opens a Quell and has it serve.
func start(t testing.TB, data store.Config, set map[string]string) *server {
	t.Helper()
	s := open(t, data, set)
	s.run()
	eventually(t, time.Minute, "the server is ready", func() bool {
		answer, err := http.Get(s.app.Address() + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return s
}

// eventually waits until something is so, and returns how long that took.
func eventually(t testing.TB, most time.Duration, what string, is func() bool) time.Duration {
	t.Helper()
	started := time.Now()
	for {
		asked := time.Now()
		if is() {
			return time.Since(started)
		}
		if asked.Sub(started) > most {
			t.Fatalf("after %v it is still not so that %s", most, what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// within waits for as long as -patience allows; found says what is to be seen instead.
func within(t testing.TB, is func() bool, found func() string) {
	t.Helper()
	for started := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		asked := time.Now()
		if is() {
			return
		}
		if asked.Sub(started) > *patience {
			t.Errorf("after %v: %s", *patience, found())
			return
		}
	}
}
