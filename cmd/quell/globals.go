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
	"strings"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/obs"
	"github.com/quell-project/quell/internal/platform/store"
)

// globals are what all commands share.
type globals struct {
	ConfigFile string `name:"config" placeholder:"FILE" help:"YAML file with settings; quell.yaml in the working folder is used if it is there." type:"path"`
	Data       string `placeholder:"DIR" help:"Folder for everything that is kept on this machine, by default quell-data."`

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

// openStore opens the database, also while a server runs on it.
func (g *globals) openStore() (*store.Store, *config.Config, error) {
	cfg, _, err := g.load(nil)
	if err != nil {
		return nil, nil, err
	}
	if !hasDatabase(cfg) {
		return nil, nil, fmt.Errorf("there is no database in the folder %s: name the folder of your server with --data, or make a new one with `quell serve` or `quell key create NAME`", cfg.Data)
	}
	s, err := app.OpenStore(g.ctx, cfg, g.log(cfg))
	return s, cfg, err
}

// openOrMakeStore is openStore for commands that prepare what is there before the server first runs.
func (g *globals) openOrMakeStore() (*store.Store, *config.Config, error) {
	cfg, _, err := g.load(nil)
	if err != nil {
		return nil, nil, err
	}
	if !hasDatabase(cfg) {
		fmt.Fprintf(g.stderr, "quell: there was no database in the folder %s; a new one is made\n", cfg.Data)
	}
	s, err := app.OpenStore(g.ctx, cfg, g.log(cfg))
	return s, cfg, err
}

// hasDatabase reports whether there is something to open, so that a slip in the name of a folder does not make a new database.
func hasDatabase(cfg *config.Config) bool {
	if cfg.DatabaseURL != "" {
		return true
	}
	_, err := os.Stat(filepath.Join(cfg.Data, "quell.db"))
	return !errors.Is(err, fs.ErrNotExist)
}

// again is a command line for people to type that works on the same configuration as this one.
func (g *globals) again(command string) string {
	line := []string{"quell", command}
	if g.ConfigFile != "" {
		line = append(line, "--config", quoted(g.ConfigFile))
	}
	if g.Data != "" {
		line = append(line, "--data", quoted(g.Data))
	}
	return strings.Join(line, " ")
}

// quoted is a word as a shell reads it.
func quoted(word string) string {
	if strings.ContainsAny(word, " \t\n'\"\\$`&|;<>()*?[]#~!{}") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// printJSON writes a value as one line.
func (g *globals) printJSON(v any) error {
	return json.NewEncoder(g.stdout).Encode(v)
}
