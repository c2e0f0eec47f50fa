package gate

import (
	"fmt"
	"slices"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Excuses turns what people have overturned about the very same upload, and what they have snoozed, into excuses. Subjects of snoozes are compared with
// the upload and with what matches.
func Excuses(in policy.Input, overturns []domain.Overturn, snoozes []domain.Snooze) (excuses []policy.Excuse) {
	for _, o := range overturns {
		excuses = append(excuses, policy.Excuse{
			Policy: o.Policy, Rule: o.Rule, Signals: o.Signals, Overturned: true, Why: fmt.Sprintf("overturned by %s on %s", o.By, day(o.At)),
		})
	}
	for _, s := range snoozes {
		if s.Until <= in.Now {
			continue
		}
		e := policy.Excuse{Policy: s.Policy, Rule: s.Rule, Why: fmt.Sprintf("snoozed by %s until %s: %s", s.By, day(s.Until), s.Reason)}
		switch s.Subject.Kind {
		case domain.SubjectAccount:
			e.Always = in.Upload.AccountID != "" && s.Subject.Name == string(in.Upload.AccountID)
		case domain.SubjectContent:
			e.Always = s.Subject.Name == string(in.Upload.ContentID)
		case domain.SubjectSurface:
			e.Always = s.Subject.Name == in.Upload.Surface
		case domain.SubjectBank:
			e.Signals = signalsOf(in.Matches, func(m domain.Match) bool { return string(m.BankID) == s.Subject.Name })
		case domain.SubjectSignal:
			e.Signals = signalsOf(in.Matches, func(m domain.Match) bool { return string(m.Signal) == s.Subject.Name })
		}
		if e.Always || len(e.Signals) > 0 {
			excuses = append(excuses, e)
		}
	}
	return excuses
}

func signalsOf(matches []domain.Match, which func(domain.Match) bool) (signals []domain.SignalID) {
	for _, m := range matches {
		if which(m) && !slices.Contains(signals, m.Signal) {
			signals = append(signals, m.Signal)
		}
	}
	return signals
}

func day(t domain.Time) string { return t.Std().UTC().Format(time.DateOnly) }
