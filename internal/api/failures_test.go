package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quell-project/quell/internal/api"
	"github.com/quell-project/quell/internal/domain"
)

// brokenRecords fail as they are told.
type brokenRecords struct {
	api.Records
	fail func() error
}

func (b brokenRecords) Uploads(context.Context, domain.ContentID, int) ([]domain.Upload, error) {
	if err := b.fail(); err != nil {
		return nil, err
	}
	return []domain.Upload{{ID: "upload-1", ContentID: "a", Attributes: map[string]any{"a": trap{}}}}, nil
}

func (b brokenRecords) RecordedOf(context.Context, domain.UploadID) ([]domain.Recorded, error) {
	return nil, nil
}

// trap blows up when it is written.
type trap struct{}

func (trap) MarshalJSON() ([]byte, error) { panic("it was a trap") }

// TestAPanicIsAProblem lets rooms behind the API panic: the client learns nothing of it, the log does, and the next request is served.
func TestAPanicIsAProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(func(c *api.Config) {
		c.Records = brokenRecords{fail: func() error { panic("a secret word") }}
	})
	w.before = func(context.Context) error { panic("a secret word") }
	for _, a := range []answer{postJSON(w, "/api/v1/check", fullRequest), get(w, "/api/v1/contents/a")} {
		if p := a.problem(t, http.StatusInternalServerError); strings.Contains(p.Detail, "secret") {
			t.Errorf("the answer tells the secret: %s", p.Detail)
		}
	}
	if log := w.log.String(); strings.Count(log, "a secret word") != 2 || !strings.Contains(log, "failures_test.go") {
		t.Errorf("the log does not say what happened and where: %s", log)
	}
	if want := []string{"POST /api/v1/check 500", "GET /api/v1/contents/{content_id} 500"}; !slices.Equal(w.routes, want) {
		t.Errorf("counted %q, want %q", w.routes, want)
	}
	w.before = nil
	postJSON(w, "/api/v1/check", fullRequest).object(t, http.StatusOK)
}

// TestHalfAnAnswerIsNoAnswer: if it goes wrong after the answer has begun, the connection ends, so that nobody takes it for a whole one.
func TestHalfAnAnswerIsNoAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(func(c *api.Config) { c.Records = brokenRecords{fail: func() error { return nil }} })
	server := httptest.NewUnstartedServer(w)
	server.Config.ErrorLog = nil
	server.Start()
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/v1/contents/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+goodKey)
	if a, err := http.DefaultClient.Do(r); err == nil {
		if b, err := io.ReadAll(a.Body); err == nil {
			t.Errorf("answered %d %q", a.StatusCode, b)
		}
		a.Body.Close()
	}
}

// TestBusyMeansComeAgain wants 503 with a time to wait, by both kinds of route.
func TestBusyMeansComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(func(c *api.Config) { c.Records = brokenRecords{fail: func() error { return errBusy }} })
	w.before = func(context.Context) error { return errBusy }
	batch := `{"items":[` + fullRequest + `]}`
	for _, a := range []answer{postJSON(w, "/api/v1/check", fullRequest), postJSON(w, "/api/v1/contents", batch), get(w, "/api/v1/contents/a")} {
		a.problem(t, http.StatusServiceUnavailable)
		if a.header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
		}
	}
}

// TestInsidesStayInside lets the rooms behind fail with errors that no client should read.
func TestInsidesStayInside(t *testing.T) {
	t.Parallel()
	failure := errors.New("dial tcp 10.1.2.3:5432: password authentication failed for user quell")
	w := newWorld(func(c *api.Config) { c.Records = brokenRecords{fail: func() error { return failure }} })
	w.before = func(context.Context) error { return failure }
	for _, a := range []answer{postJSON(w, "/api/v1/check", fullRequest), postJSON(w, "/api/v1/contents", `{"items":[`+fullRequest+`]}`), get(w, "/api/v1/contents/a")} {
		a.problem(t, http.StatusInternalServerError)
		if strings.Contains(string(a.body), "password") || strings.Contains(string(a.body), "10.1.2.3") {
			t.Errorf("the answer tells the insides: %s", a.body)
		}
	}
	if n := strings.Count(w.log.String(), "password authentication"); n != 3 {
		t.Errorf("logged %d times, want 3", n)
	}
}

// TestKeysThatCannotBeLookedUpAreNotInvalid: a client must not throw its key away because the database is down.
func TestKeysThatCannotBeLookedUpAreNotInvalid(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.keys.err = errors.New("no database")
	get(w, "/api/v1/banks").problem(t, http.StatusInternalServerError)
	w.keys.err = context.DeadlineExceeded
	get(w, "/api/v1/banks").problem(t, http.StatusServiceUnavailable)
}

// TestEveryRequestEnds: what is worked on for too long is ended, and the client is told to come again.
func TestEveryRequestEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(c *api.Config) { c.Limits.Time = 30 * time.Second })
		w.before = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		began := time.Now()
		postJSON(w, "/api/v1/check", fullRequest).problem(t, http.StatusServiceUnavailable)
		if took := time.Since(began); took != 30*time.Second || w.recorded() != 0 {
			t.Errorf("took %v, recorded %d", took, w.recorded())
		}
	})
}

// TestSlowWorkIsAWarning does the same over a real connection: the client is still there, and the operator is told.
func TestSlowWorkIsAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(func(c *api.Config) { c.Limits.Time = 300 * time.Millisecond })
	w.before = func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server(t)+"/api/v1/check", strings.NewReader(fullRequest))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+goodKey)
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(w.log.String(), "deadline exceeded") {
		t.Errorf("answered %d, logged %q", a.StatusCode, w.log)
	}
}

// TestWhoGoesAwayIsNoWarning: clients that give up are no fault of the server.
func TestWhoGoesAwayIsNoWarning(t *testing.T) {
	t.Parallel()
	w := newWorld()
	ctx, leave := context.WithCancel(t.Context())
	w.before = func(ctx context.Context) error {
		leave()
		<-ctx.Done()
		return ctx.Err()
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v1/check", strings.NewReader(fullRequest))
	r.Header.Set("Authorization", "Bearer "+goodKey)
	r.Header.Set("Content-Type", "application/json")
	ask(w, r)
	if w.log.Len() > 0 || w.recorded() > 0 {
		t.Errorf("recorded %d, logged %s", w.recorded(), w.log)
	}
}

// TestMetricsHoldNothingThatAClientChose sends hostile requests of all kinds and looks at the names under which they are counted.
func TestMetricsHoldNothingThatAClientChose(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, path := range []string{
		"/api/v1/contents/EVIL", "/api/v1/contents/EVIL/matches", "/api/v1/contents?content_id=EVIL", "/api/v1/EVIL", "/api/EVIL", "/api/docs/EVIL", "/api/v1/banks/EVIL/entries/EVIL",
		"/api/v1/decisions/EVIL", "/api/v1/decisions?limit=EVIL", "/api/openapi.json?EVIL", "/api/v1/contents/EVIL/EVIL", "/api/v1//EVIL", "/api/docs",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete, "EVIL"} {
			send(w, method, path, "application/EVIL", strings.NewReader("EVIL"))
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("Authorization", "Bearer EVIL")
			ask(w, r)
		}
	}
	known := []string{"other", "/api/", "/api/v1/", "GET /api/docs", "GET /api/docs/", "GET /api/openapi.json"}
	for path, item := range described(t, w) {
		for method := range item {
			known = append(known, strings.ToUpper(method)+" "+path)
		}
	}
	for _, counted := range w.routes {
		route := counted[:strings.LastIndexByte(counted, ' ')]
		if !slices.Contains(known, route) {
			t.Errorf("counted under %q", route)
		}
		if strings.HasSuffix(counted, " 0") || strings.HasSuffix(counted, " 500") {
			t.Errorf("counted %q", counted)
		}
	}
	for _, want := range []string{"GET /api/v1/contents/{content_id} 404", "GET /api/v1/decisions 422", "/api/v1/ 401", "other 405", "GET /api/openapi.json 200"} {
		if !slices.Contains(w.routes, want) {
			t.Errorf("nothing was counted as %q among %q", want, slices.Compact(slices.Sorted(slices.Values(w.routes))))
		}
	}
}
