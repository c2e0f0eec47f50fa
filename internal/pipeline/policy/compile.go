package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// Program is a policy that can be asked. It is immutable and safe for concurrent use.
type Program struct {
	Document *Document
	Digest   string // SHA-256 of the text, hex
	Cost     uint64 // the most that one decision can cost, in steps of CEL

	env     *cel.Env
	lists   *object
	defines map[string]int
	defined []condition
	exempt  []condition
	rules   []condition
}

// condition is a compiled expression.
type condition struct {
	program cel.Program
	ast     *cel.Ast
	uses    map[string]bool // variables that it depends on
	cost    uint64
	typ     *cel.Type
}

// Load reads and compiles a policy. The program is nil if anything is wrong; warnings come with a program.
func Load(text []byte) (*Program, Diagnostics) {
	d, found := Read(text)
	if len(found) > 0 {
		return nil, found.inOrder()
	}
	p, found := compile(d)
	if p != nil {
		digest := sha256.Sum256(text)
		p.Digest = hex.EncodeToString(digest[:])
	}
	return p, found.inOrder()
}

func (d Diagnostics) inOrder() Diagnostics {
	slices.SortStableFunc(d, func(a, b Diagnostic) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return d
}

// compiler compiles the conditions of a document.
type compiler struct {
	Program
	found Diagnostics
	names []string // that conditions may use
}

func compile(d *Document) (*Program, Diagnostics) {
	env, lists, err := newEnvironment(d.Lists)
	if err != nil {
		return nil, Diagnostics{{Line: d.line, Column: d.column, Message: err.Error()}}
	}
	c := &compiler{Program: Program{Document: d, env: env, lists: lists, defines: map[string]int{}}}
	for _, v := range variables {
		c.names = append(c.names, v.name)
	}
	c.names = append(c.names, listsName)
	for _, def := range d.Define {
		c.define(def)
	}
	for _, r := range d.Exempt {
		c.exempt = append(c.exempt, c.rule(r))
	}
	for _, r := range d.Rules {
		c.rules = append(c.rules, c.rule(r))
	}
	if c.Cost > maxCosts {
		c.found = append(c.found, Diagnostic{
			Line: d.line, Column: d.column, Message: fmt.Sprintf("all conditions together may take %s steps on a large upload, at most %d are allowed", steps(c.Cost), maxCosts),
			Hint: "name with define: what several rules ask",
		})
		return nil, c.found
	}
	c.doubts()
	if slices.ContainsFunc(c.found, func(d Diagnostic) bool { return !d.Warning }) {
		return nil, c.found
	}
	return &c.Program, c.found
}

// definable are the types of definitions. Texts and lists are none: by names for names for names they could grow beyond every bound, and the cost of
// a condition is told from the sizes of what it uses.
var definable = []*cel.Type{cel.BoolType, cel.IntType, cel.UintType, cel.DoubleType, cel.DurationType, cel.TimestampType}

func (c *compiler) define(def Definition) {
	made := c.condition(def.When, nil)
	if made.typ != nil && !slices.ContainsFunc(definable, made.typ.IsExactType) {
		c.report(def.When, "a definition is a condition, a number, a duration or a moment, and this is "+kindOfValue(made.typ), "define a condition about it: its size could not be told where the name is used")
		made = condition{}
	}
	if made.typ == nil {
		made.typ = cel.DynType // so that the rules that use it are not reported too
	}
	env, err := c.env.Extend(cel.Variable(def.Name, made.typ))
	if err != nil {
		c.report(def.When, fmt.Sprintf("%s: %v", def.Name, err), "")
		return
	}
	c.env = env
	c.defines[def.Name] = len(c.defined)
	c.defined = append(c.defined, made)
	c.names = append(c.names, def.Name)
}

func (c *compiler) rule(r Rule) condition { return c.condition(r.When, cel.BoolType) }

func (c *compiler) report(e Expression, message, hint string) {
	at := e.at.char(0)
	c.found = append(c.found, Diagnostic{Line: at.line, Column: at.column, Message: message, Hint: hint})
}

// condition compiles one expression. If it has to have a type, others are reported.
func (c *compiler) condition(e Expression, want *cel.Type) (made condition) {
	ast, issues := c.env.Compile(e.Text)
	if issues.Err() != nil {
		c.found = append(c.found, c.explained(e, issues)...)
		return made
	}
	typ := ast.OutputType()
	if want != nil && !typ.IsExactType(want) {
		hint := ""
		if typ.Kind() == types.DynKind {
			hint = "compare it: … == true"
		}
		c.report(e, "a condition is true or false, and this is "+kindOfValue(typ), hint)
		return made
	}
	cost, err := c.env.EstimateCost(ast, sizes{c.Document.Lists})
	if err != nil || cost.Max > maxCost {
		c.report(e, fmt.Sprintf("the condition may take %s steps on a large upload, at most %d are allowed", steps(cost.Max), maxCost), "loops in loops are dear: compare fields of one match instead of lists with lists")
		return made
	}
	program, err := c.env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		c.report(e, err.Error(), "")
		return made
	}
	made = condition{program: program, ast: ast, cost: cost.Max, typ: typ, uses: map[string]bool{}}
	for _, r := range ast.NativeRep().ReferenceMap() {
		if r.Name == "" {
			continue
		}
		made.uses[r.Name] = true
		if i, defined := c.defines[r.Name]; defined {
			for name := range c.defined[i].uses {
				made.uses[name] = true
			}
		}
	}
	c.Cost += cost.Max
	return made
}

// kindOfValue says what a type is, for people.
func kindOfValue(t *cel.Type) string {
	switch t.Kind() {
	case types.IntKind, types.UintKind:
		return "a whole number"
	case types.DoubleKind:
		return "a number"
	case types.StringKind:
		return "a text"
	case types.TimestampKind:
		return "a moment"
	case types.ListKind:
		return "a list"
	case types.MapKind:
		return "a map"
	case types.DynKind:
		return "whatever the service says"
	default:
		return fmt.Sprintf("a %s", t)
	}
}

func steps(n uint64) string {
	if n > 1e12 {
		return "more than a million million"
	}
	return fmt.Sprint(n)
}

func (c *condition) eval(v *view) ref.Val { return evaluate(c.program, v) }

// evaluate returns a value of CEL, which an error is too.
func evaluate(program cel.Program, a interpreter.Activation) ref.Val {
	out, _, err := program.Eval(a)
	if err != nil && out == nil {
		return types.WrapErr(err)
	}
	return out
}

// look returns a fresh look at facts with what this policy defines.
func (p *Program) look(f *Facts) *view {
	return &view{program: p, facts: f, defined: make([]ref.Val, len(p.defined))}
}
