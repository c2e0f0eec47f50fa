package policy

import (
	"fmt"
	"reflect"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	"github.com/quell-project/quell/internal/domain"
)

// view is one look at some facts while conditions of a program are evaluated: every value is made at most once. It is an activation of CEL, and not safe
// for concurrent use.
type view struct {
	program *Program
	facts   *Facts
	values  [16]ref.Val // of variables, in their order, once made
	defined []ref.Val   // of what the program defines, likewise
	// only and excused narrow the matches that count: to one, or to those whose signals are not excused.
	only     *Match
	excused  []domain.SignalID
	onlyPart *Part
}

// ResolveName implements interpreter.Activation.
func (v *view) ResolveName(name string) (any, bool) {
	if i, ok := variableIndex[name]; ok {
		if v.values[i] == nil {
			v.values[i] = variables[i].get(v)
		}
		return v.values[i], true
	}
	if name == listsName {
		return v.program.lists, true
	}
	i, ok := v.program.defines[name]
	if !ok {
		return nil, false
	}
	if v.defined[i] == nil {
		v.defined[i] = v.program.defined[i].eval(v)
	}
	return v.defined[i], true
}

// Parent implements interpreter.Activation.
func (v *view) Parent() interpreter.Activation { return nil }

var variableIndex = func() map[string]int {
	index := map[string]int{}
	for i, v := range variables {
		index[v.name] = i
	}
	return index
}()

func (v *view) account() *Account {
	if v.facts.Account == nil {
		return &Account{}
	}
	return v.facts.Account
}

// counts reports whether a match counts against the content in this look.
func (v *view) counts(m *Match) bool {
	if v.only != nil && m != v.only {
		return false
	}
	return m.counts() && !slices.Contains(v.excused, m.Signal.ID)
}

// anyMatch reports whether any match counts.
func (v *view) anyMatch() bool {
	for i := range v.facts.Matches {
		if v.counts(&v.facts.Matches[i]) {
			return true
		}
	}
	return false
}

// matches lists some matches. Of an upload that was not checked completely there may be more.
func (v *view) matches(which func(*Match) bool, open bool) ref.Val {
	unchecked := open && v.only == nil && !v.facts.Whole()
	l := &list{open: unchecked, anywhere: unchecked, missing: moreMatches}
	for i := range v.facts.Matches {
		if m := &v.facts.Matches[i]; which(m) {
			l.items = append(l.items, &object{matchKind, m})
		}
	}
	if len(l.items) > MaxMatches {
		l.items, l.open = l.items[:MaxMatches], true
	}
	return l
}

func (v *view) media() ref.Val {
	l := &list{missing: moreMedia}
	for i := range v.facts.Media {
		if i == MaxMedia {
			l.open = true
			break
		}
		if p := &v.facts.Media[i]; v.onlyPart == nil || p == v.onlyPart {
			l.items = append(l.items, &object{partKind, p})
		}
	}
	return l
}

type reportView struct {
	Report
	now domain.Time
}

func (v *view) reports() ref.Val {
	l := &list{missing: moreReports}
	for i, r := range v.facts.Reports {
		if i == MaxReports {
			l.open = true
			break
		}
		l.items = append(l.items, &object{reportKind, &reportView{r, v.facts.Now}})
	}
	return l
}

func (v *view) attributes() ref.Val {
	return types.NewStringInterfaceMap(types.DefaultTypeAdapter, v.facts.Content.Attributes)
}

var (
	moreMatches = unknown("what else matches in the parts that could not be checked")
	moreMedia   = unknown("what there is beyond the first 1024 parts")
	moreReports = unknown("what there is beyond the newest 100 reports")
)

// object is a value of one of the kinds.
type object struct {
	kind *kind
	of   any
}

// ConvertToNative implements ref.Val.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a %s cannot become a %s", o.kind.name, t)
}

// ConvertToType implements ref.Val.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.kind.typ
	}
	return types.NewErr("a %s cannot become a %s", o.kind.name, t.TypeName())
}

// Equal implements ref.Val.
func (o *object) Equal(other ref.Val) ref.Val {
	p, ok := other.(*object)
	return types.Bool(ok && p.kind == o.kind && p.of == o.of)
}

// Type implements ref.Val.
func (o *object) Type() ref.Type { return o.kind.typ }

// Value implements ref.Val.
func (o *object) Value() any { return o.of }

// list is a list of objects that may be open: these, and perhaps more. What depends on whether there are more is unknown. It is no traits.Lister, of
// which CEL takes the size for a number before it takes an item.
type list struct {
	items    []ref.Val
	open     bool
	anywhere bool // what there may be more of is not behind the others: nobody knows which is the first
	missing  *types.Unknown
}

// Fold implements traits.Foldable. Loops have one variable, which for what is no traits.Lister is the key: the item is both.
func (l *list) Fold(f traits.Folder) {
	for _, v := range l.items {
		if !f.FoldEntry(v, v) {
			return
		}
	}
	if l.open {
		f.FoldEntry(l.missing, l.missing)
	}
}

// Size implements traits.Sizer.
func (l *list) Size() ref.Val {
	if l.open {
		return l.missing
	}
	return types.Int(len(l.items))
}

// Get implements traits.Indexer.
func (l *list) Get(index ref.Val) ref.Val {
	i, err := indexOf(index)
	switch {
	case err != nil:
		return types.WrapErr(err)
	case i >= 0 && i < len(l.items) && !l.anywhere:
		return l.items[i]
	case i >= 0 && l.open:
		return l.missing
	default:
		return types.NewErr("index %d of %d", i, len(l.items))
	}
}

// Contains implements traits.Container.
func (l *list) Contains(value ref.Val) ref.Val {
	for _, v := range l.items {
		if v.Equal(value) == types.True {
			return types.True
		}
	}
	if l.open {
		return l.missing
	}
	return types.False
}

// Add implements traits.Adder.
func (l *list) Add(other ref.Val) ref.Val {
	switch o := other.(type) {
	case *list:
		return &list{items: slices.Concat(l.items, o.items), open: l.open || o.open, anywhere: l.anywhere || o.anywhere || l.open, missing: l.missing}
	case traits.Lister:
		sum := &list{items: slices.Clone(l.items), open: l.open, anywhere: l.open, missing: l.missing}
		for i := o.Iterator(); i.HasNext() == types.True; {
			sum.items = append(sum.items, i.Next())
		}
		return sum
	default:
		return types.MaybeNoSuchOverloadErr(other)
	}
}

// ConvertToNative implements ref.Val.
func (l *list) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a list of the facts cannot become a %s", t)
}

// ConvertToType implements ref.Val.
func (l *list) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return types.ListType
	}
	return types.NewErr("a list cannot become a %s", t.TypeName())
}

// Equal implements ref.Val.
func (l *list) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(l)) }

// Type implements ref.Val.
func (l *list) Type() ref.Type { return types.ListType }

// Value implements ref.Val.
func (l *list) Value() any { return l.items }

// names is a named list of a policy, with fast membership.
type names struct {
	traits.Lister
	has map[string]struct{}
}

func newNames(values []string) *names {
	n := &names{types.NewStringList(types.DefaultTypeAdapter, values), map[string]struct{}{}}
	for _, v := range values {
		n.has[v] = struct{}{}
	}
	return n
}

// Contains implements traits.Container.
func (n *names) Contains(value ref.Val) ref.Val {
	if types.IsUnknownOrError(value) {
		return value
	}
	s, ok := value.(types.String)
	if !ok {
		return types.False
	}
	_, ok = n.has[string(s)]
	return types.Bool(ok)
}

// indexOf reads an index into a list.
func indexOf(v ref.Val) (int, error) {
	switch i := v.(type) {
	case types.Int:
		return int(i), nil
	case types.Double:
		if i == types.Double(int(i)) {
			return int(i), nil
		}
	}
	return 0, fmt.Errorf("%v is not an index of a list", v)
}
