package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/replay"
)

type policyReplayCmd struct {
	Policy  string          `arg:"" help:"File with the policy, or a version on record as NAME@NUMBER."`
	Since   config.Duration `default:"7d" help:"How far back."`
	Until   config.Duration `default:"0s" help:"How far back it ends."`
	Sample  float64         `default:"1" help:"Share of the decisions, above 0 and up to 1."`
	Seed    string          `help:"Another seed chooses others for the sample."`
	Alone   bool            `help:"Ask this policy alone, without the others that are live."`
	Minutes float64         `default:"3" help:"That a person takes for a case that is held."`
	Limit   int             `default:"20" help:"Show at most so many changed decisions."`
	JSON    bool            `help:"Print the report as a JSON object."`
}

// Help says what is compared with what.
func (c *policyReplayCmd) Help() string {
	return "Compares what was decided, as it is on record, with what would have been decided by the facts of then if this policy stood in the place of its namesake among those that are live now. " +
		"Nothing is changed. It reads the database itself, whether or not a server runs on it. Repeating it over the same decisions gives the same digest."
}

// Validate refuses what has no meaning.
func (c *policyReplayCmd) Validate() error {
	switch {
	case !(c.Sample > 0 && c.Sample <= 1):
		return errors.New("--sample is a share above 0 and up to 1")
	case c.Until >= c.Since:
		return errors.New("--until has to be less far back than --since")
	case math.IsNaN(c.Minutes) || c.Minutes < 0 || c.Limit < 0:
		return errors.New("--minutes and --limit cannot be below zero")
	}
	return nil
}

// Run replays and prints.
func (c *policyReplayCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	now := time.Now()
	o := replay.Options{
		From: domain.At(now.Add(-time.Duration(c.Since))), To: domain.At(now.Add(-time.Duration(c.Until))), Share: c.Sample, Seed: c.Seed, Minutes: c.Minutes, Most: c.Limit,
	}
	if o.Versions, o.Replayed, err = c.versions(g, s); err != nil {
		return err
	}
	if o.Opinions, err = app.OpinionsSince(g.ctx, s, o.From); err != nil {
		return err
	}
	bar := progressOf(g.stderr, 1, "replaying")
	report, err := replay.Run(g.ctx, s, o, bar.set)
	bar.finish()
	switch {
	case err != nil:
		return err
	case c.JSON:
		return g.printJSON(report)
	}
	return printReplay(g.stdout, report)
}

// versions returns what is asked, and which of it is the policy in question. A text that is not on record is version 0 of its policy.
func (c *policyReplayCmd) versions(g *globals, s *store.Store) (all []replay.Version, at int, err error) {
	var v replay.Version
	if f, err := readPolicyFile(c.Policy); err == nil {
		program, found := policy.Load(f.text)
		if program == nil {
			return nil, 0, fmt.Errorf("%s: %w", c.Policy, found)
		}
		v.Program = program
	} else {
		name, number, is := namedVersion(c.Policy)
		if !is {
			return nil, 0, fmt.Errorf("%w; a version on record is written NAME@NUMBER", err)
		}
		if v, err = app.VersionOnRecord(g.ctx, s, name, number); err != nil {
			return nil, 0, err
		}
	}
	if c.Alone {
		return []replay.Version{v}, 0, nil
	}
	force, err := app.VersionsInForce(g.ctx, s)
	all, at = replay.InPlace(force, v)
	return all, at, err
}

// printReplay writes a report for people.
func printReplay(w io.Writer, r *replay.Report) error {
	if r.Decisions == 0 {
		_, err := fmt.Fprintln(w, "there are no facts of decisions of this time: nothing to replay")
		return err
	}
	fmt.Fprintf(w, "%d decisions from %s to %s asked of %s: %d changed, %d the same by another rule\ndigest %s\n",
		r.Decisions, r.From.Std().Format(time.RFC3339), r.Last.Std().Format(time.RFC3339), strings.Join(r.Versions, ", "), r.Changed, r.Reworded, r.Digest)
	if r.Share < 1 {
		fmt.Fprintf(w, "they are a sample of %g of all\n", r.Share)
	}
	if r.Unreadable > 0 {
		fmt.Fprintf(w, "%d decisions are left out. %s\n", r.Unreadable, r.Trouble)
	}
	if r.Others > 0 {
		fmt.Fprintf(w, "%d of them were made by other versions of other policies than those that are live now: what changed is not the doing of this policy alone\n", r.Others)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nWAS\tWOULD BE\tDECISIONS")
	for _, c := range r.Verdicts {
		fmt.Fprintf(t, "%s\t%s\t%d\n", c.Was, c.Now, c.Count)
	}
	fmt.Fprintln(t, "\nHELD OR BLOCKED\tUPLOADS\tWAS\tWOULD BE\tDIFFERENCE (95 %)")
	printLine(t, "all", r.Acted)
	for _, group := range r.Breakdowns {
		for _, l := range group.Lines {
			printLine(t, group.By+" "+l.Name, l.Comparison)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	printPeople(w, r)
	return printChanges(w, r)
}

func printLine(w io.Writer, name string, c replay.Comparison) {
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%+.2f %% (%+.2f to %+.2f)\n", name, c.Was.Of, percent(c.Was.Share), percent(c.Now.Share), 100*c.Diff.By, 100*c.Diff.Low, 100*c.Diff.High)
}

func percent(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }

// printPeople writes what the policy means for people: their agreement, their time, and what users are told.
func printPeople(w io.Writer, r *replay.Report) {
	rate := func(r replay.Rate) string {
		if r.Of == 0 {
			return "none reviewed"
		}
		return fmt.Sprintf("%d of %d, %s (%s to %s)", r.Count, r.Of, percent(r.Share), percent(r.Low), percent(r.High))
	}
	a := r.Agreement
	fmt.Fprintf(w, "\n%d of these decisions were reviewed. People agree with blocks: was %s; would be %s; %d new ones are not reviewed\nPeople agree with holds and blocks: was %s; would be %s; %d new ones are not reviewed\n",
		a.Reviewed, rate(a.Blocks.Was), rate(a.Blocks.Now), a.Blocks.Unreviewed, rate(a.Acts.Was), rate(a.Acts.Now), a.Acts.Unreviewed)
	if a.RecallBefore != nil {
		fmt.Fprintf(w, "recall: was %s; would be %s\n", rate(*a.RecallBefore), rate(*a.RecallAfter))
	}
	fmt.Fprintf(w, "%s\n%+.1f hours of review a week\n", a.Note, r.HoursPerWeek)
	for _, n := range r.Notices {
		fmt.Fprintf(w, "notice %s would have gone out %d times\n", n.Name, n.Count)
	}
	for _, h := range r.Accounts {
		fmt.Fprintf(w, "account %d of this report would have been hit harder %d times\n", h.Number, h.Count)
	}
}

func printChanges(w io.Writer, r *replay.Report) error {
	if r.Changed > 0 {
		fmt.Fprintf(w, "\nchanged decisions, %d of %d:\n", len(r.Changes), r.Changed)
	}
	for _, c := range r.Changes {
		fmt.Fprintf(w, "%s  %s → %s  %s/%s → %s/%s\n", c.Decision, c.Was, c.Now, c.WasBy.ID, c.WasBy.Rule, c.NowBy.ID, c.NowBy.Rule)
		for _, e := range c.Evidence {
			if _, err := fmt.Fprintf(w, "    %s\n", e); err != nil {
				return err
			}
		}
	}
	return nil
}
