package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/observed"
)

// signedIn lets requests with a valid key through and bounds the time that they take.
func (s *server) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.Limits.Time)
		defer cancel()
		inner := r.WithContext(ctx)
		defer func() { r.Pattern = inner.Pattern }() // the mux behind notes the route on the request that it is given
		w.Header().Set("Cache-Control", "no-store")
		name, admitted := s.admitted(w, inner)
		if !admitted {
			return
		}
		inner = inner.WithContext(context.WithValue(ctx, callerKey{}, name))
		next.ServeHTTP(w, inner)
	})
}

type callerKey struct{}

// caller is who has sent a request: the name of the key that it shows.
func caller(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

// admitted returns the name of the key that a request shows if that is valid; if not, it is answered.
func (s *server) admitted(w http.ResponseWriter, r *http.Request) (name string, admitted bool) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="quell"`)
		writeProblem(w, problem(http.StatusUnauthorized, "An API key is needed: send it as \"Authorization: Bearer KEY\". Make one with `quell key create NAME`."))
		return "", false
	}
	name, err := s.Keys.Key(r.Context(), key)
	switch {
	case err == nil:
		return name, true
	case s.Faults.Denied(err):
		w.Header().Set("WWW-Authenticate", `Bearer realm="quell", error="invalid_token"`)
		writeProblem(w, problem(http.StatusUnauthorized, "The API key is not valid. Make one with `quell key create NAME`."))
	default:
		s.fail(w, r, err)
	}
	return "", false
}

// observed reports every request and turns a panic into a problem.
func (s *server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		observed.Request{
			Work:   func(w http.ResponseWriter) { next.ServeHTTP(w, r) },
			Broken: func(w http.ResponseWriter) { writeProblem(w, internalProblem()) },
			Ended: func(status int, took time.Duration) {
				if s.Observe != nil {
					s.Observe(routeOf(r), status, took)
				}
			},
			Log: s.Log,
		}.Serve(w, r)
	})
}

// routeOf names the kind of request without anything that a client chose.
func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "other"
	}
	return r.Pattern
}
