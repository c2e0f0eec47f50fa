package main

import (
	"errors"
	"fmt"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/platform/config"
)

type serveCmd struct {
	Listen string `placeholder:"ADDR" help:"Address of the API and the console, by default 127.0.0.1:8080; port 0 takes any free one."`
}

// Help says what happens at the start and at the end.
func (c *serveCmd) Help() string {
	return "On a terminal it prints a link that signs you in to the console; as a service it does not, because logs are kept: use \"quell sign-in-link\".\n" +
		"SIGTERM or Ctrl-C finishes what was accepted and stops; a second one stops at once."
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(g *globals) error {
	cfg, _, err := g.load(map[string]string{"listen": c.Listen})
	if err != nil {
		return err
	}
	a, err := app.Open(g.ctx, cfg, version(), g.log(cfg))
	if g.ctx.Err() != nil && errors.Is(err, g.ctx.Err()) {
		return nil // told to stop while starting
	}
	if err != nil {
		return err
	}
	leave, err := leaveLocal(g.ctx, a, cfg)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	err = c.announce(g, a, cfg)
	if err == nil {
		err = a.Run(g.ctx)
	}
	return errors.Join(err, leave(), a.Close())
}

// announce says where the server is: on a terminal to the person who sees it, who may sign in at once; else to the log.
func (c *serveCmd) announce(g *globals, a *app.App, cfg *config.Config) error {
	console := consoleAddress(cfg)
	if !onTerminal(g.stderr) {
		log := g.log(cfg)
		log.Info("serving", "version", version(), "console", console, "data", cfg.Data)
		if address := a.HMAAddress(); address != "" {
			log.Info("serving clients of HMA", "address", address)
		}
		return nil
	}
	token, err := a.Auth().NewLink(g.ctx, "operator")
	if err != nil {
		return err
	}
	colour := coloursFor(g.stderr)
	fmt.Fprintf(g.stderr, "%squell %s%s keeps its data in %s\n\n", colour.bold, version(), colour.off, cfg.Data)
	fmt.Fprintf(g.stderr, "Console   %s\n", console)
	fmt.Fprintf(g.stderr, "Sign in   %s\n          (works once, for 15 minutes; another one: %s)\n", signInLink(console, token), g.again("sign-in-link"))
	fmt.Fprintf(g.stderr, "API       %s/api/docs\n          (a key for your service: %s)\n", console, g.again("key create NAME"))
	if address := a.HMAAddress(); address != "" {
		fmt.Fprintf(g.stderr, "HMA       %s\n          (for clients of Hasher-Matcher-Actioner)\n", reachable(address))
	}
	fmt.Fprintln(g.stderr)
	return nil
}
