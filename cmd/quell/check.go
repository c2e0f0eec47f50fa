package main

import (
	"errors"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

type checkCmd struct {
	Server string   `placeholder:"URL" help:"Address of a running Quell, by default the one that runs on the data folder."`
	JSON   bool     `help:"Print the answer for each file as a line of JSON."`
	Files  []string `arg:"" name:"file" help:"Files; - is standard input."`
}

// Help explains the exit status.
func (c *checkCmd) Help() string {
	return "Every file is sent as an upload of its own, which is recorded like any other. For a server elsewhere, set QUELL_API_KEY and --server.\n" +
		"Exit status: 10 if a file is blocked; else 1 if one could not be sent; else 11 if one is held or limited; else 0."
}

// Run checks files.
func (c *checkCmd) Run(g *globals) error {
	api, err := newClient(g, c.Server)
	if err != nil {
		return err
	}
	worst, failed := domain.Allow, false
	for _, name := range c.Files {
		answer, err := c.checkFile(g, api, name)
		if errors.Is(err, errNoServer) || g.ctx.Err() != nil {
			return err // the next file would fare no better
		}
		if err != nil {
			failed = true
			fmt.Fprintf(g.stderr, "quell: %s: %v\n", name, err)
			answer = map[string]any{"error": err.Error()}
		}
		if v := domain.Verdict(answer.text("verdict")); v.Rank() > worst.Rank() {
			worst = v
		}
		if err := c.print(g, name, answer); err != nil {
			return err
		}
	}
	switch {
	case worst == domain.Block:
		return exit(exitBlocked)
	case failed:
		return exit(exitFailed)
	case worst.Rank() >= domain.Limit.Rank():
		return exit(exitHeld)
	}
	return nil
}

func (c *checkCmd) checkFile(g *globals, api *client, name string) (document, error) {
	data, err := readInput(name, api.largest)
	if err != nil {
		return nil, err
	}
	return api.check(g.ctx, "command-line-"+string(domain.NewID[domain.EventID]()), data)
}

func (c *checkCmd) print(g *globals, name string, answer document) (err error) {
	if c.JSON {
		answer["file"] = name
		return g.printJSON(answer)
	}
	if verdict := answer.text("verdict"); verdict != "" {
		colour := coloursFor(g.stdout)
		_, err = fmt.Fprintf(g.stdout, "%s  %s  %s%s%s\n", colour.verdict(verdict), name, colour.dim, answer.text("reason"), colour.off)
	}
	return err
}
