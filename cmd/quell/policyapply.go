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

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

type policyApplyCmd struct {
	remote
	File      string  `arg:"" type:"existingfile" help:"The policy, as YAML: its file is named after it."`
	To        string  `enum:"draft,checked,shadow,canary,live" default:"checked" help:"How far the version is brought: draft, checked, shadow, canary or live."`
	Share     float64 `help:"Share of contents for which a canary decides, above 0 and below 1." placeholder:"0.05"`
	Note      string  `help:"What is new about it; without it, what the policy says under note."`
	Starts    moment  `help:"Not before this moment, for example 2026-12-01T08:00:00Z." placeholder:"TIME"`
	Ends      moment  `help:"Only until this moment." placeholder:"TIME"`
	Emergency bool    `help:"At once and without a second person, to be reviewed afterwards; needs --reason."`
	Reason    string  `help:"Why."`
	Yes       bool    `help:"Do not ask."`
}

// Help says what may be done again.
func (c *policyApplyCmd) Help() string {
	return "What is in force already is left as it is, so a script may apply the same files again and again."
}

// moment is a time that a flag names.
type moment struct{ time.Time }

// UnmarshalText reads a moment.
func (m *moment) UnmarshalText(b []byte) (err error) {
	if m.Time, err = time.Parse(time.RFC3339, string(b)); err != nil {
		return fmt.Errorf("%q is not a moment; write for example 2026-12-01T08:00:00Z", b)
	}
	return nil
}

// errNotAgreed says that nothing was done.
var errNotAgreed = errors.New("nothing was changed; answer y, or use --yes in scripts")

// errShare says what a share belongs to.
var errShare = errors.New("a canary needs its share of contents, as --to canary --share 0.05, and nothing else has one; nothing was changed")

// Run applies a policy.
func (c *policyApplyCmd) Run(g *globals) error {
	if canary := c.To == "canary"; canary != (c.Share > 0 && c.Share < 1) || !canary && c.Share != 0 {
		return errShare
	}
	f, err := readPolicyFile(c.File)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	if err := c.plan(g, name, f.text); err != nil {
		return err
	}
	v, err := c.quiet().ask(g, http.MethodPost, policyPath(name, "versions"), map[string]any{"text": string(f.text), "note": c.note(f.text)})
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
	if c.standsAlready(v) {
		if c.JSON {
			return g.printJSON(v)
		}
		_, err = fmt.Fprintf(g.stdout, "version %d of policy %s is %s already\n", number, name, v.text("state"))
		return err
	}
	m, err := c.ask(g, http.MethodPost, policyPath(name, "versions", number, "move"), c.move())
	return c.tell(g, m, err)
}

// note is what is said to be new, or else what the policy says of itself.
func (c *policyApplyCmd) note(text []byte) string {
	if c.Note != "" {
		return c.Note
	}
	if d, found := policy.Read(text); len(found) == 0 {
		return domain.Clip(d.Note, 1000)
	}
	return ""
}

// standsAlready reports whether a version is where it shall be brought, and nothing is said of when.
func (c *policyApplyCmd) standsAlready(v document) bool {
	return v.text("state") == c.To && v.number("share") == c.Share && c.Starts.IsZero() && c.Ends.IsZero()
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
func (c *policyApplyCmd) plan(g *globals, name string, text []byte) error {
	if c.JSON {
		return nil
	}
	p, err := c.quiet().ask(g, http.MethodGet, policyPath(name), nil)
	if err != nil && !notThere(err) {
		return err
	}
	now, before := standing(name, p.list("versions"))
	to := c.To
	if c.Share > 0 {
		to += fmt.Sprintf(" for %g %% of contents", 100*c.Share)
	}
	if _, err := fmt.Fprintf(g.stdout, "policy %s: %s; the text of %s is to be %s\n", name, now, filepath.Base(c.File), to); err != nil {
		return err
	}
	if err := c.tellChanges(g, before, text); err != nil || c.Yes {
		return err
	}
	fmt.Fprint(g.stdout, "Go on? [y/N] ")
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return errNotAgreed
	}
	return nil
}

// standing says where a policy stands, and which version a new one is compared with: the live one, or else the newest.
func standing(name string, versions []document) (now, before string) {
	for _, v := range versions {
		if v.text("state") == "live" {
			return "version " + versionIn(v) + " is live", fmt.Sprintf("%s@%.0f", name, v.number("number"))
		}
	}
	if len(versions) == 0 {
		return "there is no policy of this name yet", ""
	}
	newest := versions[0]
	return "no version is live, the newest is version " + versionIn(newest) + ", " + newest.text("state"), fmt.Sprintf("%s@%.0f", name, newest.number("number"))
}

// tellChanges says in words what is new against another version.
func (c *policyApplyCmd) tellChanges(g *globals, earlier string, text []byte) error {
	if earlier == "" {
		return nil
	}
	before, err := readPolicy(g, c.Server, earlier)
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
