package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/quell-project/quell/internal/domain"
)

// Change is one difference between two texts of a policy.
type Change struct {
	What string     `json:"what" enum:"policy,definition,list,exemption,rule,limit,flood,test"`
	Name string     `json:"name,omitempty"` // of the rule and so on; of a limit its verdict
	Kind ChangeKind `json:"kind" enum:"added,removed,changed,moved"`
	Of   string     `json:"of,omitempty"` // what has changed about it: condition, outcome …
	From string     `json:"from,omitempty"`
	To   string     `json:"to,omitempty"`
}

// ChangeKind says what has happened to something.
type ChangeKind string

// The kinds of changes.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
	Moved   ChangeKind = "moved"
)

// String returns the change in a line.
func (c Change) String() string {
	s := c.What
	if c.Name != "" {
		s += " " + c.Name
	}
	switch {
	case c.Kind == Moved:
		return s + " moved " + c.To
	case c.Kind == Added && c.Of == "", c.Kind == Removed && c.Of == "":
		s += " " + string(c.Kind)
		if text := c.From + c.To; text != "" {
			s += ": " + text
		}
		return s
	case c.Kind == Added:
		return fmt.Sprintf("%s: %s added: %s", s, c.Of, c.To)
	case c.Kind == Removed:
		return fmt.Sprintf("%s: %s removed: %s", s, c.Of, c.From)
	default:
		return fmt.Sprintf("%s: %s %s → %s", s, c.Of, c.From, c.To)
	}
}

// Summary counts what has changed, as "2 rules changed, 1 added; 1 limit changed".
func Summary(changes []Change) string {
	var said []string
	for _, what := range []string{"policy", "definition", "list", "exemption", "rule", "limit", "flood", "test"} {
		names := map[ChangeKind]map[string]bool{}
		for _, c := range changes {
			kind := c.Kind
			if c.Of != "" {
				kind = Changed
			}
			if c.What == what {
				if names[kind] == nil {
					names[kind] = map[string]bool{}
				}
				names[kind][c.Name] = true
			}
		}
		var counts []string
		for _, kind := range []ChangeKind{Changed, Moved, Added, Removed} {
			if n := len(names[kind]); n > 0 && len(counts) == 0 && (what == "policy" || what == "flood") {
				counts = append(counts, fmt.Sprintf("%s %s", what, kind))
			} else if n > 0 && len(counts) == 0 {
				counts = append(counts, fmt.Sprintf("%s %s", counted(int64(n), what), kind))
			} else if n > 0 {
				counts = append(counts, fmt.Sprintf("%d %s", n, kind))
			}
		}
		if len(counts) > 0 {
			said = append(said, strings.Join(counts, ", "))
		}
	}
	if len(said) == 0 {
		return "nothing has changed"
	}
	return strings.Join(said, "; ")
}

// Diff says what is different in b, in the order in which people read a policy. Texts that mean the same, whatever their comments, quotes and line breaks
// are, have no differences.
func Diff(a, b *Document) []Change {
	d := &differ{}
	d.document(a, b)
	d.definitions(a, b)
	d.lists(a, b)
	d.rules("exemption", a.Exempt, b.Exempt)
	d.rules("rule", a.Rules, b.Rules)
	d.limits(a, b)
	d.flood(a.Flood, b.Flood)
	d.tests(a, b)
	return d.changes
}

type differ struct{ changes []Change }

// field notes that something has another value, where an empty one stands for none.
func (d *differ) field(what, name, of, from, to string) {
	c := Change{What: what, Name: name, Kind: Changed, Of: of, From: from, To: to}
	switch {
	case from == to:
		return
	case from == "":
		c.Kind = Added
	case to == "":
		c.Kind = Removed
	}
	d.changes = append(d.changes, c)
}

func (d *differ) document(a, b *Document) {
	for _, f := range [][3]string{
		{"name", a.Name, b.Name}, {"title", a.Title, b.Title}, {"note", a.Note, b.Note}, {"applies_to", a.AppliesTo, b.AppliesTo}, {"unknown", string(a.Unknown), string(b.Unknown)},
		{"error", string(a.Error), string(b.Error)}, {"otherwise", a.Otherwise, b.Otherwise},
	} {
		d.field("policy", "", f[0], oneLine(f[1]), oneLine(f[2]))
	}
}

// named compares things with names: those that are gone, then those that are there, in their order.
func named[T any](d *differ, what string, a, b []T, nameOf func(*T) string, short func(*T) string, compare func(from, to *T)) {
	find := func(all []T, name string) *T {
		if i := slices.IndexFunc(all, func(t T) bool { return nameOf(&t) == name }); i >= 0 {
			return &all[i]
		}
		return nil
	}
	for i := range a {
		if name := nameOf(&a[i]); find(b, name) == nil {
			d.changes = append(d.changes, Change{What: what, Name: name, Kind: Removed, From: short(&a[i])})
		}
	}
	for i := range b {
		name := nameOf(&b[i])
		if from := find(a, name); from != nil {
			compare(from, &b[i])
		} else {
			d.changes = append(d.changes, Change{What: what, Name: name, Kind: Added, To: short(&b[i])})
		}
	}
}

func (d *differ) definitions(a, b *Document) {
	named(d, "definition", a.Define, b.Define, func(t *Definition) string { return t.Name }, func(t *Definition) string { return oneLine(t.When.Text) },
		func(from, to *Definition) { d.condition("definition", to.Name, from.When, to.When) })
}

func (d *differ) lists(a, b *Document) {
	type namedList struct {
		name  string
		items []string
	}
	sorted := func(lists map[string][]string) (all []namedList) {
		for _, name := range sortedKeys(lists) {
			all = append(all, namedList{name, lists[name]})
		}
		return all
	}
	some := func(items []string) string {
		if len(items) <= 3 {
			return strings.Join(items, ", ")
		}
		return fmt.Sprintf("%d names", len(items))
	}
	named(d, "list", sorted(a.Lists), sorted(b.Lists), func(l *namedList) string { return l.name }, func(l *namedList) string { return counted(int64(len(l.items)), "name") }, func(from, to *namedList) {
		gone, added := without(from.items, to.items), without(to.items, from.items)
		if len(added) > 0 {
			d.changes = append(d.changes, Change{What: "list", Name: to.name, Kind: Added, Of: counted(int64(len(added)), "name"), To: some(added)})
		}
		if len(gone) > 0 {
			d.changes = append(d.changes, Change{What: "list", Name: to.name, Kind: Removed, Of: counted(int64(len(gone)), "name"), From: some(gone)})
		}
	})
}

// without returns what is in one list and not in the other, once each.
func without(items, other []string) (rest []string) {
	seen := map[string]bool{}
	for _, o := range other {
		seen[o] = true
	}
	for _, item := range items {
		if !seen[item] {
			rest = append(rest, item)
		}
		seen[item] = true
	}
	return rest
}

func (d *differ) rules(what string, a, b []Rule) {
	named(d, what, a, b, func(r *Rule) string { return r.ID }, func(r *Rule) string {
		return fmt.Sprintf("%s when %s", r.Verdict, oneLine(r.When.Text))
	}, func(from, to *Rule) {
		d.condition(what, to.ID, from.When, to.When)
		for _, f := range [][3]string{
			{"outcome", string(from.Verdict), string(to.Verdict)}, {"reason", from.Then.Code, to.Then.Code}, {"queue", from.Then.Queue, to.Then.Queue},
			{"priority", orNothing(int64(from.Then.Priority)), orNothing(int64(to.Then.Priority))}, {"labels", strings.Join(from.Then.Labels, ", "), strings.Join(to.Then.Labels, ", ")},
			{"notice", from.Then.Notice, to.Then.Notice}, {"preserve", from.Then.Preserve, to.Then.Preserve}, {"say", oneLine(string(from.Say)), oneLine(string(to.Say))},
			{"unknown", string(from.Unknown), string(to.Unknown)}, {"error", string(from.Error), string(to.Error)},
		} {
			d.field(what, to.ID, f[0], f[1], f[2])
		}
	})
	d.moved(what, a, b)
}

func orNothing(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// moved notes rules that stand elsewhere among those that both have: all but the longest run of rules that kept their order.
func (d *differ) moved(what string, a, b []Rule) {
	before := map[string]int{}
	for i, r := range a {
		before[r.ID] = i
	}
	var both []string
	for _, r := range b {
		if _, ok := before[r.ID]; ok {
			both = append(both, r.ID)
		}
	}
	length, previous := make([]int, len(both)), make([]int, len(both)) // of the longest run that ends at each
	last := -1
	for i := range both {
		length[i], previous[i] = 1, -1
		for j := range i {
			if before[both[j]] < before[both[i]] && length[j]+1 > length[i] {
				length[i], previous[i] = length[j]+1, j
			}
		}
		if last < 0 || length[i] > length[last] {
			last = i
		}
	}
	kept := map[int]bool{}
	for ; last >= 0; last = previous[last] {
		kept[last] = true
	}
	for i, id := range both {
		switch {
		case kept[i]:
		case i+1 < len(both) && (kept[i+1] || i == 0):
			d.changes = append(d.changes, Change{What: what, Name: id, Kind: Moved, To: "before " + both[i+1]})
		default:
			d.changes = append(d.changes, Change{What: what, Name: id, Kind: Moved, To: "after " + both[i-1]})
		}
	}
}

func (d *differ) limits(a, b *Document) {
	for _, v := range domain.Verdicts() {
		from, was := a.Limits[v]
		to, is := b.Limits[v]
		if !was && !is {
			continue
		}
		if !was || !is {
			c := Change{What: "limit", Name: string(v), Kind: Added, To: to.short()}
			if was {
				c.Kind, c.From, c.To = Removed, from.short(), ""
			}
			d.changes = append(d.changes, c)
			continue
		}
		d.field("limit", string(v), "per_hour", orNothing(from.PerHour), orNothing(to.PerHour))
		d.field("limit", string(v), "per_day", orNothing(from.PerDay), orNothing(to.PerDay))
		d.field("limit", string(v), "over", string(from.Over), string(to.Over))
	}
}

func (q Quota) short() string {
	var said []string
	if q.PerHour > 0 {
		said = append(said, fmt.Sprintf("%d per hour", q.PerHour))
	}
	if q.PerDay > 0 {
		said = append(said, fmt.Sprintf("%d per day", q.PerDay))
	}
	return strings.Join(said, ", ") + ", then " + string(q.Over)
}

func (d *differ) flood(from, to *Flood) {
	short := func(f *Flood) string { return fmt.Sprintf("%d per hour and %g times the usual", f.PerHour, f.Times) }
	switch {
	case from == nil && to == nil:
	case from == nil:
		d.changes = append(d.changes, Change{What: "flood", Kind: Added, To: short(to)})
	case to == nil:
		d.changes = append(d.changes, Change{What: "flood", Kind: Removed, From: short(from)})
	default:
		d.field("flood", "", "per_hour", orNothing(from.PerHour), orNothing(to.PerHour))
		d.field("flood", "", "times", fmt.Sprintf("%g", from.Times), fmt.Sprintf("%g", to.Times))
		d.field("flood", "", "except", strings.Join(from.Except, ", "), strings.Join(to.Except, ", "))
	}
}

func (d *differ) tests(a, b *Document) {
	named(d, "test", a.Tests, b.Tests, func(t *Test) string { return strconv.Quote(t.Name) }, func(*Test) string { return "" }, func(from, to *Test) {
		name := strconv.Quote(to.Name)
		if !sameYAML(from.told, to.told) {
			d.changes = append(d.changes, Change{What: "test", Name: name, Kind: Changed, Of: "given", From: flow(from.told), To: flow(to.told)})
		}
		d.field("test", name, "expect", from.Expect.short(), to.Expect.short())
	})
}

func (e Expectation) short() string {
	var said []string
	for _, f := range [][2]string{{"outcome", string(e.Outcome)}, {"rule", e.Rule}, {"reason", e.Code}, {"queue", e.Queue}} {
		if f[1] != "" {
			said = append(said, f[0]+" "+f[1])
		}
	}
	return strings.Join(said, ", ")
}

func sameYAML(a, b *yaml.Node) bool {
	var x, y any
	return a != nil && b != nil && a.Decode(&x) == nil && b.Decode(&y) == nil && reflect.DeepEqual(x, y)
}

// flow writes YAML in one short line.
func flow(n *yaml.Node) string {
	var v any
	if n == nil || n.Decode(&v) != nil {
		return "?"
	}
	return domain.Clip(inBraces(v), 200)
}

func inBraces(v any) string {
	var items []string
	switch v := v.(type) {
	case map[string]any:
		for _, k := range sortedKeys(v) {
			items = append(items, k+": "+inBraces(v[k]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	case []any:
		for _, item := range v {
			items = append(items, inBraces(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		return fmt.Sprint(v)
	}
}
