package main

import (
	"fmt"
	"net/http"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

type policyDiffCmd struct {
	Before string `arg:"" help:"The earlier text: a file, or NAME@VERSION on the server."`
	After  string `arg:"" help:"The later text."`
	Server string `help:"Address of the server." placeholder:"URL"`
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
	before, err := readPolicy(g, c.Server, c.Before)
	if err != nil {
		return err
	}
	after, err := readPolicy(g, c.Server, c.After)
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

// readPolicy reads the text of a policy from a file, or of a version from the server. It need not compile.
func readPolicy(g *globals, server, from string) (*policy.Document, error) {
	text, err := policyText(g, server, from)
	if err != nil {
		return nil, err
	}
	d, found := policy.Read(text)
	if len(found) > 0 {
		return nil, fmt.Errorf("%s is not a policy:\n%w", from, found)
	}
	return d, nil
}

// policyText is what a file holds, or the text of NAME@VERSION.
func policyText(g *globals, server, from string) ([]byte, error) {
	f, err := readPolicyFile(from)
	if err == nil {
		return f.text, nil
	}
	name, number, is := namedVersion(from)
	if !is {
		return nil, err
	}
	r := remote{Server: server}
	v, err := r.ask(g, http.MethodGet, policyPath(name, "versions", number), nil)
	return []byte(v.text("text")), err
}
