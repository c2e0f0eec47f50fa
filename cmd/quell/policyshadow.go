package main

import (
	"fmt"
	"net/http"
	"text/tabwriter"
)

type policyShadowCmd struct {
	remote
	Name    string `arg:"" help:"Name of the policy."`
	Version int    `arg:"" help:"Number of the version that is in shadow, or a canary."`
	Limit   int    `default:"20" help:"Show at most so many decisions, up to 200."`
}

// Help says what is compared.
func (c *policyShadowCmd) Help() string {
	return "Counts the decisions of the last seven days by what was decided and by what the version would have decided, and lists the newest that would have been otherwise."
}

// Run shows what a version would have decided.
func (c *policyShadowCmd) Run(g *globals) error {
	d, err := c.ask(g, http.MethodGet, fmt.Sprintf("%s?limit=%d", policyPath(c.Name, "versions", c.Version, "shadow"), c.Limit), nil)
	if err != nil || c.JSON {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "WAS\tWOULD BE\tDECISIONS")
	for _, n := range d.list("counts") {
		fmt.Fprintf(t, "%s\t%s\t%.0f\n", n.text("stood"), n.text("verdict"), n.number("count"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, change := range d.list("changes") {
		fmt.Fprintf(g.stdout, "%s  %s → %s  %s\n", change.text("decision_id"), change.text("stood"), change.text("verdict"), change.text("rule"))
	}
	return nil
}
