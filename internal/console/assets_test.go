package console

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestAssetsAreKeptForEverUnderNamesOfTheirContent(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 1, 0))
	page := body(t, s.get("/"), http.StatusOK)
	s.cookie = "" // strangers see the style of the page that turns them away
	paths := regexp.MustCompile(`/assets/[^"]+`).FindAllString(page, -1)
	if len(paths) != 3 {
		t.Fatalf("assets of the page: %q, want style sheet, module and mark", paths)
	}
	types := map[string]string{"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
	for _, path := range paths {
		w := s.get(path)
		if got := w.Header().Get("Cache-Control"); w.Code != http.StatusOK || got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: status %d, Cache-Control %q", path, w.Code, got)
		}
		if got, want := w.Header().Get("Content-Type"), types[path[strings.LastIndexByte(path, '.')+1:]]; got != want {
			t.Errorf("%s: Content-Type %q, want %q", path, got, want)
		}
		if !regexp.MustCompile(`\.[0-9a-f]{12}\.`).MatchString(path) {
			t.Errorf("%s does not carry the hash of its content", path)
		}
	}
	for _, path := range []string{"/assets/console.css", "/assets/console.000000000000.css", "/assets/", "/assets/../console.go"} {
		if w := s.get(path); w.Code == http.StatusOK || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, Cache-Control %q", path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

func TestUnknownPathsAreNotFound(t *testing.T) {
	t.Parallel()
	s := visit(t)
	for _, path := range []string{"/nowhere", "/decisions", "/api/v2", "/latest/x"} {
		if page := body(t, s.get(path), http.StatusNotFound); !strings.Contains(page, s.words().NotFound.Title) {
			t.Errorf("%s:\n%s", path, page)
		}
	}
}
