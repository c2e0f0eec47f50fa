package policy_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// TestNewTest makes a test from facts with much to hide.
func TestNewTest(t *testing.T) {
	t.Parallel()
	const text = `policy: p
limits: {hold: {per_hour: 9}}
rules:
  - id: near
    when: matches.exists(m, m.distance <= 12 && size(m.sources) > 1) && account.age < duration("168h") && account.blocks.week > 1 && content.attributes.score > 0.5
    decide: hold
`
	p, found := policy.Load([]byte(text))
	if p == nil {
		t.Fatal(found)
	}
	const now domain.Time = 1793000000123456
	tally := &domain.Tally{Uploads: domain.Counts{Hour: 77}, Blocks: domain.Counts{Day: 2, Week: 3}}
	f := &policy.Facts{
		Now: now, Cause: "report", Round: 2, Random: 12345678, AccountID: "private-account", Surface: &domain.Tally{},
		Content: policy.Content{Surface: "post", Attributes: map[string]any{"score": 0.75, "mail": "private-mail"}},
		Account: &policy.Account{CreatedAt: now - 95*3600e6, Tally: tally},
		Media:   []policy.Part{{Name: "file-1", Type: "application/zip", Check: "complete"}, {Name: "file-1/private-name.png", Inside: "file-1", Check: "failed", Reason: "private-host"}},
		Matches: []policy.Match{{Bank: policy.Bank{Name: "heron", Kind: "known"}, Signal: policy.Signal{ID: "private-signal", Type: "pdq", Tally: tally}, Distance: 12, Limit: 31, Part: "file-1/private-name.png", Sources: []string{"a", "b"}}},
		Reports: []policy.Report{{Reason: "private words", At: now - 60e6}},
		Excuses: []policy.Excuse{{Policy: "p", Rule: "near", Why: "private-why", Signals: []domain.SignalID{"private-other"}}, {Policy: "q"}},
		Spent:   map[string]domain.Tally{"p": {Holds: domain.Counts{Hour: 4}}},
	}
	got, err := p.NewTest("a near copy of a young account", f)
	if err != nil {
		t.Fatal(err)
	}
	const want = `- name: a near copy of a young account
  given:
    event: {cause: report}
    content: {surface: post, attributes: {score: 0.75}}
    account: {id: somebody, age: 95h, blocks: {day: 2, week: 3}}
    media:
      - {name: file-1, type: application/zip, check: complete}
      - {name: file-1/1, inside: file-1, check: failed}
    matches:
      - {bank: {name: heron, kind: known, counts: unknown}, signal: {id: signal-1, type: pdq, blocks: {day: 2, week: 3}}, distance: 12, limit: 31, part: file-1/1, sources: [a, b]}
    reports:
      - {age: 1m}
    excuses:
      - {rule: near, signals: [signal-0]}
    policy: {holds: {hour: 4}}
  expect: {outcome: hold, rule: near}
`
	if diff := cmp.Diff(want, got); diff != "" || strings.Contains(got, "private") {
		t.Errorf("(want -, got +)\n%s", diff)
	}
}

// TestNewTestsPass makes tests from random facts for the ready policies: put into the policy, they pass.
func TestNewTestsPass(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	said := 0
	for _, text := range readyPolicies(t) {
		p, _ := policy.Load(text)
		if p == nil || !strings.Contains(string(text), "\ntests:") {
			continue
		}
		for range 40 {
			f := randomFacts(r)
			f.Content.Attributes = nil
			test, err := p.NewTest("from a decision", f)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(test, "user-4") {
				t.Errorf("an account is named:\n%s", test)
			}
			if strings.Contains(test, "# What was left out matters") {
				said++
			}
			with := string(text) + "  " + strings.ReplaceAll(strings.TrimSpace(test), "\n", "\n  ") + "\n"
			again, found := policy.Load([]byte(with))
			if again == nil {
				t.Fatalf("%s\n%v", test, found)
			}
			if last := again.RunTests(); !last[len(last)-1].Passed {
				t.Errorf("%+v\n%s", last[len(last)-1], test)
			}
		}
	}
	if said > 0 {
		t.Errorf("in %d tests the ready policies decide otherwise than about the facts themselves", said)
	}
}
