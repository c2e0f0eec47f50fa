package policy

import (
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// guard turns a verdict into hold where only signals in flood would have brought it about, or where the quota of the policy is used up. It reports
// whether it did, and adds alarms.
func (p *Program) guard(f *Facts, version int, best *asked, r *Ruling) bool {
	if best.verdict == domain.Allow {
		return false
	}
	alarm := domain.Alarm{Policy: p.Document.Name, Version: version, Rule: best.rule.ID}
	if m := p.flooded(f, best); m != nil {
		alarm.Kind, alarm.Subject = domain.AlarmFlood, domain.Subject{Kind: domain.SubjectSignal, Name: string(m.Signal.ID)}
		alarm.Text = fmt.Sprintf("A signal of bank %q has matched %d uploads within the hour, far more than it used to.", m.Bank.Name, m.Signal.Tally.Matches.Hour)
		r.Alarms = append(r.Alarms, alarm)
		p.turn(r, alarm.Text)
		return true
	}
	q, limited := p.Document.Limits[best.verdict]
	spent, known := f.Spent[p.Document.Name]
	if !limited || !known {
		return false
	}
	count := spent.Of(best.verdict)
	text := ""
	switch {
	case q.PerHour > 0 && count.Hour >= q.PerHour:
		text = fmt.Sprintf("The policy %s has decided %s %s within the hour, and its limit is %d.", p.Document.Name, best.verdict, times(count.Hour), q.PerHour)
	case q.PerDay > 0 && count.Day >= q.PerDay:
		text = fmt.Sprintf("The policy %s has decided %s %s within the day, and its limit is %d.", p.Document.Name, best.verdict, times(count.Day), q.PerDay)
	default:
		return false
	}
	alarm.Kind, alarm.Text = domain.AlarmQuota, text
	r.Alarms = append(r.Alarms, alarm)
	if q.Over != OverHold {
		return false
	}
	p.turn(r, text)
	return true
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// turn makes a ruling a hold.
func (p *Program) turn(r *Ruling, why string) {
	r.Reason = fmt.Sprintf("%s Without that it would be: %s. %s", why, r.Verdict, r.Reason)
	r.Verdict = domain.Hold
}

// flooded returns a match whose signal is in flood, if the verdict would be another without such matches. Holding is what a flood leads to, so a hold
// needs no guard.
func (p *Program) flooded(f *Facts, best *asked) *Match {
	g := p.Document.Flood
	if g == nil || best.verdict == domain.Hold {
		return nil
	}
	var first *Match
	rest := p.look(f)
	for i := range f.Matches {
		m := &f.Matches[i]
		if !m.counts() || m.Signal.Tally == nil || g.excepts(m) || !g.over(m.Signal.Tally.Matches) {
			continue
		}
		if first == nil {
			first = m
		}
		rest.excused = append(rest.excused, m.Signal.ID)
	}
	if first == nil {
		return nil
	}
	if other := strongest(p.ask(rest)); other != nil && other.verdict.Rank() >= best.verdict.Rank() {
		return nil
	}
	return first
}

// hours of the week before the last one.
const earlierHours = 7*24 - 1

// excepts reports whether a match is not guarded.
func (g *Flood) excepts(m *Match) bool {
	return slices.Contains(g.Except, m.Bank.Kind) || m.exact() && slices.Contains(g.Except, exactWord)
}

// over reports whether a signal matches far more in this hour than in those before.
func (g *Flood) over(c domain.Counts) bool {
	usual := float64(max(c.Week-c.Hour, 0)) / earlierHours
	return c.Hour > g.PerHour && float64(c.Hour) > g.Times*usual
}
