package policy

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"go.yaml.in/yaml/v3"

	"github.com/quell-project/quell/internal/domain"
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
	if n.Style&yaml.TaggedStyle != 0 {
		r.report(n, "put quotes around it", "YAML takes the ! at the beginning for a tag")
		return Expression{node: n}
	}
	if len(n.Value) > maxCondition {
		r.report(n, "take it apart with define:", "the condition has %d bytes, at most %d are allowed", len(n.Value), maxCondition)
		return Expression{node: n}
	}
	return Expression{Text: n.Value, node: n, at: r.locate(n)}
}

// locate walks through the value and the text together: white space may differ, the rest is in the same order. What is written as an escape is not
// found, and stands where the character before it does.
func (r *reader) locate(n *yaml.Node) place {
	p := place{value: n.Value}
	line, column := n.Line-1, n.Column-1
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		line, column = line+1, 0
	}
	steps := 0
	for _, c := range n.Value {
		l, col, found, passed := line, column, false, 0
		for !unicode.IsSpace(c) && l < len(r.lines) && !found && passed < longestEscape && steps < maxSteps {
			rest := r.chars(l)
			for col < len(rest) && rest[col] != c && passed < longestEscape {
				if !unicode.IsSpace(rest[col]) {
					passed++
				}
				col, steps = col+1, steps+1
			}
			if found = col < len(rest) && rest[col] == c; !found {
				l, col, steps = l+1, 0, steps+1
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

// Bounds of the walk: \U0001F600 and the quotes around it are what may be between two characters of a value, and a condition is no long way.
const (
	longestEscape = 14
	maxSteps      = 64 << 10
)

// chars returns a line of the text as characters.
func (r *reader) chars(line int) []rune {
	if r.runes == nil {
		r.runes = make([][]rune, len(r.lines))
	}
	if r.runes[line] == nil {
		r.runes[line] = []rune(r.lines[line])
	}
	return r.runes[line]
}

// of returns where a position of the expression, with its line from 1 and its column from 0, is in the text of the policy.
func (p place) of(l common.Location) position {
	at := 0
	lines := strings.SplitAfter(p.value, "\n")
	for i := 0; i < l.Line()-1 && i < len(lines); i++ {
		at += utf8.RuneCountInString(lines[i])
	}
	return p.char(at + l.Column())
}

// char returns where a character of the expression, counted from 0, is in the text of the policy.
func (p place) char(i int) position {
	if len(p.where) == 0 {
		return position{1, 1}
	}
	return p.where[min(max(i, 0), len(p.where)-1)]
}

// mostFaults is how many faults of one expression are told.
const mostFaults = 10

// explained turns what CEL says about an expression into diagnostics for people.
func (c *compiler) explained(e Expression, issues *cel.Issues) (found Diagnostics) {
	for _, err := range issues.Errors()[:min(len(issues.Errors()), mostFaults)] {
		at := e.at.of(err.Location)
		d := Diagnostic{Line: at.line, Column: at.column}
		switch m := noField.FindStringSubmatch(err.Message); {
		case m != nil:
			d.Message, d.Hint = "there is no field "+quoted(m[1]), maybe(m[1], c.fieldsOf(e.Text, err.ExprID))
		default:
			d.Message, d.Hint = plainWords(err.Message, c.names)
		}
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
	missing     = regexp.MustCompile(`^missing '(.+)' at '(.+)'$`)
	unexpected  = regexp.MustCompile(`^(?:mismatched|extraneous) input '(.+?)' expecting|^(?:no viable alternative at input|token recognition error at:) '(.+)'$`)
)

// plainWords says in other words what CEL says, with a hint where there is one.
func plainWords(message string, known []string) (text, hint string) {
	if m := undeclared.FindStringSubmatch(message); m != nil {
		return "the name " + quoted(m[1]) + " is not known", maybe(m[1], known)
	}
	if m := noOverload.FindStringSubmatch(message); m != nil {
		return overload(m[1], m[2])
	}
	if m := badLiteral.FindStringSubmatch(message); m != nil {
		switch m[1] {
		case "duration":
			return "this is not a duration", `as duration("90m") or duration("168h"): hours are the largest unit`
		case "timestamp":
			return "this is not a moment", `as timestamp("2026-01-31T00:00:00Z")`
		default:
			return "this is not a regular expression", "see the syntax of RE2"
		}
	}
	if m := notSelected.FindStringSubmatch(message); m != nil {
		if strings.HasPrefix(m[1], "list") {
			hint = "use exists(x, x.…) to ask for one of a list, or all(x, x.…)"
		}
		return "a " + m[1] + " has no fields", hint
	}
	if rest, ok := strings.CutPrefix(message, "Syntax error: "); ok {
		return syntax(rest)
	}
	return message, ""
}

// overload says that an operator or a function does not go with some types.
func overload(name, of string) (text, hint string) {
	of = strings.TrimPrefix(of, "(")
	of = strings.TrimSuffix(of, ")")
	of = strings.ReplaceAll(of, ", ", " and ")
	if o := operator.FindStringSubmatch(name); o != nil {
		name = o[1]
	}
	if strings.Contains(of, "duration") {
		hint = `durations are written duration("168h")`
	}
	return quoted(name) + " does not work on " + of, hint
}

// syntax says in few words where the parser gave up.
func syntax(said string) (text, hint string) {
	hint = `conditions are CEL: a && b, a || b, !a, list.exists(x, x.field == "text")`
	if m := missing.FindStringSubmatch(said); m != nil {
		if m[2] == "<EOF>" {
			return quoted(m[1]) + " is missing at the end of the condition", ""
		}
		return quoted(m[1]) + " is missing before " + quoted(m[2]), ""
	}
	m := unexpected.FindStringSubmatch(said)
	if m == nil {
		return "cannot be read as a condition", hint
	}
	word := m[1] + m[2]
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "<eof>":
		return "the condition ends too early", "a bracket, a quote or an operand is missing"
	case "=":
		hint = "compare with =="
	case "and", "&":
		hint = "write && for and"
	case "or", "|":
		hint = "write || for or"
	case "not":
		hint = "write ! for not"
	}
	return quoted(domain.Clip(word, 40)) + " is not expected here", hint
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
