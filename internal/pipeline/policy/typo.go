package policy

import (
	"maps"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// fieldsOf returns the names of the fields that the expression has of which an unknown one is asked, as far as its type can be told without the
// compiler, which has given up. Without that they are the fields of all kinds.
func (c *compiler) fieldsOf(text string, id int64) []string {
	parsed, issues := c.env.Parse(text)
	if issues.Err() != nil {
		return fieldNames
	}
	t := typer{c, id, nil}
	t.walk(parsed.NativeRep().Expr(), map[string]*cel.Type{})
	if t.of == nil {
		return fieldNames
	}
	if names, ok := c.env.CELTypeProvider().FindStructFieldNames(t.of.TypeName()); ok && len(names) > 0 {
		return names
	}
	return fieldNames
}

// typer looks for the selection with an id, and for the type of what it selects from.
type typer struct {
	*compiler
	id int64
	of *cel.Type
}

// walk returns the type of an expression, or nil, in a scope of loop variables.
func (t *typer) walk(e ast.Expr, scope map[string]*cel.Type) *cel.Type {
	switch e.Kind() {
	case ast.IdentKind:
		return t.named(e.AsIdent(), scope)
	case ast.SelectKind:
		of := t.walk(e.AsSelect().Operand(), scope)
		if e.ID() == t.id {
			t.of = of
		}
		if of == nil {
			return nil
		}
		if f, ok := t.env.CELTypeProvider().FindStructFieldType(of.TypeName(), e.AsSelect().FieldName()); ok {
			return f.Type
		}
	case ast.ComprehensionKind:
		loop := e.AsComprehension()
		inner := maps.Clone(scope)
		if of := t.walk(loop.IterRange(), scope); of != nil && of.Kind() == types.ListKind {
			inner[loop.IterVar()] = of.Parameters()[0]
		}
		t.walk(loop.LoopStep(), inner)
	default:
		var first *cel.Type
		for i, piece := range piecesOf(e) {
			if of := t.walk(piece, scope); i == 0 {
				first = of
			}
		}
		if isCall(e, operators.Index) && first != nil && first.Kind() == types.ListKind {
			return first.Parameters()[0]
		}
	}
	return nil
}

func (t *typer) named(name string, scope map[string]*cel.Type) *cel.Type {
	if typ, ok := scope[name]; ok {
		return typ
	}
	if i, ok := variableIndex[name]; ok {
		return variables[i].typ
	}
	if name == listsName {
		return t.lists.kind.typ
	}
	if i, ok := t.defines[name]; ok {
		return t.defined[i].typ
	}
	return nil
}
