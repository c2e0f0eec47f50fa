package policy

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"github.com/quell-project/quell/internal/domain"
)

// site is where a condition is in a policy.
type site struct {
	what string // as "rule near"
	e    Expression
	c    *condition
	put  func(*Program, condition) // another condition in its place
}

// sites lists the conditions of a policy in the order of the document.
func (p *Program) sites() (all []site) {
	d := p.Document
	for i := range d.Define {
		all = append(all, site{"definition " + d.Define[i].Name, d.Define[i].When, &p.defined[i], func(p *Program, c condition) { p.defined[i] = c }})
	}
	for i := range d.Exempt {
		all = append(all, site{"exemption " + d.Exempt[i].ID, d.Exempt[i].When, &p.exempt[i], func(p *Program, c condition) { p.exempt[i] = c }})
	}
	for i := range d.Rules {
		all = append(all, site{"rule " + d.Rules[i].ID, d.Rules[i].When, &p.rules[i], func(p *Program, c condition) { p.rules[i] = c }})
	}
	return all
}

// Coverage says what the tests of a policy leave open: conditions, and operands within them, that are never true or never false, and limits that
// could be others without a test that notices. All are warnings.
func (p *Program) Coverage() Diagnostics {
	var found Diagnostics
	for _, s := range p.sites() {
		found = append(found, p.watch(s)...)
	}
	return append(found, p.loose()...).inOrder()
}

// seen is a condition, or an operand in one, with the values it has had.
type seen struct {
	expr              ast.Expr
	wasTrue, wasFalse bool
}

func (s *seen) note(v ref.Val) ref.Val {
	s.wasTrue = s.wasTrue || v == types.True
	s.wasFalse = s.wasFalse || v == types.False
	return v
}

// watcher evaluates as what it stands for does, and notes the values.
type watcher struct {
	interpreter.InterpretableV2
	seen *seen
}

// Eval implements interpreter.Interpretable.
func (w *watcher) Eval(a interpreter.Activation) ref.Val {
	return w.seen.note(w.InterpretableV2.Eval(a))
}

// Exec implements interpreter.InterpretableV2.
func (w *watcher) Exec(f *interpreter.ExecutionFrame) ref.Val {
	return w.seen.note(w.InterpretableV2.Exec(f))
}

// watch evaluates one condition about all tests.
func (p *Program) watch(s site) (found Diagnostics) {
	rep := s.c.ast.NativeRep()
	var all []*seen
	byID := map[int64]*seen{}
	add := func(e ast.Expr) {
		one := &seen{expr: e}
		all = append(all, one)
		byID[e.ID()] = one
	}
	if s.c.typ.IsExactType(cel.BoolType) {
		add(rep.Expr())
	}
	operands(rep.Expr(), add)
	program, err := p.env.Program(s.c.ast, cel.CustomDecoratorV2(func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		if one := byID[i.ID()]; one != nil {
			return &watcher{i, one}, nil
		}
		return i, nil
	}))
	if err != nil {
		return nil
	}
	watched := condition{program: program}
	for i := range p.Document.Tests {
		watched.eval(p.look(p.Document.Tests[i].Given))
	}
	for _, one := range all {
		never := ""
		switch {
		case !one.wasTrue && !one.wasFalse:
			never = "neither true nor false"
		case !one.wasTrue:
			never = "never true"
		case !one.wasFalse:
			never = "never false"
		default:
			continue
		}
		subject := "it"
		if one.expr != rep.Expr() {
			subject = textOf(one.expr, rep.SourceInfo())
		}
		at := s.e.at.char(leftmost(one.expr, rep.SourceInfo()))
		found = append(found, Diagnostic{Line: at.line, Column: at.column, Warning: true, Message: fmt.Sprintf("%s: %s is %s in the tests", s.what, subject, never)})
	}
	return found
}

// operands finds what && and || join and what ?: asks, in loops too. What a loop adds of its own is none of it, nor is a chain within a chain.
func operands(e ast.Expr, add func(ast.Expr)) {
	logical := isCall(e, operators.LogicalAnd) || isCall(e, operators.LogicalOr)
	for i, piece := range piecesOf(e) {
		asked := logical || isCall(e, operators.Conditional) && i == 0
		if asked && !ownOfLoop(piece) && !(logical && isCall(piece, e.AsCall().FunctionName())) {
			add(piece)
		}
		operands(piece, add)
	}
}

func ownOfLoop(e ast.Expr) bool {
	return e.Kind() == ast.IdentKind && strings.HasPrefix(e.AsIdent(), "@")
}

// textOf writes an expression as people do.
func textOf(e ast.Expr, info *ast.SourceInfo) string {
	s, err := cel.ExprToString(e, info)
	if err != nil {
		return "an operand"
	}
	return domain.Clip(oneLine(s), 100)
}

// leftmost is the character with which an expression begins: CEL has its operator.
func leftmost(e ast.Expr, info *ast.SourceInfo) int {
	first := int32(-1)
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		r, ok := info.GetOffsetRange(e.ID())
		if !ok {
			return
		}
		if e.Kind() == ast.CallKind && !e.AsCall().IsMemberFunction() && wordForm.MatchString(e.AsCall().FunctionName()) {
			r.Start -= int32(len(e.AsCall().FunctionName())) // of a call it has the bracket
		}
		if first < 0 || r.Start < first {
			first = r.Start
		}
	}))
	return int(first)
}

// with returns the program with another condition at a site.
func (p *Program) with(s site, c condition) *Program {
	other := *p
	other.defined, other.exempt, other.rules = slices.Clone(p.defined), slices.Clone(p.exempt), slices.Clone(p.rules)
	s.put(&other, c)
	return &other
}
