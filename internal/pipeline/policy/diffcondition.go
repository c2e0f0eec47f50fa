package policy

import (
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
)

// spelling reads conditions without a look at names and types: enough to compare two of them.
var spelling = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(cel.EnableMacroCallTracking(), cel.ParserExpressionSizeLimit(maxCondition), cel.ExpressionNestingDepthLimit(64))
})

// mostPieces is how many pieces of a condition are told one by one; where more have changed, the whole condition is told.
const mostPieces = 3

// condition notes what is different about a condition: the pieces that have changed if they are few.
func (d *differ) condition(what, name string, from, to Expression) {
	a, b := spelled(from.Text), spelled(to.Text)
	pieces := pieces(a, b)
	if len(pieces) > mostPieces {
		pieces = []piece{{a.text, b.text}}
	}
	for _, p := range pieces {
		d.field(what, name, "condition", p.from, p.to)
	}
}

// spelled takes a condition apart; one that cannot be read is a piece by itself.
func spelled(text string) *clause {
	if env, err := spelling(); err == nil {
		if c, err := clauses(text, env); err == nil {
			return c
		}
	}
	return &clause{text: oneLine(text), op: opValue}
}

// piece is what stands in another place of the same conditions. One of the texts is empty where a piece of a chain is gone or new.
type piece struct{ from, to string }

// pieces returns the smallest pieces that are different and that people can read by themselves: a comparison rather than its number.
func pieces(a, b *clause) []piece {
	whole := []piece{{a.text, b.text}}
	switch {
	case a.text == b.text:
		return nil
	case a.op != b.op || a.variable != b.variable:
		return whole
	case a.op == opAnd || a.op == opOr:
		return chains(a, b, whole)
	case a.loop() || a.op == opNot || a.op == opChoose:
		return inPlace(a.parts, b.parts, whole)
	default:
		return whole
	}
}

// chains compares the operands of two chains: in place if there are as many, or else what only one of them has.
func chains(a, b *clause, whole []piece) (all []piece) {
	has := func(parts []*clause, text string) bool {
		return slices.ContainsFunc(parts, func(p *clause) bool { return p.text == text })
	}
	if len(a.parts) == len(b.parts) {
		return inPlace(a.parts, b.parts, whole)
	}
	for _, p := range a.parts {
		if !has(b.parts, p.text) {
			all = append(all, piece{from: p.text})
		}
	}
	for _, p := range b.parts {
		if !has(a.parts, p.text) {
			all = append(all, piece{to: p.text})
		}
	}
	if len(all) != max(len(a.parts), len(b.parts))-min(len(a.parts), len(b.parts)) {
		return whole
	}
	for i := range all {
		if all[i].from != "" {
			all[i].from = linkOf(a) + " " + all[i].from
		} else {
			all[i].to = linkOf(b) + " " + all[i].to
		}
	}
	return all
}

// linkOf is the operator of a chain.
func linkOf(c *clause) string {
	if c.op == opAnd {
		return "&&"
	}
	return "||"
}

func inPlace(a, b []*clause, whole []piece) (all []piece) {
	if len(a) != len(b) {
		return whole
	}
	for i := range a {
		all = append(all, pieces(a[i], b[i])...)
	}
	return all
}
