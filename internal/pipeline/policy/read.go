package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/quell-project/quell/internal/domain"
)

// Bounds of a policy.
const (
	MaxText      = 1 << 20 // bytes
	maxRules     = 500
	maxListItems = 10_000
	maxTests     = 1000
	maxNamed     = 200 // lists, or definitions
	maxSentence  = 500 // bytes
	maxDepth     = 40
	maxNodes     = 200_000
)

var (
	nameForm     = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	wordForm     = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	codeForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	preserveForm = regexp.MustCompile(`^P([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,4}D)?$`)
)

// reader turns YAML into a Document and collects everything that is wrong with it.
type reader struct {
	lines []string
	runes [][]rune // of lines, once they are needed
	found Diagnostics
}

// Read parses the text of a policy. What it cannot make sense of it reports, all at once.
func Read(text []byte) (*Document, Diagnostics) {
	r := &reader{lines: strings.Split(string(text), "\n")}
	if len(text) > MaxText {
		return nil, Diagnostics{{Line: 1, Column: 1, Message: fmt.Sprintf("the policy has %d bytes, at most %d are allowed", len(text), MaxText)}}
	}
	if i := oddBreak.FindIndex(text); i != nil {
		return nil, Diagnostics{r.after(text[:i[0]], "a line ends with something else than a line feed", "save it with the line ends of Unix or Windows")}
	}
	root, err := r.parse(text)
	if err != nil {
		return nil, Diagnostics{*err}
	}
	d := &Document{AppliesTo: AppliesToContent, position: at(root)}
	seen := r.mapping(root, "a policy", keys{
		"policy":     func(n *yaml.Node) { d.Name = r.form(n, nameForm, 64, "small letters and digits, joined by '-'") },
		"title":      func(n *yaml.Node) { d.Title = r.text(n, 200) },
		"note":       func(n *yaml.Node) { d.Note = r.text(n, 2000) },
		"applies_to": func(n *yaml.Node) { d.AppliesTo = r.choice(n, AppliesToContent) },
		"unknown":    func(n *yaml.Node) { d.Unknown = r.treatment(n) },
		"error":      func(n *yaml.Node) { d.Error = r.treatment(n) },
		"otherwise":  func(n *yaml.Node) { d.Otherwise = r.text(n, maxSentence) },
		"lists":      func(n *yaml.Node) { d.Lists = r.lists(n) },
		"define":     func(n *yaml.Node) { d.Define = r.definitions(n) },
		"exempt":     func(n *yaml.Node) { d.Exempt = r.rules(n, true) },
		"rules":      func(n *yaml.Node) { d.Rules = r.rules(n, false) },
		"limits":     func(n *yaml.Node) { d.Limits = r.limits(n) },
		"flood":      func(n *yaml.Node) { d.Flood = r.flood(n) },
		"tests":      func(n *yaml.Node) { d.Tests = r.tests(n) },
	})
	r.required(root, seen, "a policy", "policy", "rules")
	if len(d.Rules)+len(d.Exempt) > maxRules {
		r.report(root, "", "%d rules, at most %d are allowed", len(d.Rules)+len(d.Exempt), maxRules)
	}
	r.distinct(d)
	for _, t := range d.Tests {
		if t.Given != nil {
			t.Given.belongsTo(d.Name)
		}
	}
	return d, r.found
}

// oddBreak finds what ends a line for YAML and for few editors.
var oddBreak = regexp.MustCompile("\r[^\n]|\r$|\u0085|\u2028|\u2029")

// after is a diagnostic about what follows a piece of the text.
func (r *reader) after(text []byte, message, hint string) Diagnostic {
	line := bytes.Count(text, []byte("\n"))
	column := utf8.RuneCount(text[bytes.LastIndexByte(text, '\n')+1:])
	return Diagnostic{Line: line + 1, Column: column + 1, Message: message, Hint: hint}
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func (r *reader) parse(text []byte) (*yaml.Node, *Diagnostic) {
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		d := &Diagnostic{Line: 1, Column: 1, Message: "not YAML: " + err.Error()}
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			if line, err := strconv.Atoi(m[1]); err == nil {
				d.Line = min(max(line, 1), len(r.lines))
			}
			d.Message = "not YAML: " + m[2]
		}
		d.Hint = "indent with spaces, and quote texts that have ': ' or ' #' in them"
		return nil, d
	}
	if len(document.Content) == 0 {
		return nil, &Diagnostic{Line: 1, Column: 1, Message: "the policy is empty", Hint: "it needs at least policy: and rules:"}
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, &Diagnostic{Line: max(second.Line, 1), Column: max(second.Column, 1), Message: "something follows after the end of the policy", Hint: "a file has one policy: --- and … divide documents"}
	}
	nodes := 0
	if err := plain(document.Content[0], 0, &nodes); err != nil {
		return nil, err
	}
	return document.Content[0], nil
}

// plain refuses what YAML can do and nobody needs here: a few anchors can stand for millions of values.
func plain(n *yaml.Node, depth int, nodes *int) *Diagnostic {
	*nodes++
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return &Diagnostic{Line: n.Line, Column: n.Column, Message: "anchors and aliases are not read", Hint: "use define: for a condition that is needed twice"}
	case depth > maxDepth || *nodes > maxNodes:
		return &Diagnostic{Line: n.Line, Column: n.Column, Message: "too deep, or too much"}
	}
	for _, c := range n.Content {
		if d := plain(c, depth+1, nodes); d != nil {
			return d
		}
	}
	return nil
}

func at(n *yaml.Node) position { return position{n.Line, n.Column} }

func (r *reader) report(n *yaml.Node, hint, format string, args ...any) {
	r.found = append(r.found, Diagnostic{Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// keys are the keys of a mapping with what reads their values.
type keys map[string]func(*yaml.Node)

// mapping gives the values of a mapping to those who know their keys, in order, and returns the keys.
func (r *reader) mapping(n *yaml.Node, of string, known keys) map[string]bool {
	seen := map[string]bool{}
	if n.Kind != yaml.MappingNode {
		r.report(n, "", "%s is a mapping of keys to values, and this is %s", of, kindOf(n))
		return seen
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case !ok:
			hint := maybe(key.Value, sortedKeys(known))
			if strings.ContainsAny(key.Value, "()&|") {
				hint = "a comma ends a value in { … }: put quotes around the condition"
			}
			r.report(key, hint, "%s has no key %q", of, domain.Clip(key.Value, 60))
		case seen[key.Value]:
			r.report(key, "", "%s: the key %q is there twice", of, key.Value)
		default:
			read(value)
		}
		seen[key.Value] = true
	}
	return seen
}

func (r *reader) required(n *yaml.Node, seen map[string]bool, of string, keys ...string) {
	for _, k := range keys {
		if n.Kind == yaml.MappingNode && !seen[k] {
			r.report(n, "", "%s needs %s:", of, k)
		}
	}
}

// each gives the items of a sequence to a function.
func (r *reader) each(n *yaml.Node, of string, most int, read func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.report(n, "begin each with '- '", "%s is a list, and this is %s", of, kindOf(n))
		return
	}
	if len(n.Content) > most {
		r.report(n, "", "%s: %d, at most %d are allowed", of, len(n.Content), most)
		return
	}
	for _, item := range n.Content {
		read(item)
	}
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Tag == "!!null":
		return "nothing"
	case n.Tag == "!!bool":
		return n.Value
	default:
		return strconv.Quote(domain.Clip(n.Value, 40))
	}
}

// text reads a scalar of at most so many bytes.
func (r *reader) text(n *yaml.Node, most int) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.report(n, "", "a text is needed, and this is %s", kindOf(n))
		return ""
	}
	if err := domain.CheckText(strings.ReplaceAll(n.Value, "\n", " "), most); err != nil {
		r.report(n, "", "%v", err)
		return ""
	}
	return n.Value
}

func (r *reader) form(n *yaml.Node, form *regexp.Regexp, most int, words string) string {
	s := r.text(n, most)
	if s != "" && !form.MatchString(s) {
		r.report(n, "use "+words, "%q cannot be a name here", s)
	}
	return s
}

func (r *reader) choice(n *yaml.Node, words ...string) string {
	s := r.text(n, 64)
	if slices.Contains(words, s) {
		return s
	}
	if s != "" {
		r.report(n, maybe(s, words), "%q is not known here", s)
	}
	return ""
}

func (r *reader) treatment(n *yaml.Node) Treatment {
	return Treatment(r.choice(n, string(TreatHold), string(TreatIgnore), string(TreatTrue)))
}

func (r *reader) verdict(n *yaml.Node) domain.Verdict {
	var words []string
	for _, v := range domain.Verdicts() {
		words = append(words, string(v))
	}
	return domain.Verdict(r.choice(n, words...))
}

func (r *reader) whole(n *yaml.Node, least, most int64) int64 {
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || err != nil || v < least || v > most {
		r.report(n, "", "a whole number from %d to %d is needed, and this is %s", least, most, kindOf(n))
		return least
	}
	return v
}

func (r *reader) number(n *yaml.Node, least, most float64) float64 {
	v, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || math.IsNaN(v) || v < least || v > most {
		r.report(n, "", "a number from %g to %g is needed, and this is %s", least, most, kindOf(n))
		return least
	}
	return v
}
