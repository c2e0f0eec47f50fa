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

// strictKeys makes the validator tell "content_id" from "Content_ID": two spellings of one property would be two values, of which only one
// is looked at. The library has one switch for the whole program.
var strictKeys = sync.OnceFunc(func() { huma.ValidateStrictCasing = true })

// describedBy configures the description of the API. Answers may grow new properties; requests are closed, see their types.
func describedBy(version string) huma.Config {
	strictKeys()
	c := huma.DefaultConfig("Quell", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.AllowAdditionalPropertiesByDefault = true
	c.Transformers = []huma.Transformer{plainProblem}
	c.Info.Description = "Send uploads, get verdicts; curate known content; read what was decided and why."
	c.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	c.Tags = []*huma.Tag{
		{Name: tagCheck, Description: "The gate: uploads go in, verdicts come out."},
		{Name: tagRecords, Description: "What was submitted, what was decided, and on what evidence."},
		{Name: tagBanks, Description: "Known content: banks, entries and the signals that stand for them."},
	}
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer", Description: "An API key (`quell key create NAME`)."}}
	c.Security = []map[string][]string{{"key": {}}}
	return c
}

// Groups of operations.
const (
	tagCheck   = "Check"
	tagRecords = "Records"
	tagBanks   = "Banks"
)

// schemaName names the schema of a type: "Decision" for decisionShape.
func schemaName(t reflect.Type, hint string) string {
	return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "Shape")
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
func jsonBody(schema *huma.Schema) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
}

// jsonOrForm describes a body that is JSON, or a form of that JSON in a part of its own and files. required are the parts that a form must have.
func jsonOrForm(schema *huma.Schema, part, files string, required ...string) *huma.RequestBody {
	b := jsonBody(schema)
	b.Content["multipart/form-data"] = &huma.MediaType{
		Schema: &huma.Schema{
			Type: huma.TypeObject, Required: required, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{
				part:   schema,
				"file": {Type: huma.TypeArray, Description: files, Items: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
			},
		},
		Encoding: map[string]*huma.Encoding{part: {ContentType: "application/json"}},
	}
	return b
}

// document serves the description of all operations, as it is when everything is registered.
func (s *server) document() http.Handler {
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
