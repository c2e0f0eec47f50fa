package hma

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// model reads a query or a JSON body into a T, and judges it as pydantic judges what HMA declares. A field of T is a string, a bool or a float64,
// or a pointer to one: null is a value for it, and nil where nothing was sent. Its tags: `name` as sent, `default` (without one, a field that is no
// pointer is required) and `doc` for the OpenAPI document. What is sent besides is ignored.
type model[T any] struct {
	class  string // what HMA calls it, which errors repeat
	fields []field
}

type field struct {
	name     string
	doc      string
	kind     reflect.Kind
	nullable bool
	required bool
	fallback any // what is read where nothing was sent; nil: nothing
}

// newModel makes the model of T. Tags that make no sense panic: they are part of the program.
func newModel[T any](class string) *model[T] {
	m := &model[T]{class: class}
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		f := t.Field(i)
		kind := f.Type.Kind()
		made := field{name: f.Tag.Get("name"), doc: f.Tag.Get("doc"), kind: kind}
		if kind == reflect.Pointer {
			made.kind, made.nullable = f.Type.Elem().Kind(), true
		}
		fallback, has := f.Tag.Lookup("default")
		if has {
			made.fallback = decoded(json.RawMessage(fallback))
		}
		made.required = !has && !made.nullable
		if made.name == "" || made.doc == "" || kindSchema[made.kind] == nil {
			panic(fmt.Sprintf("%s.%s: a field of a model has a name, a doc and a simple type", t, f.Name))
		}
		m.fields = append(m.fields, made)
	}
	return m
}

// sent is where the values of a model come from.
type sent interface {
	// value returns what stands under a name, as JSON is decoded.
	value(name string) (v any, there bool)
	// input returns the same as JSON, for the one who sent it.
	input(name string) json.RawMessage
	// whole returns all that was sent for a model with these fields.
	whole(fields []field) json.RawMessage
}

// query reads the query of a request.
func (m *model[T]) query(r *request) (T, error) { return m.read(sentQuery{r}) }

// body reads the JSON body of a request.
func (m *model[T]) body(r *request) (v T, err error) {
	document, err := r.document()
	if err == errNotJSON || err == errMalformed {
		document, err = json.RawMessage("null"), nil
	}
	if err != nil {
		return v, err
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(document, &members) != nil || members == nil {
		return v, invalid{notModel(m.class, document)}
	}
	return m.read(sentBody{members, document})
}

// read makes a T of what was sent.
func (m *model[T]) read(from sent) (v T, err error) {
	var wrong invalid
	into := reflect.ValueOf(&v).Elem()
	for i, f := range m.fields {
		value, there := from.value(f.name)
		switch {
		case !there && f.required:
			wrong = append(wrong, misfitOf("missing", from.whole(m.fields), f.name))
			continue
		case !there && f.fallback == nil:
			continue
		case !there:
			value = f.fallback
		}
		if kind := f.set(into.Field(i), value); kind != "" {
			wrong = append(wrong, misfitOf(kind, from.input(f.name), f.name))
		}
	}
	if wrong != nil {
		return v, wrong
	}
	return v, nil
}

// sentBody is a JSON object.
type sentBody struct {
	members  map[string]json.RawMessage
	document json.RawMessage
}

func (s sentBody) value(name string) (any, bool) {
	raw, there := s.members[name]
	return decoded(raw), there
}
func (s sentBody) input(name string) json.RawMessage { return s.members[name] }
func (s sentBody) whole([]field) json.RawMessage     { return s.document }

// sentQuery is a query, in which every value is a text.
type sentQuery struct{ *request }

func (s sentQuery) value(name string) (any, bool) { return s.arg(name) }

func (s sentQuery) input(name string) json.RawMessage {
	value, _ := s.arg(name)
	return quoted(value)
}

// whole leaves out what the model does not know, as flask-openapi3 does.
func (s sentQuery) whole(fields []field) json.RawMessage {
	all := []byte{'{'}
	for _, f := range fields {
		if _, there := s.arg(f.name); !there {
			continue
		}
		if len(all) > 1 {
			all = append(all, ',')
		}
		all = append(append(append(all, quoted(f.name)...), ':'), s.input(f.name)...)
	}
	return append(all, '}')
}

// set puts a value where it belongs; if it does not fit, the kind of misfit is returned.
func (f field) set(into reflect.Value, value any) (misfit string) {
	if value == nil && f.nullable {
		return ""
	}
	var fit any
	switch f.kind {
	case reflect.String:
		fit, misfit = asText(value)
	case reflect.Bool:
		fit, misfit = asBool(value)
	case reflect.Float64:
		fit, misfit = asFloat(value)
	}
	if misfit != "" {
		return misfit
	}
	if f.nullable {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	into.Set(reflect.ValueOf(fit))
	return ""
}

// decoded is a JSON value with its numbers as they are written.
func decoded(raw json.RawMessage) (v any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// quoted is a text as JSON.
func quoted(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // there is no text that JSON does not have
	return bytes.TrimRight(b.Bytes(), "\n")
}

func asText(v any) (any, string) {
	if s, ok := v.(string); ok {
		return s, ""
	}
	return nil, "string_type"
}

var boolWords = map[string]bool{
	"1": true, "t": true, "y": true, "on": true, "yes": true, "true": true,
	"0": false, "f": false, "n": false, "no": false, "off": false, "false": false,
}

func asBool(v any) (any, string) {
	switch v := v.(type) {
	case bool:
		return v, ""
	case string:
		if b, known := boolWords[strings.ToLower(v)]; known {
			return b, ""
		}
		return nil, "bool_parsing"
	case json.Number:
		f, _ := v.Float64()
		switch {
		case f == 0 || f == 1:
			return f == 1, ""
		case f != math.Trunc(f) || math.Abs(f) >= 1<<63:
			return nil, "bool_type"
		}
		return nil, "bool_parsing"
	}
	return nil, "bool_type"
}

func asFloat(v any) (any, string) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1.0, ""
		}
		return 0.0, ""
	case json.Number:
		f, _ := v.Float64() // of one that is too large, infinity
		return f, ""
	case string:
		if f, ok := parseFloat(v); ok {
			return f, ""
		}
		return nil, "float_parsing"
	}
	return nil, "float_type"
}

// parseFloat reads a float as Rust does, with single underscores between its characters left out. Go alone also knows hexadecimal ones.
func parseFloat(s string) (float64, bool) {
	trimmed := strings.TrimSpace(s)
	if strings.Contains(s, "_") {
		if trimmed != s || strings.HasPrefix(s, "_") || strings.HasSuffix(s, "_") || strings.Contains(s, "__") {
			return 0, false
		}
		trimmed = strings.ReplaceAll(s, "_", "")
	}
	if strings.EqualFold(strings.TrimLeft(trimmed, "+-"), "nan") && len(trimmed) <= len("+nan") {
		return math.NaN(), true
	}
	if strings.ContainsAny(trimmed, "xXpP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(trimmed, 64)
	return f, err == nil || math.IsInf(f, 0) // what is too large is infinite
}

// parameters are the fields as parameters of a query.
func (m *model[T]) parameters() []parameter {
	var all []parameter
	for _, f := range m.fields {
		all = append(all, parameter{name: f.name, doc: f.doc, schema: f.schema(), required: f.required})
	}
	return all
}

// document describes the JSON body.
func (m *model[T]) document() *body {
	properties, required := object{}, []string{}
	for _, f := range m.fields {
		s := f.schema()
		s["description"] = f.doc
		properties[f.name] = s
		if f.required {
			required = append(required, f.name)
		}
	}
	return jsonBody(schema{"type": "object", "properties": properties, "required": required})
}

// kindSchema is the JSON schema of a simple type.
var kindSchema = map[reflect.Kind]schema{
	reflect.String: {"type": "string"}, reflect.Bool: {"type": "boolean"}, reflect.Float64: {"type": "number"},
}

func (f field) schema() schema {
	s := schema{}
	for name, v := range kindSchema[f.kind] {
		s[name] = v
	}
	if f.fallback != nil {
		s["default"] = f.fallback
	}
	return s
}
