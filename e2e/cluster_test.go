package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/quell-project/quell/e2e/process"
)

// TestMain builds the binary once for all tests.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "quell-e2e-")
	if err == nil {
		binary, err = process.Build(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var binary string

// The tests of this file take some seconds: they start processes and a cluster's worth of services.

func TestTwoProcessesOnOnePostgresAndOneNATS(t *testing.T) {
	t.Parallel()
	env := []string{"QUELL_DATABASE_URL=" + freshDatabase(t), "QUELL_BUS_URL=" + startNATS(t)}
	a, b := start(t, t.TempDir(), env...), start(t, t.TempDir(), env...)

	t.Run("a change of a bank takes effect in the other process within a second", func(t *testing.T) {
		call(t, a, http.MethodPost, "/api/v1/banks", map[string]any{"name": "known", "kind": "known"}, http.StatusCreated, nil)
		var took []time.Duration
		for range 9 {
			took = append(took, freshness(t, a, b))
		}
		slices.Sort(took)
		t.Logf("from the answer of one process to the effect in the other: median %v, longest %v", took[len(took)/2], took[len(took)-1])
		if median := took[len(took)/2]; median > time.Second {
			t.Errorf("median %v, want at most a second", median)
		}
	})

	t.Run("the same upload sent to both at once is decided once", func(t *testing.T) {
		for i := range 20 {
			var first, second decision
			body := signalUpload(fmt.Sprintf("twin-%d", i), randomPDQ())
			var group sync.WaitGroup
			group.Go(func() { call(t, a, http.MethodPost, "/api/v1/check", body, http.StatusOK, &first) })
			group.Go(func() { call(t, b, http.MethodPost, "/api/v1/check", body, http.StatusOK, &second) })
			group.Wait()
			if first.ID == "" || first.ID != second.ID {
				t.Fatalf("decisions %q and %q, want the same", first.ID, second.ID)
			}
		}
	})

	// past is checked by one process, and becomes known by another afterwards.
	past := func(content string, check *process.Server) (known string) {
		known = randomPDQ()
		var d decision
		call(t, check, http.MethodPost, "/api/v1/check", signalUpload(content, known), http.StatusOK, &d)
		if d.Verdict != "allow" {
			t.Errorf("%s is answered %q before it is known", content, d.Verdict)
		}
		return known
	}
	found := func(content string, ask *process.Server) {
		eventually(t, 60*time.Second, content+" is found", func() bool {
			var c struct{ Verdict string }
			call(t, ask, http.MethodGet, "/api/v1/contents/"+content, nil, http.StatusOK, &c)
			return c.Verdict == "block"
		})
	}
	t.Run("what both have checked is found when it becomes known", func(t *testing.T) {
		byA, byB := past("past-1", a), past("past-2", b)
		call(t, b, http.MethodPost, "/api/v1/banks/known/entries", entry(byA), http.StatusCreated, nil)
		call(t, a, http.MethodPost, "/api/v1/banks/known/entries", entry(byB), http.StatusCreated, nil)
		found("past-1", b)
		found("past-2", a)
	})
	forLater := past("past-3", a)

	t.Run("when one process is killed the other decides what waits", func(t *testing.T) {
		items := []any{}
		for i := range 20 {
			items = append(items, signalUpload(fmt.Sprintf("orphan-%d", i), randomPDQ()))
		}
		call(t, a, http.MethodPost, "/api/v1/contents", map[string]any{"items": items}, http.StatusAccepted, nil)
		a.Kill()
		for i := range items {
			eventually(t, 90*time.Second, "the upload is decided", func() bool {
				var c struct{ Verdict string }
				call(t, b, http.MethodGet, fmt.Sprintf("/api/v1/contents/orphan-%d", i), nil, http.StatusOK, &c)
				return c.Verdict == "allow"
			})
		}
	})

	t.Run("and finds what the killed one has checked", func(t *testing.T) {
		call(t, b, http.MethodPost, "/api/v1/banks/known/entries", entry(forLater), http.StatusCreated, nil)
		found("past-3", b)
	})
}

func TestABankChangeArrivesWithoutTheBus(t *testing.T) {
	t.Parallel()
	// Each process has a bus of its own here, so nothing that one says reaches the other: only the database joins them.
	env := "QUELL_DATABASE_URL=" + freshDatabase(t)
	a, b := start(t, t.TempDir(), env), start(t, t.TempDir(), env)
	call(t, a, http.MethodPost, "/api/v1/banks", map[string]any{"name": "known", "kind": "known"}, http.StatusCreated, nil)
	t.Logf("took %v", freshness(t, a, b))
}

func TestARestartKeepsEverything(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*process.Server) error{
		"after a stop":  (*process.Server).Stop,
		"after a crash": func(s *process.Server) error { s.Kill(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, known := t.TempDir(), randomPDQ()
			s := start(t, data)
			call(t, s, http.MethodPost, "/api/v1/banks", map[string]any{"name": "known", "kind": "known"}, http.StatusCreated, nil)
			call(t, s, http.MethodPost, "/api/v1/banks/known/entries", entry(known), http.StatusCreated, nil)
			var before, after decision
			call(t, s, http.MethodPost, "/api/v1/check", signalUpload("before", randomPDQ()), http.StatusOK, &before)
			if err := end(s); err != nil {
				t.Fatal(err)
			}
			s = start(t, data)
			call(t, s, http.MethodPost, "/api/v1/check", signalUpload("after", known), http.StatusOK, &after)
			if after.Verdict != "block" {
				t.Errorf("what was known before is answered %q, want block", after.Verdict)
			}
			call(t, s, http.MethodGet, "/api/v1/decisions/"+before.ID, nil, http.StatusOK, nil)
		})
	}
}

type decision struct {
	ID      string `json:"decision_id"`
	Verdict string `json:"verdict"`
}

// freshness adds an entry by one process and returns how long it takes until the other one blocks it; then it withdraws the entry and waits until
// the other allows it.
func freshness(t *testing.T, a, b *process.Server) time.Duration {
	t.Helper()
	known := randomPDQ()
	var added struct{ ID string }
	call(t, a, http.MethodPost, "/api/v1/banks/known/entries", entry(known), http.StatusCreated, &added)
	begun := time.Now()
	waitFor := func(verdict string) {
		eventually(t, 20*time.Second, "the other process answers "+verdict, func() bool {
			var d decision
			call(t, b, http.MethodPost, "/api/v1/check", signalUpload(fmt.Sprintf("probe-%d", rand.Uint64()), known), http.StatusOK, &d)
			return d.Verdict == verdict
		})
	}
	waitFor("block")
	took := time.Since(begun)
	call(t, a, http.MethodDelete, "/api/v1/banks/known/entries/"+added.ID, nil, http.StatusOK, nil)
	waitFor("allow")
	return took
}

func start(t *testing.T, data string, env ...string) *process.Server {
	t.Helper()
	s, err := process.Start(t.Context(), binary, data, env...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("server on %s said:\n%s", data, s.Log)
		}
	})
	return s
}

func call(t *testing.T, s *process.Server, method, path string, body any, want int, into any) {
	t.Helper()
	status, err := s.Call(t.Context(), http.DefaultClient, method, path, body, into)
	if err != nil || status != want {
		t.Errorf("%s %s: status %d, want %d, error %v", method, path, status, want, err)
	}
}

// eventually asks again and again until something is so.
func eventually(t *testing.T, within time.Duration, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !is() {
		if time.Now().After(deadline) || t.Failed() {
			t.Fatalf("after %v it is still not so that %s", within, what)
		}
		time.Sleep(10 * time.Millisecond) // between two questions
	}
}

func randomPDQ() string {
	return fmt.Sprintf("%016x%016x%016x%016x", rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64())
}

func signalUpload(content, pdq string) map[string]any {
	return map[string]any{"content_id": content, "signals": []any{map[string]any{"type": "pdq", "value": pdq}}}
}

func entry(pdq string) map[string]any {
	return map[string]any{"signals": []any{map[string]any{"type": "pdq", "value": pdq}}, "source": "test"}
}

// freshDatabase makes a database for one test on the PostgreSQL of QUELL_TEST_POSTGRES.
func freshDatabase(t *testing.T) string {
	t.Helper()
	base := os.Getenv("QUELL_TEST_POSTGRES")
	if base == "" {
		t.Skip("QUELL_TEST_POSTGRES is not set: run `make test`, or scripts/with-postgres go test ./e2e")
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.ToLower(fmt.Sprintf("e2e_%x", rand.Uint64()))
	if _, err := db.ExecContext(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("drop database " + name + " with (force)"); err != nil {
			t.Log(err)
		}
		db.Close()
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// startNATS starts a NATS server with JetStream on a free port.
func startNATS(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not get ready")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s.ClientURL()
}
