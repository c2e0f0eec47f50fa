package hma

import (
	"net/http"
	"net/url"
	"strings"
)

// metaRoutes tell about the server itself.
func (f *face) metaRoutes() []route {
	state := schema{"type": "string", "description": "one word"}
	return []route{
		{method: http.MethodGet, rule: "/", tag: "Status", summary: "Leads to /status", status: http.StatusFound, open: true, handle: f.root},
		{method: http.MethodGet, rule: "/status", tag: "Status", summary: "Whether lookups can be answered: I-AM-ALIVE, INDEX-NOT-LOADED or INDEX-STALE",
			answer: state, errors: []int{http.StatusServiceUnavailable}, open: true, handle: f.status},
		{method: http.MethodGet, rule: "/status/live", tag: "Status", summary: "Whether the process runs", answer: state, open: true,
			handle: func(*request) (any, error) { return text(http.StatusOK, "I-AM-ALIVE"), nil }},
		{method: http.MethodGet, rule: "/site-map", tag: "Status", summary: "Every path there is", answer: listOf(textSchema),
			handle: func(*request) (any, error) { return f.routes.rules(), nil }},
		{method: http.MethodGet, rule: "/openapi/openapi.json", tag: "Status", summary: "This document", answer: schema{"type": "object"},
			handle: func(r *request) (any, error) { return f.document(r), nil }},
	}
}

// root leads to the status, inside of the path that the face is mounted under.
func (f *face) root(r *request) (any, error) { return found(mountOf(r.Request) + "/status"), nil }

// mountOf returns the path that the face is mounted under: what http.StripPrefix has taken off.
func mountOf(r *http.Request) string {
	whole, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		return ""
	}
	mount, cut := strings.CutSuffix(whole.Path, r.URL.Path)
	if !cut {
		return ""
	}
	return strings.TrimRight((&url.URL{Path: mount}).EscapedPath(), "/")
}

func (f *face) status(*request) (any, error) {
	switch {
	case !f.Index.Loaded():
		return text(http.StatusServiceUnavailable, "INDEX-NOT-LOADED"), nil
	case !f.Index.Ready():
		return text(http.StatusServiceUnavailable, "INDEX-STALE"), nil
	}
	return text(http.StatusOK, "I-AM-ALIVE"), nil
}
