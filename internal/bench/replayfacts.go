package bench

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/quell-project/quell/internal/bench/rules"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// replayBegin is when the made-up past begins, and replayDays how long it is.
const (
	replayBegin = domain.Time(1_788_220_800_000_000) // 2026-09-01
	replayDays  = 30
)

// madeFacts makes what policies saw of uploads as a service has them: most have one picture and match nothing.
type madeFacts struct {
	dice *rand.Rand
	n    int
}

// kept returns the facts of decision i, with the verdict of a policy that blocks what matches and holds what could not be checked.
func (m *madeFacts) kept(i int) (domain.KeptFacts, error) {
	at := replayBegin.Add(time.Duration(float64(i) / float64(m.n) * replayDays * 24 * float64(time.Hour)))
	f := m.facts(at)
	body, err := f.Encode()
	kept := domain.KeptFacts{
		// Ids of the same moment differ in their end.
		Decision:  domain.FirstID[domain.DecisionID](at)[:24] + domain.DecisionID(fmt.Sprintf("%012x", i)),
		DecidedAt: at, Account: domain.AccountID(fmt.Sprint("user-", m.dice.IntN(max(m.n/20, 1)))), Surface: f.Content.Surface, Verdict: domain.Allow,
		Policy: domain.PolicyRef{ID: rules.Policy, Version: 1, Rule: policy.NoRule}, Body: body,
	}
	switch {
	case len(f.Matches) > 0:
		kept.Verdict, kept.Policy.Rule = domain.Block, "known-near"
	case !f.Whole():
		kept.Verdict, kept.Policy.Rule = domain.Hold, "unchecked"
	}
	return kept, err
}

// Of uploads: those that match something, those of which not all could be checked, those of which the age of the account is said.
const (
	matchShare     = 0.02
	uncheckedShare = 0.03
	ageShare       = 0.8
)

func (m *madeFacts) facts(at domain.Time) *policy.Facts {
	d := m.dice
	f := &policy.Facts{
		Env: policy.EnvVersion, Now: at, Cause: string(domain.CauseUpload), Round: 1, Random: d.Uint32(),
		Content: policy.Content{Surface: pick(d, "post", "post", "post", "avatar", "message"), Visibility: pick(d, "public", "followers"), Language: pick(d, "en", "en", "de", "pt-BR", ""), CreatedAt: at - 3_000_000},
		Account: &policy.Account{Tally: m.tally(20)}, Surface: m.tally(50_000),
	}
	if d.Float64() < ageShare {
		f.Account.CreatedAt = at.Add(-time.Duration(d.ExpFloat64() * float64(300*24*time.Hour)))
	}
	for p := range 1 + int(d.ExpFloat64()*0.5) {
		f.Media = append(f.Media, policy.Part{Name: fmt.Sprintf("file-%d", p+1), Type: pick(d, "image/jpeg", "image/png"), Size: d.Int64N(1 << 21), Width: 1080, Height: 1350, Check: string(domain.Complete), By: "pdq"})
	}
	if d.Float64() < uncheckedShare {
		f.Media[0].Check, f.Media[0].By, f.Media[0].Reason = string(domain.Failed), "decode", "It is cut short."
	}
	if d.Float64() < matchShare {
		for range 1 + d.IntN(3) {
			f.Matches = append(f.Matches, policy.Match{
				Bank: policy.Bank{Name: fmt.Sprint("bank-", d.IntN(20)), Kind: string(domain.Known), Tally: m.tally(500)}, Distance: d.IntN(32), Limit: 31, Part: "file-1",
				Signal: policy.Signal{ID: domain.SignalID(fmt.Sprintf("019a0000-0000-7000-8000-%012x", d.IntN(1_000_000))), Type: string(domain.PDQ), Tally: m.tally(20)}, Sources: []string{"marsh watch"},
			})
		}
	}
	return f
}

func (m *madeFacts) tally(most int64) *domain.Tally {
	n := m.dice.Int64N(most) + 1
	t := &domain.Tally{Uploads: domain.Counts{Hour: n, Day: 9 * n, Week: 50 * n}}
	if n > most/2 {
		t.Matches = domain.Counts{Day: 1, Week: n / 10}
		t.Blocks = domain.Counts{Week: n / 20}
	}
	return t
}

func pick(d *rand.Rand, words ...string) string { return words[d.IntN(len(words))] }
