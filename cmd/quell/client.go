package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// client calls the API of a running Quell.
type client struct {
	server, key string
	http        http.Client
}

// newClient finds server and key: what was named, else what is configured, else what a server on this machine has left for the command line.
func newClient(g *globals, server string) (*client, error) {
	cfg, _, err := g.load(nil)
	if err != nil {
		return nil, err
	}
	c := &client{server: server, key: string(cfg.APIKey), http: http.Client{Timeout: time.Minute}}
	if c.server == "" {
		c.server = cfg.URL
	}
	if c.server == "" {
		c.server = "http://" + cfg.Listen
	}
	c.server = strings.TrimRight(c.server, "/")
	if c.key == "" {
		key, err := os.ReadFile(filepath.Join(cfg.Data, localKeyFile))
		if err != nil {
			return nil, errors.New("an API key is needed: set QUELL_API_KEY (make a key with `quell key create NAME`), or name the folder of the server with --data")
		}
		c.key = strings.TrimSpace(string(key))
	}
	return c, nil
}

// check sends a file as an upload and returns the answer.
func (c *client) check(ctx context.Context, contentID string, data []byte) (map[string]any, error) {
	content, err := json.Marshal(map[string]string{"content_id": contentID, "surface": "command-line"})
	if err != nil {
		return nil, err
	}
	return c.post(ctx, "/api/v1/check", "content", content, data)
}

// post sends a form of a JSON part and, unless data is nil, a file.
func (c *client) post(ctx context.Context, path, name string, document, data []byte) (map[string]any, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField(name, string(document)); err != nil {
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

// send posts a body and reads the JSON of the answer; a problem document is an error.
func (c *client) send(ctx context.Context, path, contentType string, body io.Reader) (map[string]any, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.key)
	r.Header.Set("Content-Type", contentType)
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("is a server running? %w", err)
	}
	defer answer.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(io.LimitReader(answer.Body, 16<<20)).Decode(&v); err != nil {
		return nil, fmt.Errorf("%s answered %s without JSON", c.server, answer.Status)
	}
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("%s answered %s: %v", c.server, answer.Status, v["detail"])
	}
	return v, nil
}
