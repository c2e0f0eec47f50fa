package hma

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// TestConversations has the conversations of testdata/open again, in the order of their names, with a server that was empty before the first: numbers
// of contents count up from one file to the next. go test ./e2e/hma -update writes the answers; read them against the API of HMA before they are kept.
func TestConversations(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	for _, e := range storetest.Engines() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.Fresh(t), nil)
			s.caughtUp = true
			for _, c := range conversations(t, "open") {
				s.holds(c)
			}
			s.describes()
		})
	}
}

// describes compares the document of the API with testdata/openapi.json.
func (s *server) describes() {
	s.t.Helper()
	got := s.get("/openapi/openapi.json").has(200)
	var document bytes.Buffer
	if err := json.Indent(&document, []byte(got.body), "", "  "); err != nil || got.header.Get("Content-Type") != "application/json" {
		s.t.Fatalf("%v: %v", err, got.header)
	}
	path := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(path, document.Bytes(), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), document.String()); diff != "" {
		s.t.Errorf("the document (-want +got):\n%s", diff)
	}
}

// needsOwn skips a test that is about more than HMA.
func needsOwn(t *testing.T) {
	t.Helper()
	if *base != "" {
		t.Skip("-base: only the tests named TestHMA are about any server")
	}
}

func conversations(t testing.TB, folder string) (all []conversation) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no conversations in %s: %v", folder, err)
	}
	slices.Sort(paths)
	for _, p := range paths {
		all = append(all, readConversation(t, p))
	}
	return all
}

// listed are the statuses that HMA answers a route with, by its API as it was observed; those in brackets there, which are defects, are left out.
// 503 is what Quell answers in their place while its index or its database is away.
var listed = map[string][]int{
	"GET /":                     {302},
	"GET /status":               {200, 503},
	"GET /status/live":          {200},
	"GET /site-map":             {200},
	"GET /openapi/openapi.json": {200},

	"GET /h/hash":         {200, 400, 413, 422},
	"POST /h/hash":        {200, 400, 413},
	"GET /m/raw_lookup":   {200, 400, 422, 503},
	"GET /m/lookup":       {200, 400, 413, 422, 503},
	"POST /m/lookup":      {200, 400, 413, 503},
	"GET /m/index/status": {200, 400, 503},
	"POST /m/compare":     {200, 400, 415, 503},

	"GET /c/banks":                                        {200, 503},
	"POST /c/banks":                                       {201, 400, 403, 422, 503},
	"GET /c/bank/<bank_name>":                             {200, 404, 503},
	"PUT /c/bank/<bank_name>":                             {200, 400, 403, 404, 422, 503},
	"DELETE /c/bank/<bank_name>":                          {200, 503},
	"POST /c/bank/<bank_name>/content":                    {200, 400, 404, 413, 503},
	"POST /c/bank/<bank_name>/signal":                     {200, 400, 404, 415, 503},
	"GET /c/bank/<bank_name>/content/<int:content_id>":    {200, 404, 503},
	"PUT /c/bank/<bank_name>/content/<int:content_id>":    {200, 400, 404, 415, 503},
	"DELETE /c/bank/<bank_name>/content/<int:content_id>": {200, 404, 503},

	"GET /c/exchanges/apis":                         {200},
	"GET /c/exchanges/api/<string:api_name>":        {200, 400, 503},
	"POST /c/exchanges/api/<string:api_name>":       {200, 400, 415, 503},
	"GET /c/exchanges/api/<string:api_name>/schema": {200, 404},
	"GET /c/exchanges":                              {200, 503},
	"POST /c/exchanges":                             {201, 400, 409, 415, 503},
	"GET /c/exchange/<string:exchange_name>":        {200, 404, 503},
	"PUT /c/exchange/<string:exchange_name>":        {200, 404, 422, 503},
	"DELETE /c/exchange/<string:exchange_name>":     {200, 503},
	"GET /c/exchange/<string:exchange_name>/status": {200, 404, 503},

	"GET /c/signal_type":                    {200, 503},
	"PUT /c/signal_type/<signal_type_name>": {204, 400, 415, 422, 503},
	"GET /c/signal_type/index":              {200, 400, 503},
	"GET /c/content_type":                   {200, 503},
}

// TestEveryRouteIsInAConversation wants, for every route of the site map, a golden answer of every status that it is to have, one to HEAD where there is a
// GET, one to OPTIONS, and one to a method that it has not.
func TestEveryRouteIsInAConversation(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	seen, rules := map[string]map[int]bool{}, siteMap(t)
	for _, folder := range []string{"open", "guarded", "outage"} {
		for _, c := range conversations(t, folder) {
			for _, b := range c.blocks {
				if b.request == nil {
					continue
				}
				method, path := b.target()
				route := method + " " + ruleOf(rules, path)
				if seen[route] == nil {
					seen[route] = map[int]bool{}
				}
				seen[route][b.status()] = true
			}
		}
	}
	seen["GET /openapi/openapi.json"] = map[int]bool{200: true} // its answer is a file of its own
	known := map[string]bool{}
	for route, statuses := range listed {
		method, rule, _ := strings.Cut(route, " ")
		known[rule] = true
		for _, status := range statuses {
			if !seen[route][status] {
				t.Errorf("%s: no conversation has an answer of %d", route, status)
			}
		}
		if method == "GET" && len(seen["HEAD "+rule]) == 0 {
			t.Errorf("%s: no conversation has a HEAD", rule)
		}
	}
	for _, rule := range rules {
		if !known[rule] {
			t.Errorf("%s is in the site map and in no list of this test", rule)
		}
		refused := false
		for route, statuses := range seen {
			refused = refused || strings.HasSuffix(route, " "+rule) && statuses[405]
		}
		if !refused || !seen["OPTIONS "+rule][200] {
			t.Errorf("%s: no conversation has an OPTIONS, or a method that is not allowed", rule)
		}
	}
}

// siteMap returns the rules that the conversation about the site map lists.
func siteMap(t testing.TB) (rules []string) {
	t.Helper()
	for _, c := range conversations(t, "open") {
		for _, b := range c.blocks {
			if b.request == nil || b.request[0] != "GET /site-map" {
				continue
			}
			_, body, _ := strings.Cut(b.answer, "< [")
			if err := json.Unmarshal([]byte("["+body), &rules); err != nil {
				t.Fatal(err)
			}
			return rules
		}
	}
	t.Fatal("no conversation is about the site map")
	return nil
}

// ruleOf returns the rule that a path is one of; a rule that has the path's own words goes before one that has parameters. "" is none.
func ruleOf(rules []string, path string) (found string) {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	fewest := len(parts) + 1
	for _, rule := range rules {
		segments := strings.FieldsFunc(rule, func(r rune) bool { return r == '/' })
		parameters := 0
		fits := len(segments) == len(parts)
		for i := 0; fits && i < len(parts); i++ {
			if strings.HasPrefix(segments[i], "<") {
				parameters++
			} else {
				fits = segments[i] == parts[i]
			}
		}
		if fits && parameters < fewest {
			found, fewest = rule, parameters
		}
	}
	return found
}

// TestGuardedConversations has those of testdata/guarded with a server that asks for a key, takes small files alone, and opens URLs of two hosts.
func TestGuardedConversations(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	s := start(t, storetest.Engines()[0].Fresh(t), map[string]string{"hma.key": "true", "check.part_bytes": "1KiB", "hma.hosts": "media.example"})
	for _, c := range conversations(t, "guarded") {
		s.holds(c)
	}
}

// loseDatabase takes every table away from below the server; back brings them back.
func (s *server) loseDatabase() (back func()) {
	s.t.Helper()
	list := `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
	if s.data.URL != "" {
		list = `select tablename from pg_tables where schemaname = 'public'`
	}
	db := storetest.SQL(s.t, s.data)
	db.SetMaxOpenConns(1)
	if s.data.URL == "" {
		if _, err := db.ExecContext(s.t.Context(), `pragma busy_timeout = 5000`); err != nil { // the server writes too
			s.t.Fatal(err)
		}
	}
	rows, err := db.QueryContext(s.t.Context(), list)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			s.t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil || len(tables) == 0 {
		s.t.Fatalf("tables %q: %v", tables, err)
	}
	rename := func(from, to string) {
		s.t.Helper()
		if _, err := db.ExecContext(s.t.Context(), `alter table `+from+` rename to `+to); err != nil {
			s.t.Fatalf("rename the table %s: %v", from, err)
		}
	}
	for _, name := range tables {
		rename(name, "lost_"+name)
	}
	return func() {
		for _, name := range tables {
			rename("lost_"+name, name)
		}
	}
}
