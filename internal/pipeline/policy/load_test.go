package policy_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// readyPolicies are the texts in policies/ and those that docs/policy-errors.md shows.
func readyPolicies(t testing.TB) (all [][]byte) {
	t.Helper()
	files, err := filepath.Glob("../../../policies/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	doc, err := os.ReadFile("../../../docs/policy-errors.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindAllSubmatch(doc, -1) {
		all = append(all, b[1])
	}
	return all
}

// inside reports a diagnostic that points out of the text.
func inside(t *testing.T, text string, found policy.Diagnostics) {
	t.Helper()
	lines := strings.Split(text, "\n")
	for _, d := range found {
		if d.Line < 1 || d.Line > len(lines) || d.Column < 1 || d.Column > utf8.RuneCountInString(lines[d.Line-1])+1 || d.Message == "" {
			t.Errorf("%q\n%v", text, d)
		}
	}
}

// FuzzLoad loads any text: it is a policy that can be asked, or there are reasons with places in the text.
func FuzzLoad(f *testing.F) {
	for _, text := range readyPolicies(f) {
		f.Add(string(text))
	}
	for _, text := range []string{"", "a", "policy: p\nrules:\n- {id: r, when: \"\\u2603 == 'a\\n\", decide: hold}", "policy: p\r\nrules: []\r\n---\r\n", "? [a]\n: !b c", "policy: |2\n   p"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, found := policy.Check([]byte(text))
		inside(t, text, found)
		if p == nil {
			if len(found) == 0 {
				t.Errorf("refused without a reason: %q", text)
			}
			return
		}
		for _, r := range p.RunTests() {
			if !r.Passed {
				t.Errorf("accepted with a test that fails: %+v", r)
			}
		}
		p.Judge(&policy.Facts{}, 1)
	})
}

// FuzzGiven reads what any test may be given: it can be asked about, also after it has been on record.
func FuzzGiven(f *testing.F) {
	for _, text := range readyPolicies(f) {
		for _, given := range regexp.MustCompile(`given: (\{.*\})`).FindAllSubmatch(text, -1) {
			f.Add(string(given[1]))
		}
	}
	f.Fuzz(func(t *testing.T, given string) {
		text := "policy: p\nrules: [{id: r, when: 'matches.exists(m, m.distance <= 12) && account.age < duration(\"24h\")', decide: hold}]\n" +
			"tests: [{name: t, expect: hold, given: " + given + "}]"
		p, found := policy.Load([]byte(text))
		inside(t, text, found)
		if p == nil {
			return
		}
		for _, test := range p.Document.Tests {
			again := recorded(t, test.Given)
			if diff := cmp.Diff(p.Judge(test.Given, 1), p.Judge(again, 1)); diff != "" {
				t.Errorf("%s is judged otherwise once it was on record\n%s", given, diff)
			}
		}
	})
}

// recorded returns facts as they come from the record.
func recorded(t *testing.T, f *policy.Facts) *policy.Facts {
	t.Helper()
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again := policy.Facts{AccountID: f.AccountID}
	if err := again.Decode(b); err != nil {
		t.Fatal(err)
	}
	return &again
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomTally(r *rand.Rand) *domain.Tally {
	if r.IntN(4) == 0 {
		return nil
	}
	c := domain.Counts{Hour: int64(r.IntN(5)), Day: int64(r.IntN(9)), Week: int64(r.IntN(400))}
	return &domain.Tally{Uploads: c, Matches: c, Labels: c, Limits: c, Holds: c, Blocks: c, Reports: c}
}

func randomMatch(r *rand.Rand, part string) policy.Match {
	m := policy.Match{
		Bank:     policy.Bank{Name: pick(r, "bank-0", "bank-1", "heron"), Kind: pick(r, "known", "known", "known-csam"), Tally: randomTally(r)},
		Signal:   policy.Signal{ID: domain.SignalID(fmt.Sprint("s", r.IntN(9))), Type: pick(r, "pdq", "keypoints", "sha256", "md5"), Tally: randomTally(r)},
		Distance: r.IntN(32), Limit: 31, Part: part, Sources: []string{"a", "b"}[:r.IntN(3)],
	}
	return m
}

// randomFacts makes facts of all kinds, with much that is not known.
func randomFacts(r *rand.Rand) *policy.Facts {
	f := &policy.Facts{Env: policy.EnvVersion, Now: 1767268800000000, Cause: pick(r, "upload", "retry", "retro", "report"), Round: 1 + r.IntN(3), Random: r.Uint32(), Surface: randomTally(r)}
	f.Content.Surface = pick(r, "", "avatar", "post")
	f.Content.Language = pick(r, "", "de")
	f.Content.CreatedAt = pick(r, 0, f.Now-3600000000)
	f.Content.Attributes = pick(r, nil, map[string]any{"score": 0.7}, map[string]any{"score": "high", "n": int64(3)}, map[string]any{"score": []any{1, nil}})
	if r.IntN(3) > 0 {
		f.AccountID = "user-4"
		f.Account = &policy.Account{CreatedAt: pick(r, 0, f.Now-3600000000, f.Now-3600000000*200), Tally: randomTally(r)}
	}
	for i := range r.IntN(4) {
		name := fmt.Sprint("file-", i+1)
		f.Media = append(f.Media, policy.Part{Name: name, Inside: pick(r, "", "file-1"), Check: pick(r, "complete", "complete", "failed", "partial"), Width: r.IntN(99)})
		for range r.IntN(3) {
			m := randomMatch(r, name)
			m.Outweighed = r.IntN(5) == 0
			m.Index = len(f.Matches)
			f.Matches = append(f.Matches, m)
		}
	}
	for range r.IntN(3) {
		f.Reports = append(f.Reports, policy.Report{Reason: "spam", At: f.Now - 1000})
	}
	return f
}

// randomCondition makes a condition about matches by a small grammar.
func randomCondition(r *rand.Rand, depth int) string {
	leaf := func(v string) string {
		return pick(r,
			fmt.Sprintf("%s.distance %s %d", v, pick(r, "<", "<=", ">", ">=", "==", "!="), r.IntN(32)),
			v+".exact", "size("+v+".sources) >= 2", v+`.bank.kind == "known-csam"`, v+`.signal.type in ["pdq", "md5"]`, v+".bank.matches.hour > 2", "has("+v+".signal.uploads)")
	}
	if depth == 0 {
		return pick(r,
			"matches.exists(m, "+leaf("m")+")", "matches.all(m, "+leaf("m")+")", "matches.exists_one(m, "+leaf("m")+")",
			fmt.Sprintf("size(matches) %s %d", pick(r, "==", ">", "<"), r.IntN(4)),
			fmt.Sprintf("size(matches.filter(m, %s)) %s %d", leaf("m"), pick(r, "==", ">", "<"), r.IntN(3)),
			fmt.Sprintf("%d in matches.map(m, m.distance)", r.IntN(32)),
			fmt.Sprintf("matches[%d].distance < %d", r.IntN(3), r.IntN(32)),
			"matches.exists(a, matches.exists(b, a.bank.name != b.bank.name))",
			"size(matches + matches) > 2", "matches == matches", `account.age < duration("24h")`, `"score" in content.attributes`,
			"(size(matches) > 1 ? matches[0].exact : true)")
	}
	a, b := randomCondition(r, depth-1), randomCondition(r, depth-1)
	return pick(r, "("+a+" && "+b+")", "("+a+" || "+b+")", "!("+a+")", "("+a+" ? "+b+" : "+randomCondition(r, 0)+")", a)
}

func loadCondition(t *testing.T, when string) *policy.Program {
	t.Helper()
	p, found := policy.Load([]byte("policy: p\nrules:\n  - id: r\n    when: >-\n      " + when + "\n    decide: hold\n"))
	if p == nil {
		t.Fatalf("%s\n%v", when, found)
	}
	return p
}

func valueOf(p *policy.Program, f *policy.Facts) (domain.Value, string) {
	for _, h := range p.Judge(f, 1).Hits {
		return h.Value, h.Note
	}
	return domain.False, ""
}

// TestWhatIsDecidedStaysDecidedWhateverElseMatches is the promise of open lists: where a part could not be checked and a condition is true or false all
// the same, no further match makes it anything else.
func TestWhatIsDecidedStaysDecidedWhateverElseMatches(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 6))
	values := map[domain.Value]int{}
	for range 1500 {
		when := randomCondition(r, r.IntN(4))
		for strings.Count(when, "exists(b") > 2 { // loops in loops soon are too dear
			when = randomCondition(r, 2)
		}
		p := loadCondition(t, when)
		f := randomFacts(r)
		f.Media = append(f.Media, policy.Part{Name: "unread", Check: "failed"})
		before, note := valueOf(p, f)
		values[before]++
		if before == domain.Errored && !strings.Contains(note, "index") {
			t.Errorf("%s: %s", when, note)
		}
		if before != domain.True && before != domain.False {
			continue
		}
		for range 8 {
			more := *f
			more.Matches = slices.Clone(f.Matches)
			for range 1 + r.IntN(3) {
				more.Matches = slices.Insert(more.Matches, r.IntN(len(more.Matches)+1), randomMatch(r, "unread"))
			}
			if r.IntN(2) == 0 { // and now all of it has been read
				more.Media = slices.Clone(f.Media)
				for i := range more.Media {
					more.Media[i].Check = "complete"
				}
			}
			if after, note := valueOf(p, &more); after != before {
				t.Fatalf("%s was %s and is %s (%s) with %d matches more", when, before, after, note, len(more.Matches)-len(f.Matches))
			}
		}
	}
	if values[domain.True] < 100 || values[domain.False] < 100 || values[domain.Unknown] < 100 {
		t.Errorf("the conditions do not try much: %v", values)
	}
}

// TestJudgingIsAFunction asks ready policies about random facts, twice, and once more after the facts were on record. The environment has types, so no
// condition finds a type that it does not expect, but in what the service says in its own words.
func TestJudgingIsAFunction(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	var programs []*policy.Program
	for _, text := range readyPolicies(t) {
		if p, _ := policy.Load(text); p != nil {
			programs = append(programs, p)
		}
	}
	for range 300 {
		f := randomFacts(r)
		for _, p := range programs {
			first := p.Judge(f, 1)
			if diff := cmp.Diff(first, p.Judge(f, 1)); diff != "" {
				t.Errorf("%s says another thing when it is asked again\n%s", p.Document.Name, diff)
			}
			if diff := cmp.Diff(first, p.Judge(recorded(t, f), 1)); diff != "" {
				t.Errorf("%s says another thing about facts from the record\n%s", p.Document.Name, diff)
			}
			for _, h := range first.Hits {
				if h.Value == domain.Errored {
					t.Errorf("%s, %s: %s", p.Document.Name, h.Rule, h.Note)
				}
			}
		}
	}
}
