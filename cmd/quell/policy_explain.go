package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

type policyExplainCmd struct {
	Decision string `arg:"" help:"Id of the decision about the upload."`
	Policy   string `help:"Ask another policy than those that decided." placeholder:"NAME"`
	Version  int    `help:"And this version of it; without it the one that is live." placeholder:"N"`
	File     string `help:"Ask the policy in this file." placeholder:"FILE" type:"existingfile" xor:"what"`
	All      bool   `help:"Show the rules that had nothing to say too."`
	Server   string `help:"Address of the server." placeholder:"URL"`
	JSON     bool   `help:"Print the answer of the server as JSON."`
}

// Help says what is shown.
func (c *policyExplainCmd) Help() string {
	return "Every piece of every condition is shown with its value for the facts that were recorded with the decision."
}

// Run shows how versions come to what they say.
func (c *policyExplainCmd) Run(g *globals) error {
	answer, err := c.explanation(g)
	if err != nil || c.JSON {
		return err
	}
	tree{g, coloursFor(g.stdout), c.All}.explanations(answer.list("explanations"))
	return nil
}

func (c *policyExplainCmd) explanation(g *globals) (document, error) {
	r, path := remote{c.Server, c.JSON}, "decisions/"+url.PathEscape(c.Decision)+"/explanation"
	if c.File != "" {
		f, err := readPolicyFile(c.File)
		if err != nil {
			return nil, err
		}
		return r.ask(g, http.MethodPost, path, map[string]string{"text": string(f.text)})
	}
	q := url.Values{}
	if c.Policy != "" {
		q.Set("policy", c.Policy)
	}
	if c.Version > 0 {
		q.Set("version", fmt.Sprint(c.Version))
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return r.ask(g, http.MethodGet, path, nil)
}

// tree writes explanations for people.
type tree struct {
	*globals
	colours
	all bool
}

func (t tree) explanations(all []document) {
	for i, e := range all {
		if i > 0 {
			fmt.Fprintln(t.stdout)
		}
		fmt.Fprintf(t.stdout, "%s%s@%.0f%s  %s  %s\n", t.bold, e.text("policy"), e.number("version"), t.off, t.verdict(e.text("verdict")), e.text("reason"))
		for _, guard := range e.list("guards") {
			fmt.Fprintf(t.stdout, "  guard: %v\n", guard)
		}
		for _, d := range e.list("definitions") {
			t.explained("define", d)
		}
		for _, d := range e.list("exemptions") {
			t.explained("exempt", d)
		}
		for _, r := range e.list("rules") {
			if t.all || r.text("value") != "false" {
				t.explained("rule", r)
			}
		}
		if n := e.number("left_out"); n > 0 {
			fmt.Fprintf(t.stdout, "%.0f conditions are shown without their pieces: there are too many.\n", n)
		}
	}
}

func (t tree) explained(what string, r document) {
	fmt.Fprintf(t.stdout, "\n%s %s%s%s = %s", what, t.bold, r.text("name"), t.off, t.value(r.text("value")))
	for _, f := range [][2]string{{"asks for ", "asks"}, {"means ", "treatment"}, {"", "effect"}} {
		if v := r.text(f[1]); v != "" {
			fmt.Fprintf(t.stdout, ", %s%s", f[0], v)
		}
	}
	fmt.Fprintf(t.stdout, "\n  %s\n", r.text("words"))
	if term, ok := r["condition"].(map[string]any); ok {
		t.term(term, "  ")
	}
}

func (t tree) term(term document, indent string) {
	fmt.Fprintf(t.stdout, "%s%s = %s", indent, term.text("text"), t.value(term.text("value")))
	if note := term.text("note"); note != "" && len(term.list("terms")) == 0 {
		fmt.Fprintf(t.stdout, " %s(%s)%s", t.dim, note, t.off)
	}
	fmt.Fprintln(t.stdout)
	for _, part := range term.list("terms") {
		t.term(part, indent+strings.Repeat(" ", 2))
	}
	if n := term.number("left_out"); n > 0 {
		fmt.Fprintf(t.stdout, "%s  %.0f more are not shown\n", indent, n)
	}
}

func (t tree) value(v string) string {
	colour := map[string]string{"true": t.green, "unknown": t.amber, "error": t.red}[v]
	if colour == "" {
		return v
	}
	return colour + v + t.off
}
