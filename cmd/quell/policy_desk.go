package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/policies"
)

// policyFile is a policy in a file.
type policyFile struct {
	path string
	text []byte
}

func readPolicyFile(path string) (*policyFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, policy.MaxText+1)) // one byte too many is refused when it is read
	if err != nil {
		return nil, err
	}
	return &policyFile{path, text}, nil
}

// namedVersion reads NAME@NUMBER, as a version on record is called.
func namedVersion(s string) (name string, number int, is bool) {
	name, digits, is := strings.Cut(s, "@")
	n, err := strconv.ParseUint(digits, 10, 31)
	return name, int(n), is && err == nil && policies.CheckName(name) == nil
}

// print writes diagnostics as compilers do; on a terminal with the line and a caret under the place.
func (f *policyFile) print(w io.Writer, found policy.Diagnostics) {
	c := coloursFor(w)
	var lines []string
	if onTerminal(w) {
		lines = strings.Split(string(f.text), "\n")
	}
	for _, d := range found {
		fmt.Fprintf(w, "%s%s:%s%s\n", c.bold, f.path, c.off, d)
		if d.Line < 1 || d.Line > len(lines) {
			continue
		}
		colour := c.red
		if d.Warning {
			colour = c.amber
		}
		line, caret := excerpt(lines[d.Line-1], d.Column, colour, c.off)
		fmt.Fprintf(w, "%s\n%s\n", line, caret)
	}
}

// excerpt shows a part of a line around a column, and a caret under it.
func excerpt(line string, column int, colour, off string) (text, caret string) {
	chars := []rune(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' ' // a tab would move the caret, and other control characters more than that
		}
		return c
	}, line))
	at := min(max(column-1, 0), len(chars))
	from := max(0, at-60)
	to := min(len(chars), from+100)
	return "  " + string(chars[from:to]), "  " + strings.Repeat(" ", at-from) + colour + "^" + off
}

// hasErrors reports whether there is more than warnings.
func hasErrors(found policy.Diagnostics) bool {
	for _, d := range found {
		if !d.Warning {
			return true
		}
	}
	return false
}

type policyLintCmd struct {
	Files []string `arg:"" name:"file" help:"YAML files with a policy each."`
	JSON  bool     `help:"Print one JSON object a file."`
}

// Help says what ends in failure.
func (c *policyLintCmd) Help() string {
	return "Prints file:line:column: and what is wrong there. Warnings alone are no failure. Tests are not run: that is `quell policy test`."
}

// Run looks at the files.
func (c *policyLintCmd) Run(g *globals) error {
	failed := false
	for _, path := range c.Files {
		f, err := readPolicyFile(path)
		if err != nil {
			return err
		}
		_, found := policy.Load(f.text)
		failed = failed || hasErrors(found)
		if !c.JSON {
			f.print(g.stdout, found)
			continue
		}
		if err := g.printJSON(map[string]any{"file": path, "diagnostics": append(policy.Diagnostics{}, found...)}); err != nil {
			return err
		}
	}
	if failed {
		return exit(exitFailed)
	}
	return nil
}

type policyTestCmd struct {
	Files    []string `arg:"" name:"file" help:"YAML files with a policy each."`
	Coverage bool     `help:"Also say which conditions are never true or never false in the tests, and which limits no test pins down."`
	JSON     bool     `help:"Print one JSON object a file."`
}

// Help says what ends in failure.
func (c *policyTestCmd) Help() string {
	return "Fails if a policy cannot be loaded or one of its tests fails. What --coverage finds is no failure."
}

// tested is what came of one file.
type tested struct {
	File        string              `json:"file"`
	Passed      bool                `json:"passed"`
	Tests       []policy.TestResult `json:"tests"`
	Diagnostics policy.Diagnostics  `json:"diagnostics"` // what is wrong with the policy, or doubtful
	Coverage    policy.Diagnostics  `json:"coverage,omitempty"`
}

// Run runs the tests.
func (c *policyTestCmd) Run(g *globals) error {
	failed := false
	for _, path := range c.Files {
		f, err := readPolicyFile(path)
		if err != nil {
			return err
		}
		t := c.test(f)
		failed = failed || !t.Passed
		if c.JSON {
			if err := g.printJSON(t); err != nil {
				return err
			}
			continue
		}
		t.print(g.stdout, f)
	}
	if failed {
		return exit(exitFailed)
	}
	return nil
}

func (c *policyTestCmd) test(f *policyFile) tested {
	t := tested{File: f.path, Tests: []policy.TestResult{}, Diagnostics: policy.Diagnostics{}}
	p, found := policy.Load(f.text)
	t.Diagnostics = append(t.Diagnostics, found...)
	if p == nil {
		return t
	}
	t.Passed, t.Tests = true, p.RunTests()
	for _, r := range t.Tests {
		t.Passed = t.Passed && r.Passed
	}
	if c.Coverage {
		t.Coverage = p.Coverage()
	}
	return t
}

// print writes a line for each test, what coverage found, and a sum.
func (t *tested) print(w io.Writer, f *policyFile) {
	c := coloursFor(w)
	good, bad := "ok  ", "FAIL"
	if onTerminal(w) {
		good, bad = c.green+"✓"+c.off, c.red+"✗"+c.off
	}
	f.print(w, t.Diagnostics)
	if hasErrors(t.Diagnostics) {
		return
	}
	failures := 0
	for _, r := range t.Tests {
		if r.Passed {
			fmt.Fprintf(w, "%s %s\n", good, r.Name)
			continue
		}
		failures++
		fmt.Fprintf(w, "%s %s\n     %s:%d:%d: want %s, got %s\n", bad, r.Name, f.path, r.Line, r.Column, r.Want, r.Got)
	}
	f.print(w, t.Coverage)
	switch {
	case len(t.Tests) == 0:
		fmt.Fprintf(w, "%s: no tests\n", f.path)
	case failures == 0:
		fmt.Fprintf(w, "%s: %d passed\n", f.path, len(t.Tests))
	default:
		fmt.Fprintf(w, "%s: %d passed, %d failed\n", f.path, len(t.Tests)-failures, failures)
	}
}
