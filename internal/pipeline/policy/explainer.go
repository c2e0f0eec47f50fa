package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	"github.com/quell-project/quell/internal/domain"
)

// explainer evaluates conditions piece by piece.
type explainer struct {
	program *Program
	defined map[string]*found
	left    int // pieces that may still be shown
	leftOut int
}

// probe is a clause that can be evaluated by itself.
type probe struct {
	*clause
	program cel.Program
	typ     *cel.Type
	parts   []*probe
}

// found is what a clause has turned out to be.
type found struct {
	*clause
	value   ref.Val
	state   domain.Value // if it is a condition, or neither true nor false
	note    string
	parts   []*found // elements of a loop come after its list
	leftOut int
}

// opElement is one element of a list that a loop goes through.
const opElement = "element"

// explain evaluates a condition of the program, which must be compiled. Where the spelling of CEL is too long to be compiled again, it is one piece.
func (x *explainer) explain(text string, compiled *condition, v *view) *found {
	if c, err := clauses(text, x.program.env); err == nil {
		if p, err := probeOf(c, x.program.env); err == nil {
			return x.look(p, v)
		}
	}
	return newFound(&clause{text: domain.Clip(oneLine(text), maxCondition), op: opValue}, compiled.eval(v))
}

func newFound(c *clause, value ref.Val) *found {
	n := &found{clause: c, value: value}
	if types.IsUnknownOrError(value) || value.Type() == types.BoolType {
		n.state, n.note = valueOf(value)
	}
	return n
}

// probeOf compiles a clause and its pieces. It goes without those that do not stand alone: CEL does not let the variable of a loop hide another name
// where that is declared from outside.
func probeOf(c *clause, env *cel.Env) (*probe, error) {
	checked, issues := env.Compile(c.text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := env.Program(checked)
	if err != nil {
		return nil, err
	}
	p := &probe{clause: c, program: program, typ: checked.OutputType()}
	for i, part := range c.parts {
		if c.loop() && i == 1 {
			if env, err = env.Extend(cel.Variable(c.variable, elementOf(p.parts[0].typ))); err != nil {
				return p, nil // shown without its elements
			}
		}
		made, err := probeOf(part, env)
		if err != nil {
			p.parts = p.parts[:min(i, 1)]
			if !c.loop() {
				p.parts = nil
			}
			return p, nil // shown without its pieces
		}
		p.parts = append(p.parts, made)
	}
	return p, nil
}

// elementOf returns the type of what a loop over a type goes through: elements of a list, keys of a map.
func elementOf(t *cel.Type) *cel.Type {
	if params := t.Parameters(); len(params) > 0 {
		return params[0]
	}
	return cel.DynType
}

// scope adds the variable of a loop to what conditions see.
type scope struct {
	interpreter.Activation
	name  string
	value ref.Val
}

// ResolveName implements interpreter.Activation.
func (s *scope) ResolveName(name string) (any, bool) {
	if name == s.name {
		return s.value, true
	}
	return s.Activation.ResolveName(name)
}

// look evaluates a clause and its pieces.
func (x *explainer) look(p *probe, a interpreter.Activation) *found {
	x.left--
	n := newFound(p.clause, evaluate(p.program, a))
	switch {
	case x.left <= 0:
		if len(p.parts) > 0 {
			x.leftOut++
		}
	case p.loop() && len(p.parts) > 0:
		list := x.look(p.parts[0], a)
		n.parts = append(n.parts, list)
		x.elements(n, p, list.value, a)
	default:
		for _, part := range p.parts {
			n.parts = append(n.parts, x.look(part, a))
		}
	}
	return n
}

// elements shows what a loop asks of the first elements, and of the first one that settles the matter.
func (x *explainer) elements(n *found, p *probe, over ref.Val, a interpreter.Activation) {
	settles := map[string]ref.Val{"exists": types.True, "exists_one": types.True, "filter": types.True, "all": types.False}[p.op]
	settled := false
	body := p.parts[1:]
	if len(body) == 0 {
		return
	}
	for i, element := range elementsOf(over) {
		within := &scope{a, p.variable, element}
		more := types.IsUnknown(element)
		if (i >= maxElements || x.left <= 0) && !more {
			if x.left <= 0 || settled || settles == nil || evaluate(body[0].program, within) != settles {
				n.leftOut++
				continue
			}
		}
		one := &found{clause: &clause{text: labelOf(element, i), op: opElement}}
		if more {
			one.value = evaluate(body[len(body)-1].program, within)
			one.state, one.note = valueOf(one.value)
		} else {
			for _, b := range body {
				one.parts = append(one.parts, x.look(b, within))
			}
			last := one.parts[len(one.parts)-1]
			one.value, one.state, one.note = last.value, last.state, last.note
		}
		settled = settled || settles != nil && one.value == settles
		n.parts = append(n.parts, one)
	}
}

// elementsOf returns the elements of a list or the keys of a map, as a loop comes to them.
func elementsOf(over ref.Val) (all []ref.Val) {
	switch over := over.(type) {
	case *list:
		all = append(all, over.items...)
		if over.open {
			all = append(all, over.missing)
		}
	case traits.Iterable:
		for it := over.Iterator(); it.HasNext() == types.True; {
			all = append(all, it.Next())
		}
	}
	return all
}

// perhapsMore is the label of what there may be beyond the elements of an open list.
const perhapsMore = "perhaps more"

// labelOf says which element it is. Matches have the numbers they have in the decision.
func labelOf(element ref.Val, i int) string {
	if types.IsUnknown(element) {
		return perhapsMore
	}
	if o, ok := element.(*object); ok {
		switch of := o.of.(type) {
		case *Match:
			return fmt.Sprintf("match %d (bank %s, %s, distance %d)", of.Index+1, of.Bank.Name, of.Signal.Type, of.Distance)
		case *Part:
			return fmt.Sprintf("part %s (%s)", of.Name, of.Check)
		case *reportView:
			return fmt.Sprintf("report %d (%s)", i+1, of.Reason)
		}
	}
	return fmt.Sprintf("item %d (%s)", i+1, shown(element))
}

func (n *found) shown() string {
	if n.state != "" {
		return string(n.state)
	}
	return shown(n.value)
}

// shown writes a value that is known.
func shown(v ref.Val) string {
	switch v := v.(type) {
	case types.String:
		return strconv.Quote(domain.Clip(string(v), maxRenderedValue))
	case types.Timestamp:
		return v.Time.UTC().Format(time.RFC3339Nano)
	case types.Duration:
		return v.Duration.String()
	case types.Double:
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	case types.Null:
		return "null"
	case *object:
		return strings.ToLower(v.kind.name)
	case *list:
		if v.open {
			return fmt.Sprintf("list of %d and perhaps more", len(v.items))
		}
		return fmt.Sprintf("list of %d", len(v.items))
	case traits.Lister:
		return fmt.Sprintf("list of %v", v.Size())
	case traits.Mapper:
		return fmt.Sprintf("map of %v", v.Size())
	default:
		return domain.Clip(fmt.Sprint(v.Value()), maxRenderedValue)
	}
}

// term returns what is shown of it.
func (n *found) term() Term {
	t := Term{Text: n.text, Op: n.op, Value: n.shown(), Note: n.note, LeftOut: n.leftOut}
	for _, part := range n.parts {
		if part.op != opConstant || part.state != "" { // numbers and texts are there to be read in the piece above
			t.Terms = append(t.Terms, part.term())
		}
	}
	return t
}
