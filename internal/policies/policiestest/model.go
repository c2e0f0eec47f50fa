package policiestest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/policies"
)

// Record is a desk that can be looked at.
type Record interface {
	policies.Desk
	PolicyLife(ctx context.Context, name string) (domain.PolicyLife, error)
	PolicySteps(ctx context.Context, name string, before domain.EventID, limit int) ([]domain.PolicyStep, error)
}

// Name is the policy on which the model acts, and Comes the text with which the program brings it along.
const (
	Name  = "night-watch"
	Comes = "policy 0"
)

var people = []string{"ana", "ben", "cyd"}

// model is what should be true, kept as simply as it can be said.
type model struct {
	t      testing.TB
	keeper *policies.Keeper[string]
	record Record
	random *rand.Rand
	now    domain.Time
	second bool

	steps   int            // that are known
	states  map[int]string // of versions, as the steps tell them
	texts   map[int]string // of versions that were checked
	lives   []int          // what was live one after the other, without what was taken back
	live    bool           // whether the last of lives still is
	reached map[string]int // what has happened, so that a test which does nothing is seen
}

// Compare lets three people do count random things to a policy of a desk and compares what becomes of it with the model. It returns how often what
// happened.
func Compare(t testing.TB, record Record, seed uint64, count int, ready, second bool) map[string]int {
	m := &model{
		t: t, record: record, random: rand.New(rand.NewPCG(seed, 6)), now: 1_700_000_000_000_000, second: second,
		states: map[int]string{}, texts: map[int]string{}, reached: map[string]int{},
	}
	m.keeper = &policies.Keeper[string]{
		Desk: record, Language: Language{}, Rules: policies.Rules{SecondPerson: second, Lapses: 7 * 24 * time.Hour}, Now: func() time.Time { return m.now.Std() },
	}
	if ready {
		m.keeper.Ready = []policies.Ready{{Name: Name, Text: Comes}}
		m.states[0], m.lives, m.live = "live", []int{0}, true
	}
	for range count {
		m.act(t.Context())
		if t.Failed() {
			return m.reached
		}
	}
	return m.reached
}

// act does one random thing.
func (m *model) act(ctx context.Context) {
	m.now = m.now.Add(time.Duration(m.random.IntN(3600)) * time.Second)
	by := people[m.random.IntN(len(people))]
	what, number := m.random.IntN(12), m.random.IntN(6)
	switch what {
	case 0, 1:
		_, err := m.keeper.Draft(ctx, Name, fmt.Sprintf("policy %d%s", m.random.IntN(30), []string{"", "", " red", " bad"}[m.random.IntN(4)]), "note", by)
		m.saw(ctx, "draft", err)
	case 2, 3:
		err := m.keeper.Check(ctx, Name, number, by)
		m.saw(ctx, "check", err)
	case 4, 5, 6:
		m.ask(ctx, number, by)
	case 7, 8:
		if open := m.open(ctx); open != "" {
			_, err := m.keeper.Approve(ctx, open, by, "")
			m.saw(ctx, "approve", err)
		}
	case 9:
		if open := m.open(ctx); open != "" && m.random.IntN(3) == 0 {
			_, err := m.keeper.Refuse(ctx, open, by, "no")
			m.saw(ctx, "refuse", err)
		}
	case 10:
		m.rollback(ctx, by)
	case 11:
		m.now = m.now.Add(time.Duration(m.random.IntN(4*24)) * time.Hour)
		err := m.keeper.Due(ctx)
		m.saw(ctx, "due", err)
		if err != nil {
			m.t.Errorf("due: %v", err)
		}
		m.review(ctx, by)
	}
}

func (m *model) ask(ctx context.Context, number int, by string) {
	move := domain.PolicyMove{
		Policy: Name, Number: number, By: by, Reason: "why", Emergency: m.random.IntN(8) == 0,
		To: []domain.PolicyState{domain.PolicyShadow, domain.PolicyCanary, domain.PolicyLive, domain.PolicyLive, domain.PolicyRetired}[m.random.IntN(5)],
	}
	if move.To == domain.PolicyCanary {
		move.Share = float64(1+m.random.IntN(3)) / 4
	}
	if m.random.IntN(4) == 0 {
		move.StartsAt = m.now.Add(time.Duration(m.random.IntN(72)) * time.Hour)
	}
	if m.random.IntN(4) == 0 && move.To != domain.PolicyRetired {
		move.EndsAt = max(move.StartsAt, m.now).Add(time.Duration(1+m.random.IntN(72)) * time.Hour)
	}
	done, err := m.keeper.Ask(ctx, move)
	what := "ask"
	if done.Emergency && err == nil {
		what = "emergency"
	}
	m.saw(ctx, what, err)
}

// open picks a move that is not over.
func (m *model) open(ctx context.Context) domain.EventID {
	life, err := m.record.PolicyLife(ctx, Name)
	if err != nil {
		m.t.Error(err)
	}
	if len(life.Moves) == 0 {
		return ""
	}
	return life.Moves[m.random.IntN(len(life.Moves))].ID
}

func (m *model) review(ctx context.Context, by string) {
	life, err := m.record.PolicyLife(ctx, Name)
	if err != nil {
		m.t.Error(err)
	}
	for _, s := range life.Flagged {
		err := m.keeper.Review(ctx, Name, s.ID, by)
		if err == nil && by == s.By {
			m.t.Errorf("%s has reviewed an emergency of their own", by)
		}
		m.saw(ctx, "review", err)
	}
}

func (m *model) rollback(ctx context.Context, by string) {
	can := m.live && len(m.lives) > 1 || !m.live && len(m.lives) > 0
	_, err := m.keeper.Rollback(ctx, Name, by, "")
	if can != (err == nil) {
		m.t.Errorf("a rollback with %v live (%v) ended in %v", m.lives, m.live, err)
	}
	m.saw(ctx, "rollback", err)
}

// saw compares what is on record after an act with what may be.
func (m *model) saw(ctx context.Context, what string, failed error) {
	all, err := m.record.PolicySteps(ctx, Name, "", 100_000)
	if err != nil {
		m.t.Fatal(err)
	}
	slices.Reverse(all)
	fresh := all[m.steps:]
	if failed != nil {
		if len(fresh) > 0 {
			m.t.Errorf("%s failed with %v, and has taken %d steps", what, failed, len(fresh))
		}
		m.reached[what+" refused"]++
		return
	}
	m.reached[what]++
	life, err := m.record.PolicyLife(ctx, Name)
	if err != nil {
		m.t.Fatal(err)
	}
	for i, s := range fresh {
		m.follow(life, what, s, i+1 < len(fresh) && fresh[i+1].To == domain.PolicyLive)
	}
	m.steps = len(all)
	if life.Policy.At > 0 { // before the first act the version that comes with the program is nowhere on record
		m.compare(ctx, life)
	}
}

// follow takes a step in the model and says whether it may have been taken. replaced: the next step puts another version in this one's place.
func (m *model) follow(life domain.PolicyLife, what string, s domain.PolicyStep, replaced bool) {
	if s.From != "" && m.states[s.Number] != string(s.From) || s.From == "" && m.states[s.Number] != "" {
		m.t.Errorf("version %d was %q, and a step leads from %q to %q", s.Number, m.states[s.Number], s.From, s.To)
	}
	m.states[s.Number] = string(s.To)
	m.reached["became "+string(s.To)]++
	back := what == "rollback" || what == "due" && s.Reason == "Its time has ended."
	ended := what == "due" && s.To == domain.PolicyRetired // agreed to when it was set
	wrote := ""
	for _, v := range life.Versions {
		if v.Number == s.Number {
			wrote = v.By
		}
	}
	if m.second && !back && !ended && !replaced && policies.NeedsSecond(s.From, s.To) {
		if two := s.Second != "" && s.Second != s.By && s.Second != wrote; !two && !s.Emergency {
			m.t.Errorf("%s: %+v was taken without a second person, and was no emergency", what, s)
		}
	}
	switch {
	case s.From == domain.PolicyLive:
		m.live = false
		if back && replaced {
			m.lives = m.lives[:len(m.lives)-1]
		}
	case s.To != domain.PolicyLive:
	case back:
		if len(m.lives) == 0 || m.lives[len(m.lives)-1] != s.Number {
			m.t.Errorf("a rollback has brought version %d back, live were %v", s.Number, m.lives)
		}
		m.live = true
	default:
		if len(m.lives) == 0 || m.lives[len(m.lives)-1] != s.Number {
			m.lives = append(m.lives, s.Number)
		}
		m.live = true
	}
}

// compare holds versions to what the steps tell of them, and texts to what they were when they were checked.
func (m *model) compare(ctx context.Context, life domain.PolicyLife) {
	in := map[domain.PolicyState]int{}
	for _, v := range life.Versions {
		in[v.State]++
		if m.states[v.Number] != string(v.State) {
			m.t.Errorf("version %d is %q, its steps say %q", v.Number, v.State, m.states[v.Number])
		}
		if v.Number == policies.BuiltIn {
			continue
		}
		full, err := m.record.PolicyVersion(ctx, Name, v.Number)
		if err != nil {
			m.t.Fatal(err)
		}
		if full.Digest != policies.Digest(full.Text) {
			m.t.Errorf("version %d has the digest of another text", v.Number)
		}
		if was, checked := m.texts[v.Number]; checked && was != full.Text {
			m.t.Errorf("version %d was checked as %q and is %q now", v.Number, was, full.Text)
		}
		if v.State != domain.PolicyDraft {
			m.texts[v.Number] = full.Text
		}
	}
	for _, s := range []domain.PolicyState{domain.PolicyLive, domain.PolicyCanary, domain.PolicyShadow} {
		if in[s] > 1 {
			m.t.Errorf("%d versions are %s", in[s], s)
		}
	}
	if (in[domain.PolicyLive] > 0) != m.live {
		m.t.Errorf("%d versions are live, and the model says %v", in[domain.PolicyLive], m.live)
	}
}
