package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/bench/corpus"
)

// asked returns a run that asks a server of the test's own.
func asked(t *testing.T, handle http.HandlerFunc) *hmaRun {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	self := &exec.Cmd{Process: &os.Process{Pid: os.Getpid()}}
	return &hmaRun{set: corpus.Uniform{Seed: 1, N: 10}, server: &hmaServer{address: strings.TrimPrefix(s.URL, "http://"), cmd: self}, tell: func(string, int, int) {}}
}

func TestAnswersThatAreNotWhatMustComeAreCounted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		wrong  bool
	}{
		"right":              {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}\n") }, false},
		"something else":     {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"B":[]}`) }, true},
		"right but an error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503); _, _ = io.WriteString(w, "{}\n") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := asked(t, c.handle)
			q := &quiz{kind: HMAMiss, ask: func(dst []byte, _ int) []byte { return append(dst, get("/m/lookup?signal=x")...) },
				right: func(_ int, body []byte) bool { return string(body) == "{}\n" }}
			pass, err := r.ask(t.Context(), q, 3, 20*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if pass.Questions < 3 || (pass.Wrong == pass.Questions) != c.wrong || (pass.Wrong == 0) == c.wrong {
				t.Errorf("%d of %d are wrong, want all: %v", pass.Wrong, pass.Questions, c.wrong)
			}
			if exact := (&HMAResult{Passes: []HMAPass{pass}}).Exact(); exact == c.wrong {
				t.Errorf("exact is %v", exact)
			}
		})
	}
}

func TestRequestsAreWhatServersRead(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	r := asked(t, func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("photo")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b, _ := io.ReadAll(file)
		got <- r.Method + " " + r.URL.String() + " " + string(b)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "taken")
	})
	c, err := dialHMA(r.server.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	form, err := post([]byte("\xff\xd8 picture"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // over one connection
		status, body, err := c.ask(form.request(nil, "/m/lookup?include=details"))
		if err != nil || status != http.StatusCreated || string(body) != "taken" {
			t.Fatalf("status %d, %q, %v", status, body, err)
		}
		if want := "POST /m/lookup?include=details \xff\xd8 picture"; <-got != want {
			t.Errorf("the server did not see %q", want)
		}
	}
}

func TestAChangeWithoutEffectIsWaitedFor(t *testing.T) {
	t.Parallel()
	asks := 0
	r := asked(t, func(w http.ResponseWriter, _ *http.Request) {
		if asks++; asks > 3 {
			_, _ = io.WriteString(w, "there")
		}
	})
	c, err := dialHMA(r.server.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	err = r.seen(t.Context(), c, get("/"), func(body []byte) bool { return string(body) == "there" })
	if err != nil || asks != 4 {
		t.Errorf("asked %d times, %v", asks, err)
	}
}

func TestSettingsOfTheOneWhoMeasuresDoNotReachTheServer(t *testing.T) {
	t.Setenv("QUELL_DATABASE_URL", "postgres://elsewhere")
	dir := t.TempDir()
	script := dir + "/quell"
	if err := os.WriteFile(script, []byte("#!/bin/sh\nenv >"+dir+"/env\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := startHMA(t.Context(), script, dir); err == nil || !strings.Contains(err.Error(), "the server ended") {
		t.Errorf("a server that ends at once: %v", err)
	}
	env, err := os.ReadFile(dir + "/env")
	if err != nil || strings.Contains(string(env), "elsewhere") || !strings.Contains(string(env), "QUELL_HMA_LISTEN=127.0.0.1:") {
		t.Errorf("%v; its settings:\n%s", err, env)
	}
}
