package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
)

type configCmd struct {
	JSON bool `help:"Print as JSON."`
}

// Help says how a setting is made.
func (c *configCmd) Help() string {
	return "A setting comes from a YAML file, from the environment (media.pixels is QUELL_MEDIA_PIXELS) or from a flag; later ones win. Secrets are not shown.\n" +
		"Exit status: 0 if the settings can be used, 1 if not."
}

// Run prints the settings, those that cannot be used too. Secrets are hidden.
func (c *configCmd) Run(g *globals) error {
	_, settings, fault := g.load(nil)
	if c.JSON {
		return errors.Join(g.printJSON(settings), fault)
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KEY\tVALUE\tFROM\tMEANING")
	for _, s := range settings {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Key, s.Value, s.From, s.Help)
	}
	return errors.Join(t.Flush(), fault)
}
