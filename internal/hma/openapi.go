package hma

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// schema is a JSON schema as OpenAPI 3.1 has it.
type schema = object

// parameter is something that may stand in the query.
type parameter struct {
	name, doc string
	schema    schema
	required  bool
}

// optional is a parameter that is a text and need not be there.
func optional(name, doc string) parameter {
	return parameter{name: name, doc: doc, schema: textSchema}
}

// body is what may be sent.
type body struct {
	optional bool
	content  map[string]schema // by media type
}

func jsonBody(s schema) *body { return &body{content: map[string]schema{typeJSON: s}} }

// The schemas that many routes share.
var (
	textSchema    = schema{"type": "string"}
	boolSchema    = schema{"type": "boolean"}
	numberSchema  = schema{"type": "number"}
	integerSchema = schema{"type": "integer"}
	objectSchema  = schema{"type": "object"}
)

func listOf(s schema) schema { return schema{"type": "array", "items": s} }
func mapOf(s schema) schema  { return schema{"type": "object", "additionalProperties": s} }

// fields is an object that has all these members.
func fields(members map[string]schema) schema {
	required := []string{}
	for name := range members {
		required = append(required, name)
	}
	slices.Sort(required)
	return schema{"type": "object", "properties": members, "required": required}
}

// orNull is a value that may be null.
func orNull(s schema) schema { return schema{"anyOf": []schema{s, {"type": "null"}}} }

// statusText says what the statuses mean here.
var statusText = map[int]string{
	http.StatusOK:                    "Done.",
	http.StatusCreated:               "Made.",
	http.StatusNoContent:             "Done; there is nothing to say.",
	http.StatusFound:                 "Look there.",
	http.StatusBadRequest:            "Something in the request is wrong; the message says what.",
	http.StatusUnauthorized:          "An API key is needed, or the one shown is not valid.",
	http.StatusForbidden:             "Not allowed: from this address, from a page of another site, or because the name is taken.",
	http.StatusNotFound:              "Nothing has this name or number.",
	http.StatusConflict:              "The name is taken.",
	http.StatusRequestEntityTooLarge: "Too large.",
	http.StatusUnsupportedMediaType:  "The body is not declared as what it has to be.",
	http.StatusUnprocessableEntity:   "A field is missing or does not fit.",
	http.StatusInternalServerError:   "Something went wrong inside of Quell; it is in the log.",
	http.StatusServiceUnavailable:    "Not now; send it again in a few seconds.",
}

// document describes every route.
func (f *face) document(r *request) object {
	paths := map[string]object{}
	for _, rt := range f.routes.all {
		path := pathOf(rt.segments)
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path][strings.ToLower(rt.method)] = f.operation(rt)
	}
	return object{
		"openapi": "3.1.0",
		"info":    object{"title": "Open Media Match API", "version": f.Version},
		"servers": []object{{"url": cmp.Or(mountOf(r.Request), "/")}},
		"paths":   paths,
		"components": object{
			"schemas": object{
				"Message": fields(map[string]schema{"message": textSchema}),
				"Misfits": listOf(fields(map[string]schema{
					"type": textSchema, "loc": listOf(textSchema), "msg": textSchema, "input": {}, "url": textSchema,
				})),
			},
			"securitySchemes": object{
				"bearer": object{"type": "http", "scheme": "bearer"},
				"basic":  object{"type": "http", "scheme": "basic", "description": "the key as the password, whatever the name"},
				"header": object{"type": "apiKey", "in": "header", "name": "X-API-Key"},
			},
		},
	}
}

// pathOf writes a rule as OpenAPI does.
func pathOf(segments []segment) string {
	var b strings.Builder
	for _, s := range segments {
		if s.isParam {
			fmt.Fprintf(&b, "/{%s}", s.text)
		} else {
			b.WriteString("/" + s.text)
		}
	}
	return cmp.Or(b.String(), "/")
}

// operation describes a route.
func (f *face) operation(rt *route) object {
	parameters := []object{}
	for _, s := range rt.segments {
		if s.isParam {
			kind := textSchema
			if s.isInt {
				kind = integerSchema
			}
			parameters = append(parameters, object{"name": s.text, "in": "path", "required": true, "schema": kind})
		}
	}
	for _, p := range rt.query {
		parameters = append(parameters, object{"name": p.name, "in": "query", "required": p.required, "description": p.doc, "schema": p.schema})
	}
	op := object{"operationId": nameOf(rt), "summary": rt.summary, "tags": []string{rt.tag}, "parameters": parameters, "responses": responses(rt)}
	if rt.body != nil {
		op["requestBody"] = object{"required": !rt.body.optional, "content": mediaTypes(rt.body.content)}
	}
	if f.Keys != nil && !rt.open {
		op["security"] = []object{{"bearer": []string{}}, {"basic": []string{}}, {"header": []string{}}}
	}
	return op
}

// nameOf is a name for programs that are made from the document: get_m_index_status.
func nameOf(rt *route) string {
	name := strings.ToLower(rt.method)
	for _, s := range rt.segments {
		name += "_" + strings.ReplaceAll(s.text, ".", "_")
	}
	return name
}

func mediaTypes(schemas map[string]schema) object {
	all := object{}
	for mediaType, s := range schemas {
		all[mediaType] = object{"schema": s}
	}
	return all
}

// responses describes the answers of a route.
func responses(rt *route) object {
	status := cmp.Or(rt.status, http.StatusOK)
	mediaType := typeJSON
	if rt.open {
		mediaType = "text/html"
	}
	well := object{"description": statusText[status]}
	if rt.answer != nil {
		well["content"] = mediaTypes(map[string]schema{mediaType: rt.answer})
	}
	all := object{strconv.Itoa(status): well}
	every := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if rt.open {
		every = []int{http.StatusForbidden}
	}
	for _, code := range append(every, rt.errors...) {
		kind, s := typeJSON, schema{"$ref": "#/components/schemas/Message"}
		switch {
		case code == http.StatusUnprocessableEntity:
			s = schema{"$ref": "#/components/schemas/Misfits"}
		case rt.open && code == http.StatusServiceUnavailable:
			kind, s = mediaType, rt.answer
		}
		all[strconv.Itoa(code)] = object{"description": statusText[code], "content": mediaTypes(map[string]schema{kind: s})}
	}
	return all
}
