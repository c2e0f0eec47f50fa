package hma

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	notFoundHTML = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n"
	notAllowed   = "<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed</title>\n<h1>Method Not Allowed</h1>\n<p>The method is not allowed for the requested URL.</p>\n"
)

func message(text string) string { return fmt.Sprintf("{\"message\":%s}\n", written(text)) }

func TestPathsAreThoseOfFlask(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.face.routes = newRouter([]route{
		{method: http.MethodGet, rule: "/c/signal_type/<signal_type_name>", handle: func(r *request) (any, error) { return r.param("signal_type_name"), nil }},
		{method: http.MethodGet, rule: "/c/signal_type/index", handle: func(*request) (any, error) { return "the index", nil }},
		{method: http.MethodPut, rule: "/c/bank/<bank_name>", handle: func(r *request) (any, error) { return r.param("bank_name"), nil }},
		{method: http.MethodGet, rule: "/c/bank/<bank_name>/content/<int:content_id>", handle: func(r *request) (any, error) {
			return []any{r.param("bank_name"), r.number("content_id")}, nil
		}},
	})
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/c/signal_type/index", 200, `"the index"` + "\n"},
		{"GET", "/c/signal_type/pdq", 200, `"pdq"` + "\n"},
		{"GET", "/c/bank/A/content/17", 200, `["A",17]` + "\n"},
		{"GET", "/c/bank/A%20B/content/017", 200, `["A B",17]` + "\n"},
		{"GET", "/c/bank/%C3%A9%00%FF/content/1", 200, `["\u00e9\ufffd\ufffd",1]` + "\n"},
		{"GET", "/c/bank/A/content/99999999999999999999", 200, `["A",-1]` + "\n"},
		{"GET", "//c///bank//A/content/17", 200, `["A",17]` + "\n"},
		{"PUT", "//c/bank/A", 200, `"A"` + "\n"},
		{"PUT", "/c/bank/..", 200, `".."` + "\n"},
		{"GET", "/c/bank/A/content/17/", 404, notFoundHTML},
		{"GET", "/c/bank/A/content/x", 404, notFoundHTML},
		{"GET", "/c/bank/A/content/-1", 404, notFoundHTML},
		{"GET", "/c/bank/A/content/%D9%A3", 404, notFoundHTML},
		{"GET", "/c/bank/A%2FB/content/1", 404, notFoundHTML},
		{"GET", "/c/bank/", 404, notFoundHTML},
		{"GET", "/nothing", 404, notFoundHTML},
		{"OPTIONS", "/nothing", 404, notFoundHTML},
		{"GET", "/c/bank/A", 405, notAllowed},
		{"DELETE", "/c/bank/A/content/17", 405, notAllowed},
		{"OPTIONS", "/c/bank/A", 200, ""},
		{"HEAD", "/c/bank/A/content/17", 200, ""},
		{"HEAD", "/c/bank/A", 405, ""},
	} {
		wants(t, c.method+" "+c.path, w.do(c.method, c.path), c.status, c.body)
	}
}

func TestAllowNamesTheMethodsOfAPath(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", "/m/lookup", "GET, HEAD, OPTIONS, POST"},
		{"OPTIONS", "/m/lookup", "GET, HEAD, OPTIONS, POST"},
		{"GET", "/m/compare", "OPTIONS, POST"},
		{"GET", "/m/lookup", ""},
		{"GET", "/nothing", ""},
	} {
		if got := w.do(c.method, c.path).Header().Get("Allow"); got != c.allow {
			t.Errorf("%s %s: Allow %q, want %q", c.method, c.path, got, c.allow)
		}
	}
}

func TestEveryAnswerSaysThatItIsNotToBeKept(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/status", "/site-map", "/nothing", "/m/raw_lookup"} {
		h := newWorld().do(http.MethodGet, path).Header()
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// TestOverTheNetwork sends what a mux of the standard library would answer with a redirect.
func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	for _, mount := range []string{"", "/hma"} {
		w := newWorld(local)
		server := httptest.NewServer(http.StripPrefix(mount, w))
		defer server.Close()
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		for _, c := range []struct {
			method, path string
			status       int
			location     string
		}{
			{"POST", "//m/compare", 415, ""},
			{"GET", "//status", 200, ""},
			{"HEAD", "/status", 200, ""},
			{"GET", "/", 302, mount + "/status"},
			{"GET", "//", 302, mount + "/status"},
			{"GET", "//example.org/", 404, ""},
			{"GET", "/status/", 404, ""},
		} {
			r, err := http.NewRequest(c.method, server.URL+mount+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != c.status || answer.Header.Get("Location") != c.location {
				t.Errorf("%s %s%s: %d %q, want %d %q", c.method, mount, c.path, answer.StatusCode, answer.Header.Get("Location"), c.status, c.location)
			}
		}
	}
}

// local lets requests of this machine in.
func local(_ *world, cfg *Config) {
	cfg.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func TestErrorsOfTheRoomsBehind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{badRequest("no such %s", "thing"), 400, "no such thing"},
		{fmt.Errorf("wrapped: %w", refuse(404, "bank 'X' not found")), 404, "bank 'X' not found"},
		{errBusy, 503, textBusy},
		{context.DeadlineExceeded, 503, textBusy},
		{fmt.Errorf("read: %w", context.Canceled), 503, textBusy},
		{&http.MaxBytesError{}, 413, textTooLarge},
		{errNotFound, 500, textInternal}, // nobody has said what is not there
		{errConflict, 500, textInternal},
		{errors.New("the disk is full"), 500, textInternal},
	} {
		w := newWorld()
		w.serves(http.MethodGet, "/x", func(*request) (any, error) { return nil, c.err })
		got := w.do(http.MethodGet, "/x")
		wants(t, c.err.Error(), got, c.status, message(c.text))
		if retry := got.Header().Get("Retry-After"); (retry != "") != (c.status == 503) {
			t.Errorf("%v: Retry-After %q", c.err, retry)
		}
		if logged := strings.Contains(w.log.String(), "level=ERROR"); logged != (c.status == 500) {
			t.Errorf("%v: the log says %s", c.err, w.log.String())
		}
	}
}

func TestAPanicIsAnAnswerAndIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.serves(http.MethodGet, "/x", func(*request) (any, error) { panic("no way") })
	wants(t, "panic", w.do(http.MethodGet, "/x"), http.StatusInternalServerError, message(textInternal))
	if !strings.Contains(w.log.String(), "no way") {
		t.Errorf("the log says %s", w.log.String())
	}
	w.serves(http.MethodGet, "/x", func(r *request) (any, error) {
		r.writer.WriteHeader(http.StatusOK)
		panic("half way")
	})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("half an answer ends with %v", p)
		}
	}()
	w.do(http.MethodGet, "/x")
}

func TestObserverHearsRulesAndNoNames(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, r := range []struct{ method, path string }{{"GET", "/status"}, {"HEAD", "//status"}, {"GET", "/a-name"}, {"POST", "/status"}, {"OPTIONS", "/status"}, {"GET", "/m/raw_lookup"}} {
		w.do(r.method, r.path)
	}
	want := []string{"GET /status 200", "GET /status 200", "other 404", "other 405", "other 200", "GET /m/raw_lookup 422"}
	if !slices.Equal(w.routes, want) {
		t.Errorf("%q, want %q", w.routes, want)
	}
}

func TestARequestHasATime(t *testing.T) {
	t.Parallel()
	w := newWorld(func(_ *world, cfg *Config) { cfg.Time = 10 * time.Millisecond })
	w.serves(http.MethodGet, "/x", func(r *request) (any, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	wants(t, "a slow room", w.do(http.MethodGet, "/x"), http.StatusServiceUnavailable, message(textBusy))
}

func TestABodyThatNeverArrivesIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(local, func(_ *world, cfg *Config) { cfg.Time = 50 * time.Millisecond })
	server := httptest.NewServer(w)
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, _ = fmt.Fprintf(connection, "POST /m/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusRequestTimeout || string(body) != message("The request took too long to arrive.") {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, c := range []struct {
		loaded, ready bool
		status        int
		word          string
	}{{false, false, 503, "INDEX-NOT-LOADED"}, {true, false, 503, "INDEX-STALE"}, {true, true, 200, "I-AM-ALIVE"}} {
		w.index.loaded, w.index.ready = c.loaded, c.ready
		got := w.do(http.MethodGet, "/status")
		wants(t, c.word, got, c.status, c.word)
		if kind := got.Header().Get("Content-Type"); kind != typeHTML {
			t.Error(kind)
		}
		wants(t, "live", w.do(http.MethodGet, "/status/live"), http.StatusOK, "I-AM-ALIVE")
	}
}

func TestSiteMapListsEveryRuleOnce(t *testing.T) {
	t.Parallel()
	w := newWorld()
	var rules []string
	if err := json.Unmarshal(w.do(http.MethodGet, "/site-map").Body.Bytes(), &rules); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(rules) || len(slices.Compact(slices.Clone(rules))) != len(rules) {
		t.Errorf("not sorted, or not once: %q", rules)
	}
	for _, rule := range []string{"/", "/h/hash", "/m/compare", "/m/index/status", "/m/lookup", "/m/raw_lookup", "/openapi/openapi.json", "/site-map", "/status", "/status/live"} {
		if !slices.Contains(rules, rule) {
			t.Errorf("%s is not there", rule)
		}
	}
}

// TestDocumentDescribesEveryRoute checks what every operation has to have; that it is OpenAPI is for the suite over the whole program to say.
func TestDocumentDescribesEveryRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(withKey)
	r := httptest.NewRequest(http.MethodGet, "/hma/openapi/openapi.json", nil)
	r.Header.Set("X-API-Key", goodKey)
	answer := httptest.NewRecorder()
	http.StripPrefix("/hma", w).ServeHTTP(answer, r)
	var document struct {
		OpenAPI string
		Info    struct{ Title string }
		Servers []struct{ URL string }
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Parameters  []struct {
				Name, In string
				Schema   map[string]any
			}
			Responses map[string]struct{ Description string }
			Security  []any
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	if document.Info.Title != "Open Media Match API" || !strings.HasPrefix(document.OpenAPI, "3.") || document.Servers[0].URL != "/hma" {
		t.Errorf("%+v", document)
	}
	names := map[string]bool{}
	for _, rt := range w.face.routes.all {
		op, there := document.Paths[pathOf(rt.segments)][strings.ToLower(rt.method)]
		if !there || op.Summary == "" || (op.Security == nil) != rt.open {
			t.Errorf("%s %s: %+v", rt.method, rt.rule, op)
		}
		if op.OperationID == "" || names[op.OperationID] {
			t.Errorf("%s %s is called %q, as another one", rt.method, rt.rule, op.OperationID)
		}
		names[op.OperationID] = true
		for status, a := range op.Responses {
			if a.Description == "" {
				t.Errorf("%s %s: nothing is said of %s", rt.method, rt.rule, status)
			}
		}
		for _, p := range op.Parameters {
			if p.Name == "" || p.In == "" || p.Schema == nil {
				t.Errorf("%s %s: %+v", rt.method, rt.rule, p)
			}
		}
	}
}

func TestAModelWithAFaultyFieldIsRefused(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a field without a doc is taken")
		}
	}()
	newModel[struct {
		Name string `name:"name"`
	}]("X")
}

func TestRouterFindsEveryRouteByItsOwnRule(t *testing.T) {
	t.Parallel()
	w := newWorld()
	number := regexp.MustCompile(`<int:[a-z_]+>`)
	for _, rt := range w.face.routes.all {
		path := strings.NewReplacer("<", "", ">", "").Replace(number.ReplaceAllString(rt.rule, "17"))
		if got, _, _ := w.face.routes.find(rt.method, path); got != rt {
			t.Errorf("%s %s is found as %v", rt.method, rt.rule, got)
		}
	}
}

func FuzzRouterFindsNothingTwice(f *testing.F) {
	f.Add("GET", "/c/bank/x")
	f.Add("POST", "//m//lookup/")
	routes := newWorld().face.routes
	f.Fuzz(func(t *testing.T, method, path string) {
		found, params, allowed := routes.find(method, path)
		if found != nil && allowed != nil || found == nil && params != nil {
			t.Errorf("%s %q: %v %v %v", method, path, found, params, allowed)
		}
		again, _, _ := routes.find(method, "/"+path)
		if strings.HasPrefix(path, "/") && !reflect.DeepEqual(found, again) {
			t.Errorf("%s %q: another slash changes what is found", method, path)
		}
	})
}
