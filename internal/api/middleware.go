package api

import (
	"context"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// signedIn lets requests with a valid key through and bounds the time that they take.
func (s *server) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.Limits.Time)
		defer cancel()
		inner := r.WithContext(ctx)
		defer func() { r.Pattern = inner.Pattern }() // the mux behind notes the route on the request that it is given
		w.Header().Set("Cache-Control", "no-store")
		if s.admitted(w, inner) {
			next.ServeHTTP(w, inner)
		}
	})
}

// admitted reports whether a request shows a valid key; if not, it is answered.
func (s *server) admitted(w http.ResponseWriter, r *http.Request) bool {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="quell"`)
		writeProblem(w, problem(http.StatusUnauthorized, "An API key is needed: send it as \"Authorization: Bearer KEY\". Make one with `quell key create NAME`."))
		return false
	}
	_, err := s.Keys.Key(r.Context(), key)
	switch {
	case err == nil:
		return true
	case s.Faults.Denied(err):
		w.Header().Set("WWW-Authenticate", `Bearer realm="quell", error="invalid_token"`)
		writeProblem(w, problem(http.StatusUnauthorized, "The API key is not valid. Make one with `quell key create NAME`."))
	default:
		s.fail(w, r, err)
	}
	return false
}

// observed reports every request, turns a panic into a problem, and keeps browsers from taking an answer for something else.
func (s *server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		seen := &statusWriter{ResponseWriter: w}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				s.Log.Error("a request ended in a panic", "path", domain.Clip(r.URL.Path, mostTold), "panic", p, "stack", string(debug.Stack()))
				if seen.status == 0 {
					writeProblem(seen, internalProblem())
					p = nil
				}
			}
			if s.Observe != nil {
				s.Observe(routeOf(r), seen.status, time.Since(started))
			}
			if p != nil {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
		}()
		next.ServeHTTP(seen, r)
	})
}

// routeOf names the kind of request without anything that a client chose.
func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "other"
	}
	return r.Pattern
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
