package policy

import (
	"fmt"
	"strings"
)

// TestResult is how one test of a policy went.
type TestResult struct {
	Name   string `json:"name"`
	Line   int    `json:"line"` // of the test in the text
	Column int    `json:"column"`
	Passed bool   `json:"passed"`
	Want   string `json:"want"` // in words, as "hold by young-part"
	Got    string `json:"got"`
}

// Check loads a policy and runs its tests: what it accepts may leave the draft. The program is nil if anything is wrong or a test fails.
func Check(text []byte) (*Program, Diagnostics) {
	p, found := Load(text)
	if p == nil {
		return nil, found
	}
	failed := p.Failures()
	if len(failed) > 0 {
		p = nil
	}
	return p, append(found, failed...).inOrder()
}

// Failures runs the tests and says which of them fail.
func (p *Program) Failures() (failed Diagnostics) {
	for _, r := range p.RunTests() {
		if !r.Passed {
			failed = append(failed, r.diagnostic())
		}
	}
	return failed
}

func (r TestResult) diagnostic() Diagnostic {
	return Diagnostic{Line: r.Line, Column: r.Column, Message: fmt.Sprintf("the test %q fails: it expects %s, and gets %s", r.Name, r.Want, r.Got)}
}

// RunTests runs the tests of a policy, in their order.
func (p *Program) RunTests() []TestResult {
	results := make([]TestResult, 0, len(p.Document.Tests))
	for i := range p.Document.Tests {
		results = append(results, p.runTest(&p.Document.Tests[i]))
	}
	return results
}

// outcome asks the policy, as the gate would if there were no other.
func (p *Program) outcome(f *Facts) Outcome {
	return Combine([]Judged{{p.Document.Name, 1, p.Judge(f, 1)}})
}

func (p *Program) runTest(t *Test) TestResult {
	got := p.cameOf(t)
	return TestResult{Name: t.Name, Line: t.line, Column: t.column, Passed: t.Expect.met(got), Want: t.Expect.words(t.Expect), Got: got.words(t.Expect)}
}

// passes reports whether a test passes.
func (p *Program) passes(t *Test) bool { return t.Expect.met(p.cameOf(t)) }

// cameOf is what came of a test, in the terms of an expectation.
func (p *Program) cameOf(t *Test) Expectation {
	out := p.outcome(t.Given)
	return Expectation{Outcome: out.Verdict, Rule: out.Policy.Rule, Code: out.Then.Code, Queue: out.Then.Queue}
}

// met reports whether what came of a test is all that it asks for.
func (e Expectation) met(got Expectation) bool {
	return (e.Outcome == "" || e.Outcome == got.Outcome) && (e.Rule == "" || e.Rule == got.Rule) &&
		(e.Code == "" || e.Code == got.Code) && (e.Queue == "" || e.Queue == got.Queue)
}

// words says an expectation or what came of it, reason and queue only where they are asked for.
func (e Expectation) words(asked Expectation) string {
	var parts []string
	if e.Outcome != "" {
		parts = append(parts, string(e.Outcome))
	}
	if e.Rule != "" {
		parts = append(parts, "by "+e.Rule)
	}
	for _, f := range []struct{ name, asked, value string }{{"reason", asked.Code, e.Code}, {"queue", asked.Queue, e.Queue}} {
		switch {
		case f.asked == "":
		case f.value == "":
			parts = append(parts, "with no "+f.name)
		default:
			parts = append(parts, "with "+f.name+" "+f.value)
		}
	}
	return strings.Join(parts, " ")
}
