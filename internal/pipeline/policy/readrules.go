package policy

import (
	"maps"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/quell-project/quell/internal/domain"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (r *reader) lists(n *yaml.Node) map[string][]string {
	lists := map[string][]string{}
	r.named(n, "lists", func(key, value *yaml.Node) {
		items := []string{}
		r.each(value, "a named list", maxListItems, func(item *yaml.Node) { items = append(items, r.text(item, maxString)) })
		lists[key.Value] = items
	})
	return lists
}

func (r *reader) definitions(n *yaml.Node) (defined []Definition) {
	r.named(n, "define", func(key, value *yaml.Node) {
		defined = append(defined, Definition{key.Value, r.expression(value)})
	})
	return defined
}

// named reads a mapping whose keys are names that conditions can use.
func (r *reader) named(n *yaml.Node, of string, read func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.report(n, "", "%s is a mapping of names to values, and this is %s", of, kindOf(n))
		return
	}
	if len(n.Content)/2 > maxNamed {
		r.report(n, "", "%s: %d, at most %d are allowed", of, len(n.Content)/2, maxNamed)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		_, taken := variableIndex[key.Value]
		switch {
		case !wordForm.MatchString(key.Value) || len(key.Value) > 64:
			r.report(key, "use small letters, digits and '_'", "%q cannot be a name here", domain.Clip(key.Value, 80))
		case seen[key.Value]:
			r.report(key, "", "%s: %q is there twice", of, key.Value)
		case taken || key.Value == listsName || reserved[key.Value]:
			r.report(key, "choose another name", "%q has a meaning of its own in conditions", key.Value)
		default:
			read(key, n.Content[i+1])
		}
		seen[key.Value] = true
	}
}

// reserved words of CEL, as far as a name could be one.
var reserved = map[string]bool{
	"true": true, "false": true, "null": true, "in": true, "as": true, "break": true, "const": true, "continue": true, "else": true, "for": true,
	"function": true, "if": true, "import": true, "let": true, "loop": true, "package": true, "namespace": true, "return": true, "var": true, "void": true, "while": true,
	"has": true, "all": true, "exists": true, "exists_one": true, "map": true, "filter": true, "size": true, "int": true, "uint": true, "double": true, "bool": true,
	"string": true, "bytes": true, "list": true, "type": true, "null_type": true, "dyn": true, "duration": true, "timestamp": true, "matches": true,
}

func (r *reader) rules(n *yaml.Node, exempt bool) (rules []Rule) {
	of := "a rule"
	if exempt {
		of = "an exemption"
	}
	r.each(n, "rules", maxRules, func(item *yaml.Node) {
		rule := Rule{position: at(item)}
		keys := keys{
			"id":   func(n *yaml.Node) { rule.ID = r.form(n, nameForm, 64, "small letters and digits, joined by '-'") },
			"when": func(n *yaml.Node) { rule.When = r.expression(n) },
			"say":  func(n *yaml.Node) { rule.Say = r.sentence(n) },
		}
		needed := []string{"id", "when"}
		if exempt {
			rule.Verdict = domain.Allow
		} else {
			keys["decide"] = func(n *yaml.Node) { r.consequence(n, &rule) }
			keys["unknown"] = func(n *yaml.Node) { rule.Unknown = r.treatment(n) }
			keys["error"] = func(n *yaml.Node) { rule.Error = r.treatment(n) }
			needed = append(needed, "decide")
		}
		seen := r.mapping(item, of, keys)
		r.required(item, seen, of, needed...)
		rules = append(rules, rule)
	})
	return rules
}

// consequence reads a verdict alone, or a mapping of all that follows.
func (r *reader) consequence(n *yaml.Node, rule *Rule) {
	if n.Kind == yaml.ScalarNode {
		rule.Verdict = r.verdict(n)
		return
	}
	c := &rule.Then
	seen := r.mapping(n, "decide", keys{
		"outcome":  func(n *yaml.Node) { rule.Verdict = r.verdict(n) },
		"reason":   func(n *yaml.Node) { c.Code = r.form(n, codeForm, 64, "letters, digits, '.', '_' and '-'") },
		"queue":    func(n *yaml.Node) { c.Queue = r.form(n, nameForm, 64, "small letters and digits, joined by '-'") },
		"priority": func(n *yaml.Node) { c.Priority = int(r.whole(n, 0, 100)) },
		"labels": func(n *yaml.Node) {
			r.each(n, "labels", domain.MaxLabels, func(item *yaml.Node) {
				c.Labels = append(c.Labels, r.form(item, codeForm, domain.MaxLabel, "letters, digits, '.', '_' and '-'"))
			})
		},
		"notice": func(n *yaml.Node) { c.Notice = r.form(n, codeForm, 64, "letters, digits, '.', '_' and '-'") },
		"preserve": func(n *yaml.Node) {
			if c.Preserve = r.text(n, 32); c.Preserve == "P" || !preserveForm.MatchString(c.Preserve) {
				r.report(n, "P180D is 180 days, P1Y one year", "%q is not a period", c.Preserve)
			}
		},
	})
	r.required(n, seen, "decide", "outcome")
}

func (r *reader) limits(n *yaml.Node) map[domain.Verdict]Quota {
	quotas := map[domain.Verdict]Quota{}
	known := keys{}
	for _, v := range domain.Verdicts()[1:] {
		known[string(v)] = func(n *yaml.Node) { quotas[v] = r.quota(n, v) }
	}
	r.mapping(n, "limits", known)
	return quotas
}

func (r *reader) quota(n *yaml.Node, v domain.Verdict) Quota {
	q := Quota{Over: OverHold}
	if v == domain.Hold {
		q.Over = OverAlarm
	}
	seen := r.mapping(n, "a limit", keys{
		"per_hour": func(n *yaml.Node) { q.PerHour = r.whole(n, 1, math.MaxInt32) },
		"per_day":  func(n *yaml.Node) { q.PerDay = r.whole(n, 1, math.MaxInt32) },
		"over": func(n *yaml.Node) {
			if v == domain.Hold {
				if q.Over = OverAlarm; n.Value != string(OverAlarm) {
					r.report(n, "say over: alarm", "too many of hold cannot become hold: all that is left is an alarm")
				}
				return
			}
			q.Over = QuotaOver(r.choice(n, string(OverHold), string(OverAlarm)))
		},
	})
	if n.Kind == yaml.MappingNode && !seen["per_hour"] && !seen["per_day"] {
		r.report(n, "", "a limit needs per_hour: or per_day:")
	}
	return q
}

func (r *reader) flood(n *yaml.Node) *Flood {
	f := &Flood{}
	seen := r.mapping(n, "flood", keys{
		"per_hour": func(n *yaml.Node) { f.PerHour = r.whole(n, 1, math.MaxInt32) },
		"times":    func(n *yaml.Node) { f.Times = r.number(n, 1, 1e6) },
		"except": func(n *yaml.Node) {
			r.each(n, "except", 8, func(item *yaml.Node) {
				f.Except = append(f.Except, r.choice(item, exactWord, string(domain.Known), string(domain.KnownCSAM)))
			})
		},
	})
	r.required(n, seen, "flood", "per_hour", "times")
	return f
}

func (r *reader) tests(n *yaml.Node) (tests []Test) {
	r.each(n, "tests", maxTests, func(item *yaml.Node) {
		t := Test{position: at(item)}
		seen := r.mapping(item, "a test", keys{
			"name":   func(n *yaml.Node) { t.Name = r.text(n, 200) },
			"given":  func(n *yaml.Node) { t.Given, t.told = r.given(n), n },
			"expect": func(n *yaml.Node) { t.Expect = r.expectation(n) },
		})
		r.required(item, seen, "a test", "name", "given", "expect")
		tests = append(tests, t)
	})
	return tests
}

func (r *reader) expectation(n *yaml.Node) (e Expectation) {
	if n.Kind == yaml.ScalarNode {
		e.Outcome = r.verdict(n)
		return e
	}
	seen := r.mapping(n, "expect", keys{
		"outcome": func(n *yaml.Node) { e.Outcome = r.verdict(n) },
		"rule":    func(n *yaml.Node) { e.Rule = r.text(n, 64) },
		"reason":  func(n *yaml.Node) { e.Code = r.text(n, 64) },
		"queue":   func(n *yaml.Node) { e.Queue = r.text(n, 64) },
	})
	if n.Kind == yaml.MappingNode && len(seen) == 0 {
		r.report(n, "", "expect asks for nothing")
	}
	return e
}

// distinct reports names that are there twice.
func (r *reader) distinct(d *Document) {
	ids := map[string]bool{}
	for _, rule := range slices.Concat(d.Exempt, d.Rules) {
		if ids[rule.ID] && rule.ID != "" {
			r.found = append(r.found, Diagnostic{Line: rule.line, Column: rule.column, Message: "there are two rules " + rule.ID, Hint: "decisions name their rule: give each a name of its own"})
		}
		ids[rule.ID] = true
	}
	tests := map[string]bool{}
	for _, t := range d.Tests {
		if tests[t.Name] && t.Name != "" {
			r.found = append(r.found, Diagnostic{Line: t.line, Column: t.column, Message: "there are two tests with the name " + t.Name})
		}
		tests[t.Name] = true
		if t.Expect.Rule != "" && t.Expect.Rule != NoRule && !ids[t.Expect.Rule] {
			r.found = append(r.found, Diagnostic{Line: t.line, Column: t.column, Message: "the test expects the rule " + t.Expect.Rule + ", and there is none", Hint: maybe(t.Expect.Rule, sortedKeys(ids))})
		}
	}
}
