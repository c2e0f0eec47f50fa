package main

import (
	"fmt"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

type policySchemaCmd struct {
	JSON bool `help:"Print as JSON."`
}

// Run prints the schema of policies.
func (c *policySchemaCmd) Run(g *globals) error {
	s, err := policy.Describe()
	if err != nil {
		return err
	}
	if c.JSON {
		return g.printJSON(s)
	}
	_, err = fmt.Fprint(g.stdout, s.Markdown("# "))
	return err
}
