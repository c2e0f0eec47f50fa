package policy

import (
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// Explanation says how one version of a policy comes to what it says about one upload: what every piece of every condition is for these facts. It has
// the same shape wherever it is shown.
type Explanation struct {
	Policy      string         `json:"policy"`
	Version     int            `json:"version"`
	Verdict     domain.Verdict `json:"verdict"`
	Rule        string         `json:"rule,omitempty" doc:"That decided; absent: none had anything to say."`
	Reason      string         `json:"reason,omitempty" doc:"One sentence for people."`
	Definitions []Explained    `json:"definitions,omitempty" doc:"Named values, in their order."`
	Exemptions  []Explained    `json:"exemptions,omitempty" doc:"They come before the rules."`
	Rules       []Explained    `json:"rules" doc:"All rules, those that had nothing to say too."`
	Guards      []string       `json:"guards,omitempty" doc:"What the quotas and the flood guard of the policy had to tell."`
	LeftOut     int            `json:"left_out,omitempty" doc:"Conditions that are shown without their pieces, because there were too many."`
}

// Explained is a rule, an exemption or a definition for these facts.
type Explained struct {
	Name      string         `json:"name"`
	Value     string         `json:"value" doc:"true, false, unknown or error; of a definition any value."`
	Words     string         `json:"words" doc:"Why it is so, in a sentence."`
	Asks      domain.Verdict `json:"asks,omitempty" doc:"What the rule asks for when it is true."`
	Treatment Treatment      `json:"treatment,omitempty" enum:"hold,ignore,match" doc:"What a value that is neither true nor false means for this rule."`
	Effect    domain.Effect  `json:"effect,omitempty" doc:"What became of it; absent: it had nothing to say."`
	Note      string         `json:"note,omitempty" doc:"What is not known, what went wrong, or by whom the rule is excused."`
	Match     int            `json:"match,omitempty" doc:"The match of the decision that alone makes it true, from 1."`
	Part      string         `json:"part,omitempty" doc:"The part that it is about."`
	Condition Term           `json:"condition"`
}

// Term is one piece of a condition with its value.
type Term struct {
	Text    string `json:"text" doc:"The piece as CEL writes it; of an element of a list what it is."`
	Op      string `json:"op" doc:"and, or, not, an operator, the name of a function, value; element for one element of a list."`
	Value   string `json:"value" doc:"true, false, unknown, error, or the value as text."`
	Note    string `json:"note,omitempty" doc:"What is not known, or what went wrong."`
	LeftOut int    `json:"left_out,omitempty" doc:"Elements of the list that are not shown."`
	Terms   []Term `json:"terms,omitempty" doc:"The pieces it is made of; numbers and texts are not among them."`
}

// Bounds of an explanation.
const (
	maxExplained     = 5000 // pieces
	maxElements      = 20   // of one list that are shown; one that settles the matter is shown besides
	maxRenderedValue = 200  // bytes
)

// Explain says how a version of a policy comes to its ruling about some facts. Its values are those that Judge has found. It is far slower, since it
// evaluates every piece by itself, also where one of them had settled the whole.
func (p *Program) Explain(f *Facts, version int) Explanation {
	ruling := p.Judge(f, version)
	e := Explanation{Policy: p.Document.Name, Version: version, Verdict: ruling.Verdict, Rule: ruling.Rule, Reason: ruling.Reason}
	for _, a := range ruling.Alarms {
		e.Guards = append(e.Guards, a.Text)
	}
	x := &explainer{program: p, left: maxExplained, defined: map[string]*found{}}
	v := p.look(f)
	for i, d := range p.Document.Define {
		root := x.explain(d.When.Text, &p.defined[i], v)
		x.defined[d.Name] = root
		e.Definitions = append(e.Definitions, Explained{Name: d.Name, Value: root.shown(), Words: x.words(d.Name, root), Condition: root.term()})
	}
	for i := range p.exempt {
		e.Exemptions = append(e.Exemptions, x.rule(&p.Document.Exempt[i], x.explain(p.Document.Exempt[i].When.Text, &p.exempt[i], v), ruling.Hits))
	}
	for i := range p.rules {
		rule := &p.Document.Rules[i]
		root := x.explain(rule.When.Text, &p.rules[i], v)
		one := x.rule(rule, root, ruling.Hits)
		if root.state == domain.Unknown || root.state == domain.Errored {
			one.Treatment = p.Document.Means(rule, root.state)
		}
		e.Rules = append(e.Rules, one)
	}
	e.LeftOut = x.leftOut
	return e
}

func (x *explainer) rule(r *Rule, root *found, hits []domain.RuleHit) Explained {
	one := Explained{Name: r.ID, Value: root.shown(), Words: x.words(r.ID, root), Note: root.note, Asks: r.Verdict, Condition: root.term()}
	if i := slices.IndexFunc(hits, func(h domain.RuleHit) bool { return h.Rule == r.ID }); i >= 0 {
		h := hits[i]
		one.Effect, one.Match, one.Part = h.Effect, h.Match, h.Part
		if h.Note != "" {
			one.Note = h.Note
		}
	}
	return one
}
