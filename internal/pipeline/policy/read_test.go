package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

// ruled is a policy with one good rule, and what a test puts before it.
func ruled(lines string) string {
	return "policy: p\n" + lines + "\nrules: [{id: r, when: size(media) > 0, decide: hold}]\n"
}

// tried is one with a test of which the given text is given.
func tried(given string) string {
	return ruled("tests: [{name: t, expect: hold, given: " + given + "}]")
}

// TestWhatIsWrongIsTold goes through what texts can have wrong that docs/policy-errors.md does not show.
func TestWhatIsWrongIsTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "1:1: the policy is empty (it needs at least policy: and rules:)"},
		{"a list", "- a", "1:1: a policy is a mapping of keys to values, and this is a list"},
		{"not YAML", "policy: [", "1:1: not YAML: did not find expected node content (indent with spaces, and quote texts that have ': ' or ' #' in them)"},
		{"two documents", ruled("") + "---\npolicy: q\n", "4:1: something follows after the end of the policy (a file has one policy: --- and … divide documents)"},
		{"a line end of another time", "policy: p\nrules: \r[]", "2:8: a line ends with something else than a line feed (save it with the line ends of Unix or Windows)"},
		{"an anchor", "policy: &a p\nrules: []", "1:9: anchors and aliases are not read (use define: for a condition that is needed twice)"},
		{"no rules", "policy: p", "1:1: a policy needs rules:"},
		{"a key twice", "policy: p\npolicy: p\nrules: []", `2:1: a policy: the key "policy" is there twice`},
		{"a bad name", "policy: P p\nrules: []", `1:9: "P p" cannot be a name here (use small letters and digits, joined by '-')`},
		{"another event", ruled("applies_to: account"), `2:13: "account" is not known here (there is content)`},
		{"a treatment", ruled("unknown: block"), `2:10: "block" is not known here (there is hold, ignore, match)`},
		{"a verdict", "policy: p\nrules: [{id: r, when: 'true', decide: blok}]", `2:39: "blok" is not known here (did you mean "block"?)`},
		{"a name with a meaning", ruled("define: {matches: 1 == 1}"), `2:10: "matches" has a meaning of its own in conditions (choose another name)`},
		{"a word of the language", ruled("define: {in: 1 == 1}"), `2:10: "in" has a meaning of its own in conditions (choose another name)`},
		{"a definition of a text", ruled("define: {twice: content.surface + content.surface}"),
			"2:17: a definition is a condition, a number, a duration or a moment, and this is a text (define a condition about it: its size could not be told where the name is used)"},
		{"a definition that is used before it is there", ruled("define: {a: b, b: size(media) > 0}"), `2:13: the name "b" is not known (there is now, random, event, content, account, surface, media, matches, known_good, outweighed, reports, lists)`},
		{"a quota without a number", ruled("limits: {block: {over: hold}}"), "2:17: a limit needs per_hour: or per_day:"},
		{"a quota of allow", ruled("limits: {allow: {per_hour: 1}}"), `2:10: limits has no key "allow" (there is block, hold, label, limit)`},
		{"a flood of half", ruled("flood: {per_hour: 1, times: 0.5}"), `2:29: a number from 1 to 1e+06 is needed, and this is "0.5"`},
		{"a sentence of nothing", "policy: p\nrules: [{id: r, when: size(media) > 0, decide: hold, say: 'a {thing}'}]", "2:59: the sentence has {thing}, which stands for nothing (there is bank, check, detector, distance, limit, part, sources, type, type_of_part, why)"},
		{"a test of another rule", ruled("tests: [{name: t, given: {}, expect: {rule: s}}]"), "2:9: the test expects the rule s, and there is none (did you mean \"r\"?)"},
		{"a test that expects nothing", ruled("tests: [{name: t, given: {}, expect: {}}]"), "2:38: expect asks for nothing"},
		{"two tests of one name", ruled("tests: [{name: t, given: {}, expect: hold}, {name: t, given: {}, expect: hold}]"), "2:45: there are two tests with the name t"},
		{"a whole condition of 9 KiB", "policy: p\nrules: [{id: r, when: '" + strings.Repeat("true&&", 1600) + "true', decide: hold}]", "2:23: the condition has 9604 bytes, at most 8192 are allowed (take it apart with define:)"},
		{"a megabyte", strings.Repeat("#", policy.MaxText+1), "1:1: the policy has 1048577 bytes, at most 1048576 are allowed"},

		{"given: a text", tried("file.yaml"), `2:40: given is a mapping of keys to values, and this is "file.yaml"`},
		{"given: a key", tried("{mathces: []}"), `2:41: given has no key "mathces" (did you mean "matches"?)`},
		{"given: a kind of bank", tried("{matches: [{bank: {kind: bad}}]}"), `2:65: "bad" is not known here (there is known, known-csam, negative)`},
		{"given: beyond the limit", tried("{matches: [{distance: 3, limit: 2}]}"), "2:51: a match is never farther than its limit, and 3 is more than 2"},
		{"given: a part that is not there", tried("{matches: [{part: file-2}]}"), `2:58: there is no part "file-2" (say it under media:)`},
		{"given: an age before its time", tried("{account: {age: -1h}}"), `2:56: an age is needed, and this is "-1h" (as 90m, 168h or 7d)`},
		{"given: a moment", tried("{now: noon}"), `2:46: a moment is needed, and this is "noon" (as 2026-01-31T12:00:00Z)`},
		{"given: a count", tried("{account: {uploads: {hour: many}}}"), `2:67: a whole number from 0 to 9007199254740992 is needed, and this is "many"`},
		{"given: what is counted", tried("{account: {uploads: {minute: 1}}}"), `2:61: uploads has no key "minute" (there is day, hour, week)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, found := policy.Load([]byte(c.text))
			if diff := cmp.Diff(c.want, found.Error()); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
			}
		})
	}
}

// TestPlacesInFoldedAndQuotedTexts finds the same slip wherever YAML lets a condition stand.
func TestPlacesInFoldedAndQuotedTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ when, want string }{
		{"slip > 1", "4:11"},
		{"'slip > 1'", "4:12"},
		{`"slip > 1"`, "4:12"},
		{`"\"\u2603\" == slip"`, "4:26"},
		{"\n      1 >\n      slip", "6:7"},
		{">-\n      1 >\n\n      slip", "7:7"},
		{"|\n      // a note\n      1 >\n      slip", "7:7"},
		{"'1 >\n\n      slip'", "6:7"},
	} {
		_, found := policy.Load([]byte("policy: p\nrules:\n  - id: r\n    when: " + c.when + "\n    decide: hold\n"))
		if len(found) != 1 || fmt.Sprintf("%d:%d", found[0].Line, found[0].Column) != c.want {
			t.Errorf("%s: %v, want %s", c.when, found, c.want)
		}
	}
}

// TestDoubts are warnings: the policy loads.
func TestDoubts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rules, want string }{
		{`{id: a, when: 1 < 2, decide: hold}`, "2:23: warning: the condition is always true"},
		{`{id: a, when: 'false', decide: hold}`, "2:24: warning: the condition is never true"},
		{`{id: a, when: size(media) > 3, decide: hold}, {id: b, when: size( media )>3, decide: label}`,
			"2:69: warning: the rule b never decides: a has the same condition and asks for as much or more (take one of them out)"},
		{`{id: a, when: size(media) > 3, decide: hold}, {id: b, when: size(media) > 3, decide: block}`, ""},
		{`{id: a, when: size(media) > 3, decide: hold, unknown: ignore}, {id: b, when: size(media) > 3, decide: hold}`, ""},
		{`{id: a, when: random < 0.5, decide: hold}`, ""},
	} {
		p, found := policy.Load([]byte("policy: p\nrules: [" + c.rules + "]\n"))
		if diff := cmp.Diff(c.want, found.Error()); diff != "" || p == nil {
			t.Errorf("%s (want -, got +)\n%s", c.rules, diff)
		}
	}
}

// TestCoverage says what a test of one kind leaves open, and what is enough.
func TestCoverage(t *testing.T) {
	t.Parallel()
	const rule = "policy: p\nrules: [{id: r, when: 'size(matches) > 1 || account.age < duration(\"10h\")', decide: hold}]\ntests:\n"
	one := "  - {name: one, given: {matches: [{}, {}]}, expect: hold}\n"
	for _, c := range []struct {
		tests string
		want  []string
	}{
		{one, []string{
			"2:24: warning: rule r: it is never false in the tests",
			"2:24: warning: rule r: size(matches) > 1 is never false in the tests",
			"2:40: warning: rule r: no test tells 1 from 0 or 2",
			"2:45: warning: rule r: account.age < duration(\"10h\") is neither true nor false in the tests",
			"2:68: warning: rule r: no test tells \"10h\" from \"9h\" or \"11h\"",
		}},
		{one + "  - {name: few, given: {matches: [{}], account: {age: 10h}}, expect: allow}\n" +
			"  - {name: many, given: {matches: [{}, {}], account: {age: 10h}}, expect: hold}\n" +
			"  - {name: young, given: {account: {age: 9h}}, expect: hold}\n", nil},
	} {
		p, found := policy.Check([]byte(rule + c.tests))
		if p == nil {
			t.Fatal(found)
		}
		var got []string
		for _, d := range p.Coverage() {
			got = append(got, d.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (want -, got +)\n%s", c.tests, diff)
		}
	}
}
