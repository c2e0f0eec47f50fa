package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/platform/config"
)

// errNoServer says that nothing answers at the address of the server.
var errNoServer = errors.New("no server answers")

// client calls the API of a running Quell.
type client struct {
	server, key string
	largest     config.Bytes // file that is worth sending
	http        http.Client
}

// document is an answer of the API.
type document map[string]any

// text returns a field that is a text, or "".
func (d document) text(field string) string {
	s, _ := d[field].(string)
	return s
}

// number returns a field that is a number, or 0.
func (d document) number(field string) float64 {
	n, _ := d[field].(float64)
	return n
}

// list returns a field that is a list of objects.
func (d document) list(field string) []document {
	items, _ := d[field].([]any)
	list := make([]document, 0, len(items))
	for _, item := range items {
		object, _ := item.(map[string]any)
		list = append(list, object)
	}
	return list
}

// newClient finds server and key: what was named, else what a server on the data folder has left for the command line, else what is configured.
func newClient(g *globals, server string) (*client, error) {
	cfg, _, err := g.load(nil)
	if err != nil {
		return nil, err
	}
	c := &client{server: server, key: string(cfg.APIKey), largest: cfg.CheckPartBytes, http: http.Client{Timeout: time.Minute}}
	if c.server == "" {
		c.server = localAddress(cfg)
	}
	if c.server == "" {
		c.server = consoleAddress(cfg)
	}
	c.server = strings.TrimRight(c.server, "/")
	if !strings.Contains(c.server, "://") {
		c.server = "http://" + c.server
	}
	if c.key != "" {
		return c, nil
	}
	key, err := os.ReadFile(filepath.Join(cfg.Data, localKeyFile))
	c.key = strings.TrimSpace(string(key))
	switch {
	case errors.Is(err, fs.ErrNotExist) && server == "":
		return nil, fmt.Errorf("no server has run on the folder %s: start one with `quell serve`, or name its folder with --data; for a server elsewhere, set QUELL_API_KEY and --server", cfg.Data)
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("an API key is needed: make one on the server with `quell key create NAME` and set QUELL_API_KEY")
	case err != nil:
		return nil, fmt.Errorf("read the key that the server has left for you: %w", err)
	}
	return c, nil
}

// remote is a server that a command asks.
type remote struct {
	Server string `help:"Address of the server." placeholder:"URL"`
	JSON   bool   `help:"Print the answers of the server as JSON."`
}

// ask calls the API and prints the answer as JSON where that is wanted.
func (r *remote) ask(g *globals, method, path string, v any) (document, error) {
	c, err := newClient(g, r.Server)
	if err != nil {
		return nil, err
	}
	d, err := c.call(g.ctx, method, "/api/v1/"+path, v)
	if err == nil && r.JSON {
		err = g.printJSON(d)
	}
	return d, err
}

// check sends a file as an upload, with what is said about it, and returns the answer.
func (c *client) check(ctx context.Context, about map[string]any, data []byte) (document, error) {
	content, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	return c.post(ctx, "/api/v1/check", "content", content, data)
}

// lookup asks what is known of a content, with or without a file, and returns the answer.
func (c *client) lookup(ctx context.Context, content map[string]any, data []byte) (document, error) {
	if content == nil {
		content = map[string]any{}
	}
	fields, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return c.send(ctx, "/api/v1/lookup", "application/json", bytes.NewReader(fields))
	}
	return c.post(ctx, "/api/v1/lookup", "content", fields, data)
}

// post sends a form of a part of JSON with a name and, unless data is nil, a file.
func (c *client) post(ctx context.Context, path, name string, fields, data []byte) (document, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField(name, string(fields)); err != nil {
		return nil, err
	}
	if data != nil {
		part, err := form.CreateFormFile("file", "upload")
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(data); err != nil {
			return nil, err
		}
	}
	if err := form.Close(); err != nil {
		return nil, err
	}
	return c.send(ctx, path, form.FormDataContentType(), &body)
}

// send posts a body and returns the answer.
func (c *client) send(ctx context.Context, path, contentType string, body io.Reader) (document, error) {
	return c.do(ctx, http.MethodPost, path, contentType, body)
}

// call sends a value as JSON, or nothing if it is nil, and reads the JSON of the answer.
func (c *client) call(ctx context.Context, method, path string, v any) (document, error) {
	if v == nil {
		return c.do(ctx, method, path, "", nil)
	}
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return c.do(ctx, method, path, "application/json", bytes.NewReader(body))
}

func (c *client) do(ctx context.Context, method, path, contentType string, body io.Reader) (document, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.server+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.key)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" && ctx.Err() == nil {
			return nil, fmt.Errorf("%w at %s (%w): start one with `quell serve`, or name another with --server", errNoServer, c.server, dial.Err)
		}
		return nil, err
	}
	defer answer.Body.Close()
	var v document
	if err := json.NewDecoder(io.LimitReader(answer.Body, 16<<20)).Decode(&v); err != nil {
		return nil, fmt.Errorf("%s answered %s without JSON", c.server, answer.Status)
	}
	if answer.StatusCode >= 300 {
		detail := v.text("detail")
		for _, fault := range v.list("errors") {
			detail += fmt.Sprintf(" %s: %s%s.", faultPlace(fault), fault.text("message"), faultHint(fault))
		}
		return nil, &refusal{c.server, answer.StatusCode, detail}
	}
	return v, nil
}

// faultPlace is where a fault is: a line and a column of a text, or a place in the request.
func faultPlace(fault document) string {
	place, _ := fault["value"].(map[string]any)
	if at := document(place); at.number("line") > 0 {
		return fmt.Sprintf("line %.0f, column %.0f", at.number("line"), at.number("column"))
	}
	return fault.text("location")
}

// faultHint is how a fault can be mended, where the server says that.
func faultHint(fault document) string {
	if at, _ := fault["value"].(map[string]any); document(at).text("hint") != "" {
		return " (" + document(at).text("hint") + ")"
	}
	return ""
}

// notThere reports whether a server says that it has nothing of the name that it was asked for.
func notThere(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.status == http.StatusNotFound
}

// refusal is an answer that is a problem document.
type refusal struct {
	server string
	status int
	detail string
}

// Error says what the server said.
func (r *refusal) Error() string {
	return fmt.Sprintf("%s answered %d %s: %s", r.server, r.status, http.StatusText(r.status), r.detail)
}
