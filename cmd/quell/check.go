package main

import (
	"fmt"
	"os"

	"github.com/quell-project/quell/internal/domain"
)

type checkCmd struct {
	Server string   `placeholder:"URL" help:"Address of a running Quell."`
	JSON   bool     `help:"Print the answer for each file as a line of JSON."`
	Files  []string `arg:"" name:"file" help:"Files."`
}

// Help explains the exit status.
func (c *checkCmd) Help() string {
	return "Every file is sent as an upload of its own, which is recorded like any other.\n" +
		"Exit status: 0 if nothing stands against any file, 10 if one is blocked, 11 if none is blocked but one is held or limited, 1 if one could not be sent."
}

// Run checks files.
func (c *checkCmd) Run(g *globals) error {
	api, err := newClient(g, c.Server)
	if err != nil {
		return err
	}
	colour := coloursFor(g.stdout)
	worst, failed := domain.Allow, false
	for _, name := range c.Files {
		answer, err := c.checkFile(g, api, name)
		if err != nil {
			fmt.Fprintf(g.stderr, "quell: %s: %v\n", name, err)
			failed = true
			continue
		}
		verdict, _ := answer["verdict"].(string)
		if v := domain.Verdict(verdict); v.Rank() > worst.Rank() {
			worst = v
		}
		if c.JSON {
			answer["file"] = name
			if err := g.printJSON(answer); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(g.stdout, "%s  %s  %s%v%s\n", colour.verdict(verdict), name, colour.dim, answer["reason"], colour.off)
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

func (c *checkCmd) checkFile(g *globals, api *client, name string) (map[string]any, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return api.check(g.ctx, "command-line-"+string(domain.NewID[domain.EventID]()), data)
}
