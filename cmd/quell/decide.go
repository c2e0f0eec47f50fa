package main

import (
	"fmt"
	"net/http"
	"net/url"
)

type decideCmd struct {
	Server   string `placeholder:"URL" help:"Address of a running Quell, by default the one that runs on the data folder."`
	Reason   string `required:"" help:"One sentence for people."`
	Sample   bool   `help:"The decision was drawn at random, so that it may be counted for what policies miss."`
	JSON     bool   `help:"Print the answer as JSON."`
	Decision string `arg:"" help:"Id of the newest decision about an upload."`
	Verdict  string `arg:"" enum:"allow,label,limit,hold,block" help:"What stands from now on: allow, label, limit, hold or block."`
}

// Help says what it means.
func (c *decideCmd) Help() string {
	return "It stands in the name of the API key whatever is checked again later, unless something matches that does not match now. " +
		"Where it is milder than what policies had said, the rules that asked for more do not decide the same way again about the same bytes."
}

// Run decides as a person.
func (c *decideCmd) Run(g *globals) error {
	r := remote{c.Server, c.JSON}
	answer, err := r.ask(g, http.MethodPost, "decisions/"+url.PathEscape(c.Decision)+"/review", map[string]any{"verdict": c.Verdict, "reason": c.Reason, "sample": c.Sample})
	if err != nil || c.JSON {
		return err
	}
	colour := coloursFor(g.stdout)
	_, err = fmt.Fprintf(g.stdout, "%s  %s  %s%s: %s%s\n", colour.verdict(answer.text("verdict")), answer.text("content_id"), colour.dim, answer.text("by"), answer.text("reason"), colour.off)
	return err
}
