package console

import (
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// policyText is the text of a version, arranged for people.
type policyText struct {
	Title  string
	Lines  []policyLine
	Found  []policy.Diagnostic // about no line that there is
	Exempt []policyRule
	Rules  []policyRule

	document *policy.Document // as far as it could be read; nil: not at all
}

// policyLine is a line with what is to be said of it.
type policyLine struct {
	Text  string
	Found []policy.Diagnostic
}

// policyRule is a rule as the table of rules shows it.
type policyRule struct {
	policy.Rule
	Unknown, Error policy.Treatment // what these values mean for it, by its own words or those of the policy
}

// readText reads a text. One that is no policy has its lines and its faults, and no rules.
func readText(text string) policyText {
	var t policyText
	for line := range strings.Lines(text) {
		t.Lines = append(t.Lines, policyLine{Text: strings.TrimRight(line, "\r\n")})
	}
	program, found := policy.Load([]byte(text))
	for _, d := range found {
		if d.Line >= 1 && d.Line <= len(t.Lines) {
			t.Lines[d.Line-1].Found = append(t.Lines[d.Line-1].Found, d)
		} else {
			t.Found = append(t.Found, d)
		}
	}
	if program != nil {
		t.document = program.Document
	} else {
		t.document, _ = policy.Read([]byte(text))
	}
	doc := t.document
	if doc == nil {
		return t
	}
	t.Title = doc.Title
	arranged := func(rules []policy.Rule) (all []policyRule) {
		for i := range rules {
			all = append(all, policyRule{rules[i], doc.Means(&rules[i], domain.Unknown), doc.Means(&rules[i], domain.Errored)})
		}
		return all
	}
	t.Exempt, t.Rules = arranged(doc.Exempt), arranged(doc.Rules)
	return t
}

// faulty reports whether anything is to be said of the text.
func (t policyText) faulty() bool {
	return len(t.Found) > 0 || slices.ContainsFunc(t.Lines, func(l policyLine) bool { return len(l.Found) > 0 })
}
