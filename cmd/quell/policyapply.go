package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

type policyApplyCmd struct {
	remote
	File      string    `arg:"" type:"existingfile" help:"The policy, as YAML: its file is named after it."`
	To        string    `enum:"draft,checked,shadow,canary,live" default:"checked" help:"How far the version is brought: draft, checked, shadow, canary or live."`
	Share     float64   `help:"Share of contents for which a canary decides, above 0 and below 1."`
	Note      string    `help:"What is new about it."`
	Starts    time.Time `help:"Not before this moment." placeholder:"TIME" format:"2006-01-02T15:04:05Z07:00"`
	Ends      time.Time `help:"Only until this moment." placeholder:"TIME" format:"2006-01-02T15:04:05Z07:00"`
	Emergency bool      `help:"At once and without a second person, to be reviewed afterwards; needs --reason."`
	Reason    string    `help:"Why."`
	Yes       bool      `help:"Do not ask."`
}

// errNotAgreed says that nothing was done.
var errNotAgreed = errors.New("nothing was changed; answer y, or use --yes in scripts")

// Run applies a policy.
func (c *policyApplyCmd) Run(g *globals) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	if err := c.plan(g, name); err != nil {
		return err
	}
	v, err := c.quiet().ask(g, http.MethodPost, policyPath(name, "versions"), map[string]any{"text": string(text), "note": c.Note})
	if err != nil {
		return err
	}
	number := int(v.number("number"))
	if c.To != "draft" && v.text("state") == "draft" {
		if v, err = c.quiet().ask(g, http.MethodPost, policyPath(name, "versions", number, "check"), nil); err != nil {
			return err
		}
	}
	if c.To == "draft" || c.To == "checked" {
		if c.JSON {
			return g.printJSON(v)
		}
		_, err = fmt.Fprintf(g.stdout, "version %d of policy %s is %s\n", number, name, v.text("state"))
		return err
	}
	m, err := c.ask(g, http.MethodPost, policyPath(name, "versions", number, "move"), c.move())
	return c.tell(g, m, err)
}

// quiet is the same server, and answers that are not printed.
func (c *policyApplyCmd) quiet() *remote { return &remote{Server: c.Server} }

func (c *policyApplyCmd) move() map[string]any {
	move := map[string]any{"to": c.To, "reason": c.Reason, "emergency": c.Emergency}
	if c.Share != 0 {
		move["share"] = c.Share
	}
	if !c.Starts.IsZero() {
		move["starts_at"] = c.Starts
	}
	if !c.Ends.IsZero() {
		move["ends_at"] = c.Ends
	}
	return move
}

// plan says what will be done, and asks whether it shall. With --yes or --json nothing is asked.
func (c *policyApplyCmd) plan(g *globals, name string) error {
	if c.JSON {
		return nil
	}
	now := "there is no policy of this name yet"
	p, err := c.quiet().ask(g, http.MethodGet, policyPath(name), nil)
	if refused, ok := errors.AsType[*refusal](err); err != nil && (!ok || refused.status != http.StatusNotFound) {
		return err
	}
	live := ""
	for _, v := range p.list("versions") {
		if v.text("state") == "live" {
			now, live = "version "+versionIn(v)+" is live", fmt.Sprintf("%s@%.0f", name, v.number("number"))
		}
	}
	to := c.To
	if c.Share > 0 {
		to += fmt.Sprintf(" for %g %% of contents", 100*c.Share)
	}
	if _, err := fmt.Fprintf(g.stdout, "policy %s: %s; the text of %s is to be %s\n", name, now, filepath.Base(c.File), to); err != nil {
		return err
	}
	if err := c.tellChanges(g, live); err != nil || c.Yes {
		return err
	}
	fmt.Fprint(g.stdout, "Go on? [y/N] ")
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return errNotAgreed
	}
	return nil
}

// tellChanges says in words what is new against the version that is live.
func (c *policyApplyCmd) tellChanges(g *globals, live string) error {
	if live == "" {
		return nil
	}
	before, err := readPolicy(g, c.Server, live)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	after, found := policy.Read(text)
	if len(found) > 0 {
		return nil // the server says what is wrong with it
	}
	changes := policy.Diff(before, after)
	fmt.Fprintf(g.stdout, "%s\n", policy.Summary(changes))
	for _, change := range changes {
		fmt.Fprintf(g.stdout, "  %s\n", change)
	}
	return nil
}
