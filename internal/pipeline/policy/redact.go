package policy

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"go.yaml.in/yaml/v3"

	"github.com/quell-project/quell/internal/domain"
)

// NewTest makes a test from facts on record, ready to be pasted under tests. It expects what the policy says today.
//
// It is redacted: no account, no content, no names of files, no words of users or hosts; ages are whole days, hours or minutes, rounded down; and of
// counts, attributes and sizes only what the policy asks about. Where that changes the decision, a comment says so.
func (p *Program) NewTest(name string, f *Facts) (string, error) {
	d := redactor{facts: f, flood: p.Document.Flood != nil, limits: p.Document.Limits, policy: p.Document.Name}
	d.asked, d.attributes = p.names()
	given := d.given()
	r := &reader{}
	redacted := r.given(given)
	if len(r.found) > 0 {
		return "", fmt.Errorf("the facts cannot be told in a test: %w", r.found)
	}
	redacted.belongsTo(p.Document.Name)
	before, after := p.outcome(f), p.outcome(redacted)
	expect := inline()
	put(expect, "outcome", string(after.Verdict))
	put(expect, "rule", after.Policy.Rule)
	test := &yaml.Node{Kind: yaml.MappingNode}
	put(test, "name", name)
	add(test, "given", given)
	add(test, "expect", expect)
	if before.Verdict != after.Verdict || before.Policy.Rule != after.Policy.Rule {
		test.HeadComment = fmt.Sprintf("# What was left out matters: with it, the decision is %s by %s.", before.Verdict, before.Policy.Rule)
	}
	var text bytes.Buffer
	e := yaml.NewEncoder(&text)
	e.SetIndent(2)
	err := e.Encode(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{test}})
	return text.String(), err
}

// names returns the names of all fields that conditions ask for, and of all attributes.
func (p *Program) names() (fields, attributes map[string]bool) {
	fields, attributes = map[string]bool{}, map[string]bool{}
	ofAttributes := func(e ast.Expr) bool { return e.Kind() == ast.SelectKind && e.AsSelect().FieldName() == "attributes" }
	text := func(e ast.Expr) {
		if e.Kind() != ast.LiteralKind {
			return
		}
		if s, ok := e.AsLiteral().Value().(string); ok {
			attributes[s] = true
		}
	}
	visit := ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			fields[e.AsIdent()] = true
		case ast.SelectKind:
			fields[e.AsSelect().FieldName()] = true
			if ofAttributes(e.AsSelect().Operand()) {
				attributes[e.AsSelect().FieldName()] = true
			}
		case ast.CallKind:
			switch args := e.AsCall().Args(); {
			case isCall(e, operators.Index) && ofAttributes(args[0]):
				text(args[1])
			case isCall(e, operators.In) && ofAttributes(args[1]):
				text(args[0])
			}
		}
	})
	for _, s := range p.sites() {
		ast.PostOrderVisit(s.c.ast.NativeRep().Expr(), visit)
	}
	return fields, attributes
}

// redactor tells facts in the words of a test.
type redactor struct {
	facts             *Facts
	policy            string
	asked, attributes map[string]bool
	flood             bool
	limits            map[domain.Verdict]Quota
}

func inline() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle} }

// add puts a value into a mapping, if it says anything.
func add(m *yaml.Node, key string, value *yaml.Node) {
	if value.Kind != yaml.ScalarNode && len(value.Content) == 0 {
		return
	}
	m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
}

// put adds a value of Go that is not nothing.
func put[T comparable](m *yaml.Node, key string, value T) {
	var nothing T
	if value == nothing {
		return
	}
	n := &yaml.Node{}
	_ = n.Encode(value) // texts, numbers and true can always be written
	add(m, key, n)
}

// each is a sequence of what is told of each item.
func each[T any](items []T, tell func(int, *T) *yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range items {
		n.Content = append(n.Content, tell(i, &items[i]))
	}
	return n
}

func (d *redactor) given() *yaml.Node {
	f := d.facts
	given := &yaml.Node{Kind: yaml.MappingNode}
	event := inline()
	if f.Cause != string(domain.CauseUpload) {
		put(event, "cause", f.Cause)
	}
	if d.asked["round"] {
		put(event, "round", f.Round)
	}
	add(given, "event", event)
	if d.asked["random"] {
		put(given, "random", math.Floor(float64(f.Random)/(1<<32)*100)/100)
	}
	add(given, "content", d.content())
	if a := f.Account; a != nil {
		account := inline()
		put(account, "id", "somebody")
		if a.CreatedAt != 0 {
			put(account, "age", rounded(f.Now.Sub(a.CreatedAt)))
		}
		d.counts(account, a.Tally)
		add(given, "account", account)
	}
	surface := inline()
	d.counts(surface, f.Surface)
	add(given, "surface", surface)
	parts := d.parts()
	media := each(f.Media, func(_ int, p *Part) *yaml.Node { return d.part(p, parts) })
	if len(f.Media) == 0 {
		media.Style = yaml.FlowStyle
		given.Content = append(given.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "media"}, media)
	}
	add(given, "media", media)
	add(given, "matches", each(f.Matches, func(_ int, m *Match) *yaml.Node { return d.match(m, parts) }))
	add(given, "reports", each(f.Reports, func(_ int, r *Report) *yaml.Node {
		n := inline()
		if d.asked["reason"] && codeForm.MatchString(r.Reason) && len(r.Reason) <= 64 {
			put(n, "reason", r.Reason)
		}
		put(n, "age", rounded(f.Now.Sub(r.At)))
		return n
	}))
	add(given, "excuses", d.excuses())
	if spent, known := f.Spent[d.policy]; len(d.limits) > 0 {
		n := inline()
		for v := range d.limits {
			d.asked[string(v)+"s"] = true
		}
		if d.counts(n, &spent); !known {
			n.Content = nil
			put(n, "counts", string(domain.Unknown))
		}
		add(given, "policy", n)
	}
	return given
}

func (d *redactor) content() *yaml.Node {
	c := &d.facts.Content
	n := inline()
	put(n, "surface", c.Surface)
	put(n, "visibility", c.Visibility)
	put(n, "language", c.Language)
	if c.CreatedAt != 0 {
		put(n, "age", rounded(d.facts.Now.Sub(c.CreatedAt)))
	}
	attributes := inline()
	for _, name := range sortedKeys(c.Attributes) {
		value := &yaml.Node{}
		if d.attributes[name] && value.Encode(c.Attributes[name]) == nil {
			value.Style = yaml.FlowStyle | value.Style
			attributes.Content = append(attributes.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
		}
	}
	add(n, "attributes", attributes)
	return n
}

// parts gives names to parts that tell nothing: file-1, and file-1/2 for what lies in it.
func (d *redactor) parts() map[string]string {
	names := map[string]string{}
	inside := map[string]int{}
	for _, p := range d.facts.Media {
		within := names[p.Inside]
		inside[within]++
		names[p.Name] = "file-" + strconv.Itoa(inside[within])
		if within != "" {
			names[p.Name] = within + "/" + strconv.Itoa(inside[within])
		}
	}
	return names
}

func (d *redactor) part(p *Part, names map[string]string) *yaml.Node {
	n := inline()
	put(n, "name", names[p.Name])
	put(n, "inside", names[p.Inside])
	put(n, "type", p.Type)
	for _, c := range []struct {
		name  string
		value int64
	}{{"size", p.Size}, {"width", int64(p.Width)}, {"height", int64(p.Height)}, {"frames", int64(p.Frames)}} {
		if d.asked[c.name] {
			put(n, c.name, c.value)
		}
	}
	put(n, "check", p.Check)
	if d.asked["detector"] {
		put(n, "detector", p.By)
	}
	return n
}

func (d *redactor) match(m *Match, parts map[string]string) *yaml.Node {
	n, bank, signal := inline(), inline(), inline()
	put(bank, "name", m.Bank.Name)
	put(bank, "kind", m.Bank.Kind)
	d.counts(bank, m.Bank.Tally)
	put(signal, "id", d.signal(m.Signal.ID))
	put(signal, "type", m.Signal.Type)
	if d.flood && m.Signal.Tally != nil {
		d.asked["matches"] = true
	}
	d.counts(signal, m.Signal.Tally)
	add(n, "bank", bank)
	add(n, "signal", signal)
	put(n, "distance", m.Distance)
	put(n, "limit", m.Limit)
	if len(parts) > 1 {
		put(n, "part", parts[m.Part])
	}
	if d.asked["frame"] {
		put(n, "frame", m.Frame)
	}
	if d.asked["view"] {
		put(n, "view", m.View)
	}
	for _, l := range []struct {
		name  string
		texts []string
	}{{"sources", m.Sources}, {"labels", m.Labels}} {
		value := &yaml.Node{}
		if _ = value.Encode(l.texts); d.asked[l.name] {
			value.Style = yaml.FlowStyle
			add(n, l.name, value)
		}
	}
	put(n, "outweighed", m.Outweighed)
	return n
}

// signal numbers signals by their first match.
func (d *redactor) signal(id domain.SignalID) string {
	for i := range d.facts.Matches {
		if d.facts.Matches[i].Signal.ID == id {
			return "signal-" + strconv.Itoa(i+1)
		}
	}
	return "signal-0"
}

func (d *redactor) excuses() *yaml.Node {
	all := &yaml.Node{Kind: yaml.SequenceNode}
	for _, e := range d.facts.Excuses {
		if e.Policy != d.policy {
			continue
		}
		n, signals := inline(), &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		put(n, "rule", e.Rule)
		put(n, "overturned", e.Overturned)
		for _, s := range e.Signals {
			signals.Content = append(signals.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: d.signal(s)})
		}
		if !e.Always {
			add(n, "signals", signals)
		}
		all.Content = append(all.Content, n)
	}
	return all
}

// counts tells what of a tally the policy asks about.
func (d *redactor) counts(n *yaml.Node, t *domain.Tally) {
	if t == nil {
		put(n, "counts", string(domain.Unknown))
		return
	}
	for _, counter := range counters {
		if !d.asked[counter.name] {
			continue
		}
		c, counts := counter.of(t), inline()
		put(counts, "hour", c.Hour)
		put(counts, "day", c.Day)
		put(counts, "week", c.Week)
		add(n, counter.name, counts)
	}
}

// rounded writes an age in whole days, hours or minutes: a limit in such units is on the same side of both.
func rounded(age time.Duration) string {
	age = max(age, 0)
	switch {
	case age >= 7*24*time.Hour:
		return strconv.Itoa(int(age/(24*time.Hour))) + "d"
	case age >= time.Hour:
		return strconv.Itoa(int(age/time.Hour)) + "h"
	default:
		return strconv.Itoa(int(age/time.Minute)) + "m"
	}
}
