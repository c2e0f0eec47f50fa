package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/swaggest/swgui/v5emb" // the viewer with its assets inside the module, so that no outside host is asked
)

// setUpHuma sets what the library has one switch for in the whole program. The validator tells "content_id" from "Content_ID": two spellings of
// one property would be two values, of which only one is looked at. And no list of ours is ever null.
var setUpHuma = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
})

// describedBy configures the description of the API. Answers may grow new properties; requests are closed, see their types.
func describedBy(version string) huma.Config {
	setUpHuma()
	c := huma.DefaultConfig("Quell", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.AllowAdditionalPropertiesByDefault = true
	c.Transformers = []huma.Transformer{plainProblem}
	c.Info.Description = "Send uploads, get verdicts; curate known content; read what was decided and why.\n\n" +
		"Whatever goes wrong is answered with a problem document (RFC 9457); `errors` names the place of each fault in the request. " +
		"Requests are read strictly: a property that is not known or is there twice is a fault, and so is a whole number beyond 2^53, which belongs into a text. " +
		"Answers may get new properties. After a 503, or no answer at all, send the request again."
	c.Info.License = &huma.License{Name: "Apache-2.0"}
	c.Tags = []*huma.Tag{
		{Name: tagCheck, Description: "The gate: uploads go in, verdicts come out."},
		{Name: tagRecords, Description: "What was submitted, what was decided, and on what evidence."},
		{Name: tagBanks, Description: "Known content: banks, entries and the signals that stand for them."},
		{Name: tagPolicies, Description: "What is decided about what was found: versions of policies, who brings them to live, snoozes and alarms."},
		{Name: tagHunts, Description: "Searches for what became known lately among what was uploaded before."},
		{Name: tagPeople, Description: "What people decide, and what users of the service report."},
	}
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer", Description: "An API key (`quell key create NAME`)."}}
	c.Security = []map[string][]string{{"key": {}}}
	return c
}

// Groups of operations.
const (
	tagCheck    = "Check"
	tagHunts    = "Retro-hunt"
	tagPolicies = "Policies"
	tagRecords  = "Records"
	tagBanks    = "Banks"
	tagPeople   = "People"
)

// schemaName names the schema of a type: "Decision" for decisionShape.
func schemaName(t reflect.Type, hint string) string {
	switch name := huma.DefaultSchemaNamer(t, hint); name {
	case "ErrorModel":
		return "Problem"
	case "ErrorDetail":
		return "Fault"
	default:
		return strings.TrimSuffix(name, "Shape")
	}
}

// schema returns a reference to the schema of a type.
func schema[T any](s *server) *huma.Schema {
	return s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

// describe adds an operation that the mux serves directly, with its answer and the problems that it can end in.
func describe[O any](s *server, op huma.Operation) {
	op.Responses = map[string]*huma.Response{strconv.Itoa(op.DefaultStatus): {
		Description: http.StatusText(op.DefaultStatus),
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schema[O](s)}},
	}}
	problem := map[string]*huma.MediaType{"application/problem+json": {Schema: schema[huma.ErrorModel](s)}}
	for _, status := range op.Errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: problem}
	}
	s.huma.OpenAPI().AddOperation(&op)
}

// jsonBody describes a body that is JSON.
func jsonBody(schema *huma.Schema, example string) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: schema, Example: json.RawMessage(example)},
	}}
}

// formBody describes a form of a JSON part and files. required are the parts that must be there.
func formBody(part string, schema *huma.Schema, example, files string, required ...string) *huma.MediaType {
	return &huma.MediaType{
		Schema: &huma.Schema{
			Type: huma.TypeObject, Required: required, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{
				part:   {Ref: schema.Ref, Examples: []any{json.RawMessage(example)}},
				"file": {Type: huma.TypeArray, Description: files, Items: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
			},
		},
		Encoding: map[string]*huma.Encoding{part: {ContentType: "application/json"}},
	}
}

// document serves the description of all operations, as it is when everything is registered.
func (s *server) document() http.Handler {
	for _, schema := range s.huma.OpenAPI().Components.Schemas.Map() {
		if schema.AdditionalProperties == true {
			schema.AdditionalProperties = nil // means the same, and viewers do not make examples of it
		}
	}
	document, err := json.Marshal(s.huma.OpenAPI())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			s.fail(w, r, fmt.Errorf("describe the API: %w", err))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document)
	})
}

// viewer serves the page that shows the description, and keeps it to its own host.
func viewer() http.Handler {
	page := v5emb.New("Quell API", "/api/openapi.json", "/api/docs/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		page.ServeHTTP(w, r)
	})
}
