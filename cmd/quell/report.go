package main

import (
	"fmt"
	"net/http"
)

type reportCmd struct {
	Server  string `placeholder:"URL" help:"Address of a running Quell, by default the one that runs on the data folder."`
	Reason  string `required:"" placeholder:"CODE" help:"A short code of the service, which policies see."`
	Text    string `help:"What the user writes; it is kept for people, and policies do not see it."`
	Account string `placeholder:"ID" help:"The service's own name for who complains."`
	ID      string `placeholder:"ID" help:"The service's own name for the report: sent again under the same one, it is counted once."`
	JSON    bool   `help:"Print the answer as JSON."`
	Content string `arg:"" help:"The service's own name for what is complained of."`
}

// Help says what a report leads to.
func (c *reportCmd) Help() string {
	return "The newest upload of the content is decided again in the background. That never weakens a decision, and leaves those of people alone. " +
		"A content that is not known yet is decided with its reports when it comes."
}

// Run passes a report on.
func (c *reportCmd) Run(g *globals) error {
	report := map[string]any{"content_id": c.Content, "reason": c.Reason, "text": c.Text, "account_id": c.Account, "report_id": c.ID}
	r := remote{c.Server, c.JSON}
	answer, err := r.ask(g, http.MethodPost, "reports", report)
	if err != nil || c.JSON {
		return err
	}
	_, err = fmt.Fprintf(g.stdout, "report %s of %s is taken\n", answer.text("report_id"), answer.text("content_id"))
	return err
}
