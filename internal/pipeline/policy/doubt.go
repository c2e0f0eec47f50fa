package policy

import (
	"cel.dev/cel-go/common/types"
)

// doubts are warnings about rules that work, and hardly as they are meant: conditions that depend on nothing, and rules that can never decide.
func (c *compiler) doubts() {
	first := map[string]*Rule{} // by their condition
	for i := range c.rules {
		r, made := &c.Document.Rules[i], &c.rules[i]
		c.constant(r.When, made)
		if made.ast == nil {
			continue
		}
		text := textOf(made.ast.NativeRep().Expr(), made.ast.NativeRep().SourceInfo())
		before := first[text]
		switch {
		case before == nil:
			first[text] = r
		case len(text) < 100 && before.Verdict.Rank() >= r.Verdict.Rank() && before.Unknown == r.Unknown && before.Error == r.Error:
			c.warn(r.When, "the rule "+r.ID+" never decides: "+before.ID+" has the same condition and asks for as much or more", "take one of them out")
		}
	}
	for i := range c.exempt {
		c.constant(c.Document.Exempt[i].When, &c.exempt[i])
	}
}

// constant warns of a condition that asks about nothing.
func (c *compiler) constant(e Expression, made *condition) {
	if made.program == nil || made.uses[listsName] {
		return
	}
	for name := range made.uses {
		_, variable := variableIndex[name]
		if _, defined := c.defines[name]; variable || defined {
			return
		}
	}
	switch made.eval(c.look(&Facts{})) {
	case types.True:
		c.warn(e, "the condition is always true", "")
	case types.False:
		c.warn(e, "the condition is never true", "")
	}
}

func (c *compiler) warn(e Expression, message, hint string) {
	c.report(e, message, hint)
	c.found[len(c.found)-1].Warning = true
}
