package main

import (
	"fmt"
	"os"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

type policyDiffCmd struct {
	Before string `arg:"" help:"File with the earlier text."`
	After  string `arg:"" help:"File with the later text."`
	JSON   bool   `help:"Print as JSON."`
}

// Help says how the command ends.
func (c *policyDiffCmd) Help() string {
	return "Comments, quotes and line breaks are no difference. Of a condition only the pieces that have changed are told.\nExit status: 0 also where there are differences, 1 if a text cannot be read."
}

// policyDiff is what the command prints as JSON.
type policyDiff struct {
	Summary string          `json:"summary"`
	Changes []policy.Change `json:"changes"`
}

// Run compares two texts.
func (c *policyDiffCmd) Run(g *globals) error {
	before, err := readPolicy(c.Before)
	if err != nil {
		return err
	}
	after, err := readPolicy(c.After)
	if err != nil {
		return err
	}
	changes := policy.Diff(before, after)
	if c.JSON {
		return g.printJSON(policyDiff{policy.Summary(changes), append([]policy.Change{}, changes...)})
	}
	colour := coloursFor(g.stdout)
	fmt.Fprintf(g.stdout, "%s%s%s\n", colour.bold, policy.Summary(changes), colour.off)
	for _, change := range changes {
		fmt.Fprintln(g.stdout, change)
	}
	return nil
}

// readPolicy reads the text of a policy. It need not compile.
func readPolicy(path string) (*policy.Document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d, found := policy.Read(text)
	if len(found) > 0 {
		return nil, fmt.Errorf("%s is not a policy:\n%w", path, found)
	}
	return d, nil
}
