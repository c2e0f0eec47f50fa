package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/demo"
)

type demoCmd struct {
	Listen string `placeholder:"ADDR" help:"Address of the API and the console."`
	Once   bool   `help:"Stop after the uploads instead of staying up."`
}

// Help says what is played.
func (c *demoCmd) Help() string {
	return "Everything runs inside this process. The content is drawn by the program: posters of an invented group, and ordinary pictures.\n" +
		"Without --data everything is kept in a temporary folder and removed at the end."
}

// Run starts Quell, fills it, plays the uploads and stays up.
func (c *demoCmd) Run(g *globals) (err error) {
	flags := map[string]string{"listen": c.Listen}
	if _, set := os.LookupEnv("QUELL_LOG_LEVEL"); !set {
		flags["log.level"] = "warn"
	}
	cfg, settings, err := g.load(flags)
	if err != nil {
		return err
	}
	for _, s := range settings {
		if s.Key == "data" && s.From == "default" {
			if cfg.Data, err = os.MkdirTemp("", "quell-demo-"); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, os.RemoveAll(cfg.Data)) }()
		}
	}
	a, err := app.Open(g.ctx, cfg, version(), g.log(cfg))
	if err != nil {
		return err
	}
	if err := localKey(g, a, cfg); err != nil {
		return errors.Join(err, a.Close())
	}
	ctx, stop := context.WithCancel(g.ctx)
	defer stop()
	running := make(chan error, 1)
	go func() { running <- a.Run(ctx) }()
	err = c.play(ctx, g, a, string(cfg.APIKey))
	if err != nil || c.Once {
		stop()
	}
	return errors.Join(err, <-running, a.Close())
}

// play fills the banks, sends the uploads and says where to look.
func (c *demoCmd) play(ctx context.Context, g *globals, a *app.App, key string) error {
	colour := coloursFor(g.stdout)
	if key == "" {
		var err error
		if key, err = a.Auth().NewKey(ctx, "demo"); err != nil {
			return err
		}
	}
	api := &client{server: a.URL(), key: key, http: http.Client{Timeout: time.Minute}}
	if err := api.waitReady(ctx); err != nil {
		return err
	}
	fmt.Fprintf(g.stdout, "%sQuell demo%s  everything here is drawn by the program and harmless\n\n", colour.bold, colour.off)
	if err := c.fill(ctx, g, api); err != nil {
		return err
	}
	if err := a.CatchUp(ctx); err != nil {
		return err
	}
	uploads, err := demo.Uploads()
	if err != nil {
		return err
	}
	blocked, held := 0, 0
	for _, u := range uploads {
		answer, err := api.postUpload(ctx, u)
		if err != nil {
			return fmt.Errorf("upload %s: %w", u.ContentID, err)
		}
		verdict, _ := answer["verdict"].(string)
		switch verdict {
		case "block":
			blocked++
		case "hold":
			held++
		}
		fmt.Fprintf(g.stdout, "  %s  %-8s %-44s %s%v%s\n", colour.verdict(verdict), u.ContentID, u.Says, colour.dim, answer["reason"], colour.off)
	}
	fmt.Fprintf(g.stdout, "\n%d uploads checked: %d blocked, %d held for a person.\n\n", len(uploads), blocked, held)
	return c.tellWhere(ctx, g, a, key)
}

// fill creates the banks of the demo and adds what is known; a folder that was used before has them already.
func (c *demoCmd) fill(ctx context.Context, g *globals, api *client) error {
	for _, b := range demo.Banks() {
		document, err := json.Marshal(map[string]string{"name": b.Name, "kind": b.Kind, "description": b.Description})
		if err != nil {
			return err
		}
		if _, err := api.send(ctx, "/api/v1/banks", "application/json", strings.NewReader(string(document))); err != nil {
			if strings.Contains(err.Error(), "409") {
				continue
			}
			return err
		}
		items, err := b.Items()
		if err != nil {
			return err
		}
		for _, item := range items {
			entry, err := json.Marshal(map[string]any{"source": "demo", "labels": item.Labels, "note": item.Says})
			if err != nil {
				return err
			}
			if _, err := api.post(ctx, "/api/v1/banks/"+b.Name+"/entries", "entry", entry, item.Data); err != nil {
				return fmt.Errorf("add %s: %w", item.Says, err)
			}
		}
		fmt.Fprintf(g.stdout, "  bank %s: %d %s\n", b.Name, len(items), b.Description)
	}
	fmt.Fprintln(g.stdout)
	return nil
}

func (c *demoCmd) tellWhere(ctx context.Context, g *globals, a *app.App, key string) error {
	token, err := a.Auth().NewLink(ctx, "demo")
	if err != nil {
		return err
	}
	fmt.Fprintf(g.stdout, "Console   %s\n", a.URL())
	fmt.Fprintf(g.stdout, "Sign in   %s   (works once, for 15 minutes)\n", signInLink(a.URL(), token))
	fmt.Fprintf(g.stdout, "API       %s/api/docs   key %s\n\n", a.URL(), key)
	fmt.Fprintf(g.stdout, "Try it:   curl -H 'Authorization: Bearer %s' -F 'content={\"content_id\":\"my-1\"}' -F file=@picture.jpg %s/api/v1/check\n\n", key, a.URL())
	if !c.Once {
		fmt.Fprintln(g.stdout, "Running until Ctrl-C.")
	}
	return nil
}

// waitReady waits until the server answers that it is ready.
func (c *client) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server+"/readyz", nil)
		if err != nil {
			return err
		}
		if answer, err := c.http.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the server: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// postUpload sends an upload of the demo.
func (c *client) postUpload(ctx context.Context, u demo.Upload) (map[string]any, error) {
	document, err := json.Marshal(map[string]any{"content_id": u.ContentID, "account_id": u.AccountID, "surface": u.Surface, "visibility": "public"})
	if err != nil {
		return nil, err
	}
	return c.post(ctx, "/api/v1/check", "content", document, u.Data)
}
