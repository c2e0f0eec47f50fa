package main

import (
	"fmt"
	"net/http"
	"net/url"
)

type policyNewTestCmd struct {
	remote
	Decision string `arg:"" help:"Id of the decision."`
	Policy   string `help:"Make it for another policy than the one that decided." placeholder:"NAME"`
	Version  int    `help:"And this version of it; without it the one that is live." placeholder:"N" default:"-1"`
}

// Help says what is left out.
func (c *policyNewTestCmd) Help() string {
	return "The test is made of the facts on record, without what names anybody: no account, no content, no file, ages rounded; of counts and attributes only what the policy asks about.\n" +
		"Put it under tests: of the policy."
}

// Run prints a test.
func (c *policyNewTestCmd) Run(g *globals) error {
	path := "decisions/" + url.PathEscape(c.Decision) + "/policy-test"
	if c.Policy != "" {
		path += "?" + url.Values{"policy": {c.Policy}, "version": {fmt.Sprint(c.Version)}}.Encode()
	}
	d, err := c.ask(g, http.MethodGet, path, nil)
	if err == nil && !c.JSON {
		_, err = fmt.Fprint(g.stdout, d.text("yaml"))
	}
	return err
}
