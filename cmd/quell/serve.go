package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/platform/config"
)

type serveCmd struct {
	Listen string `placeholder:"ADDR" help:"Address of the API and the console."`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(g *globals) error {
	cfg, _, err := g.load(map[string]string{"listen": c.Listen})
	if err != nil {
		return err
	}
	a, err := app.Open(g.ctx, cfg, version(), g.log(cfg))
	if err != nil {
		return err
	}
	if err := localKey(g, a, cfg); err != nil {
		return errors.Join(err, a.Close())
	}
	fmt.Fprintf(g.stderr, "quell %s: console and API at %s, data in %s\n", version(), a.URL(), cfg.Data)
	fmt.Fprintf(g.stderr, "sign in with the link of `quell sign-in-link`; make a key for your service with `quell key create NAME`\n")
	return errors.Join(a.Run(g.ctx), a.Close())
}

// localKeyFile holds the key of the command line on the machine of the server. Who can read it can read the database beside it anyway.
const localKeyFile = "cli.key"

// localKey makes the key with which `quell check` on this machine reaches the server.
func localKey(g *globals, a *app.App, cfg *config.Config) error {
	path := filepath.Join(cfg.Data, localKeyFile)
	key, err := os.ReadFile(path)
	if err == nil {
		return a.Auth().PresetKey(g.ctx, "command line", strings.TrimSpace(string(key)))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the key of the command line: %w", err)
	}
	made, err := a.Auth().NewKey(g.ctx, "command line")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(made+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep the key of the command line: %w", err)
	}
	return nil
}
