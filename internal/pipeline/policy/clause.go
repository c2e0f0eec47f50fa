package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// clause is one piece of a condition, with the pieces it is made of: what an explanation walks through, and what a comparison compares.
type clause struct {
	text     string // in the spelling that CEL gives it
	op       string // opAnd and so on, an operator such as "<=", the name of a function, or one of the words below
	parts    []*clause
	variable string // of a loop: parts are the list, then what is asked of each element
}

// What a clause is, if it is no operator and no call.
const (
	opAnd      = "and"
	opOr       = "or"
	opNot      = "not"
	opChoose   = "?:"
	opConstant = "constant" // the same whatever the facts are
	opValue    = "value"    // a name, with fields
)

// loops are the macros that ask something of each element.
var loops = []string{"exists", "all", "exists_one", "filter", "map"}

// loop reports whether the clause goes through a list.
func (c *clause) loop() bool { return c.variable != "" }

// clauses takes a condition apart, without a look at types.
func clauses(text string, env *cel.Env) (*clause, error) {
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	native := parsed.NativeRep()
	return (&splitter{native.SourceInfo()}).split(native.Expr())
}

// piecesOf returns what an expression is directly made of, of what people write: of a loop its list and what it asks of each element. Literals of maps are
// taken for one piece.
func piecesOf(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			return append([]ast.Expr{call.Target()}, call.Args()...)
		}
		return call.Args()
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.ComprehensionKind:
		return []ast.Expr{e.AsComprehension().IterRange(), e.AsComprehension().LoopStep()}
	}
	return nil
}

func isCall(e ast.Expr, name string) bool {
	return e.Kind() == ast.CallKind && e.AsCall().FunctionName() == name
}

type splitter struct{ info *ast.SourceInfo }

func (s *splitter) split(e ast.Expr) (*clause, error) {
	text, err := cel.ExprToString(e, s.info)
	if err != nil {
		return nil, err
	}
	c := &clause{text: text, op: opValue}
	// What a macro stands for is of no interest to people: they see what they have written.
	if call, ok := s.info.GetMacroCall(e.ID()); ok {
		return c, s.macro(c, call.AsCall())
	}
	switch e.Kind() {
	case ast.LiteralKind:
		c.op = opConstant
	case ast.SelectKind:
		return c, s.add(c, piecesOf(e)...)
	case ast.CallKind:
		return c, s.call(c, e)
	case ast.ListKind:
		c.op = "list"
		return c, s.add(c, piecesOf(e)...)
	case ast.MapKind:
		c.op = "map literal"
		for _, entry := range e.AsMap().Entries() {
			if err := s.add(c, entry.AsMapEntry().Key(), entry.AsMapEntry().Value()); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// add puts the pieces of a clause under it. A field of a name has none, since all of it is one value.
func (s *splitter) add(c *clause, pieces ...ast.Expr) error {
	for _, e := range pieces {
		part, err := s.split(e)
		if err != nil {
			return err
		}
		if c.op == opValue && part.op == opValue && len(part.parts) == 0 {
			continue
		}
		c.parts = append(c.parts, part)
	}
	varies := func(p *clause) bool { return p.op != opConstant }
	if pure := c.op == "list" || c.op == "duration" || c.op == "timestamp" || c.op == "-"; pure && len(c.parts) == len(pieces) && !slices.ContainsFunc(c.parts, varies) {
		c.op, c.parts = opConstant, nil
	}
	return nil
}

func (s *splitter) macro(c *clause, call ast.CallExpr) error {
	name := call.FunctionName()
	if !slices.Contains(loops, name) || !call.IsMemberFunction() || len(call.Args()) < 2 || call.Args()[0].Kind() != ast.IdentKind {
		return nil // has(x.y) and what else there may be: one value
	}
	c.op, c.variable = name, call.Args()[0].AsIdent()
	return s.add(c, append([]ast.Expr{call.Target()}, call.Args()[1:]...)...)
}

func (s *splitter) call(c *clause, e ast.Expr) error {
	call := e.AsCall()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		c.op = map[string]string{operators.LogicalAnd: opAnd, operators.LogicalOr: opOr}[name]
		return s.add(c, s.flat(e, name)...)
	case operators.LogicalNot:
		c.op = opNot
	case operators.Conditional:
		c.op = opChoose
	case operators.Index:
		c.op = opValue
	case operators.Negate:
		c.op = "-"
	default:
		c.op = name
		if symbol, ok := operators.FindReverse(name); ok && symbol != "" {
			c.op = symbol
		}
	}
	pieces := piecesOf(e)
	if c.op == opValue {
		pieces = slices.DeleteFunc(slices.Clone(pieces), func(p ast.Expr) bool { return p.Kind() == ast.LiteralKind })
	}
	return s.add(c, pieces...)
}

// flat returns the operands of a chain of one operator: the parser has put it in pairs.
func (s *splitter) flat(e ast.Expr, name string) []ast.Expr {
	if _, macro := s.info.GetMacroCall(e.ID()); !macro && isCall(e, name) {
		args := e.AsCall().Args()
		return append(s.flat(args[0], name), s.flat(args[1], name)...)
	}
	return []ast.Expr{e}
}

// oneLine brings a text into one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
