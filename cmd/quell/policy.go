package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/platform/config"
)

type policyCmd struct {
	Test     policyTestCmd     `cmd:"" help:"Run the tests of policies in files."`
	Lint     policyLintCmd     `cmd:"" help:"Say what is wrong with policies in files, or doubtful about them."`
	List     policyListCmd     `cmd:"" help:"List policies in the order in which they are asked."`
	Show     policyShowCmd     `cmd:"" help:"Show a policy with its versions, or the text of one."`
	History  policyHistoryCmd  `cmd:"" help:"Show every step of every version, newest first."`
	Apply    policyApplyCmd    `cmd:"" help:"Write a version, check it, and bring it on its way."`
	Replay   policyReplayCmd   `cmd:"" help:"Ask a policy about what was decided before, and show what it would have changed."`
	Approve  policyApproveCmd  `cmd:"" help:"Agree to what somebody else has asked for."`
	Refuse   policyRefuseCmd   `cmd:"" help:"Refuse what somebody has asked for, or take your own request back."`
	Rollback policyRollbackCmd `cmd:"" help:"Bring the version back that was live before."`
	Retire   policyRetireCmd   `cmd:"" help:"Take a version out of use."`
	Review   policyReviewCmd   `cmd:"" help:"Review what somebody else has done in an emergency."`
	Shadow   policyShadowCmd   `cmd:"" help:"Compare what a version in shadow would have decided with what was decided."`
	Snooze   policySnoozeCmd   `cmd:"" help:"Keep a rule from acting on one subject for a while."`
	Snoozes  policySnoozesCmd  `cmd:"" help:"List snoozes, or end one."`
	Alarms   policyAlarmsCmd   `cmd:"" help:"List alarms, or take note of one."`

	Explain policyExplainCmd `cmd:"" help:"Show how a version comes to what it says about an upload."`
	NewTest policyNewTestCmd `cmd:"" help:"Make a test from a decision."`
	Diff    policyDiffCmd    `cmd:"" help:"Say in words what is different between two texts of a policy."`
	Schema  policySchemaCmd  `cmd:"" help:"Print what conditions can see and use, and the keys of a policy."`
}

// Help says where the whole story is.
func (c *policyCmd) Help() string {
	return "Who you are is the API key that you use: name it in QUELL_API_KEY. docs/policy-life.md tells the life of a version."
}

func policyPath(name string, more ...any) string {
	path := "policies/" + url.PathEscape(name)
	for _, m := range more {
		path += "/" + url.PathEscape(fmt.Sprint(m))
	}
	return path
}

type policyListCmd struct {
	remote
}

// Run lists policies.
func (c *policyListCmd) Run(g *globals) error {
	d, err := c.ask(g, http.MethodGet, "policies", nil)
	if err != nil || c.JSON {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "POLICY\tLIVE\tCANARY\tSHADOW\tVERSIONS\tWAITING\tTO REVIEW")
	for _, p := range d.list("policies") {
		in, waiting := map[string]string{"live": "-", "canary": "-", "shadow": "-"}, 0
		for _, m := range p.list("open") {
			if m.text("state") == "asked" {
				waiting++
			}
		}
		for _, v := range p.list("versions") {
			in[v.text("state")] = versionIn(v)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%d\n", p.text("name"), in["live"], in["canary"], in["shadow"], len(p.list("versions")), waiting, len(p.list("to_review")))
	}
	return t.Flush()
}

// versionIn is a version with its share, if it has one.
func versionIn(v document) string {
	if share := v.number("share"); share > 0 {
		return fmt.Sprintf("%.0f (%g %%)", v.number("number"), 100*share)
	}
	return fmt.Sprintf("%.0f", v.number("number"))
}

type policyShowCmd struct {
	remote
	Name    string `arg:"" help:"Name of the policy."`
	Version *int   `arg:"" optional:"" help:"Print the text of this version."`
}

// Run shows a policy.
func (c *policyShowCmd) Run(g *globals) error {
	if c.Version != nil {
		v, err := c.ask(g, http.MethodGet, policyPath(c.Name, "versions", *c.Version), nil)
		if err == nil && !c.JSON {
			_, err = fmt.Fprint(g.stdout, v.text("text"))
		}
		return err
	}
	p, err := c.ask(g, http.MethodGet, policyPath(c.Name), nil)
	if err != nil || c.JSON {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "VERSION\tSTATE\tBY\tNOTE")
	for _, v := range p.list("versions") {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", versionIn(v), v.text("state"), v.text("by"), v.text("note"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, m := range p.list("open") {
		fmt.Fprintf(g.stdout, "\n%s\n", openMove(g, m))
	}
	for _, s := range p.list("to_review") {
		fmt.Fprintf(g.stdout, "\nversion %.0f became %s in an emergency, by %s: %s\n", s.number("number"), s.text("to"), s.text("by"), s.text("reason"))
		fmt.Fprintf(g.stdout, "  review it: %s\n", g.again("policy review "+c.Name+" "+s.text("id")))
	}
	return nil
}

// openMove says what is asked for or planned, as whoever agrees has to know it, and how to answer.
func openMove(g *globals, m document) string {
	if m["ends"] == true {
		return fmt.Sprintf("version %.0f ends at %s, as %s has asked\n  keep it: %s", m.number("number"), m.text("due_at"), m.text("by"), g.again("policy refuse "+m.text("id")+" --reason …"))
	}
	what := fmt.Sprintf("version %s is asked to be %s, by %s", versionIn(m), m.text("to"), m.text("by"))
	if m.text("state") == "planned" {
		what = fmt.Sprintf("version %s becomes %s at %s, by %s", versionIn(m), m.text("to"), m.text("due_at"), m.text("by"))
		if second := m.text("second"); second != "" {
			what += " with " + second
		}
	} else if at := m.text("starts_at"); at != "" {
		what += ", from " + at
	}
	if at := m.text("ends_at"); at != "" {
		what += ", until " + at
	}
	if why := m.text("reason"); why != "" {
		what += ": " + why
	}
	if m.text("state") == "planned" {
		return what + "\n  take it back: " + g.again("policy refuse "+m.text("id")+" --reason …")
	}
	return what + "\n  agree by " + m.text("due_at") + ": " + g.again("policy approve "+m.text("id"))
}

type policyHistoryCmd struct {
	remote
	Name  string `arg:"" help:"Name of the policy."`
	Limit int    `default:"50" help:"At most so many, up to 200."`
}

// Run shows the history of a policy.
func (c *policyHistoryCmd) Run(g *globals) error {
	d, err := c.ask(g, http.MethodGet, fmt.Sprintf("%s?limit=%d", policyPath(c.Name, "history"), c.Limit), nil)
	if err != nil || c.JSON {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "AT\tVERSION\tSTEP\tBY\tWITH\tREASON")
	for _, s := range d.list("steps") {
		step := strings.TrimPrefix(s.text("from")+" → "+s.text("to"), " → ")
		if s["emergency"] == true {
			step += " (emergency)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", s.text("at"), versionIn(s), step, s.text("by"), s.text("second"), s.text("reason"))
	}
	return t.Flush()
}

type policyApproveCmd struct {
	remote
	Request string `arg:"" help:"Id of the request; \"policy show\" tells it."`
	Reason  string `help:"Why."`
}

// Run agrees to a request.
func (c *policyApproveCmd) Run(g *globals) error {
	m, err := c.ask(g, http.MethodPost, "policy-requests/"+url.PathEscape(c.Request)+"/approve", because(c.Reason))
	return c.tell(g, m, err)
}

type policyRefuseCmd struct {
	remote
	Request string `arg:"" help:"Id of the request; \"policy show\" tells it."`
	Reason  string `required:"" help:"Why."`
}

// Run refuses a request.
func (c *policyRefuseCmd) Run(g *globals) error {
	m, err := c.ask(g, http.MethodPost, "policy-requests/"+url.PathEscape(c.Request)+"/refuse", because(c.Reason))
	return c.tell(g, m, err)
}

func because(why string) map[string]any { return map[string]any{"reason": why} }

// tell says what became of a move.
func (r *remote) tell(g *globals, m document, err error) error {
	if err != nil || r.JSON {
		return err
	}
	what := fmt.Sprintf("version %.0f of policy %s", m.number("number"), m.text("policy"))
	switch m.text("state") {
	case "done":
		_, err = fmt.Fprintf(g.stdout, "%s is %s\n", what, m.text("to"))
	case "asked":
		_, err = fmt.Fprintf(g.stdout, "%s waits for a second person until %s: %s\n", what, m.text("due_at"), g.again("policy approve "+m.text("id")))
	case "planned":
		_, err = fmt.Fprintf(g.stdout, "%s becomes %s at %s\n", what, m.text("to"), m.text("due_at"))
	default:
		_, err = fmt.Fprintf(g.stdout, "the request to make %s %s is %s\n", what, m.text("to"), m.text("state"))
	}
	return err
}

type policyRollbackCmd struct {
	remote
	Name   string `arg:"" help:"Name of the policy."`
	Reason string `help:"Why."`
}

// Help says who may do it.
func (c *policyRollbackCmd) Help() string {
	return "Nobody else has to agree, since that version was live already. Once more brings back the one before it."
}

// Run rolls a policy back.
func (c *policyRollbackCmd) Run(g *globals) error {
	v, err := c.ask(g, http.MethodPost, policyPath(c.Name, "rollback"), because(c.Reason))
	if err != nil || c.JSON {
		return err
	}
	_, err = fmt.Fprintf(g.stdout, "version %.0f of policy %s is live again\n", v.number("number"), c.Name)
	return err
}

type policyRetireCmd struct {
	remote
	Name      string `arg:"" help:"Name of the policy."`
	Version   int    `arg:"" help:"Number of the version."`
	Reason    string `help:"Why."`
	Emergency bool   `help:"Without a second person, to be reviewed afterwards; needs --reason."`
}

// Run retires a version.
func (c *policyRetireCmd) Run(g *globals) error {
	m, err := c.ask(g, http.MethodPost, policyPath(c.Name, "versions", c.Version, "move"), map[string]any{"to": "retired", "reason": c.Reason, "emergency": c.Emergency})
	return c.tell(g, m, err)
}

type policyReviewCmd struct {
	remote
	Name string `arg:"" help:"Name of the policy."`
	Step string `arg:"" help:"Id of the step; \"policy show\" tells it."`
}

// Run reviews an emergency.
func (c *policyReviewCmd) Run(g *globals) error {
	_, err := c.ask(g, http.MethodPost, policyPath(c.Name, "emergencies", c.Step, "review"), nil)
	if err != nil || c.JSON {
		return err
	}
	_, err = fmt.Fprintln(g.stdout, "the emergency is reviewed")
	return err
}

// errOneSubject says what a snooze is about.
var errOneSubject = errors.New("name the subject as KIND:NAME, for example account:user-4; kinds are account, content, surface, bank and signal")

type policySnoozeCmd struct {
	remote
	Name    string          `arg:"" help:"Name of the policy."`
	Subject string          `arg:"" help:"What it shall not act on, as KIND:NAME: account, content, surface, bank or signal."`
	For     config.Duration `required:"" help:"How long, up to 90d." placeholder:"24h"`
	Rule    string          `help:"Only this rule; otherwise all of the policy."`
	Reason  string          `required:"" help:"Why."`
}

// Run snoozes a rule.
func (c *policySnoozeCmd) Run(g *globals) error {
	kind, subject, ok := strings.Cut(c.Subject, ":")
	if !ok || subject == "" {
		return errOneSubject
	}
	z, err := c.ask(g, http.MethodPost, "snoozes", map[string]any{
		"policy": c.Name, "rule": c.Rule, "subject_kind": kind, "subject": subject, "until": time.Now().Add(time.Duration(c.For)).UTC().Format(time.RFC3339), "reason": c.Reason,
	})
	if err != nil || c.JSON {
		return err
	}
	_, err = fmt.Fprintf(g.stdout, "snoozed until %s: %s\n", z.text("until"), z.text("id"))
	return err
}

type policySnoozesCmd struct {
	remote
	End string `help:"End this snooze now." placeholder:"ID"`
}

// Run lists snoozes or ends one.
func (c *policySnoozesCmd) Run(g *globals) error {
	if c.End != "" {
		z, err := c.ask(g, http.MethodPost, "snoozes/"+url.PathEscape(c.End)+"/end", nil)
		if err != nil || c.JSON {
			return err
		}
		_, err = fmt.Fprintf(g.stdout, "policy %s acts on %s %s again\n", z.text("policy"), z.text("subject_kind"), z.text("subject"))
		return err
	}
	d, err := c.ask(g, http.MethodGet, "snoozes", nil)
	if err != nil || c.JSON {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SNOOZE\tPOLICY\tRULE\tSUBJECT\tUNTIL\tBY\tREASON")
	for _, z := range d.list("snoozes") {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s %s\t%s\t%s\t%s\n", z.text("id"), z.text("policy"), z.text("rule"), z.text("subject_kind"), z.text("subject"), z.text("until"), z.text("by"), z.text("reason"))
	}
	return t.Flush()
}

type policyAlarmsCmd struct {
	remote
	All         bool   `help:"Those that somebody has taken note of too."`
	Acknowledge string `help:"Take note of this alarm." placeholder:"ID"`
}

// Run lists alarms or takes note of one.
func (c *policyAlarmsCmd) Run(g *globals) error {
	if c.Acknowledge != "" {
		a, err := c.ask(g, http.MethodPost, "alarms/"+url.PathEscape(c.Acknowledge)+"/acknowledge", nil)
		if err != nil || c.JSON {
			return err
		}
		_, err = fmt.Fprintf(g.stdout, "noted by %s: %s\n", a.text("acknowledged_by"), a.text("text"))
		return err
	}
	d, err := c.ask(g, http.MethodGet, fmt.Sprintf("alarms?all=%v", c.All), nil)
	if err != nil || c.JSON {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ALARM\tAT\tKIND\tTEXT")
	for _, a := range d.list("alarms") {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", a.text("id"), a.text("at"), a.text("kind"), a.text("text"))
	}
	return t.Flush()
}
