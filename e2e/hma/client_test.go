package hma

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A client sends requests to one base URL. It follows no redirects: a server that needs them has failed.
type client struct {
	t    testing.TB
	base string
	http *http.Client // nil: a plain one
	key  string       // sent as bearer; "": none
}

var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// An answer is what came back, whole.
type answer struct {
	t      testing.TB
	what   string // the request in a few words
	status int
	header http.Header
	body   string
}

// do sends a request.
func (c client) do(r *http.Request) answer {
	c.t.Helper()
	sender := c.http
	if sender == nil {
		sender = plain
	}
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	got, err := sender.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	return answer{c.t, r.Method + " " + r.URL.RequestURI(), got.StatusCode, got.Header, string(body)}
}

// send sends a body with its media type; "" for both is none.
func (c client) send(method, target, mediaType, body string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	return c.do(r)
}

func (c client) get(target string) answer {
	c.t.Helper()
	return c.send(http.MethodGet, target, "", "")
}
func (c client) delete(target string) answer {
	c.t.Helper()
	return c.send(http.MethodDelete, target, "", "")
}
func (c client) post(target, document string) answer {
	c.t.Helper()
	return c.send(http.MethodPost, target, "application/json", document)
}
func (c client) put(target, document string) answer {
	c.t.Helper()
	return c.send(http.MethodPut, target, "application/json", document)
}

// A part is a part of a form: a field, or a file under a name of the map files.
type part struct{ field, value, file string }

// form sends a form.
func (c client) form(target string, parts ...part) answer {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		if p.file == "" {
			_ = m.WriteField(p.field, p.value)
			continue
		}
		data, there := files[p.file]
		if !there {
			c.t.Fatalf("there is no file %q", p.file)
		}
		w, err := m.CreateFormFile(p.field, p.file)
		if err != nil {
			c.t.Fatal(err)
		}
		_, _ = w.Write(data)
	}
	_ = m.Close()
	return c.send(http.MethodPost, target, m.FormDataContentType(), b.String())
}

// is checks status and body. Bodies are compared as JSON, the order of members aside, if want is JSON.
func (a answer) is(status int, want string) answer {
	a.t.Helper()
	a.has(status)
	if diff := cmp.Diff(value(want), value(a.body)); diff != "" {
		a.t.Errorf("%s (-want +got):\n%s", a.what, diff)
	}
	return a
}

// has checks the status.
func (a answer) has(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("%s: %d %s, want %d", a.what, a.status, a.body, status)
	}
	return a
}

// says checks the status and the message.
func (a answer) says(status int, message string) answer {
	a.t.Helper()
	text, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		a.t.Fatal(err)
	}
	return a.is(status, string(text))
}

// into reads the JSON of the answer.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		a.t.Fatalf("%s: %d %q: %v", a.what, a.status, a.body, err)
	}
}

// value is a JSON value, or the text itself if it is none.
func value(text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return text
	}
	return v
}
