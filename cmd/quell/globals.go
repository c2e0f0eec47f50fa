package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/obs"
	"github.com/quell-project/quell/internal/platform/store"
)

// globals are what all commands share.
type globals struct {
	ConfigFile string `name:"config" placeholder:"FILE" help:"YAML file with settings; quell.yaml in the working folder is used if it is there." type:"path"`
	Data       string `placeholder:"DIR" help:"Folder for everything that is kept on this machine."`

	ctx            context.Context
	stdout, stderr io.Writer
}

// load reads the configuration; flags are settings that the command line names.
func (g *globals) load(flags map[string]string) (*config.Config, []config.Setting, error) {
	file := g.ConfigFile
	if file == "" {
		file = os.Getenv("QUELL_CONFIG")
	}
	if file == "" {
		if _, err := os.Stat("quell.yaml"); err == nil {
			file = "quell.yaml"
		}
	}
	set := map[string]string{}
	for k, v := range flags {
		if v != "" {
			set[k] = v
		}
	}
	if g.Data != "" {
		set["data"] = g.Data
	}
	return config.Load(config.Sources{File: file, Flags: set})
}

// log writes to the standard error.
func (g *globals) log(cfg *config.Config) *slog.Logger {
	return obs.NewLog(g.stderr, cfg.LogLevel, cfg.LogFormat)
}

// openStore opens the database beside a server that may be running.
func (g *globals) openStore() (*store.Store, *config.Config, error) {
	cfg, _, err := g.load(nil)
	if err != nil {
		return nil, nil, err
	}
	if cfg.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(cfg.Data, "quell.db")); errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(g.stderr, "quell: there is no database in %s yet; a new one is made\n", cfg.Data)
		}
	}
	s, err := app.OpenStore(g.ctx, cfg, g.log(cfg))
	return s, cfg, err
}

// printJSON writes a value as one line.
func (g *globals) printJSON(v any) error {
	return json.NewEncoder(g.stdout).Encode(v)
}

// onTerminal reports whether a stream is a terminal that a person looks at.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours are the codes for a terminal; on anything else they are empty, and so they are where NO_COLOR asks for it.
type colours struct{ red, amber, green, dim, bold, off string }

func coloursFor(w io.Writer) colours {
	if !onTerminal(w) || os.Getenv("NO_COLOR") != "" {
		return colours{}
	}
	return colours{red: "\x1b[31m", amber: "\x1b[33m", green: "\x1b[32m", dim: "\x1b[2m", bold: "\x1b[1m", off: "\x1b[0m"}
}

// verdict writes a verdict with its shape and colour.
func (c colours) verdict(v string) string {
	shape, colour := "○", c.green
	switch v {
	case "label":
		shape = "◔"
	case "limit":
		shape, colour = "◑", c.amber
	case "hold":
		shape, colour = "◕", c.amber
	case "block":
		shape, colour = "●", c.red
	}
	return fmt.Sprintf("%s%s %-5s%s", colour, shape, v, c.off)
}
