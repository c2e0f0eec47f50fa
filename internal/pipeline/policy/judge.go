package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/quell-project/quell/internal/domain"
)

// Ruling is what one policy says about one upload.
type Ruling struct {
	Verdict domain.Verdict
	Rule    string // that decided; empty: none had anything to say
	Sure    bool   // the condition of the rule is true, not unknown or an error
	Then    domain.Consequence
	Reason  string // one sentence for people
	Hits    []domain.RuleHit
	Alarms  []domain.Alarm // of its guards
}

// asked is a rule with what became of it.
type asked struct {
	rule    *Rule
	value   domain.Value
	verdict domain.Verdict // that it asks for; empty: nothing
	note    string
	excused bool
	by      evidence
	match   int // index in the facts, from 1; 0: no single match
}

// Judge asks a version of a policy about some facts. It changes nothing, and the same facts always get the same ruling.
func (p *Program) Judge(f *Facts, version int) Ruling {
	v := p.look(f)
	all := p.ask(v)
	best := strongest(all)
	exempt := p.exemption(v)
	r := p.ruling(best)
	if exempt != nil {
		best, r = nil, Ruling{Verdict: domain.Allow, Rule: exempt.rule.ID, Sure: true, Reason: p.reason(exempt)}
	}
	var guarded bool
	if best != nil {
		guarded = p.guard(f, version, best, &r)
	}
	r.Hits = p.hits(f, version, all, best, exempt, guarded)
	if why := setAside(r.Hits); r.Rule == "" && why != "" {
		r.Reason = why
	}
	return r
}

// ask evaluates all rules.
func (p *Program) ask(v *view) (all []asked) {
	for i := range p.rules {
		if a, says := p.askRule(v, i); says {
			all = append(all, a)
		}
	}
	return all
}

// askRule evaluates one rule; says is false where it has nothing to say.
func (p *Program) askRule(v *view, i int) (a asked, says bool) {
	c, rule := &p.rules[i], &p.Document.Rules[i]
	a = asked{rule: rule}
	a.value, a.note = valueOf(c.eval(v))
	if a.value == domain.False {
		return a, false
	}
	a.verdict = p.asks(rule, a.value)
	if a.value == domain.True {
		a.by, a.match = p.witness(v, c)
	}
	if a.verdict != "" {
		p.excuse(v, c, &a)
	}
	return a, true
}

// asks returns the verdict that a rule asks for by the value of its condition; empty: none.
func (p *Program) asks(rule *Rule, value domain.Value) domain.Verdict {
	treat := TreatTrue
	switch value {
	case domain.False:
		return ""
	case domain.Unknown, domain.Errored:
		treat = p.Document.Means(rule, value)
	}
	switch treat {
	case TreatTrue:
		return rule.Verdict
	case TreatHold:
		return domain.Hold
	}
	return ""
}

// valueOf returns what a condition has turned out to be, with the reason if that is neither true nor false.
func valueOf(v ref.Val) (domain.Value, string) {
	switch v := v.(type) {
	case types.Bool:
		if v {
			return domain.True, ""
		}
		return domain.False, ""
	case *types.Unknown:
		return domain.Unknown, notKnown(v)
	case *types.Err:
		if missing, ok := strings.CutPrefix(rootOf(v).Error(), "no such key: "); ok {
			return domain.Unknown, "content.attributes." + missing + " is not known"
		}
		return domain.Errored, domain.Clip(rootOf(v).Error(), 200)
	default:
		return domain.Errored, fmt.Sprintf("it is a %s", v.Type().TypeName())
	}
}

func rootOf(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}

func notKnown(u *types.Unknown) string {
	var missing []string
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			missing = append(missing, t.String())
		}
	}
	slices.Sort(missing)
	switch missing = slices.Compact(missing); len(missing) {
	case 0:
		return "something is not known"
	case 1:
		return missing[0] + " is not known"
	default:
		return strings.Join(missing[:len(missing)-1], ", ") + " and " + missing[len(missing)-1] + " are not known"
	}
}

// mostWitnesses is how many matches or parts are tried as the one that makes a rule true.
const mostWitnesses = 16

// witness finds the first match, or else the first part, that alone makes a condition true. If there is none, but the condition looks at matches, the
// strongest one is the evidence all the same.
func (p *Program) witness(v *view, c *condition) (by evidence, match int) {
	f := v.facts
	tries := 0
	if c.uses["matches"] {
		for i := range f.Matches {
			m := &f.Matches[i]
			if !v.counts(m) {
				continue
			}
			if by.match == nil {
				by.match = m
			}
			if tries++; tries > mostWitnesses {
				break
			}
			alone := p.look(f)
			alone.only = m
			if c.eval(alone) == types.True {
				by.match, match = m, i+1
				break
			}
		}
	}
	if by.match != nil {
		by.part = f.part(by.match.Part)
		return by, match
	}
	if c.uses["known_good"] {
		for i := range f.Matches {
			if m := &f.Matches[i]; m.Bank.Kind == string(domain.Negative) {
				return evidence{match: m, part: f.part(m.Part)}, i + 1
			}
		}
	}
	if c.uses["media"] {
		for i := range f.Media {
			if i == mostWitnesses {
				break
			}
			alone := p.look(f)
			alone.onlyPart = &f.Media[i]
			if c.eval(alone) == types.True {
				return evidence{part: &f.Media[i]}, 0
			}
		}
	}
	return by, 0
}

func (f *Facts) part(name string) *Part {
	for i := range f.Media {
		if f.Media[i].Name == name {
			return &f.Media[i]
		}
	}
	return nil
}

// excuse takes the verdict from a rule that must not act: always, or by what is left without the signals that do not count.
func (p *Program) excuse(v *view, c *condition, a *asked) {
	var signals []domain.SignalID
	why, always, overturned, found := "", false, false, false
	for _, e := range v.facts.Excuses {
		if e.Policy != p.Document.Name || e.Rule != "" && e.Rule != a.rule.ID {
			continue
		}
		found, always, overturned = true, always || e.Always, overturned || e.Overturned
		signals = append(signals, e.Signals...)
		if why == "" {
			why = e.Why
		}
	}
	if !found {
		return
	}
	rest := p.look(v.facts)
	rest.excused = append(slices.Clone(v.excused), signals...)
	if !always && (!overturned || c.uses["matches"] && rest.anyMatch()) {
		value, note := valueOf(c.eval(rest))
		if verdict := p.asks(a.rule, value); verdict != "" { // it may be another one: what is left may be unknown
			a.value, a.note, a.verdict, a.by, a.match = value, note, verdict, evidence{}, 0
			if value == domain.True {
				a.by, a.match = p.witness(rest, c)
			}
			return
		}
	}
	a.excused, a.verdict, a.note = true, "", why
}

// strongest returns the rule that decides: the strongest verdict, of equals what is sure, of equals the first.
func strongest(all []asked) (best *asked) {
	for i := range all {
		a := &all[i]
		if a.verdict == "" {
			continue
		}
		if best == nil || a.verdict.Rank() > best.verdict.Rank() ||
			a.verdict == best.verdict && a.value == domain.True && best.value != domain.True {
			best = a
		}
	}
	return best
}

func (p *Program) ruling(best *asked) Ruling {
	if best == nil {
		return Ruling{Verdict: domain.Allow, Reason: p.Document.Otherwise}
	}
	r := Ruling{Verdict: best.verdict, Rule: best.rule.ID, Sure: best.value == domain.True, Reason: p.reason(best)}
	if best.verdict == best.rule.Verdict {
		r.Then = best.rule.Then
	}
	return r
}

// reason says in a sentence why a rule decided.
func (p *Program) reason(a *asked) string {
	switch {
	case a.value != domain.True:
		return fmt.Sprintf("The rule %s of policy %s cannot be decided: %s.", a.rule.ID, p.Document.Name, strings.TrimSuffix(a.note, "."))
	case a.rule.Say.about(a.by) != "":
		return a.rule.Say.about(a.by)
	default:
		return fmt.Sprintf("The rule %s of policy %s applies.", a.rule.ID, p.Document.Name)
	}
}

// exemption returns the first exemption that is true.
func (p *Program) exemption(v *view) *asked {
	for i := range p.exempt {
		if value, _ := valueOf(p.exempt[i].eval(v)); value == domain.True {
			by, match := p.witness(v, &p.exempt[i])
			return &asked{rule: &p.Document.Exempt[i], value: value, verdict: domain.Allow, by: by, match: match}
		}
	}
	return nil
}

// hits is the record of what the rules had to say.
func (p *Program) hits(f *Facts, version int, all []asked, best, exempt *asked, guarded bool) (hits []domain.RuleHit) {
	hit := func(a *asked, effect domain.Effect) {
		h := domain.RuleHit{Policy: p.Document.Name, Version: version, Rule: a.rule.ID, Value: a.value, Verdict: a.rule.Verdict, Effect: effect, Note: a.note}
		if a.verdict != "" {
			h.Verdict = a.verdict
		}
		if a.match > 0 {
			h.Match = f.Matches[a.match-1].Index + 1
		}
		if a.by.match != nil {
			h.Part = a.by.match.Part
		} else if a.by.part != nil {
			h.Part = a.by.part.Name
		}
		hits = append(hits, h)
	}
	if exempt != nil {
		hit(exempt, domain.EffectDecided)
	}
	for i := range all {
		a := &all[i]
		switch {
		case a.excused:
			hit(a, domain.EffectExcused)
		case a.verdict == "":
			hit(a, domain.EffectIgnored)
		case exempt != nil:
			hit(a, domain.EffectExempted)
		case a == best && guarded:
			hit(a, domain.EffectGuarded)
		case a == best:
			hit(a, domain.EffectDecided)
		default:
			hit(a, domain.EffectAgreed)
		}
	}
	return hits
}
