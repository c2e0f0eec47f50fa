package policy

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"go.yaml.in/yaml/v3"
)

// place finds the characters of an expression in the text of the policy, however YAML has folded and quoted it.
type place struct {
	value string
	where []position // of every character of value
}

func (r *reader) expression(n *yaml.Node) Expression {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		r.report(n, "quote it if it begins with one of ! & * [ { @", "a condition is needed, and this is %s", kindOf(n))
		return Expression{node: n}
	}
	if len(n.Value) > maxCondition {
		r.report(n, "take it apart with define:", "the condition has %d bytes, at most %d are allowed", len(n.Value), maxCondition)
		return Expression{node: n}
	}
	return Expression{Text: n.Value, node: n, at: r.locate(n)}
}

// locate walks through the value and the text together: white space may differ, the rest is in the same order.
func (r *reader) locate(n *yaml.Node) place {
	p := place{value: n.Value}
	line, column := n.Line-1, n.Column-1
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		line, column = line+1, 0
	}
	for _, c := range n.Value {
		l, col, found := line, column, false
		for !unicode.IsSpace(c) && l < len(r.lines) && !found {
			rest := []rune(r.lines[l])
			for col < len(rest) && rest[col] != c {
				col++
			}
			if found = col < len(rest); !found {
				l, col = l+1, 0
			}
		}
		if found {
			line, column = l, col
		}
		p.where = append(p.where, position{line + 1, column + 1})
		if found {
			column++
		}
	}
	return p
}

// of returns where a position of the expression, with its line from 1 and its column from 0, is in the text of the policy.
func (p place) of(l common.Location) position {
	at := 0
	lines := strings.SplitAfter(p.value, "\n")
	for i := 0; i < l.Line()-1 && i < len(lines); i++ {
		at += utf8.RuneCountInString(lines[i])
	}
	at += l.Column()
	if len(p.where) == 0 {
		return position{1, 1}
	}
	return p.where[min(max(at, 0), len(p.where)-1)]
}

// explained turns what CEL says about an expression into diagnostics for people.
func (e Expression) explained(issues *cel.Issues, known []string) (found Diagnostics) {
	for _, err := range issues.Errors() {
		at := e.at.of(err.Location)
		d := Diagnostic{Line: at.line, Column: at.column}
		d.Message, d.Hint = plainWords(err.Message, known)
		found = append(found, d)
		if strings.HasPrefix(err.Message, "Syntax error") {
			break // what follows is about the same place
		}
	}
	return found
}

var (
	undeclared  = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	noField     = regexp.MustCompile(`^undefined field '([^']*)'`)
	noOverload  = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
	badLiteral  = regexp.MustCompile(`^invalid (duration|timestamp|matches) argument`)
	notSelected = regexp.MustCompile(`^type '([^']*)' does not support field selection`)
	operator    = regexp.MustCompile(`^@?_?([^_a-z]+|in)_?$`)
)

// plainWords says in other words what CEL says, with a hint where there is one.
func plainWords(message string, known []string) (text, hint string) {
	if m := undeclared.FindStringSubmatch(message); m != nil {
		return "the name " + quoted(m[1]) + " is not known", maybe(m[1], known)
	}
	if m := noField.FindStringSubmatch(message); m != nil {
		return "there is no field " + quoted(m[1]), maybe(m[1], fieldNames)
	}
	if m := noOverload.FindStringSubmatch(message); m != nil {
		types := strings.Trim(strings.ReplaceAll(m[2], ", ", " and "), "()")
		name := m[1]
		if o := operator.FindStringSubmatch(name); o != nil {
			name = o[1]
		}
		hint := ""
		if strings.Contains(types, "duration") {
			hint = `durations are written duration("168h")`
		}
		return quoted(name) + " does not work on " + types, hint
	}
	if m := badLiteral.FindStringSubmatch(message); m != nil {
		return message, map[string]string{"duration": `as duration("90m") or duration("168h"): hours are the largest unit`, "timestamp": `as timestamp("2026-01-31T00:00:00Z")`, "matches": "see the syntax of RE2"}[m[1]]
	}
	if m := notSelected.FindStringSubmatch(message); m != nil {
		hint := ""
		if strings.HasPrefix(m[1], "list") {
			hint = "use exists(x, x.…) to ask for one of a list, or all(x, x.…)"
		}
		return "a " + m[1] + " has no fields", hint
	}
	if rest, ok := strings.CutPrefix(message, "Syntax error: "); ok {
		return "cannot be read as a condition: " + rest, "conditions are CEL: a && b, a || b, !a, list.exists(x, x.field == \"text\")"
	}
	return message, ""
}

func quoted(s string) string { return `"` + s + `"` }

// fieldNames are the names of all fields of all kinds.
var fieldNames = func() []string {
	all := map[string]bool{}
	for _, k := range kinds {
		for _, f := range k.fields {
			all[f.name] = true
		}
	}
	return sortedKeys(all)
}()
