package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"

	"github.com/quell-project/quell/internal/domain"
)

// words says in a sentence why a condition is what it is, from the pieces that settle it.
func (x *explainer) words(name string, root *found) string {
	return domain.Clip(fmt.Sprintf("%s is %s: %s.", name, root.shown(), x.because(root, 0)), 1000)
}

// because says what makes a condition what it is.
func (x *explainer) because(n *found, depth int) string {
	if depth > maxDepth {
		return n.text + " is " + n.shown()
	}
	say := func(n *found) string { return x.because(n, depth+1) }
	switch {
	case n.op == opAnd:
		return settled(n.parts, n.state, domain.True, say)
	case n.op == opOr:
		return settled(n.parts, n.state, domain.False, say)
	case n.op == opNot && len(n.parts) == 1:
		return say(n.parts[0])
	case n.loop() && len(n.parts) > 0:
		return overList(n, say)
	case n.state == domain.Unknown || n.state == domain.Errored:
		return strings.TrimSuffix(n.note, ".")
	case len(n.parts) == 2 && comparisonWords[n.op] != nil:
		return compared(n)
	}
	if d, ok := x.defined[n.text]; ok && d.state != "" {
		return say(d)
	}
	return nounOf(n.text) + " is " + inWords(n)
}

// settled says what settles a chain: all of it, if it is what only all of its pieces together make it, or else the first piece that does so alone.
func settled(parts []*found, is, all domain.Value, say func(*found) string) string {
	if is != all {
		for _, p := range parts {
			if p.state == is {
				return say(p)
			}
		}
	}
	var said []string
	for _, p := range parts {
		said = append(said, say(p))
	}
	switch n := len(said); n {
	case 0:
		return string(is)
	case 1:
		return said[0]
	default:
		return strings.Join(said[:n-1], ", ") + ", and " + said[n-1]
	}
}

// overList says which element of a list settles what is asked of them.
func overList(n *found, say func(*found) string) string {
	list, elements := n.parts[0], n.parts[1:]
	name := nounOf(list.text)
	if list.state != "" {
		return strings.TrimSuffix(list.note, ".")
	}
	many := strings.TrimPrefix(inWords(list), "list of ")
	decides, none := domain.True, "none of "+many+" ("+name+") fits"
	if n.op == "all" {
		decides, none = domain.False, "all of "+many+" ("+name+") fit"
	}
	if len(elements) == 0 && n.leftOut == 0 {
		return "there is nothing in " + name
	}
	switch n.op {
	case "exists", "all":
		if n.state == domain.True || n.state == domain.False {
			if i := slices.IndexFunc(elements, func(e *found) bool { return e.state == decides && n.state == decides && len(e.parts) > 0 }); i >= 0 {
				return elements[i].text + ": " + say(elements[i].parts[0])
			}
			return none
		}
		if i := slices.IndexFunc(elements, func(e *found) bool { return e.state == n.state }); i >= 0 {
			if elements[i].text == perhapsMore {
				return strings.TrimSuffix(elements[i].note, ".")
			}
			return elements[i].text + ": " + strings.TrimSuffix(elements[i].note, ".")
		}
	case "exists_one":
		fit := 0
		for _, e := range elements {
			if e.state == domain.True {
				fit++
			}
		}
		if n.note == "" {
			return fmt.Sprintf("of %s (%s) %d fit", many, name, fit)
		}
	}
	if n.note != "" {
		return strings.TrimSuffix(n.note, ".")
	}
	return n.text + " is " + n.shown()
}

// comparisonWords are the words for operators between two values, when they hold and when they do not.
var comparisonWords = map[string]*struct{ holds, not, mirrored string }{
	"<":  {"less than", "not less than", ">"},
	"<=": {"at most", "more than", ">="},
	">":  {"more than", "not more than", "<"},
	">=": {"at least", "less than", "<="},
	"==": {"", "not", "=="},
	"!=": {"not", "", "!="},
	"in": {"which is among", "which is not among", ""},
}

// compared says what two values are to each other.
func compared(n *found) string {
	left, right, op := n.parts[0], n.parts[1], n.op
	if left.op == opConstant && comparisonWords[op].mirrored != "" {
		left, right, op = right, left, comparisonWords[op].mirrored
	}
	word := comparisonWords[op].holds
	if n.state == domain.False {
		word = comparisonWords[op].not
	}
	other := inWords(right)
	if right.op != opConstant {
		other = nounOf(right.text)
		if op != "in" {
			other += " (" + inWords(right) + ")"
		}
	}
	if word == "" {
		if right.op == opConstant {
			return nounOf(left.text) + " is " + inWords(left)
		}
		return nounOf(left.text) + " is the same as " + other
	}
	return fmt.Sprintf("%s is %s, %s %s", nounOf(left.text), inWords(left), word, other)
}

// inWords writes a value for a sentence.
func inWords(n *found) string {
	if d, ok := n.value.(types.Duration); ok {
		return lengthOf(d.Duration)
	}
	if n.op == opConstant && strings.HasPrefix(n.text, "[") {
		return n.text
	}
	return n.shown()
}

// lengthOf writes a duration in its two largest units.
func lengthOf(d time.Duration) string {
	if d < 0 {
		return "minus " + lengthOf(-d)
	}
	units := []struct {
		name string
		is   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	for i, u := range units {
		if d < u.is || i == len(units)-1 {
			continue
		}
		text := counted(int64(d/u.is), u.name)
		if rest := d % u.is / units[i+1].is; rest > 0 {
			text += " " + counted(int64(rest), units[i+1].name)
		}
		return text
	}
	return d.String()
}

func counted(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.FormatInt(n, 10) + " " + what
}

// nounOf turns the path of a value into words: account.blocks.week into "the account's blocks in the last week".
func nounOf(text string) string {
	if inner, ok := strings.CutPrefix(text, "size("); ok && strings.HasSuffix(inner, ")") {
		return "the number of " + strings.TrimPrefix(nounOf(strings.TrimSuffix(inner, ")")), "the ")
	}
	path := strings.Split(text, ".")
	for _, p := range path {
		if !wordForm.MatchString(p) {
			return text
		}
	}
	owner := "the " + path[0]
	switch _, known := variableIndex[path[0]]; {
	case path[0] == listsName && len(path) == 2:
		return "the list " + path[1]
	case !known && len(path) == 1:
		return text
	case !known:
		owner = "its"
	case len(path) > 1:
		owner += "'s"
	}
	rest, when := path[1:], ""
	if last := len(rest) - 1; last > 0 && countsKind.byName[rest[last]] != nil {
		rest, when = rest[:last], " in the last "+rest[last]
	}
	if len(rest) == 0 {
		return strings.ReplaceAll(owner, "_", " ")
	}
	return strings.ReplaceAll(owner+" "+strings.Join(rest, "'s "), "_", " ") + when
}
