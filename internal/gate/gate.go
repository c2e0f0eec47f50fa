package gate

import (
	"context"
	"log/slog"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Line is the versions of one policy that are asked, besides its name. What is nil is not there.
type Line struct {
	Name   string
	Live   *Version
	Canary *Version
	Share  float64 // of contents for which the canary decides
	Shadow *Version
}

// Version is a version that is asked.
type Version struct {
	Number  int
	Program *policy.Program
}

// Tallies tells counts. What it cannot tell is missing from its answer.
type Tallies interface {
	Of(context.Context, domain.Time, []domain.Subject) (map[domain.Subject]domain.Tally, error)
}

// Memory knows which rules are excused for an upload.
type Memory interface {
	Excuses(context.Context, policy.Input) ([]policy.Excuse, error)
}

// Gate asks policies. All fields must be set. It is safe for concurrent use.
type Gate struct {
	Lines   func() []Line // in their order, as they are now
	Tallies Tallies
	Memory  Memory
	Alarm   func(domain.Alarm) // must not block
	Log     *slog.Logger
}

// Decide implements pipeline.Policy. Counts and excuses that cannot be read are unknown: then no rule is excused, and what depends on counts is treated as its
// policy says.
func (g *Gate) Decide(ctx context.Context, in policy.Input) policy.Decided {
	lines := g.Lines()
	facts := g.gather(ctx, in, lines)
	force, trials := judge(lines, in.Upload.ContentID, facts)
	d := policy.Decided{Outcome: policy.Combine(force), Facts: facts}
	for _, t := range trials {
		out := policy.Combine(replaced(force, t))
		d.Shadows = append(d.Shadows, domain.ShadowResult{Policy: t.Name, Version: t.Version, Verdict: out.Verdict, Rule: out.Policy.Rule, Stood: d.Verdict})
	}
	for _, a := range d.Alarms {
		g.Alarm(a)
	}
	return d
}

// judge asks every version once: those in force, and those on trial.
func judge(lines []Line, content domain.ContentID, facts *policy.Facts) (force, trials []policy.Judged) {
	ask := func(name string, v *Version) policy.Judged {
		return policy.Judged{Name: name, Version: v.Number, Ruling: v.Program.Judge(facts, v.Number)}
	}
	for _, l := range lines {
		live, other := l.Live, l.Canary
		if l.Canary != nil && content.InShare("canary of "+l.Name, l.Share) {
			live, other = l.Canary, l.Live
		}
		if live != nil {
			force = append(force, ask(l.Name, live))
		}
		for _, v := range []*Version{other, l.Shadow} {
			if v != nil {
				trials = append(trials, ask(l.Name, v))
			}
		}
	}
	return force, trials
}

// replaced returns what was said with a version on trial in the place of the one in force.
func replaced(force []policy.Judged, trial policy.Judged) []policy.Judged {
	all, found := make([]policy.Judged, 0, len(force)+1), false
	for _, j := range force {
		if j.Name == trial.Name {
			j, found = trial, true
		}
		all = append(all, j)
	}
	if !found {
		all = append(all, trial)
	}
	return all
}

// gather makes the facts of an upload.
func (g *Gate) gather(ctx context.Context, in policy.Input, lines []Line) *policy.Facts {
	subjects := in.Subjects()
	for _, l := range lines {
		subjects = append(subjects, domain.Subject{Kind: domain.SubjectPolicy, Name: l.Name})
	}
	counts, err := g.Tallies.Of(ctx, in.Now, subjects)
	if err != nil {
		g.Log.Warn("counts could not be read; what policies ask of them is unknown", "error", err)
	}
	facts := in.Gather(func(s domain.Subject) *domain.Tally {
		if t, known := counts[s]; known {
			return &t
		}
		return nil
	})
	for _, l := range lines {
		if t, known := counts[domain.Subject{Kind: domain.SubjectPolicy, Name: l.Name}]; known {
			if facts.Spent == nil {
				facts.Spent = map[string]domain.Tally{}
			}
			facts.Spent[l.Name] = t
		}
	}
	if facts.Excuses, err = g.Memory.Excuses(ctx, in); err != nil {
		facts.Excuses = nil
		g.Log.Warn("what people have overturned could not be read; no rule is excused", "error", err)
	}
	return facts
}
