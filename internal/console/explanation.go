package console

import (
	"context"
	"errors"
	"slices"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// explainedMost is how many versions are explained on the page of a decision.
const explainedMost = 12

// explained is why policies said what they said about an upload.
type explained struct {
	Versions []policy.Explanation // the one that decided first
	Counts   []countRow
	Missing  string // why there is no explanation, or not of every version
}

// countRow is a line of what policies saw in numbers.
type countRow struct {
	Of string // what is counted
	domain.Tally
}

// explain says why policies decided as they did, from the facts that were kept with the decision.
func (c *console) explain(ctx context.Context, d domain.Decision) explained {
	if c.Facts == nil {
		return explained{Missing: c.words.Explain.NoFacts}
	}
	facts, err := c.Facts.FactsOf(ctx, d.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return explained{Missing: c.words.Explain.NoFacts}
	case err != nil:
		c.Log.ErrorContext(ctx, "console: facts cannot be read", "decision", d.ID, "err", err)
		return explained{Missing: c.words.Explain.FactsBroken}
	}
	e := explained{Counts: c.counted(facts)}
	for _, ref := range versionsOf(d) {
		program, err := c.Facts.Program(ctx, ref.ID, ref.Version)
		if err != nil {
			c.Log.WarnContext(ctx, "console: a version that decided cannot be read", "policy", ref.ID, "version", ref.Version, "err", err)
			e.Missing = c.words.Explain.NoVersion(ref.ID, ref.Version)
			continue
		}
		e.Versions = append(e.Versions, program.Explain(facts, ref.Version))
	}
	return e
}

// versionsOf returns the versions that are explained. Where no policy decided, the decision names one without a name.
func versionsOf(d domain.Decision) []domain.PolicyRef {
	named := slices.DeleteFunc(d.Versions(), func(v domain.PolicyRef) bool { return v.ID == "" })
	return named[:min(len(named), explainedMost)]
}

// counted arranges the counts that policies saw. What was not known is left out.
func (c *console) counted(f *policy.Facts) (rows []countRow) {
	add := func(of string, t *domain.Tally) {
		if t != nil && !slices.ContainsFunc(rows, func(r countRow) bool { return r.Of == of }) {
			rows = append(rows, countRow{of, *t})
		}
	}
	if f.Account != nil {
		add(c.words.Explain.Subject[domain.SubjectAccount], f.Account.Tally)
	}
	add(c.words.Explain.Subject[domain.SubjectSurface], f.Surface)
	for _, m := range f.Matches {
		add(c.words.Explain.Subject[domain.SubjectBank]+" "+plain(m.Bank.Name), m.Bank.Tally)
		add(c.words.Explain.Subject[domain.SubjectSignal]+" "+short(plain(string(m.Signal.ID)), 13), m.Signal.Tally)
	}
	return rows
}

// spoke reports whether a rule had anything to say: those that had not are shown after the others.
func spoke(e policy.Explained) bool { return e.Effect != "" }

// silent are the rules and exemptions that had nothing to say.
func silent(e policy.Explanation) (rules []policy.Explained) {
	for _, r := range slices.Concat(e.Exemptions, e.Rules) {
		if !spoke(r) {
			rules = append(rules, r)
		}
	}
	return rules
}
