package hma

import (
	"context"
	"net/http"
	"time"

	"github.com/quell-project/quell/internal/observed"
)

// mostTold is how many bytes of a text from outside a message or the log repeats.
const mostTold = 200

// ServeHTTP answers one request.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var rt *route
	observed.Request{
		Work: func(w http.ResponseWriter) {
			var params map[string]string
			var allowed []string
			rt, params, allowed = f.routes.find(r.Method, r.URL.Path)
			f.serve(w, r, rt, params, allowed)
		},
		Broken: func(w http.ResponseWriter) { internal().send(w, r) },
		Ended: func(status int, took time.Duration) {
			name := "other"
			if rt != nil {
				name = rt.method + " " + rt.rule
			}
			if f.Observe != nil {
				f.Observe(name, status, took)
			}
		},
		Log: f.Log,
	}.Serve(w, r)
}

// serve answers a request for a route, or for a path that has the methods that are allowed.
func (f *face) serve(w http.ResponseWriter, r *http.Request, rt *route, params map[string]string, allowed []string) {
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(r.Context(), f.Time)
	defer cancel()
	r = r.WithContext(ctx)
	if err := f.admitted(r, rt != nil && rt.open); err != nil {
		f.fail(w, r, err)
		return
	}
	switch {
	case rt != nil:
		f.handle(w, r, rt, params)
	case allowed == nil:
		notFoundPage().send(w, r)
	case r.Method == http.MethodOptions:
		options(allowed).send(w, r)
	default:
		notAllowedPage(allowed).send(w, r)
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
