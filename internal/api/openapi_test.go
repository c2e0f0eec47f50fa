package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// described returns the paths of the OpenAPI document with their operations by method.
func described(t testing.TB, h http.Handler) map[string]map[string]operation {
	t.Helper()
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]operation
	}
	a := get(h, "/api/openapi.json")
	a.object(t, http.StatusOK)
	if err := json.Unmarshal(a.body, &document); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(document.OpenAPI, "3.1.") || len(document.Paths) == 0 {
		t.Fatalf("the document is of version %q with %d paths", document.OpenAPI, len(document.Paths))
	}
	return document.Paths
}

type operation struct {
	OperationID, Summary string
	Tags                 []string
	Parameters           []struct{ Name, In string }
	RequestBody          *struct{ Content map[string]any }
	Responses            map[string]struct {
		Description string
		Content     map[string]struct{ Schema map[string]any }
	}
}

// TestTheDescriptionIsReviewed pins the whole document: a change of the API is seen as a difference of this file.
func TestTheDescriptionIsReviewed(t *testing.T) {
	t.Parallel()
	golden(t, "openapi.json", get(newWorld(), "/api/openapi.json").body)
}

// TestDescribedOperationsAnswer calls every operation of the document with the examples of its parameters: a route must be there, and must
// answer with a status and in a form that the document names. No other method may answer on a described path.
func TestDescribedOperationsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld()
	ids := map[string]bool{}
	for path, item := range described(t, w) {
		real := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "x")
		for method, op := range item {
			if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s has no name, summary or tag of its own: %+v", method, path, op)
			}
			ids[op.OperationID] = true
			for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
				if !slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name[1] && p.In == "path" }) {
					t.Errorf("%s %s does not describe %s", method, path, name[0])
				}
			}
			contentTypes := []string{""}
			if op.RequestBody != nil {
				contentTypes = []string{"application/json", "multipart/form-data; boundary=x", "text/plain", "application/json"}
			}
			for i, contentType := range contentTypes {
				body := io.Reader(strings.NewReader([]string{"{}", "{}", "{}", "{"}[i]))
				wantAnswered(t, method+" "+path, op, send(w, strings.ToUpper(method), real, contentType, body))
			}
			if len(op.Responses) < 4 || op.Responses["401"].Description == "" || op.Responses["503"].Description == "" || op.Responses["500"].Description == "" {
				t.Errorf("%s %s: the problems are not described: %v", method, path, op.Responses)
			}
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if _, ok := item[strings.ToLower(method)]; !ok {
				send(w, method, real, "", nil).problem(t, http.StatusMethodNotAllowed)
			}
		}
	}
	if len(ids) != 55 {
		t.Errorf("%d operations are described", len(ids))
	}
}

// wantAnswered compares an answer with what the document says of the operation.
func wantAnswered(t *testing.T, name string, op operation, a answer) {
	t.Helper()
	response, ok := op.Responses[fmt.Sprint(a.status)]
	if !ok {
		t.Errorf("%s answered %d, which is not described: %s", name, a.status, a.body)
		return
	}
	if _, ok := response.Content[a.header.Get("Content-Type")]; !ok {
		t.Errorf("%s answered %s, which is not described for %d", name, a.header.Get("Content-Type"), a.status)
	}
	if a.status == http.StatusNotFound && strings.Contains(string(a.body), "See /api/docs") {
		t.Errorf("%s is described and not there", name)
	}
}

// TestExamplesAreValid checks every example of the document against the schema that it stands in, and that every reference leads somewhere.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	document := get(newWorld(), "/api/openapi.json").object(t, http.StatusOK)
	registry := schemas(t, document)
	examples := 0
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s[%d]", at, i), item)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && registry.SchemaFromRef(ref) == nil {
				t.Errorf("%s refers to %s, which is not there", at, ref)
			}
			check := func(schema, example any) {
				wantValid(t, "the example at "+at, registry, schemaOf(t, schema), example)
				examples++
			}
			if many, ok := v["examples"].([]any); ok && (v["type"] != nil || v["$ref"] != nil) {
				for _, example := range many {
					check(v, example)
				}
			}
			if one, ok := v["example"]; ok && v["schema"] != nil {
				check(v["schema"], one)
			}
			for name, item := range v {
				walk(at+"."+name, item)
			}
		}
	}
	walk("", document)
	if examples < 20 {
		t.Errorf("only %d examples were found", examples)
	}
}

// TestAnswersFitTheirDescription checks the answers that are pinned against the schemas that the document has for them.
func TestAnswersFitTheirDescription(t *testing.T) {
	t.Parallel()
	registry := schemas(t, get(newWorld(), "/api/openapi.json").object(t, http.StatusOK))
	files, err := filepath.Glob("testdata/answers/*.json")
	if err != nil {
		t.Fatal(err)
	}
	schemaOfAnswer := map[string]string{
		"check-fault": "Problem", "check-block": "Decision", "check-allow": "Decision", "decision": "Decision", "decisions": "DecisionList", "batch": "Batch",
		"bank": "Bank", "bank-created": "Bank", "banks": "BankList", "banks-none": "BankList", "entry": "Entry", "entry-of-file": "Entry", "entry-of-signals": "Entry",
		"entries": "EntryList", "entry-paused": "Entry", "lookup": "Lookup", "content": "Content", "content-pending": "Content", "matches": "MatchList",
		"retrohunt": "Hunt", "retrohunt-started": "Hunt", "retrohunts": "HuntList", "retrohunt-decisions": "DecisionList",
		"review": "Decision", "sample": "SampleList", "report": "Report",
		"policy-fault": "Problem", "policy-shadow": "Shadow",
	}
	if len(files) != len(schemaOfAnswer) {
		t.Errorf("%d answers are pinned and %d are described here", len(files), len(schemaOfAnswer))
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		name := schemaOfAnswer[strings.TrimSuffix(filepath.Base(file), ".json")]
		wantValid(t, file, registry, &huma.Schema{Ref: "#/components/schemas/" + name}, v)
	}
}

func wantValid(t *testing.T, what string, registry huma.Registry, schema *huma.Schema, v any) {
	t.Helper()
	var result huma.ValidateResult
	huma.Validate(registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &result)
	if len(result.Errors) > 0 {
		t.Errorf("%s is not valid: %v", what, result.Errors)
	}
}

// schemas are those of the document, without any knowledge of the types that they were made from.
func schemas(t *testing.T, document map[string]any) huma.Registry {
	t.Helper()
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	for name, schema := range document["components"].(map[string]any)["schemas"].(map[string]any) {
		registry.Map()[name] = schemaOf(t, schema)
	}
	return registry
}

// schemaOf reads a schema of the document.
func schemaOf(t *testing.T, v any) *huma.Schema {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var s huma.Schema
	b = bytes.ReplaceAll(b, []byte(`"$ref":`), []byte(`"ref":`)) // as the fields are called
	b = bytes.ReplaceAll(b, []byte(`"type":["string","null"]`), []byte(`"type":"string","nullable":true`))
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	precompute(&s)
	return &s
}

// precompute makes a schema that was read ready for use.
func precompute(s *huma.Schema) {
	s.PrecomputeMessages()
	for _, property := range s.Properties {
		precompute(property)
	}
	if s.Items != nil {
		precompute(s.Items)
	}
}

// TestRequestsAreClosedAndAnswersAreOpen: a property that is not known is a fault in a request, and may come with a later version in an answer.
func TestRequestsAreClosedAndAnswersAreOpen(t *testing.T) {
	t.Parallel()
	document := get(newWorld(), "/api/openapi.json").object(t, http.StatusOK)
	closed := []string{
		"BankPatch", "BankRequest", "ClientSignal", "ContentRequest", "EntryPatch", "EntryRequest", "EntrySignal", "HuntRequest", "LookupRequest", "DraftRequest", "MoveRequest", "PlaceRequest",
		"ReasonRequest", "SnoozeRequest", "ReportRequest", "ReviewRequest", "ExplanationRequest", "ReplayRequest",
	}
	for name, schema := range document["components"].(map[string]any)["schemas"].(map[string]any) {
		if got, want := schema.(map[string]any)["additionalProperties"] == false, slices.Contains(closed, name); got != want {
			t.Errorf("that %s is closed is %v, want %v", name, got, want)
		}
	}
}

// TestTheViewerAsksNoOtherHost fetches the page of the viewer and everything that it refers to.
func TestTheViewerAsksNoOtherHost(t *testing.T) {
	t.Parallel()
	w := newWorld()
	if a := get(w, "/api/docs"); a.status != http.StatusPermanentRedirect || a.header.Get("Location") != "/api/docs/" {
		t.Errorf("answered %d to %q", a.status, a.header.Get("Location"))
	}
	page := get(w, "/api/docs/")
	if page.status != http.StatusOK || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Fatalf("answered %d %s", page.status, page.header.Get("Content-Type"))
	}
	policy := page.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'self'") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
		t.Errorf("the page may ask other hosts: %s", policy)
	}
	references := regexp.MustCompile(`(?:src|href)\s*=\s*"([^"]*)"`).FindAllStringSubmatch(string(page.body), -1)
	if len(references) < 4 {
		t.Errorf("the page refers to %q", references)
	}
	for _, r := range references {
		u, err := url.Parse(r[1])
		if err != nil || u.Host != "" || u.Scheme != "" {
			t.Errorf("the page refers to %q", r[1])
			continue
		}
		if a := get(w, r[1]); a.status != http.StatusOK || len(a.body) == 0 {
			t.Errorf("%s: answered %d with %d bytes", r[1], a.status, len(a.body))
		}
	}
	if !strings.Contains(string(page.body), `/api/openapi.json`) {
		t.Error("the page does not show this API")
	}
}
