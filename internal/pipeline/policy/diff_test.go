package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

const before = `
policy: p
lists: {trusted: [a, b]}
define:
  young: account.age < duration("168h")
exempt: [{id: e, when: account.id in lists.trusted}]
rules:
  - id: near
    when: young && matches.exists(m, m.bank.name == "heron" && m.distance <= 12)
    decide: {outcome: hold, queue: q}
  - {id: second, when: account.blocks.week >= 3, decide: limit}
  - {id: third, when: size(reports) > 4, decide: hold}
limits: {block: {per_hour: 200}}
tests:
  - {name: one, given: {account: {age: 6d}}, expect: hold}
`

func document(t *testing.T, text string) *policy.Document {
	t.Helper()
	d, found := policy.Read([]byte(text))
	if len(found) > 0 {
		t.Fatal(found)
	}
	return d
}

// TestDiffInWords changes one thing at a time.
func TestDiffInWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing":           {"policy: p", "# a comment\npolicy: 'p'", ""},
		"line breaks":       {"    when: young && matches", "    when: >-\n      young\n      && matches", ""},
		"limit in a loop":   {"m.distance <= 12", "m.distance <= 16", "rule near: condition m.distance <= 12 → m.distance <= 16"},
		"two pieces":        {`"heron" && m.distance <= 12`, `"crane" && m.distance < 12`, "rule near: condition m.bank.name == \"heron\" → m.bank.name == \"crane\"\nrule near: condition m.distance <= 12 → m.distance < 12"},
		"a piece more":      {"account.blocks.week >= 3", "account.blocks.week >= 3 && young", "rule second: condition account.blocks.week >= 3 → account.blocks.week >= 3 && young"},
		"a piece of more":   {"m.distance <= 12)", "m.distance <= 12 && m.exact)", "rule near: condition added: && m.exact"},
		"a piece less":      {` && m.distance <= 12`, "", `rule near: condition m.bank.name == "heron" && m.distance <= 12 → m.bank.name == "heron"`},
		"definition":        {"168h", "24h", `definition young: condition account.age < duration("168h") → account.age < duration("24h")`},
		"outcome":           {"outcome: hold", "outcome: block", "rule near: outcome hold → block"},
		"queue":             {", queue: q", "", "rule near: queue removed: q"},
		"unknown":           {"decide: limit", "decide: limit, unknown: hold", "rule second: unknown added: hold"},
		"list":              {"[a, b]", "[b, c, d]", "list trusted: 2 names added: c, d\nlist trusted: 1 name removed: a"},
		"quota":             {"per_hour: 200", "per_hour: 300", "limit block: per_hour 200 → 300"},
		"quota of another":  {"limits: {block:", "limits: {limit: {per_day: 5}, block:", "limit limit added: 5 per day, then hold"},
		"flood":             {"limits:", "flood: {per_hour: 10, times: 4}\nlimits:", "flood added: 10 per hour and 4 times the usual"},
		"rule removed":      {"  - {id: second, when: account.blocks.week >= 3, decide: limit}\n", "", "rule second removed: limit when account.blocks.week >= 3"},
		"rule renamed":      {"id: third", "id: fourth", "rule third removed: hold when size(reports) > 4\nrule fourth added: hold when size(reports) > 4"},
		"exemption":         {"account.id in lists.trusted}", `account.id == "x"}`, `exemption e: condition account.id in lists.trusted → account.id == "x"`},
		"test":              {"6d", "5d", `test "one": given {account: {age: 6d}} → {account: {age: 5d}}`},
		"test added":        {"expect: hold}", "expect: hold}\n  - {name: two, given: {}, expect: allow}", `test "two" added`},
		"expectation":       {"expect: hold", "expect: {outcome: hold, rule: near}", `test "one": expect outcome hold → outcome hold, rule near`},
		"title":             {"policy: p", "policy: p\ntitle: T", "policy: title added: T"},
		"unknown of policy": {"policy: p", "policy: p\nunknown: ignore", "policy: unknown added: ignore"},
	} {
		after := strings.Replace(before, c.from, c.to, 1)
		if after == before {
			t.Fatalf("%s: there is no %q", name, c.from)
		}
		var got []string
		for _, change := range policy.Diff(document(t, before), document(t, after)) {
			got = append(got, change.String())
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestDiffOfOrder tells the fewest rules that have moved.
func TestDiffOfOrder(t *testing.T) {
	t.Parallel()
	ordered := func(ids string) *policy.Document {
		text := "policy: p\nrules:\n"
		for _, id := range ids {
			text += "  - {id: " + string(id) + ", when: 'true', decide: hold}\n"
		}
		return document(t, text)
	}
	for _, c := range []struct{ from, to, want string }{
		{"abcd", "abcd", "nothing has changed"},
		{"abcd", "dabc", "rule d moved before a"},
		{"abcd", "bcda", "rule a moved after d"},
		{"abcd", "acd", "rule b removed: hold when true"},
		{"abc", "cxba", "rule x added: hold when true; rule b moved after c; rule a moved after b"},
	} {
		changes := policy.Diff(ordered(c.from), ordered(c.to))
		var said []string
		for _, one := range changes {
			said = append(said, one.String())
		}
		got := strings.Join(said, "; ")
		if len(changes) == 0 {
			got = policy.Summary(changes)
		}
		if got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

// TestSummaryOfDiff counts things, not lines.
func TestSummaryOfDiff(t *testing.T) {
	t.Parallel()
	after := strings.NewReplacer("m.distance <= 12", "m.distance <= 16", "outcome: hold", "outcome: block", "id: third", "id: fourth", "200", "300", "[a, b]", "[a]", "168h", "24h").Replace(before)
	want := "1 definition changed; 1 list changed; 1 rule changed, 1 added, 1 removed; 1 limit changed"
	if got := policy.Summary(policy.Diff(document(t, before), document(t, after))); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// FuzzDiff compares whatever can be read: nothing with itself differs, and comparing never fails.
func FuzzDiff(f *testing.F) {
	f.Add(before, strings.Replace(before, "12", "16", 1))
	f.Add(before, "policy: q\nrules: []")
	f.Fuzz(func(t *testing.T, a, b string) {
		one, _ := policy.Read([]byte(a))
		other, _ := policy.Read([]byte(b))
		if one == nil || other == nil {
			return
		}
		for _, c := range policy.Diff(one, other) {
			if c.String() == "" {
				t.Error("a change without words")
			}
		}
		if _, found := policy.Read([]byte(a)); len(found) == 0 {
			if same := policy.Diff(one, one); len(same) > 0 {
				t.Errorf("a policy differs from itself: %v", same)
			}
		}
	})
}
