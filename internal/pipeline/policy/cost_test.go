package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"

	"github.com/quell-project/quell/internal/domain"
)

// largest are facts as large as they can be, in all that conditions look at.
func largest() *Facts {
	name := strings.Repeat("n", maxName)
	f := &Facts{Now: 2e15, Account: &Account{CreatedAt: 1e15, Tally: &domain.Tally{}}, Surface: &domain.Tally{}, AccountID: domain.AccountID(name)}
	f.Content = Content{Surface: name, Visibility: name, Language: name, CreatedAt: 1e15, Attributes: map[string]any{"text": strings.Repeat("t", maxString)}}
	for i := range MaxMedia {
		f.Media = append(f.Media, Part{Name: name[8:] + fmt.Sprintf("%08d", i), Type: name, Inside: name, Check: "complete", By: name, Reason: strings.Repeat("r", maxString)})
	}
	for i := range MaxMatches {
		f.Matches = append(f.Matches, Match{
			Bank: Bank{Name: name, Kind: "known", Tally: &domain.Tally{}}, Signal: Signal{ID: domain.SignalID(name), Type: "pdq", Tally: &domain.Tally{}},
			Distance: 31, Limit: 31, Part: name, View: name, Sources: []string{name, name}, Labels: []string{name}, Index: i,
		})
	}
	for range MaxReports {
		f.Reports = append(f.Reports, Report{Reason: strings.Repeat("r", maxString), At: 1e15})
	}
	return f
}

// TestNoConditionCostsMoreThanIsTold counts the steps of conditions on the largest facts, by CEL's own count.
func TestNoConditionCostsMoreThanIsTold(t *testing.T) {
	t.Parallel()
	var texts []string
	files, err := filepath.Glob("../../../policies/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	for _, when := range []string{
		`matches.all(a, matches.all(b, a.distance == b.distance))`,
		`media.all(p, p.name != "" && p.reason.contains("x") == false)`,
		`matches.exists(m, m.sources.all(s, s in lists.many) && m.part == content.surface + "x")`,
		`size(matches.filter(m, m.exact)) == 0 && size(media.map(p, p.name)) > 3`,
		`reports.all(r, r.reason.matches("^r+$"))`,
		`content.attributes.text.contains("tt") && content.surface.replace("n", "mm").size() > 3`,
		`[content.surface, account.id].join(",").size() > 3`,
		`matches.map(m, m.bank.name).exists(n, n in ["a", "b", "c"])`,
		`size(matches + known_good) > 3`,
	} {
		texts = append(texts, "policy: p\nlists: {many: [a, b, c]}\nrules:\n  - id: r\n    when: >-\n      "+when+"\n    decide: hold\n")
	}
	f := largest()
	for _, text := range texts {
		p, found := Load([]byte(text))
		if p == nil {
			t.Fatalf("%s\n%v", text, found)
		}
		for _, s := range p.sites() {
			program, err := p.env.Program(s.c.ast, cel.EvalOptions(cel.OptTrackCost))
			if err != nil {
				t.Fatal(err)
			}
			_, details, err := program.Eval(p.look(f))
			if err != nil {
				t.Fatalf("%s: %v", s.e.Text, err)
			}
			if cost := *details.ActualCost(); cost > s.c.cost {
				t.Errorf("%s takes %d steps, and was told to take at most %d", s.e.Text, cost, s.c.cost)
			}
		}
	}
}
