package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// ErrSuperseded says that a decision cannot be reviewed because another one stands by now.
var ErrSuperseded = errors.New("is not the newest about its upload")

// Review makes a person's verdict the decision that stands about an upload, in a further round with the evidence of the one before. Of r, Judged,
// By, Verdict, Reason and Sample are given. Only the newest decision can be reviewed: any other is ErrSuperseded, and the error says which is the
// newest. The same review sent again returns the decision that it has made.
//
// Where the person is milder than the policies were, every rule that asked for more is overturned for uploads of the same parts.
func (p *Pipeline) Review(ctx context.Context, r domain.Review) (domain.Decision, error) {
	if r.By == "" {
		return domain.Decision{}, errors.New("a review without a name would pass for what policies say")
	}
	upload, all, err := p.People.DecisionsOf(ctx, r.Judged)
	if err != nil {
		return domain.Decision{}, err
	}
	judged := all[0]
	if judged.ID != r.Judged {
		if len(all) > 1 && all[1].ID == r.Judged && saysTheSame(judged, r) {
			return judged, nil
		}
		return domain.Decision{}, superseded(r.Judged, judged)
	}
	machine := byPolicies(all)
	now := domain.At(p.Now())
	d := domain.Decision{
		ID: domain.NewID[domain.DecisionID](), UploadID: upload.ID, ContentID: upload.ContentID, Round: judged.Round + 1, Cause: domain.CauseReview, By: r.By,
		Verdict: r.Verdict, Consequence: consequenceOf(machine, r.Verdict), Policy: judged.Policy, Reason: r.Reason, Rules: rulesOf(judged, machine),
		Checks: judged.Checks, Matches: judged.Matches, DecidedAt: now,
	}
	r.Decision, r.Upload, r.Policy, r.Machine, r.At = d.ID, upload.ID, judged.Policy, machine.Verdict, now
	judgeRules(&r, d.Rules, upload.Sameness(), counting(judged.Matches))
	stands, err := p.record(ctx, domain.Recording{Upload: upload, Decision: d, Review: &r}, onRecord(upload, judged))
	if err == nil && stands.ID != d.ID {
		return domain.Decision{}, superseded(r.Judged, stands)
	}
	return stands, err
}

// saysTheSame reports whether a decision is what a review makes.
func saysTheSame(d domain.Decision, r domain.Review) bool {
	return d.Cause == domain.CauseReview && d.By == r.By && d.Verdict == r.Verdict && d.Reason == r.Reason
}

func superseded(id domain.DecisionID, newest domain.Decision) error {
	return fmt.Errorf("decision %s %w: that is %s, which says %s", id, ErrSuperseded, newest.ID, newest.Verdict)
}

// byPolicies returns the newest decision that policies have made, of all about an upload.
func byPolicies(all []domain.Decision) domain.Decision {
	for _, d := range all {
		if d.By == "" {
			return d
		}
	}
	return all[len(all)-1]
}

// consequenceOf says what should happen beyond a person's verdict: what the policies had said of it. Only what is held goes on to a queue, and what
// is allowed has no consequence.
func consequenceOf(machine domain.Decision, v domain.Verdict) domain.Consequence {
	c := machine.Consequence
	switch v {
	case domain.Hold:
	case domain.Allow:
		c = domain.Consequence{}
	default:
		c.Queue, c.Priority = "", 0
	}
	return c
}

// rulesOf returns the rules that had something to say about what is judged: at least the one that decided, unless that asked for nothing.
func rulesOf(judged, machine domain.Decision) []domain.RuleHit {
	if len(judged.Rules) > 0 || machine.Policy.Rule == "" || machine.Verdict == domain.Allow {
		return slices.Clone(judged.Rules)
	}
	ref := machine.Policy
	return []domain.RuleHit{{Policy: ref.ID, Version: ref.Version, Rule: ref.Rule, Value: domain.True, Verdict: machine.Verdict, Effect: domain.EffectDecided}}
}

// judgeRules says what a review means for each rule, in the rule's effect and in the review. Rules that an exemption kept from acting, and those
// that were ignored, are not judged: nothing of the decision is theirs.
func judgeRules(r *domain.Review, rules []domain.RuleHit, digest string, signals []domain.SignalID) {
	milder := r.Verdict.Rank() < r.Machine.Rank()
	for i := range rules {
		hit := &rules[i]
		if hit.Effect == domain.EffectExempted || hit.Effect == domain.EffectIgnored {
			continue
		}
		name := domain.RuleName{Policy: hit.Policy, Rule: hit.Rule}
		if milder && hit.Verdict.Rank() > r.Verdict.Rank() {
			hit.Effect, hit.Note = domain.EffectExcused, "overturned by "+r.By
			if !overturns(r, name) {
				r.Overturned = append(r.Overturned, domain.Overturn{
					Decision: r.Judged, Digest: digest, Policy: name.Policy, Rule: name.Rule, Signals: signals, By: r.By, At: r.At,
				})
			}
			continue
		}
		if hit.Effect != domain.EffectGuarded || hit.Verdict.Rank() <= r.Verdict.Rank() {
			hit.Effect, hit.Note = domain.EffectAgreed, ""
		}
		r.Upheld = append(r.Upheld, name)
	}
	// A rule that hit more than once may be on both lists: what is overturned is not upheld.
	r.Upheld = slices.DeleteFunc(r.Upheld, func(name domain.RuleName) bool { return overturns(r, name) })
}

// overturns reports whether a review overturns a rule.
func overturns(r *domain.Review, name domain.RuleName) bool {
	return slices.ContainsFunc(r.Overturned, func(o domain.Overturn) bool { return o.Policy == name.Policy && o.Rule == name.Rule })
}

// counting returns the signals of the matches that count, each once and in their order.
func counting(matches []domain.Match) []domain.SignalID {
	signals := []domain.SignalID{}
	for _, m := range matches {
		if m.Counts() {
			signals = append(signals, m.Signal)
		}
	}
	slices.Sort(signals)
	return slices.Compact(signals)
}

// personStands reports whether the last decision is a person's that a later look leaves standing: nothing matches that did not match then, or what
// matches asks for less.
func personStands(last, d domain.Decision) bool {
	return last.By != "" && (!gains(last.Matches, d.Matches) || d.Verdict.Rank() < last.Verdict.Rank())
}

// inTheWordsOf returns a decision with what a person has said in the last one, and with what the person had seen beside what is found now: to judge
// by it whether anything is new, it stays also where it would not match any more.
func inTheWordsOf(last, d domain.Decision) domain.Decision {
	d.By, d.Verdict, d.Consequence, d.Policy, d.Reason, d.Rules = last.By, last.Verdict, last.Consequence, last.Policy, last.Reason, last.Rules
	seen := slices.Clone(last.Matches)
	for _, m := range d.Matches {
		if !slices.ContainsFunc(last.Matches, func(b domain.Match) bool { return sameFinding(b, m) }) {
			seen = append(seen, m)
		}
	}
	d.Matches = seen
	return d
}
