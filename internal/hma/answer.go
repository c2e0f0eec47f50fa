package hma

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object. Its names are sent in alphabetical order.
type object = map[string]any

// answerer is an answer with a form of its own.
type answerer interface {
	send(w http.ResponseWriter, r *http.Request)
}

// reply is a whole answer.
type reply struct {
	status    int
	mediaType string
	header    http.Header // besides; may be nil
	body      []byte
}

// send writes the answer; one to HEAD has no body.
func (a reply) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	maps.Copy(h, a.header)
	if a.status != http.StatusNoContent {
		h.Set("Content-Type", a.mediaType)
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // whoever does not take the answer has gone
	}
}

const (
	typeJSON = "application/json"
	typeHTML = "text/html; charset=utf-8"
)

// sendJSON is an answer with a value in the way that Flask writes JSON: compact, names sorted, ASCII only, a line feed at the end.
func sendJSON(status int, v any) reply {
	return reply{status: status, mediaType: typeJSON, body: append(appendJSON(nil, reflect.ValueOf(v)), '\n')}
}

// done is a value with status 200, created one with 201, nothing an empty answer with 204.
func done(v any) reply    { return sendJSON(http.StatusOK, v) }
func created(v any) reply { return sendJSON(http.StatusCreated, v) }
func nothing() reply      { return reply{status: http.StatusNoContent} }

// text is an answer that is a word, sent as HTML as Flask does.
func text(status int, word string) reply {
	return reply{status: status, mediaType: typeHTML, body: []byte(word)}
}

// page is an answer that is a page for people, with the title and the sentence that Werkzeug has for a status.
func page(status int, sentence string) reply {
	title := http.StatusText(status)
	return text(status, fmt.Sprintf("<!doctype html>\n<html lang=en>\n<title>%d %s</title>\n<h1>%s</h1>\n<p>%s</p>\n", status, title, title, html.EscapeString(sentence)))
}

func notFoundPage() reply {
	return page(http.StatusNotFound, "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.")
}

func notAllowedPage(allowed []string) reply {
	a := page(http.StatusMethodNotAllowed, "The method is not allowed for the requested URL.")
	a.header = http.Header{"Allow": {strings.Join(allowed, ", ")}}
	return a
}

// options answers the method OPTIONS.
func options(allowed []string) reply {
	a := text(http.StatusOK, "")
	a.header = http.Header{"Allow": {strings.Join(allowed, ", ")}}
	return a
}

// found sends the client elsewhere.
func found(location string) reply {
	a := text(http.StatusFound, fmt.Sprintf("<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<p>See <a href=\"%[1]s\">%[1]s</a>.</p>\n", html.EscapeString(location)))
	a.header = http.Header{"Location": {location}}
	return a
}

// appendJSON writes a value as Python does. Structs are not among the values: their fields would not come in alphabetical order.
func appendJSON(b []byte, v reflect.Value) []byte {
	if !v.IsValid() {
		return append(b, "null"...)
	}
	switch v.Type() {
	case reflect.TypeFor[json.RawMessage]():
		return appendRaw(b, v.Bytes())
	case reflect.TypeFor[json.Number]():
		return appendNumber(b, json.Number(v.String()))
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return appendJSON(b, v.Elem())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Float64:
		return appendFloat(b, v.Float())
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Slice:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, v.Index(i))
		}
		return append(b, ']')
	case reflect.Map:
		return appendObject(b, v)
	}
	panic(fmt.Sprintf("a %s is no JSON value", v.Type()))
}

func appendObject(b []byte, v reflect.Value) []byte {
	names := v.MapKeys()
	slices.SortFunc(names, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, name.String()), ':')
		b = appendJSON(b, v.MapIndex(name))
	}
	return append(b, '}')
}

// appendRaw writes JSON that was kept as it came. What is none is null.
func appendRaw(b []byte, raw json.RawMessage) []byte {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		v = nil
	}
	return appendJSON(b, reflect.ValueOf(v))
}

// appendNumber writes a number that was read from JSON: one with a point or an exponent as a float, any other digit by digit.
func appendNumber(b []byte, n json.Number) []byte {
	if strings.ContainsAny(n.String(), ".eE") {
		f, _ := n.Float64() // of a number that is too large, infinity
		return appendFloat(b, f)
	}
	return append(b, n...)
}

// appendFloat writes the shortest decimal that is this float, as Python's repr does. JSON has no word for what is not finite.
func appendFloat(b []byte, f float64) []byte {
	switch size := math.Abs(f); {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return append(b, "null"...)
	case size != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	from := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if !bytes.ContainsRune(b[from:], '.') {
		b = append(b, ".0"...)
	}
	return b
}

// appendText writes a text with every character that is not printable ASCII escaped. What is not UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	unit := func(u rune) { b = append(b, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15]) }
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r >= ' ' && r <= '~':
			b = append(b, byte(r))
		case r > 0xffff:
			r -= 0x10000
			unit(0xd800 + r>>10)
			unit(0xdc00 + r&0x3ff)
		default:
			unit(r)
		}
	}
	return append(b, '"')
}
