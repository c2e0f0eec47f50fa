package policy

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Bounds of the search for limits that no test pins down.
const (
	maxVariants = 2000    // conditions that are compiled with another limit
	maxAsked    = 200_000 // times that one of them is asked about a test
)

// limit is a number or a duration in a comparison: its text, where that is, and texts of limits beside it.
type limit struct {
	from, to int // characters of the expression
	text     string
	others   []string
}

// loose finds limits that no test pins down: with another limit beside them, all tests pass as before.
func (p *Program) loose() (found Diagnostics) {
	s := search{Program: p}
	for i := range p.Document.Tests {
		if t := &p.Document.Tests[i]; p.passes(t) {
			s.tests = append(s.tests, t)
		}
	}
	for _, at := range p.sites() {
		for _, l := range limitsOf(at.c, at.e.Text) {
			if s.variants > maxVariants || s.asked > maxAsked {
				return append(found, Diagnostic{Line: at.e.node.Line, Column: at.e.node.Column, Warning: true, Message: "limits from here on were not tried: there are too many"})
			}
			unnoticed := slices.DeleteFunc(l.others, func(other string) bool { return s.noticed(at, l, other) })
			if len(unnoticed) > 0 {
				where := at.e.at.char(l.from)
				found = append(found, Diagnostic{Line: where.line, Column: where.column, Warning: true, Message: fmt.Sprintf("%s: no test tells %s from %s", at.what, l.text, strings.Join(unnoticed, " or "))})
			}
		}
	}
	return found
}

// search counts what it does, to come to an end.
type search struct {
	*Program
	tests           []*Test // that pass
	variants, asked int
}

// noticed reports whether a test fails if a limit is another.
func (s *search) noticed(at site, l limit, other string) bool {
	s.variants++
	text := []rune(at.e.Text)
	changed, issues := s.env.Compile(string(text[:l.from]) + other + string(text[l.to:]))
	if issues.Err() != nil {
		return true // it could not be written
	}
	program, err := s.env.Program(changed)
	if err != nil {
		return true
	}
	c := *at.c
	c.program = program
	variant := s.with(at, c)
	for _, t := range s.tests {
		s.asked++
		if !same(at.c.eval(s.look(t.Given)), c.eval(s.look(t.Given))) && !variant.passes(t) {
			return true
		}
	}
	return false
}

func same(a, b ref.Val) bool {
	if types.IsUnknownOrError(a) || types.IsUnknownOrError(b) {
		return types.IsUnknown(a) && types.IsUnknown(b) || types.IsError(a) && types.IsError(b)
	}
	return a.Equal(b) == types.True
}

var comparisons = []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.Equals, operators.NotEquals}

// limitsOf finds the limits of a condition, in the order of its text.
func limitsOf(c *condition, text string) (all []limit) {
	info := c.ast.NativeRep().SourceInfo()
	chars := []rune(text)
	var walk func(e ast.Expr, compared bool)
	add := func(e ast.Expr, others func(string) (string, []string)) {
		at, ok := info.GetOffsetRange(e.ID())
		if !ok || int(at.Start) >= len(chars) {
			return
		}
		if word, variants := others(string(chars[at.Start:])); len(variants) > 0 {
			all = append(all, limit{int(at.Start), int(at.Start) + len([]rune(word)), word, variants})
		}
	}
	walk = func(e ast.Expr, compared bool) {
		switch e.Kind() {
		case ast.LiteralKind:
			if compared {
				add(e, numbersBeside)
			}
		case ast.CallKind:
			call := e.AsCall()
			name := call.FunctionName()
			if name == "duration" && len(call.Args()) == 1 && call.Args()[0].Kind() == ast.LiteralKind {
				add(call.Args()[0], durationsBeside)
				return
			}
			if call.IsMemberFunction() {
				walk(call.Target(), false)
			}
			for _, arg := range call.Args() {
				walk(arg, name != operators.Index && (compared || slices.Contains(comparisons, name)))
			}
		default:
			for _, piece := range piecesOf(e) {
				walk(piece, false)
			}
		}
	}
	walk(c.ast.NativeRep().Expr(), false)
	slices.SortStableFunc(all, func(a, b limit) int { return a.from - b.from })
	return slices.CompactFunc(all, func(a, b limit) bool { return a.from == b.from })
}

// numbersBeside reads the number that a text begins with: of whole numbers the ones before and after it are beside it, of others a tenth more or less.
func numbersBeside(s string) (word string, others []string) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || s[end] == '-' && end == 0) {
		end++
	}
	word = s[:end]
	if n, err := strconv.ParseInt(word, 10, 64); err == nil && n > math.MinInt64 && n < math.MaxInt64 {
		return word, []string{strconv.FormatInt(n-1, 10), strconv.FormatInt(n+1, 10)}
	}
	x, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return word, nil
	}
	step := max(math.Abs(x)/10, 0.01)
	return word, []string{decimal(x - step), decimal(x + step)}
}

// decimal writes a number so that CEL reads a double.
func decimal(x float64) string {
	s := strconv.FormatFloat(x, 'f', 6, 64)
	s = strings.TrimRight(s, "0")
	if strings.HasSuffix(s, ".") {
		s += "0"
	}
	return s
}

// durationsBeside reads a duration in quotes: a tenth more and less are beside it.
func durationsBeside(s string) (word string, others []string) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return "", nil
	}
	end := strings.IndexByte(s[1:], s[0])
	if end < 0 {
		return "", nil
	}
	d, err := time.ParseDuration(s[1 : 1+end])
	if err != nil || d == 0 {
		return "", nil
	}
	step := (d / 10).Round(time.Second)
	quote := func(d time.Duration) string { return s[:1] + short(d) + s[:1] }
	return s[:end+2], []string{quote(d - step), quote(d + step)}
}

// short writes a duration without what is nothing: 24h, not 24h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if rest, ok := strings.CutSuffix(s, "m0s"); ok {
		s = rest + "m"
	}
	if rest, ok := strings.CutSuffix(s, "h0m"); ok {
		s = rest + "h"
	}
	return s
}
