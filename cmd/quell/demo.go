package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/demo"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/policies"
)

type demoCmd struct {
	Listen string `placeholder:"ADDR" help:"Address of the API and the console, by default 127.0.0.1:8080 or, if that is taken, any free port."`
	Once   bool   `help:"Stop after the uploads instead of staying up."`
}

// Help says what is played.
func (c *demoCmd) Help() string {
	return "Everything runs inside this process. The content is drawn by the program: posters of an invented group, and ordinary pictures.\n" +
		"Without --data everything is kept in a temporary folder and removed at the end."
}

// Run starts Quell, fills it, plays the uploads and stays up.
func (c *demoCmd) Run(g *globals) (err error) {
	cfg, settings, err := c.configuration(g)
	if err != nil {
		return err
	}
	if isDefault(settings, "data") {
		if cfg.Data, err = os.MkdirTemp("", "quell-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(cfg.Data)) }()
	}
	a, err := app.Open(g.ctx, cfg, version(), g.log(cfg))
	if errors.Is(err, syscall.EADDRINUSE) && isDefault(settings, "listen") {
		fmt.Fprintf(g.stderr, "quell: another program listens on %s; taking a free port (choose one with --listen)\n", cfg.Listen)
		cfg.Listen = "127.0.0.1:0"
		a, err = app.Open(g.ctx, cfg, version(), g.log(cfg))
	}
	if err != nil {
		return err
	}
	leave, err := leaveLocal(g.ctx, a, cfg)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	ctx, stop := context.WithCancel(g.ctx)
	defer stop()
	running := make(chan error, 1)
	go func() { running <- a.Run(ctx) }()
	err = c.play(ctx, g, a, cfg)
	if g.ctx.Err() != nil {
		err = nil // Ctrl-C in the middle of it
	}
	if err != nil || c.Once {
		stop()
	}
	return errors.Join(err, <-running, leave(), a.Close())
}

// configuration is as for serve, but quieter.
func (c *demoCmd) configuration(g *globals) (*config.Config, []config.Setting, error) {
	flags := map[string]string{"listen": c.Listen}
	if _, set := os.LookupEnv("QUELL_POLICY_SECOND_PERSON"); !set {
		flags["policy.second_person"] = "false" // one person plays with it
	}
	if _, set := os.LookupEnv("QUELL_LOG_LEVEL"); !set {
		flags["log.level"] = "warn"
	}
	return g.load(flags)
}

func isDefault(settings []config.Setting, key string) bool {
	return slices.ContainsFunc(settings, func(s config.Setting) bool { return s.Key == key && s.From == "default" })
}

// play fills the banks, sends the uploads and says where to look.
func (c *demoCmd) play(ctx context.Context, g *globals, a *app.App, cfg *config.Config) error {
	key := string(cfg.APIKey)
	if key == "" {
		var err error
		if key, err = a.Auth().NewKey(ctx, "demo"); err != nil {
			return err
		}
	}
	api := &client{server: reachable(a.Address()), key: key, http: http.Client{Timeout: time.Minute}}
	if err := api.waitReady(ctx); err != nil {
		return err
	}
	colour := coloursFor(g.stdout)
	fmt.Fprintf(g.stdout, "%sQuell demo%s  everything here is drawn by the program and harmless\n\n", colour.bold, colour.off)
	if err := c.fill(ctx, g, api); err != nil {
		return err
	}
	if err := c.rule(ctx, g, api); err != nil {
		return err
	}
	if err := a.CatchUp(ctx); err != nil {
		return err
	}
	if err := c.upload(ctx, g, api, colour); err != nil {
		return err
	}
	if c.Once {
		return nil
	}
	return c.tellWhere(ctx, g, a, cfg, key)
}

// upload plays the uploads.
func (c *demoCmd) upload(ctx context.Context, g *globals, api *client, colour colours) error {
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
		verdict := answer.text("verdict")
		switch verdict {
		case "block":
			blocked++
		case "hold":
			held++
		}
		fmt.Fprintf(g.stdout, "  %s  %-8s %-44s %s%s%s\n", colour.verdict(verdict), u.ContentID, u.Says, colour.dim, answer.text("reason"), colour.off)
	}
	fmt.Fprintf(g.stdout, "\n%d uploads checked: %d blocked, %d held for a person.\n\n", len(uploads), blocked, held)
	return nil
}

// fill creates the banks of the demo and adds what is known; a folder that was used before has them already.
func (c *demoCmd) fill(ctx context.Context, g *globals, api *client) error {
	for _, b := range demo.Banks() {
		created, err := json.Marshal(map[string]string{"name": b.Name, "kind": b.Kind, "description": b.Description})
		if err != nil {
			return err
		}
		if _, err := api.send(ctx, "/api/v1/banks", "application/json", bytes.NewReader(created)); err != nil {
			if r, ok := errors.AsType[*refusal](err); ok && r.status == http.StatusConflict {
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
	return nil
}

// rule puts the ready policies in force, and one more in shadow; a folder that was used before has them already.
func (c *demoCmd) rule(ctx context.Context, g *globals, api *client) error {
	files, err := fs.Glob(policies.Files, "*.yaml")
	if err != nil {
		return err
	}
	live := 0
	for _, file := range files {
		name, text, to := strings.TrimSuffix(file, ".yaml"), demo.Shadow, domain.PolicyShadow
		if !slices.Contains(policies.BuiltIn, file) {
			if text, err = policies.Files.ReadFile(file); err != nil {
				return err
			}
			to, live = domain.PolicyLive, live+1
		}
		p, err := api.call(ctx, http.MethodGet, "/api/v1/"+policyPath(name), nil)
		if err != nil && !notThere(err) {
			return err
		}
		if len(p.list("versions")) > 1 || err == nil && to == domain.PolicyLive {
			continue
		}
		if err := api.bring(ctx, name, text, to); err != nil {
			return fmt.Errorf("policy %s: %w", name, err)
		}
	}
	fmt.Fprintf(g.stdout, "  policies: %d live, 1 in shadow\n\n", live+len(policies.BuiltIn))
	return nil
}

// bring makes a version of a policy and takes it through the steps of its life.
func (c *client) bring(ctx context.Context, name string, text []byte, to domain.PolicyState) error {
	v, err := c.call(ctx, http.MethodPost, "/api/v1/"+policyPath(name, "versions"), map[string]any{"text": string(text), "note": "for the demo"})
	if err != nil {
		return err
	}
	number := int(v.number("number"))
	if _, err = c.call(ctx, http.MethodPost, "/api/v1/"+policyPath(name, "versions", number, "check"), nil); err != nil {
		return err
	}
	_, err = c.call(ctx, http.MethodPost, "/api/v1/"+policyPath(name, "versions", number, "move"), map[string]any{"to": to})
	return err
}

// tellWhere says where the console is and how to check something oneself: a picture for it lies in the data folder.
func (c *demoCmd) tellWhere(ctx context.Context, g *globals, a *app.App, cfg *config.Config, key string) error {
	token, err := a.Auth().NewLink(ctx, "demo")
	if err != nil {
		return err
	}
	picture, err := demo.Copy()
	if err != nil {
		return err
	}
	path := filepath.Join(cfg.Data, "poster.jpg")
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		return fmt.Errorf("write a picture to try: %w", err)
	}
	local := reachable(a.Address())
	console := consoleAddress(cfg)
	fmt.Fprintf(g.stdout, "Console   %s\n", console)
	fmt.Fprintf(g.stdout, "Sign in   %s   (works once, for 15 minutes)\n", signInLink(console, token))
	fmt.Fprintf(g.stdout, "API       %s/api/docs\n\n", console)
	fmt.Fprintf(g.stdout, "Check a picture yourself, for example %s:\n\n", path)
	fmt.Fprintf(g.stdout, "  export QUELL_API_KEY=%s\n", key)
	fmt.Fprintf(g.stdout, "  curl -H \"Authorization: Bearer $QUELL_API_KEY\" -F 'content={\"content_id\":\"my-1\"}' -F file=@%s %s/api/v1/check\n", quoted(path), local)
	fmt.Fprintf(g.stdout, "  quell check --server %s %s\n\n", local, quoted(path))
	fmt.Fprintln(g.stdout, "Running until Ctrl-C.")
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
func (c *client) postUpload(ctx context.Context, u demo.Upload) (document, error) {
	content, err := json.Marshal(map[string]any{
		"content_id": u.ContentID, "account_id": u.AccountID, "account_created_at": time.Now().Add(-u.AccountAge), "surface": u.Surface, "visibility": "public", "language": u.Language,
	})
	if err != nil {
		return nil, err
	}
	return c.post(ctx, "/api/v1/check", "content", content, u.Data)
}
