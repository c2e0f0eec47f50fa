package main

import (
	"fmt"
	"text/tabwriter"
)

type configCmd struct {
	JSON bool `help:"Print as JSON."`
}

// Run prints the settings. Secrets are hidden.
func (c *configCmd) Run(g *globals) error {
	_, settings, err := g.load(nil)
	if err != nil {
		return err
	}
	if c.JSON {
		return g.printJSON(settings)
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KEY\tVALUE\tFROM\tMEANING")
	for _, s := range settings {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Key, s.Value, s.From, s.Help)
	}
	return t.Flush()
}
