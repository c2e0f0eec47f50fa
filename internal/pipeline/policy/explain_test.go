package policy_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

const day = domain.Time(24 * 3600 * 1_000_000)

// youngFacts are of an upload from an account of two days: a near match and a far one, in a part that was checked.
func youngFacts() *policy.Facts {
	return &policy.Facts{
		Env: policy.EnvVersion, Now: 100 * day, Cause: "upload", Round: 1, AccountID: "user-4", Content: policy.Content{Surface: "post"},
		Account: &policy.Account{CreatedAt: 98 * day, Tally: &domain.Tally{Blocks: domain.Counts{Week: 3}}},
		Media:   []policy.Part{{Name: "file-1", Type: "image/png", Check: "complete"}},
		Matches: []policy.Match{
			{Bank: policy.Bank{Name: "heron", Kind: "known"}, Signal: policy.Signal{ID: "s1", Type: "pdq"}, Distance: 6, Limit: 31, Part: "file-1"},
			{Bank: policy.Bank{Name: "heron", Kind: "known"}, Signal: policy.Signal{ID: "s2", Type: "pdq"}, Distance: 28, Limit: 31, Part: "file-1", Index: 1},
		},
	}
}

func withUnchecked(f *policy.Facts) *policy.Facts {
	f.Media[0].Check = "failed"
	return f
}

func ofRule(t *testing.T, when string) *policy.Program {
	t.Helper()
	p, found := policy.Load([]byte("policy: p\nlists: {trusted: [newsroom]}\ndefine: {young: 'account.age < duration(\"168h\")'}\nrules:\n  - {id: r, when: '" + when + "', decide: block}\n"))
	if p == nil {
		t.Fatalf("%s: %v", when, found)
	}
	return p
}

// TestExplanationInWords says which pieces of a condition are told to people.
func TestExplanationInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		when  string
		facts *policy.Facts
		want  string
	}{
		{`young && matches.exists(m, m.bank.name == "heron" && m.distance <= 12)`, youngFacts(), `r is true: the account's age is 2 days, less than 7 days, and match 1 (bank heron, pdq, distance 6): its bank's name is "heron", and its distance is 6, at most 12.`},
		{`account.age < duration("1h") || account.blocks.week >= 3`, youngFacts(), "r is true: the account's blocks in the last week is 3, at least 3."},
		{`account.age < duration("1h") || account.blocks.week >= 4`, youngFacts(), "r is false: the account's age is 2 days, not less than 1 hour, and the account's blocks in the last week is 3, less than 4."},
		{`account.blocks.week >= 4 && account.age < duration("1h")`, youngFacts(), "r is false: the account's blocks in the last week is 3, less than 4."},
		{`matches.exists(m, m.distance == 7)`, youngFacts(), "r is false: none of 2 (the matches) fits."},
		{`matches.exists(m, m.distance == 7)`, withUnchecked(youngFacts()), "r is unknown: what else matches in the parts that could not be checked is not known."},
		{`matches.all(m, m.distance <= 12)`, youngFacts(), "r is false: match 2 (bank heron, pdq, distance 28): its distance is 28, more than 12."},
		{`!(account.id in lists.trusted)`, youngFacts(), `r is true: the account's id is "user-4", which is not among the list trusted.`},
		{`content.language == "de"`, youngFacts(), "r is unknown: content.language is not known."},
		{`size(matches) / size(reports) > 1`, youngFacts(), "r is error: division by zero."},
		{`media.exists(p, p.check != "complete")`, withUnchecked(youngFacts()), `r is true: part file-1 (failed): its check is "failed", not "complete".`},
		{`reports.exists(r, r.reason == "spam")`, youngFacts(), "r is false: there is nothing in the reports."},
		{`size(matches) > 1`, youngFacts(), "r is true: the number of matches is 2, more than 1."},
		{`3 <= account.blocks.week`, youngFacts(), "r is true: the account's blocks in the last week is 3, at least 3."},
	} {
		if got := ofRule(t, c.when).Explain(c.facts, 1).Rules[0].Words; got != c.want {
			t.Errorf("%s:\n got  %s\n want %s", c.when, got, c.want)
		}
	}
}

// TestExplanationShowsEveryPiece writes a tree out.
func TestExplanationShowsEveryPiece(t *testing.T) {
	t.Parallel()
	e := ofRule(t, `young && matches.exists(m, m.bank.name == "heron" && m.distance <= 12)`).Explain(withUnchecked(youngFacts()), 3)
	want := `and: young && matches.exists(m, m.bank.name == "heron" && m.distance <= 12) = true
  value: young = true
  exists: matches.exists(m, m.bank.name == "heron" && m.distance <= 12) = true
    value: matches = list of 2 and perhaps more
    element: match 1 (bank heron, pdq, distance 6) = true
      and: m.bank.name == "heron" && m.distance <= 12 = true
        ==: m.bank.name == "heron" = true
          value: m.bank.name = "heron"
        <=: m.distance <= 12 = true
          value: m.distance = 6
    element: match 2 (bank heron, pdq, distance 28) = false
      and: m.bank.name == "heron" && m.distance <= 12 = false
        ==: m.bank.name == "heron" = true
          value: m.bank.name = "heron"
        <=: m.distance <= 12 = false
          value: m.distance = 28
    element: perhaps more = unknown (what else matches in the parts that could not be checked is not known)
`
	if diff := cmp.Diff(want, outline(e.Rules[0].Condition, "")); diff != "" {
		t.Error(diff)
	}
	if e.Verdict != domain.Block || e.Rule != "r" || e.Rules[0].Effect != domain.EffectDecided || e.Rules[0].Match != 1 || e.Version != 3 || e.Definitions[0].Value != "true" {
		t.Errorf("%+v", e)
	}
}

func outline(t policy.Term, indent string) string {
	text := indent + t.Op + ": " + t.Text + " = " + t.Value
	if t.Note != "" {
		text += " (" + t.Note + ")"
	}
	text += "\n"
	for _, part := range t.Terms {
		text += outline(part, indent+"  ")
	}
	return text
}

// TestExplanationOfTreatments says what is told of rules that are neither true nor false, that are excused, exempted or guarded.
func TestExplanationOfTreatments(t *testing.T) {
	t.Parallel()
	p, found := policy.Load([]byte(`
policy: p
limits: {block: {per_hour: 2}}
exempt: [{id: trusted, when: account.id == "newsroom"}]
rules:
  - {id: blocks, when: account.blocks.week >= 3, decide: block}
  - {id: labels, when: content.language == "de", decide: label}
  - {id: holds, when: content.language == "de", decide: hold}
  - {id: divides, when: size(matches) / size(reports) > 1, decide: block, error: match}
`))
	if p == nil {
		t.Fatal(found)
	}
	of := func(f *policy.Facts) string {
		var said []string
		for _, r := range p.Explain(f, 1).Rules {
			said = append(said, fmt.Sprintf("%s %s %s %s", r.Name, r.Value, r.Treatment, r.Effect))
		}
		return strings.Join(said, "\n")
	}
	for name, c := range map[string]struct {
		facts *policy.Facts
		want  string
	}{
		"plain":   {youngFacts(), "blocks true  decided\nlabels unknown ignore ignored\nholds unknown hold agreed\ndivides error match agreed"},
		"excused": {with(youngFacts(), func(f *policy.Facts) { f.Excuses = []policy.Excuse{{Policy: "p", Always: true, Why: "overturned"}} }), "blocks true  excused\nlabels unknown ignore ignored\nholds unknown hold excused\ndivides error match excused"},
		"exempt":  {with(youngFacts(), func(f *policy.Facts) { f.AccountID = "newsroom" }), "blocks true  exempted\nlabels unknown ignore ignored\nholds unknown hold exempted\ndivides error match exempted"},
		"quota":   {with(youngFacts(), func(f *policy.Facts) { f.Spent = map[string]domain.Tally{"p": {Blocks: domain.Counts{Hour: 2}}} }), "blocks true  guarded\nlabels unknown ignore ignored\nholds unknown hold agreed\ndivides error match agreed"},
	} {
		if diff := cmp.Diff(c.want, of(c.facts)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	guards := p.Explain(with(youngFacts(), func(f *policy.Facts) { f.Spent = map[string]domain.Tally{"p": {Blocks: domain.Counts{Hour: 2}}} }), 1).Guards
	if len(guards) != 1 || !strings.Contains(guards[0], "its limit is 2") {
		t.Error(guards)
	}
}

func with(f *policy.Facts, change func(*policy.Facts)) *policy.Facts {
	change(f)
	return f
}

// TestExplanationIsBounded gives the largest facts to loops in a loop: what is left out is told, and what settles the matter is shown.
func TestExplanationIsBounded(t *testing.T) {
	t.Parallel()
	f := youngFacts()
	f.Matches = nil
	for i := range policy.MaxMatches {
		f.Matches = append(f.Matches, policy.Match{Bank: policy.Bank{Name: "heron", Kind: "known"}, Signal: policy.Signal{Type: "pdq"}, Distance: i, Part: "file-1", Index: i})
	}
	one := ofRule(t, `matches.exists(m, m.distance == 200)`).Explain(f, 1).Rules[0]
	if n := len(one.Condition.Terms); n != 1+20+1 || one.Condition.LeftOut != policy.MaxMatches-21 || one.Condition.Terms[21].Text != "match 201 (bank heron, pdq, distance 200)" {
		t.Errorf("%d elements, %d left out: %s", n-1, one.Condition.LeftOut, one.Condition.Terms[len(one.Condition.Terms)-1].Text)
	}
	text := "policy: p\nrules:\n"
	for i := range 6 {
		text += fmt.Sprintf("  - {id: r%d, when: 'matches.exists(m, matches.exists(n, n.distance > m.distance + %d))', decide: hold}\n", i, 300+i)
	}
	p, found := policy.Load([]byte(text))
	if p == nil {
		t.Fatal(found)
	}
	e := p.Explain(f, 1)
	total := 0
	for _, r := range e.Rules {
		total += strings.Count(outline(r.Condition, ""), "\n")
	}
	if total > 6000 || e.LeftOut == 0 {
		t.Errorf("%d pieces, %d left out", total, e.LeftOut)
	}
}

// TestExplanationOfHiddenNames explains a loop whose variable hides another name as one piece, with the right value.
func TestExplanationOfHiddenNames(t *testing.T) {
	t.Parallel()
	for _, when := range []string{`matches.exists(matches, matches.distance == 6)`, `["post"].exists(young, young == content.surface)`, `matches.exists(m, matches.exists(m, m.distance == 6))`} {
		if one := ofRule(t, when).Explain(youngFacts(), 1).Rules[0]; one.Value != "true" || one.Effect != domain.EffectDecided {
			t.Errorf("%s: %+v", when, one)
		}
	}
}

// writer writes random conditions over random facts: such as may be true, false, unknown and an error.
type writer struct{ *rand.Rand }

func (w writer) pick(from ...string) string { return from[w.IntN(len(from))] }

func (w writer) condition(depth int) string {
	if depth > 0 && w.IntN(3) > 0 {
		a, b := w.condition(depth-1), w.condition(depth-1)
		return w.pick("("+a+" && "+b+")", "("+a+" || "+b+")", "!("+a+")", "("+a+" && "+b+" && "+a+")", "("+a+" ? "+b+" : "+a+")",
			fmt.Sprintf("matches.%s(m, %s)", w.pick("exists", "all", "exists_one"), w.ofMatch(depth-1)))
	}
	return w.pick(fmt.Sprintf(`account.age < duration("%dh")`, w.IntN(100)), fmt.Sprintf("account.blocks.week >= %d", w.IntN(4)), `content.language == "de"`, "has(content.attributes.score)",
		"content.attributes.score > 1", "size(matches) / size(reports) > 1", `account.id in lists.trusted`, `media.exists(p, p.check != "complete")`, "young", "true", "size(matches) > 1", `content.surface in ["post", "chat"]`)
}

func (w writer) ofMatch(depth int) string {
	if depth > 0 && w.IntN(2) == 0 {
		return "(" + w.ofMatch(depth-1) + w.pick(" && ", " || ") + w.pick(w.ofMatch(depth-1), w.condition(0)) + ")"
	}
	return w.pick(fmt.Sprintf("m.distance <= %d", w.IntN(32)), `m.bank.name == "heron"`, "m.exact", "m.signal.matches.hour > 3", "size(m.sources) >= 1")
}

func (w writer) facts() *policy.Facts {
	f := youngFacts()
	f.Matches = f.Matches[:w.IntN(3)]
	for i := range f.Matches {
		f.Matches[i].Distance = w.IntN(32)
	}
	f.Media[0].Check = w.pick("complete", "complete", "failed", "partial")
	if w.IntN(3) == 0 {
		f.Account = nil
	}
	if w.IntN(2) == 0 {
		f.Content.Language = w.pick("de", "en")
		f.Reports = []policy.Report{{Reason: "spam", At: 99 * day}}
	}
	switch w.IntN(3) {
	case 0:
		f.Content.Attributes = map[string]any{"score": int64(2)}
	case 1:
		f.Content.Attributes = map[string]any{"score": "high"}
	}
	return f
}

// TestExplanationAgreesWithTheRuling holds the explanation of random conditions to what Judge has found, and the pieces to the whole.
func TestExplanationAgreesWithTheRuling(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(150) {
		w := writer{rand.New(rand.NewPCG(seed, 6))}
		p := ofRule(t, w.condition(3))
		for range 5 {
			f := w.facts()
			want := "false"
			if hits := p.Judge(f, 1).Hits; len(hits) > 0 {
				want = string(hits[0].Value)
			}
			one := p.Explain(f, 1).Rules[0]
			if one.Value != want || one.Condition.Value != want {
				t.Fatalf("seed %d: explained as %s, and it is %s: %s", seed, one.Value, want, outline(one.Condition, ""))
			}
			if _, err := json.Marshal(one); err != nil || one.Words == "" {
				t.Fatal(one.Words, err)
			}
			seen[want]++
			recombines(t, one.Condition)
		}
	}
	for _, v := range []string{"true", "false", "unknown", "error"} {
		if seen[v] < 20 {
			t.Errorf("%s only %d times: the conditions are not random enough", v, seen[v])
		}
	}
}

// recombines holds a piece to its pieces: what settles a chain or a loop alone does so, and otherwise all have to say the same, or the whole is what one of
// them is.
func recombines(t *testing.T, term policy.Term) {
	t.Helper()
	var values []string
	parts := term.Terms
	if slices.Contains([]string{"exists", "all"}, term.Op) {
		parts = parts[1:]
	}
	for _, p := range term.Terms {
		recombines(t, p)
	}
	for _, p := range parts {
		values = append(values, p.Value)
	}
	settles, otherwise := "", ""
	switch term.Op {
	case "and", "all":
		settles, otherwise = "false", "true"
	case "or", "exists":
		settles, otherwise = "true", "false"
	case "not":
		if want, sure := map[string]string{"true": "false", "false": "true"}[values[0]]; sure && term.Value != want || !sure && term.Value != values[0] {
			t.Fatal(outline(term, ""))
		}
		return
	case "element":
		if len(values) > 0 && values[0] != term.Value {
			t.Fatal(outline(term, ""))
		}
		return
	default:
		return
	}
	open := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == otherwise })
	switch {
	case term.Note != "" && len(parts) == 0: // the list of a loop is not known
	case slices.Contains(values, settles):
		if term.Value != settles {
			t.Fatalf("one piece settles it: %s", outline(term, ""))
		}
	case len(open) > 0:
		if !slices.Contains(open, term.Value) {
			t.Fatalf("it is none of its pieces: %s", outline(term, ""))
		}
	case term.Value != otherwise && len(parts) > 0:
		t.Fatalf("all pieces are %s: %s", otherwise, outline(term, ""))
	}
}
