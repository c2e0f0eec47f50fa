package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// about loads a policy of some lines, and returns it with the facts that are given.
func about(t *testing.T, lines, given string) (*policy.Program, *policy.Facts) {
	t.Helper()
	p, found := policy.Load([]byte("policy: p\n" + lines + "\ntests: [{name: t, given: " + given + ", expect: allow}]\n"))
	if p == nil {
		t.Fatalf("%s\n%s\n%v", lines, given, found)
	}
	return p, p.Document.Tests[0].Given
}

// heard is what came of the rules in short: the verdict, who decided, and the effect on each rule that had something to say.
func heard(r policy.Ruling) string {
	s := fmt.Sprintf("%s by %s:", r.Verdict, r.Rule)
	for _, h := range r.Hits {
		s += fmt.Sprintf(" %s is %s, %s;", h.Rule, h.Value, h.Effect)
	}
	return s
}

const (
	asksAge   = `rules: [{id: r, when: 'account.age < duration("24h")', decide: VERDICT TREAT}]`
	divides   = `rules: [{id: r, when: '100 / account.blocks.week > 3', decide: VERDICT TREAT}]`
	nameless  = `{account: {id: a}}`
	unchecked = `{media: [{check: failed}]}`
)

// TestWhatUnknownAndErrorMean goes through verdicts and treatments, of the rule and of the policy.
func TestWhatUnknownAndErrorMean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rules, verdict, treat, head, want string }{
		{asksAge, "block", "", "", "hold by r: r is unknown, decided;"},
		{asksAge, "hold", "", "", "hold by r: r is unknown, decided;"},
		{asksAge, "limit", "", "", "allow by : r is unknown, ignored;"},
		{asksAge, "label", "", "", "allow by : r is unknown, ignored;"},
		{asksAge, "allow", "", "", "allow by : r is unknown, ignored;"},
		{asksAge, "block", ", unknown: ignore", "", "allow by : r is unknown, ignored;"},
		{asksAge, "block", ", unknown: match", "", "block by r: r is unknown, decided;"},
		{asksAge, "label", ", unknown: hold", "", "hold by r: r is unknown, decided;"},
		{asksAge, "block", "", "unknown: ignore", "allow by : r is unknown, ignored;"},
		{asksAge, "block", ", unknown: match", "unknown: ignore", "block by r: r is unknown, decided;"},
		{asksAge, "block", ", error: ignore", "error: ignore", "hold by r: r is unknown, decided;"},
		{divides, "block", "", "", "hold by r: r is error, decided;"},
		{divides, "limit", "", "", "allow by : r is error, ignored;"},
		{divides, "limit", ", error: match", "", "limit by r: r is error, decided;"},
		{divides, "block", "", "error: ignore", "allow by : r is error, ignored;"},
		{divides, "block", ", unknown: ignore", "unknown: ignore", "hold by r: r is error, decided;"},
	} {
		rules := strings.NewReplacer("VERDICT", c.verdict, " TREAT", c.treat).Replace(c.rules)
		p, f := about(t, c.head+"\n"+rules, nameless)
		if diff := cmp.Diff(c.want, heard(p.Judge(f, 1))); diff != "" {
			t.Errorf("%s %s (want -, got +)\n%s", c.head, rules, diff)
		}
	}
}

// TestValues asks single conditions about what is given.
func TestValues(t *testing.T) {
	t.Parallel()
	const attributes = `{content: {attributes: {score: 0.5, tags: [a, b]}}}`
	for _, c := range []struct {
		when, given string
		want        domain.Value
	}{
		{`matches.exists(m, m.exact)`, `{}`, domain.False},
		{`matches.exists(m, m.exact)`, unchecked, domain.Unknown},
		{`matches.exists(m, m.exact)`, `{media: [{check: failed}], matches: [{signal: md5}]}`, domain.True},
		{`matches.all(m, m.exact)`, `{media: [{check: failed}], matches: [{signal: pdq}]}`, domain.False},
		{`matches.all(m, m.exact)`, `{media: [{check: failed}], matches: [{signal: md5}]}`, domain.Unknown},
		{`size(matches) == 0`, `{}`, domain.True},
		{`size(matches) == 0`, unchecked, domain.Unknown},
		{`matches[0].distance == 3`, `{matches: [{distance: 3}, {distance: 4}]}`, domain.True},
		{`matches[0].distance == 3`, `{media: [{check: partial}], matches: [{distance: 3}]}`, domain.Unknown}, // a stronger one may be first
		{`matches[1].distance == 3`, `{matches: [{distance: 3}]}`, domain.Errored},
		{`matches.exists_one(m, m.distance == 3)`, `{matches: [{distance: 3}, {distance: 4}]}`, domain.True},
		{`matches.exists(m, m.distance == 1)`, `{matches: [{distance: 1, outweighed: true}]}`, domain.False},
		{`outweighed.exists(m, m.distance == 1)`, `{matches: [{distance: 1, outweighed: true}]}`, domain.True},
		{`size(known_good) == 1 && size(matches) == 0`, `{matches: [{bank: {kind: negative}}]}`, domain.True},
		{`account.uploads.hour == 0`, `{account: {id: a}}`, domain.True},
		{`account.uploads.hour == 0`, `{account: {id: a, counts: unknown}}`, domain.Unknown},
		{`account.uploads.hour == 0`, `{}`, domain.Unknown},
		{`account.uploads.hour == 0 && false || account.id == "a"`, `{account: {id: a, counts: unknown}}`, domain.True},
		{`has(account.age)`, `{account: {id: a}}`, domain.False},
		{`has(account.age)`, `{account: {age: 1h}}`, domain.True},
		{`account.age == duration("48h")`, `{account: {age: 2d}}`, domain.True},
		{`account.created_at == timestamp("2025-12-31T12:00:00Z")`, `{account: {age: 24h}}`, domain.True},
		{`content.attributes.score > 0.4`, attributes, domain.True},
		{`content.attributes.other > 0.4`, attributes, domain.Unknown},
		{`has(content.attributes.other)`, attributes, domain.False},
		{`"b" in content.attributes.tags`, attributes, domain.True},
		{`content.attributes.score > "0.4"`, attributes, domain.Errored},
		{`content.language == "de"`, `{}`, domain.Unknown},
		{`content.surface == ""`, `{}`, domain.True},
		{`surface.name == "post" && surface.blocks.day == 7`, `{content: {surface: post}, surface: {blocks: {day: 7}}}`, domain.True},
		{`event.cause == "retro" && event.round == 3`, `{event: {cause: retro, round: 3}}`, domain.True},
		{`random < 0.25`, `{random: 0.2}`, domain.True},
		{`random < 0.25`, `{random: 0.25}`, domain.False},
		{`reports[0].reason == "b" && reports[0].age == duration("1h")`, `{reports: [{reason: a, age: 2h}, {reason: b, age: 1h}]}`, domain.True},
	} {
		p, f := about(t, "rules: [{id: r, when: "+"'"+c.when+"'"+", decide: label}]", c.given)
		got, note := domain.False, ""
		for _, h := range p.Judge(f, 1).Hits {
			got, note = h.Value, h.Note
		}
		if got != c.want {
			t.Errorf("%s about %s is %s (%s), want %s", c.when, c.given, got, note, c.want)
		}
	}
}

// TestWhichRuleDecides is about one policy with several rules.
func TestWhichRuleDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, lines, given, want string }{
		{"nobody", `rules: [{id: a, when: 'size(matches) > 0', decide: block}]`, `{}`, "allow by :"},
		{"the strongest", `rules: [{id: a, when: size(media) > 0, decide: label}, {id: b, when: size(media) > 0, decide: block}, {id: c, when: size(media) > 0, decide: hold}]`, `{}`,
			"block by b: a is true, agreed; b is true, decided; c is true, agreed;"},
		{"of equals the first", `rules: [{id: a, when: size(media) == 1, decide: hold}, {id: b, when: size(media) > 0, decide: hold}]`, `{}`,
			"hold by a: a is true, decided; b is true, agreed;"},
		{"of equals what is sure", `rules: [{id: a, when: 'account.age < duration("1h")', decide: hold}, {id: b, when: size(media) > 0, decide: hold}]`, `{}`,
			"hold by b: a is unknown, agreed; b is true, decided;"},
		{"an exemption comes first", "exempt: [{id: e, when: account.id == 'a'}]\nrules: [{id: b, when: size(media) > 0, decide: block}]", `{account: {id: a}}`,
			"allow by e: e is true, decided; b is true, exempted;"},
		{"an exemption that is unknown does not exempt", "exempt: [{id: e, when: account.id == 'a'}]\nrules: [{id: b, when: size(media) > 0, decide: block}]", `{}`,
			"block by b: b is true, decided;"},
		{"a definition is asked once and by name", "define: {young: 'account.age < duration(\"24h\")', few: account.uploads.week}\nrules: [{id: b, when: young && few < 3, decide: block}]",
			`{account: {age: 1h, uploads: {week: 2}}}`, "block by b: b is true, decided;"},
		{"snoozed", `rules: [{id: a, when: size(media) > 0, decide: block}, {id: b, when: size(media) > 0, decide: label}]`, `{excuses: [{rule: a}]}`,
			"label by b: a is true, excused; b is true, decided;"},
		{"all of the policy is snoozed", `rules: [{id: a, when: size(media) > 0, decide: block}]`, `{excuses: [{}]}`, "allow by : a is true, excused;"},
		{"overturned", `rules: [{id: a, when: 'matches.exists(m, m.exact)', decide: block}]`, `{matches: [{signal: {type: md5, id: s}}], excuses: [{rule: a, overturned: true, signals: [s]}]}`,
			"allow by : a is true, excused;"},
		{"overturned, and another signal matches since", `rules: [{id: a, when: 'matches.exists(m, m.exact)', decide: block}]`,
			`{matches: [{signal: {type: md5, id: s}}, {signal: {type: sha256, id: other}}], excuses: [{rule: a, overturned: true, signals: [s]}]}`, "block by a: a is true, decided;"},
		{"overturned, and what matches since is none of the rule", `rules: [{id: a, when: 'matches.exists(m, m.exact)', decide: block}]`,
			`{matches: [{signal: {type: md5, id: s}}, {signal: {type: pdq, id: other}}], excuses: [{rule: a, overturned: true, signals: [s]}]}`, "allow by : a is true, excused;"},
		{"what could not be checked was overturned", `rules: [{id: a, when: 'matches.exists(m, m.exact) && account.uploads.hour > 3', decide: block}]`,
			`{account: {uploads: {hour: 9}}, media: [{check: failed}], excuses: [{rule: a, overturned: true}]}`, "allow by : a is unknown, excused;"},
		{"a snoozed signal excuses nothing else", `rules: [{id: a, when: 'matches.exists(m, m.exact)', decide: block}]`,
			`{media: [{check: failed}], matches: [{signal: {type: pdq, id: s}}], excuses: [{rule: a, signals: [s]}]}`, "hold by a: a is unknown, decided;"},
		{"nor what may be in a part that could not be checked", `rules: [{id: a, when: 'matches.exists(m, m.exact)', decide: block}]`,
			`{media: [{check: failed}], matches: [{signal: {type: md5, id: s}}], excuses: [{rule: a, signals: [s]}]}`, "hold by a: a is unknown, decided;"},
		{"unless what is not known is ignored", `rules: [{id: a, when: 'matches.exists(m, m.exact)', decide: block, unknown: ignore}]`,
			`{media: [{check: failed}], matches: [{signal: {type: md5, id: s}}], excuses: [{rule: a, signals: [s]}]}`, "allow by : a is true, excused;"},
		{"nor a rule about media", `rules: [{id: a, when: 'media.exists(p, p.check != "complete")', decide: hold}]`,
			`{media: [{check: failed}], matches: [{signal: {id: s}}], excuses: [{signals: [s]}]}`, "hold by a: a is true, decided;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, f := about(t, c.lines, c.given)
			if diff := cmp.Diff(c.want, heard(p.Judge(f, 1))); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
			}
		})
	}
}

// TestReasonOfWhatIsSetAside: where people have set all aside that would have decided, "nothing was found" would be untrue.
func TestReasonOfWhatIsSetAside(t *testing.T) {
	t.Parallel()
	const lines = "otherwise: Nothing was found.\nrules: [{id: a, when: 'matches.exists(m, m.exact)', decide: block}, {id: b, when: size(matches) == 2, decide: label, say: Two.}]"
	overturned := policy.Excuse{Policy: "p", Rule: "a", Always: true, Why: "overturned by ben on 2026-11-24"}
	for _, c := range []struct{ name, given, want string }{
		{"nothing", `{}`, "Nothing was found."},
		{"set aside", `{matches: [{signal: md5}]}`, "The rule a of policy p does not act here: overturned by ben on 2026-11-24."},
		{"another rule decides", `{matches: [{signal: md5}, {signal: pdq}]}`, "Two."},
	} {
		p, f := about(t, lines, c.given)
		f.Excuses = []policy.Excuse{overturned}
		r := p.Judge(f, 1)
		if r.Reason != c.want {
			t.Errorf("%s: %q, want %q", c.name, r.Reason, c.want)
		}
		other := policy.Judged{Name: "first", Ruling: policy.Ruling{Verdict: domain.Allow, Reason: "Nothing here."}}
		if out := policy.Combine([]policy.Judged{other, {Name: "p", Version: 1, Ruling: r}}); c.name != "nothing" && out.Reason != c.want {
			t.Errorf("%s, beside another policy: %q, want %q", c.name, out.Reason, c.want)
		}
	}
}

// TestEvidence says which match or part a rule names.
func TestEvidence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, when, given, want string }{
		{"the first match that alone will do", `matches.exists(m, m.distance >= 5)`, `{matches: [{distance: 3}, {distance: 5}, {distance: 7}]}`, "match 2, file-1"},
		{"where several are needed, the strongest", `size(matches) >= 2`, `{matches: [{distance: 3}, {distance: 5}]}`, "match 0, file-1"},
		{"the part of the match", `matches.exists(m, m.exact)`, `{media: [{name: a}, {name: b}], matches: [{signal: md5, part: b}]}`, "match 1, b"},
		{"the first part that alone will do", `media.exists(p, p.width > 10)`, `{media: [{name: a}, {name: b, width: 11}]}`, "match 0, b"},
		{"known good", `size(known_good) > 0`, `{matches: [{bank: {kind: negative}}]}`, "match 1, file-1"},
		{"nothing of the upload", `account.id == "a"`, `{account: {id: a}, matches: [{}]}`, "match 0, "},
	} {
		p, f := about(t, "rules: [{id: r, when: '"+c.when+"', decide: hold}]", c.given)
		h := p.Judge(f, 1).Hits[0]
		if got := fmt.Sprintf("match %d, %s", h.Match, h.Part); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestGuards is about quotas and floods, and the alarms that they raise.
func TestGuards(t *testing.T) {
	t.Parallel()
	const near = `rules: [{id: r, when: 'matches.exists(m, m.distance < 9)', decide: block}]`
	signal := func(typ string, hour, week int) string {
		return fmt.Sprintf(`{matches: [{bank: {kind: known}, signal: {id: s, type: %s, matches: {hour: %d, week: %d}}}]}`, typ, hour, week)
	}
	for _, c := range []struct{ name, lines, given, want string }{
		{"within the quota", "limits: {block: {per_hour: 5}}\n" + near, `{matches: [{}], policy: {blocks: {hour: 4}}}`, "block []"},
		{"beyond it", "limits: {block: {per_hour: 5}}\n" + near, `{matches: [{}], policy: {blocks: {hour: 5}}}`, "hold [quota]"},
		{"beyond that of a day", "limits: {block: {per_day: 5, per_hour: 5}}\n" + near, `{matches: [{}], policy: {blocks: {day: 5}}}`, "hold [quota]"},
		{"only an alarm", "limits: {block: {per_hour: 5, over: alarm}}\n" + near, `{matches: [{}], policy: {blocks: {hour: 5}}}`, "block [quota]"},
		{"the quota of another verdict", "limits: {limit: {per_hour: 5}}\n" + near, `{matches: [{}], policy: {blocks: {hour: 5}, limits: {hour: 5}}}`, "block []"},
		{"nobody could count", "limits: {block: {per_hour: 5}}\n" + near, `{matches: [{}], policy: {counts: unknown}}`, "block []"},
		{"a usual hour", "flood: {per_hour: 10, times: 3}\n" + near, signal("pdq", 10, 10), "block []"},
		{"a flood", "flood: {per_hour: 10, times: 3}\n" + near, signal("pdq", 11, 11), "hold [flood]"},
		{"a signal that is always so busy", "flood: {per_hour: 10, times: 3}\n" + near, signal("pdq", 11, 11+4*167), "block []"},
		{"a file, which is excepted", "flood: {per_hour: 10, times: 3, except: [exact]}\n" + near, signal("md5", 11, 11), "block []"},
		{"a bank, which is excepted", "flood: {per_hour: 10, times: 3, except: [known]}\n" + near, signal("pdq", 11, 11), "block []"},
		{"another signal would do", "flood: {per_hour: 10, times: 3}\n" + near, `{matches: [{signal: {matches: {hour: 11}}}, {distance: 8}]}`, "block []"},
		{"the other one is too far", "flood: {per_hour: 10, times: 3}\n" + near, `{matches: [{signal: {matches: {hour: 11}}}, {distance: 9}]}`, "hold [flood]"},
		{"the flood comes before the quota", "limits: {block: {per_hour: 5}}\nflood: {per_hour: 10, times: 3}\n" + near, `{policy: {blocks: {hour: 9}}, matches: [{signal: {matches: {hour: 11}}}]}`, "hold [flood]"},
	} {
		p, f := about(t, c.lines, c.given)
		r := p.Judge(f, 7)
		var alarms []domain.AlarmKind
		for _, a := range r.Alarms {
			alarms = append(alarms, a.Kind)
			if a.Policy != "p" || a.Version != 7 || a.Rule != "r" || a.Text == "" {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		if got := fmt.Sprint(r.Verdict, " ", alarms); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if guarded := r.Hits[0].Effect == domain.EffectGuarded; guarded != (r.Verdict == domain.Hold) {
			t.Errorf("%s: %+v", c.name, r.Hits)
		}
	}
}

// TestCombine is about several policies.
func TestCombine(t *testing.T) {
	t.Parallel()
	said := func(name string, v domain.Verdict, rule string, sure bool) policy.Judged {
		j := policy.Judged{Name: name, Version: 1, Ruling: policy.Ruling{Verdict: v, Rule: rule, Sure: sure}}
		if rule != "" {
			j.Hits = []domain.RuleHit{{Policy: name, Rule: rule, Effect: domain.EffectDecided}}
		}
		return j
	}
	for _, c := range []struct {
		name string
		all  []policy.Judged
		want string
	}{
		{"none", nil, "allow by /no-match []"},
		{"nobody has a rule for it", []policy.Judged{said("a", "allow", "", false), said("b", "allow", "", false)}, "allow by a/no-match []"},
		{"the strongest", []policy.Judged{said("a", "label", "r", true), said("b", "block", "r", true), said("c", "hold", "r", true)}, "block by b/r [agreed decided agreed]"},
		{"of equals the first", []policy.Judged{said("a", "hold", "r", true), said("b", "hold", "r", true)}, "hold by a/r [decided agreed]"},
		{"of equals what is sure", []policy.Judged{said("a", "hold", "r", false), said("b", "hold", "r", true)}, "hold by b/r [agreed decided]"},
		{"of allowing ones one with a rule", []policy.Judged{said("a", "allow", "", false), said("b", "allow", "r", true)}, "allow by b/r [decided]"},
		{"an exemption exempts from its own policy alone", []policy.Judged{said("a", "allow", "friends", true), said("b", "limit", "r", true)}, "limit by b/r [agreed decided]"},
	} {
		out := policy.Combine(c.all)
		effects := []domain.Effect{}
		for _, h := range out.Hits {
			effects = append(effects, h.Effect)
		}
		if got := fmt.Sprintf("%s by %s/%s %v", out.Verdict, out.Policy.ID, out.Policy.Rule, effects); got != c.want || out.Reason == "" {
			t.Errorf("%s: %s (%q), want %s", c.name, got, out.Reason, c.want)
		}
	}
}
