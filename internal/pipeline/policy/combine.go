package policy

import (
	"fmt"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// Judged is what one version of a policy has said about an upload.
type Judged struct {
	Name    string
	Version int
	Ruling
}

// Outcome is what all policies together say.
type Outcome struct {
	Verdict domain.Verdict
	Policy  domain.PolicyRef
	Then    domain.Consequence
	Reason  string // one sentence for people
	Hits    []domain.RuleHit
	Alarms  []domain.Alarm
}

// Decided is an outcome with what goes on record beside it.
type Decided struct {
	Outcome
	Facts   *Facts
	Shadows []domain.ShadowResult // of versions that are not in force
}

// Combine lets the strongest verdict decide; of equals one that has a rule for it, of these one that is sure, and of these the first. Policies come in
// their order.
func Combine(all []Judged) Outcome {
	out, sure := Outcome{Verdict: domain.Allow, Reason: "No policy had anything to say."}, false
	for i, r := range all {
		better := out.Policy.Rule == "" && r.Rule != "" || !sure && r.Sure
		if i == 0 || r.Verdict.Rank() > out.Verdict.Rank() || r.Verdict == out.Verdict && better {
			sure = r.Sure
			out.Verdict, out.Then, out.Policy = r.Verdict, r.Then, domain.PolicyRef{ID: r.Name, Version: r.Version, Rule: r.Rule}
			if r.Reason != "" {
				out.Reason = strings.TrimSpace(r.Reason)
			}
		}
		out.Hits = append(out.Hits, r.Hits...)
		out.Alarms = append(out.Alarms, r.Alarms...)
	}
	for i := range out.Hits {
		h := &out.Hits[i]
		if h.Effect == domain.EffectDecided && (h.Policy != out.Policy.ID || h.Rule != out.Policy.Rule) {
			h.Effect = domain.EffectAgreed
		}
	}
	if out.Policy.Rule == "" {
		out.Policy.Rule = NoRule
		if why := setAside(out.Hits); why != "" {
			out.Reason = why
		}
	}
	return out
}

// setAside says why no rule acts where one would have, but for what people have said. Without it the reason would be that nothing was found.
func setAside(hits []domain.RuleHit) string {
	for _, h := range hits {
		if h.Effect == domain.EffectExcused {
			return fmt.Sprintf("The rule %s of policy %s does not act here: %s.", h.Rule, h.Policy, strings.TrimSuffix(h.Note, "."))
		}
	}
	return ""
}

// NoRule stands for the rule of a decision that no rule had anything to say about.
const NoRule = "no-match"
