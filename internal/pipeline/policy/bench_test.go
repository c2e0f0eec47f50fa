package policy_test

import (
	"testing"

	"github.com/quell-project/quell/internal/bench/rules"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// BenchmarkJudge is what policy costs in the gate: fifty rules about an upload with nothing, with two matches, and with a part that could not be
// checked.
func BenchmarkJudge(b *testing.B) {
	p, found := policy.Load(rules.Text(50))
	if p == nil {
		b.Fatal(found)
	}
	made := domain.Upload{AccountID: "user-4", ContentID: "post-1", Surface: "surface-3", CreatedAt: 1e15, Parts: []domain.Part{{Name: "file-1"}, {Name: "file-2"}}}
	matches := []domain.Match{
		{Bank: "bank-1", BankKind: domain.Known, SignalType: domain.PDQ, Distance: 40, Limit: 31, Part: "file-1", Signal: "a", Sources: []string{"x", "y"}},
		{Bank: "bank-2", BankKind: domain.Known, SignalType: domain.PDQ, Distance: 41, Limit: 31, Part: "file-2", Signal: "b"},
	}
	for _, c := range []struct {
		name    string
		matches []domain.Match
		status  domain.CheckStatus
	}{{"nothing", nil, domain.Complete}, {"matches", matches, domain.Complete}, {"unchecked", nil, domain.Failed}} {
		b.Run(c.name, func(b *testing.B) {
			in := policy.Input{Upload: made, Now: 2e15, Matches: c.matches, Checks: []domain.Check{{Part: "file-1", Status: domain.Complete}, {Part: "file-2", Status: c.status}}}
			facts := in.Gather(func(domain.Subject) *domain.Tally { return &domain.Tally{} })
			b.ReportAllocs()
			for b.Loop() {
				p.Judge(facts, 1)
			}
		})
	}
}

// BenchmarkFacts is what it costs to write facts and to read them again.
func BenchmarkFacts(b *testing.B) {
	in := policy.Input{
		Upload: domain.Upload{AccountID: "user-4", ContentID: "post-1", Surface: "post", CreatedAt: 1e15, Parts: []domain.Part{{Name: "file-1", MediaType: "image/png", Width: 800, Height: 600}}}, Now: 2e15,
		Checks: []domain.Check{{Part: "file-1", Status: domain.Complete, Detector: "pdq"}},
	}
	facts := in.Gather(func(domain.Subject) *domain.Tally {
		return &domain.Tally{Uploads: domain.Counts{Hour: 1, Day: 7, Week: 30}}
	})
	text, err := facts.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = facts.Encode()
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		b.ReportMetric(float64(len(text)), "B/facts")
		for b.Loop() {
			var f policy.Facts
			if err := f.Decode(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
