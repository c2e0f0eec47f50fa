package hma

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// A world is the face with small rooms behind it that keep everything in memory.
type world struct {
	*face
	index *index
	banks *banks
	log   bytes.Buffer

	mu     sync.Mutex
	routes []string // "route status" of every request
}

var (
	errNotFound = errors.New("not found")
	errConflict = errors.New("already exists")
	errBusy     = errors.New("not ready")
	errDenied   = errors.New("not valid")
)

// newWorld makes a world; change may alter its configuration.
func newWorld(change ...func(*world, *Config)) *world {
	w := &world{index: &index{loaded: true, ready: true}, banks: &banks{}}
	cfg := Config{
		Index: w.index, Banks: w.banks, Record: RecordNone, Bodies: bodies{}, Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Faults: Faults{
			NotFound: func(err error) bool { return errors.Is(err, errNotFound) },
			Conflict: func(err error) bool { return errors.Is(err, errConflict) },
			Busy:     func(err error) bool { return errors.Is(err, errBusy) },
			Denied:   func(err error) bool { return errors.Is(err, errDenied) },
			TooLarge: func(err error) bool { _, is := errors.AsType[*http.MaxBytesError](err); return is },
		},
		FileBytes: 1000, Time: time.Minute, Version: "test", Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		Observe: func(route string, status int, _ time.Duration) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.routes = append(w.routes, fmt.Sprintf("%s %d", route, status))
		},
	}
	for _, f := range change {
		f(w, &cfg)
	}
	w.face = New(cfg).(*face)
	return w
}

// serves adds a route for a test.
func (w *world) serves(method, rule string, handle func(*request) (any, error)) {
	w.face.routes = newRouter([]route{{method: method, rule: rule, handle: handle}})
}

// do sends a request without a body.
func (w *world) do(method, target string) *httptest.ResponseRecorder {
	return w.send(httptest.NewRequest(method, target, nil))
}

// post sends a body.
func (w *world) post(target, mediaType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	return w.send(r)
}

func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// wants checks status and body of an answer.
func wants(t *testing.T, what string, got *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if got.Code != status || got.Body.String() != body {
		t.Errorf("%s: %d %s\nwant %d %s", what, got.Code, got.Body, status, body)
	}
}

// bodies bounds bodies and reserves nothing.
type bodies struct{}

func (bodies) Admit(w http.ResponseWriter, r *http.Request, most int64) (func(), error) {
	if r.ContentLength > most {
		return nil, &http.MaxBytesError{Limit: most}
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	return func() { _, _ = io.Copy(io.Discard, r.Body) }, nil
}

// index knows what a test has put into it.
type index struct {
	Index
	loaded, ready bool
}

func (x *index) Loaded() bool { return x.loaded }

func (x *index) Size(domain.SignalType) int { return 7 }

func (x *index) Ready() bool { return x.ready }

func (x *index) Search(context.Context, match.Query) ([]match.Known, error) { return nil, nil }

// banks keeps what a test has put into it.
type banks struct {
	Curation
	shares map[domain.SignalType]float64
	fail   error
	count  func() (int64, error)
}

func (b *banks) NewestSignal(context.Context, domain.SignalType) (domain.Time, error) { return 1, nil }

func (b *banks) LiveSignals(context.Context, domain.SignalType) (int64, error) { return b.count() }

func (b *banks) Shares(context.Context) (map[domain.SignalType]float64, error) {
	return b.shares, b.fail
}
