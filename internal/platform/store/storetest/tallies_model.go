package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// happening is one thing that was counted, in the model: in a bucket of a width.
type happening struct {
	at    domain.Time
	width time.Duration
}

// tallyModel is a list of everything that was ever counted.
type tallyModel struct {
	happened map[domain.Subject]map[string][]happening
	rounds   map[domain.ContentID][]domain.Decision
}

func (m *tallyModel) add(s domain.Subject, what string, now domain.Time) {
	if m.happened[s] == nil {
		m.happened[s] = map[string][]happening{}
	}
	m.happened[s][what] = append(m.happened[s][what], happening{now, 5 * time.Minute})
}

// decide counts a decision, written as the text of package tally has it.
func (m *tallyModel) decide(u domain.Upload, d domain.Decision, now domain.Time) {
	earlier := m.rounds[u.ContentID]
	m.rounds[u.ContentID] = append(earlier, d)
	known := func(d domain.Decision, s domain.Subject) bool {
		for _, match := range d.Matches {
			named := s.Kind == domain.SubjectBank && s.Name == string(match.BankID) || s.Kind == domain.SubjectSignal && s.Name == string(match.Signal)
			if match.SuppressedBy == "" && match.BankKind != domain.Negative && (named || s.Kind == domain.SubjectAccount || s.Kind == domain.SubjectSurface) {
				return true
			}
		}
		return false
	}
	subjects := []domain.Subject{{Kind: domain.SubjectAccount, Name: string(u.AccountID)}, {Kind: domain.SubjectSurface, Name: u.Surface}, {Kind: domain.SubjectPolicy, Name: d.Policy.ID}}
	for _, s := range modelKnown {
		if known(d, s) {
			subjects = append(subjects, s)
		}
	}
	for _, s := range subjects {
		first := true
		for _, e := range earlier {
			first = first && !known(e, s)
		}
		if known(d, s) && first {
			m.add(s, "match", now)
		}
		if len(earlier) == 0 {
			m.add(s, "upload", now)
		}
		if len(earlier) == 0 || earlier[len(earlier)-1].Verdict != d.Verdict {
			m.add(s, string(d.Verdict), now)
		}
	}
}

// merge does what MergeTallies does when it merges all it can.
func (m *tallyModel) merge(now domain.Time) {
	for _, kinds := range m.happened {
		for _, all := range kinds {
			for i, h := range all {
				if floor(h.at, 5*time.Minute) < now.Add(-2*time.Hour) {
					all[i].width = time.Hour
				}
			}
		}
	}
}

func floor(t domain.Time, width time.Duration) domain.Time {
	return t - t%domain.Time(width.Microseconds())
}

// counts sums up what happened to a subject, and checks how far a span may reach back.
func (m *tallyModel) counts(t *testing.T, s domain.Subject, what string, now domain.Time) (c domain.Counts) {
	for span, n := range map[time.Duration]*int64{time.Hour: &c.Hour, 24 * time.Hour: &c.Day, 7 * 24 * time.Hour: &c.Week} {
		widest := time.Hour
		if span == time.Hour {
			widest = 5 * time.Minute
		}
		for _, h := range m.happened[s][what] {
			in := floor(h.at, h.width).Add(h.width) > now.Add(-span)
			if in {
				*n++
			}
			if age := now.Sub(h.at); age < span && !in || age >= span+widest && in {
				t.Errorf("what happened %v ago is counted in the last %v: %v", age, span, in)
			}
		}
	}
	return c
}

func (m *tallyModel) tally(t *testing.T, s domain.Subject, now domain.Time) domain.Tally {
	of := func(what string) domain.Counts { return m.counts(t, s, what, now) }
	return domain.Tally{Uploads: of("upload"), Matches: of("match"), Labels: of("label"), Limits: of("limit"), Holds: of("hold"), Blocks: of("block")}
}

// modelKnown are the banks and signals of the model.
var modelKnown = []domain.Subject{
	{Kind: domain.SubjectBank, Name: "b-0"}, {Kind: domain.SubjectBank, Name: "b-1"}, {Kind: domain.SubjectSignal, Name: "s-0"}, {Kind: domain.SubjectSignal, Name: "s-1"}, {Kind: domain.SubjectSignal, Name: "s-2"},
}

// testTalliesByModel decides at random for some weeks.
func testTalliesByModel(t *testing.T, cfg store.Config) {
	cfg, c := stopped(cfg)
	s := Open(t, cfg)
	r := rand.New(rand.NewPCG(6, 8))
	m := &tallyModel{map[domain.Subject]map[string][]happening{}, map[domain.ContentID][]domain.Decision{}}
	now := func() domain.Time { return domain.Time(c.at.Load()) }
	subjects := append([]domain.Subject{}, modelKnown...)
	for i := range 3 {
		subjects = append(subjects, domain.Subject{Kind: domain.SubjectAccount, Name: fmt.Sprint("user-", i)})
	}
	subjects = append(subjects, surface, domain.Subject{Kind: domain.SubjectPolicy, Name: "p-0"}, domain.Subject{Kind: domain.SubjectPolicy, Name: "p-1"})
	for step := range 250 {
		var batch []domain.Recording
		for i := range r.IntN(4) {
			batch = append(batch, m.random(r, fmt.Sprintf("post-%d-%d", i, r.IntN(12)), now()))
		}
		record(t, s, batch...)
		// Mostly minutes, and now and then a day.
		most := []time.Duration{time.Minute, 10 * time.Minute, 20 * time.Minute, 20 * time.Minute, 3 * time.Hour, 30 * time.Hour}[r.IntN(6)]
		c.advance(time.Duration(r.Int64N(int64(most))))
		if r.IntN(3) == 0 {
			change(t, s, func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.MergeTallies(ctx, 10_000); err != nil {
					return err
				}
				_, err := tx.PruneTallies(ctx, 10_000)
				return err
			})
			m.merge(now())
		}
		want := map[domain.Subject]domain.Tally{}
		for _, subject := range subjects {
			want[subject] = m.tally(t, subject, now())
		}
		if wantTallies(t, s, now(), want); t.Failed() {
			t.Fatalf("in step %d", step)
		}
	}
}

// random makes the next decision about a content and counts it.
func (m *tallyModel) random(r *rand.Rand, content string, now domain.Time) domain.Recording {
	u := upload(content)
	u.AccountID = domain.AccountID(fmt.Sprint("user-", len(content)%2+int(content[5]-'0')%2))
	rec := recordingOf(u, len(m.rounds[u.ContentID])+1, domain.Verdicts()[r.IntN(5)])
	rec.Decision.Policy.ID = fmt.Sprint("p-", r.IntN(2))
	rec.Decision.Matches = nil
	for range r.IntN(3) {
		match := domain.Match{BankID: domain.BankID(fmt.Sprint("b-", r.IntN(2))), BankKind: domain.Known, Signal: domain.SignalID(fmt.Sprint("s-", r.IntN(3))), Part: "file-1"}
		switch r.IntN(5) {
		case 0:
			match.SuppressedBy = "e-9"
		case 1:
			match.BankKind = domain.Negative
		}
		rec.Decision.Matches = append(rec.Decision.Matches, match)
	}
	m.decide(u, rec.Decision, now)
	return rec
}
