package policies

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// mayBecome says from which states a version may come to which. A draft has to be checked first; a live version only ends, because what takes its
// place says what is asked then.
var mayBecome = map[domain.PolicyState][]domain.PolicyState{
	domain.PolicyShadow:  {domain.PolicyChecked, domain.PolicyCanary, domain.PolicyRetired},
	domain.PolicyCanary:  {domain.PolicyChecked, domain.PolicyShadow, domain.PolicyCanary, domain.PolicyRetired},
	domain.PolicyLive:    {domain.PolicyChecked, domain.PolicyShadow, domain.PolicyCanary, domain.PolicyRetired},
	domain.PolicyRetired: {domain.PolicyChecked, domain.PolicyShadow, domain.PolicyCanary, domain.PolicyLive},
}

// NeedsSecond reports whether a move changes what is decided, so that a second person has to agree.
func NeedsSecond(from, to domain.PolicyState) bool {
	return to == domain.PolicyLive || to == domain.PolicyCanary || from == domain.PolicyLive
}

// Ask moves a version, if that may be at once, or writes down that it is asked for or planned. What it returns says which of them.
func (l *Life) Ask(m domain.PolicyMove) (domain.PolicyMove, error) {
	v, err := l.version(m.Number)
	if err != nil {
		return m, err
	}
	if err := l.acceptable(m, v); err != nil {
		return m, err
	}
	second := l.rules.SecondPerson && NeedsSecond(v.State, m.To)
	m.Emergency = m.Emergency && second // else there is nothing to review
	m.ID, m.Policy, m.At = domain.NewID[domain.EventID](), l.data.Policy.Name, l.now
	if m.StartsAt <= l.now {
		m.StartsAt = 0
	}
	switch {
	case second && !m.Emergency:
		m.State, m.DueAt = domain.MoveAsked, l.now.Add(l.rules.Lapses)
	case m.StartsAt > 0:
		m.State, m.DueAt = domain.MovePlanned, m.StartsAt
	default:
		m.State = domain.MoveDone
		return m, l.take(v, m)
	}
	l.add(m)
	return m, nil
}

// acceptable returns what is wrong with a move.
func (l *Life) acceptable(m domain.PolicyMove, v *domain.PolicyVersion) error {
	switch {
	case m.By == "":
		return fmt.Errorf("a move that nobody asked for: %w", ErrMalformed)
	case m.To == domain.PolicyCanary && !(m.Share > 0 && m.Share < 1):
		return fmt.Errorf("a canary for a share of %v: %w; write a share above 0 and below 1", m.Share, ErrMalformed)
	case m.To != domain.PolicyCanary && m.Share != 0:
		return fmt.Errorf("a share for what is no canary: %w", ErrMalformed)
	case len(m.Reason) > MaxReason:
		return fmt.Errorf("a reason of %d bytes: %w; write at most %d", len(m.Reason), ErrMalformed, MaxReason)
	case m.Emergency && m.Reason == "":
		return fmt.Errorf("an emergency without a reason: %w; say why it cannot wait", ErrMalformed)
	case m.EndsAt != 0 && m.EndsAt <= max(l.now, m.StartsAt):
		return fmt.Errorf("an end before the beginning: %w", ErrMalformed)
	case m.EndsAt != 0 && m.To == domain.PolicyRetired:
		return fmt.Errorf("an end for what is retired: %w", ErrMalformed)
	}
	if err := l.possible(m, v); err != nil {
		return err
	}
	for _, open := range l.data.Moves {
		if open.Open() && !open.Ends && !m.Emergency && NeedsSecond(v.State, m.To) {
			return fmt.Errorf("version %d of policy %q is %s to be %s already: %w; refuse that first", open.Number, open.Policy, open.State, open.To, ErrRefused)
		}
	}
	return nil
}

// possible returns an error unless a version may come to what a move wants from where it is.
func (l *Life) possible(m domain.PolicyMove, v *domain.PolicyVersion) error {
	froms, known := mayBecome[m.To]
	switch {
	case !known:
		return fmt.Errorf("a version cannot be moved to %.40q: %w; name shadow, canary, live or retired", m.To, ErrMalformed)
	case v.State == domain.PolicyDraft:
		return fmt.Errorf("version %d of policy %q is a draft: %w; check it first", v.Number, v.Policy, ErrRefused)
	case m.To == v.State && m.Share == v.Share:
		return fmt.Errorf("version %d of policy %q is %s already: %w", v.Number, v.Policy, v.State, ErrRefused)
	case !slices.Contains(froms, v.State):
		return fmt.Errorf("version %d of policy %q is %s and cannot become %s: %w", v.Number, v.Policy, v.State, m.To, ErrRefused)
	}
	return nil
}

// add writes a move down.
func (l *Life) add(m domain.PolicyMove) {
	l.data.Moves = append(l.data.Moves, m)
	l.changed.moves[m.ID] = true
}

// take moves a version now.
func (l *Life) take(v *domain.PolicyVersion, m domain.PolicyMove) error {
	if err := l.possible(m, v); err != nil {
		return err
	}
	s := domain.PolicyStep{Second: m.Second, Reason: m.Reason, Emergency: m.Emergency}
	switch from := v.State; m.To {
	case domain.PolicyShadow, domain.PolicyCanary:
		l.displace(v, m)
		v.Share = m.Share
		l.step(v, m.To, m.By, s)
	case domain.PolicyLive:
		l.goLive(v, m, s)
	case domain.PolicyRetired:
		if from == domain.PolicyLive {
			l.remember(v.Number)
		}
		l.retire(v, m.By, s)
	}
	l.void(v.Number, func(o domain.PolicyMove) bool { return o.Ends }, "The version was moved otherwise.")
	if m.Emergency {
		for _, other := range l.data.Versions {
			l.void(other.Number, func(o domain.PolicyMove) bool { return o.ID != m.ID && !o.Ends }, "An emergency came first.")
		}
	}
	if m.EndsAt > 0 {
		l.add(domain.PolicyMove{
			ID: domain.NewID[domain.EventID](), Policy: v.Policy, Number: v.Number, To: domain.PolicyRetired, StartsAt: m.EndsAt, By: m.By, Second: m.Second,
			Reason: m.Reason, Ends: true, State: domain.MovePlanned, At: l.now, DueAt: m.EndsAt,
		})
	}
	return nil
}

// displace retires the version that is where another one goes.
func (l *Life) displace(v *domain.PolicyVersion, m domain.PolicyMove) {
	if other := l.in(m.To); other != nil && other != v {
		l.retire(other, m.By, domain.PolicyStep{Second: m.Second, Reason: fmt.Sprintf("Version %d takes its place.", v.Number)})
	}
}

// goLive makes a version the one that decides, and remembers which did.
func (l *Life) goLive(v *domain.PolicyVersion, m domain.PolicyMove, s domain.PolicyStep) {
	if other := l.in(domain.PolicyLive); other != nil {
		l.remember(other.Number)
		l.displace(v, m)
	} else if b := l.data.Policy.Before; len(b) > 0 && b[len(b)-1] == v.Number {
		l.data.Policy.Before = b[:len(b)-1] // it goes on where it ended
	}
	v.Share = 0
	l.step(v, domain.PolicyLive, m.By, s)
}

// remember notes that a version was live until now.
func (l *Life) remember(number int) {
	l.data.Policy.Before = append(l.data.Policy.Before, number)
	if n := len(l.data.Policy.Before); n > maxBefore {
		l.data.Policy.Before = l.data.Policy.Before[n-maxBefore:]
	}
}

// retire ends a version, and what was still to become of it.
func (l *Life) retire(v *domain.PolicyVersion, by string, s domain.PolicyStep) {
	v.Share = 0
	l.step(v, domain.PolicyRetired, by, s)
	l.void(v.Number, func(domain.PolicyMove) bool { return true }, "The version was retired.")
}

// void ends the open moves of a version for which which is true.
func (l *Life) void(number int, which func(domain.PolicyMove) bool, why string) {
	for i := range l.data.Moves {
		if m := &l.data.Moves[i]; m.Number == number && m.Open() && which(*m) {
			l.settle(m, domain.MoveVoid, m.Second, why)
		}
	}
}

// settle ends a move.
func (l *Life) settle(m *domain.PolicyMove, to domain.MoveState, second, answer string) {
	m.State, m.DueAt, m.Second, m.Answer = to, 0, second, answer
	l.changed.moves[m.ID] = true
}

// open finds a move that is not over.
func (l *Life) open(id domain.EventID) (*domain.PolicyMove, error) {
	for i := range l.data.Moves {
		if m := &l.data.Moves[i]; m.ID == id && m.Open() {
			return m, nil
		}
	}
	return nil, fmt.Errorf("open request %.80q of policy %q: %w", id, l.data.Policy.Name, ErrNotThere)
}

// Approve lets happen what another person has asked for, now or when its time comes.
func (l *Life) Approve(id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	m, err := l.open(id)
	if err != nil {
		return domain.PolicyMove{}, err
	}
	v, err := l.version(m.Number)
	if err != nil {
		return *m, err
	}
	switch {
	case len(answer) > MaxReason:
		return *m, fmt.Errorf("an answer of %d bytes: %w; write at most %d", len(answer), ErrMalformed, MaxReason)
	case m.State != domain.MoveAsked:
		return *m, fmt.Errorf("the request was approved already: %w", ErrRefused)
	case m.DueAt <= l.now:
		return *m, fmt.Errorf("nobody has answered the request in time: %w; ask again", ErrRefused)
	}
	if err := another(by, m.By, v.By); err != nil {
		return *m, err
	}
	if err := l.possible(*m, v); err != nil {
		return *m, err
	}
	m.Second, m.Answer = by, answer
	l.changed.moves[m.ID] = true
	if m.StartsAt > l.now {
		m.State, m.DueAt = domain.MovePlanned, m.StartsAt
		return *m, nil
	}
	if m.EndsAt != 0 && m.EndsAt <= l.now {
		return *m, fmt.Errorf("its end has passed: %w; ask again", ErrRefused)
	}
	l.settle(m, domain.MoveDone, by, answer)
	done := *m
	return done, l.take(v, done)
}

// Refuse ends a request or a plan. Whoever has asked may take it back so.
func (l *Life) Refuse(id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	m, err := l.open(id)
	switch {
	case err != nil:
		return domain.PolicyMove{}, err
	case by == "" || answer == "" || len(answer) > MaxReason:
		return *m, fmt.Errorf("a refusal without a person or a reason of 1 to %d bytes: %w", MaxReason, ErrMalformed)
	}
	if m.Ends { // the version was agreed to for a time
		return *m, fmt.Errorf("the end of a version belongs to what was agreed: %w; bring the version to live again without an end", ErrRefused)
	}
	l.settle(m, domain.MoveRefused, by, answer)
	return *m, nil
}

// Rollback makes the version live that was live before the one that is, or that was the last one where none is. It needs no second person.
func (l *Life) Rollback(by, reason string) error {
	if by == "" || len(reason) > MaxReason {
		return fmt.Errorf("a rollback by nobody, or with a reason of more than %d bytes: %w", MaxReason, ErrMalformed)
	}
	before := l.data.Policy.Before
	if len(before) == 0 {
		return fmt.Errorf("no version of policy %q was live before: %w", l.data.Policy.Name, ErrRefused)
	}
	v, err := l.version(before[len(before)-1])
	if err != nil {
		return err
	}
	l.data.Policy.Before = before[:len(before)-1]
	reason = cmp.Or(reason, "Rolled back.")
	if live := l.in(domain.PolicyLive); live != nil {
		l.retire(live, by, domain.PolicyStep{Reason: reason})
	}
	l.void(v.Number, func(m domain.PolicyMove) bool { return m.Ends || m.To == domain.PolicyLive }, "The version is live again.")
	v.Share = 0
	l.step(v, domain.PolicyLive, by, domain.PolicyStep{Reason: reason})
	return nil
}

// Due lets lapse what nobody has answered and does what is planned, as far as the time has come. A plan that has no meaning any more raises an alarm.
func (l *Life) Due() {
	due := []domain.EventID{}
	for _, m := range l.data.Moves {
		if m.Open() && m.DueAt <= l.now {
			due = append(due, m.ID)
		}
	}
	for _, id := range due {
		m, err := l.open(id)
		if err != nil {
			continue // one before it has ended it
		}
		if m.State == domain.MoveAsked {
			l.settle(m, domain.MoveLapsed, "", "Nobody has answered in time.")
			continue
		}
		if err := l.doPlanned(m); err != nil {
			l.settle(m, domain.MoveVoid, m.Second, err.Error())
			l.changed.alarms = append(l.changed.alarms, domain.Alarm{
				Kind: domain.AlarmSchedule, Policy: m.Policy, Version: m.Number,
				Text: fmt.Sprintf("Version %d of policy %q was planned to become %s, and could not: %v.", m.Number, m.Policy, m.To, err),
			})
		}
	}
}

// doPlanned does what a plan says. At its end a live version gives way to the one before it.
func (l *Life) doPlanned(plan *domain.PolicyMove) error {
	m := *plan // what is done may move the list that plan is in
	v, err := l.version(m.Number)
	if err != nil {
		return err
	}
	if err := l.possible(m, v); err != nil {
		return err
	}
	if m.EndsAt != 0 && m.EndsAt <= l.now {
		return fmt.Errorf("its end has passed: %w", ErrRefused)
	}
	// When it was planned it may have changed nothing that is decided, and by now it would.
	if alone := m.Second == "" && !m.Emergency && !m.Ends; alone && l.rules.SecondPerson && NeedsSecond(v.State, m.To) {
		return fmt.Errorf("the version is %s by now, and nobody else has agreed: %w; ask again", v.State, ErrRefused)
	}
	l.settle(plan, domain.MoveDone, m.Second, m.Answer)
	if m.Ends && v.State == domain.PolicyLive && len(l.data.Policy.Before) > 0 {
		return l.Rollback(m.By, "Its time has ended.")
	}
	return l.take(v, m)
}
