package hma

import (
	"context"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// mostTold is how many bytes of a text from outside a message or the log repeats.
const mostTold = 200

// ServeHTTP answers one request: it is reported, and a panic becomes an answer.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	seen := &statusWriter{ResponseWriter: w}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	name := "other"
	defer func() {
		p := recover()
		if p != nil && p != http.ErrAbortHandler {
			f.Log.Error("a request ended in a panic", "path", domain.Clip(r.URL.Path, mostTold), "panic", p, "stack", string(debug.Stack()))
			if seen.status == 0 {
				internal().send(seen, r)
				p = nil
			}
		}
		if f.Observe != nil {
			f.Observe(name, seen.status, time.Since(started))
		}
		if p != nil {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
	}()
	rt, params, allowed := f.routes.find(r.Method, r.URL.Path)
	if rt != nil {
		name = rt.method + " " + rt.rule
	}
	ctx, cancel := context.WithTimeout(r.Context(), f.Time)
	defer cancel()
	r = r.WithContext(ctx)
	if err := f.admitted(r, rt != nil && rt.open); err != nil {
		f.fail(seen, r, err)
		return
	}
	switch {
	case rt != nil:
		f.handle(seen, r, rt, params)
	case allowed == nil:
		notFoundPage().send(seen, r)
	case r.Method == http.MethodOptions:
		options(allowed).send(seen, r)
	default:
		notAllowedPage(allowed).send(seen, r)
	}
}

// handle has a route work on a request and sends what it says.
func (f *face) handle(w http.ResponseWriter, r *http.Request, rt *route, params map[string]string) {
	req := &request{Request: r, face: f, params: params, writer: w}
	defer req.free()
	v, err := rt.handle(req)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	if a, ok := v.(answerer); ok {
		a.send(w, r)
		return
	}
	done(v).send(w, r)
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int // 0: nothing was answered yet
}

// WriteHeader notes the status and sends it, once.
func (w *statusWriter) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
		w.ResponseWriter.WriteHeader(code)
	}
}

// Write notes the implied status.
func (w *statusWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController the writer below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
