package policiestest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/policies"
)

// Language is a language of texts that begin with "policy": "bad" in one is a fault on that line, "red" a test that fails.
type Language struct{}

// Compile implements policies.Language.
func (Language) Compile(name string, text []byte) (string, error) {
	if !strings.HasPrefix(string(text), "policy") {
		return "", domain.PolicyFaults{{Line: 1, Column: 1, Message: "the text does not begin with policy", Hint: "begin with policy"}}
	}
	for i, line := range strings.Split(string(text), "\n") {
		if at := strings.Index(line, "bad"); at >= 0 {
			return "", domain.PolicyFaults{{Line: i + 1, Column: at + 1, Message: "bad is not known", Hint: "write good"}}
		}
	}
	return name + ":" + string(text), nil
}

// Test implements policies.Language.
func (Language) Test(program string) error {
	if strings.Contains(program, "red") {
		return errors.New("a test of the policy fails")
	}
	return nil
}

// Desk keeps policies in memory.
type Desk struct {
	mu     sync.Mutex
	Clock  func() domain.Time
	Seq    int64
	Lives  map[string]domain.PolicyLife
	Texts  map[string]string // by name and number
	Steps  []domain.PolicyStep
	Past   []domain.PolicyMove // that are over
	Alarms []domain.Alarm
	Sleep  []domain.Snooze
}

// NewDesk makes an empty desk.
func NewDesk(clock func() domain.Time) *Desk {
	return &Desk{Clock: clock, Lives: map[string]domain.PolicyLife{}, Texts: map[string]string{}}
}

func textKey(name string, number int) string { return fmt.Sprintf("%s %d", name, number) }

// ChangePolicy implements policies.Desk.
func (d *Desk) ChangePolicy(_ context.Context, name string, act func(domain.PolicyLife) (domain.PolicyChange, bool, error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	life, ok := d.Lives[name]
	if !ok {
		life.Policy.Name = name
	}
	c, changed, err := act(life)
	if err != nil || !changed {
		return err
	}
	d.Seq++
	c.Policy.At = max(c.Policy.At, 1)
	life.Policy, life.Versions = c.Policy, slices.Clone(life.Versions)
	for _, v := range c.Versions {
		if v.Text != "" {
			d.Texts[textKey(name, v.Number)] = v.Text
		}
		v.Text = ""
		if i := slices.IndexFunc(life.Versions, func(o domain.PolicyVersion) bool { return o.Number == v.Number }); i >= 0 {
			life.Versions[i] = v
		} else {
			life.Versions = append(life.Versions, v)
		}
	}
	for _, m := range c.Moves {
		life.Moves = slices.DeleteFunc(slices.Clone(life.Moves), func(o domain.PolicyMove) bool { return o.ID == m.ID })
		if m.Open() {
			life.Moves = append(life.Moves, m)
		} else {
			d.Past = append(d.Past, m)
		}
	}
	for _, s := range c.Steps {
		if s.Emergency {
			life.Flagged = append(slices.Clone(life.Flagged), s)
		}
	}
	for _, r := range c.Reviewed {
		life.Flagged = slices.DeleteFunc(slices.Clone(life.Flagged), func(o domain.PolicyStep) bool { return o.ID == r.ID })
	}
	d.Lives[name] = life
	d.Steps, d.Alarms = append(d.Steps, c.Steps...), append(d.Alarms, c.Alarms...)
	return nil
}

// PolicyLife returns what is on record about a policy.
func (d *Desk) PolicyLife(_ context.Context, name string) (domain.PolicyLife, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Lives[name], nil
}

// PolicySteps returns the steps of a policy, newest first.
func (d *Desk) PolicySteps(_ context.Context, name string, _ domain.EventID, limit int) (steps []domain.PolicyStep, _ error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range slices.Backward(d.Steps) {
		if s.Policy == name && len(steps) < limit {
			steps = append(steps, s)
		}
	}
	return steps, nil
}

// PolicyVersion implements policies.Desk.
func (d *Desk) PolicyVersion(_ context.Context, name string, number int) (domain.PolicyVersion, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, v := range d.Lives[name].Versions {
		if v.Number == number {
			v.Text = d.Texts[textKey(name, number)]
			return v, nil
		}
	}
	return domain.PolicyVersion{}, fmt.Errorf("version %d of policy %q: %w", number, name, policies.ErrNotThere)
}

// PolicyOfMove implements policies.Desk.
func (d *Desk) PolicyOfMove(_ context.Context, id domain.EventID) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, life := range d.Lives {
		for _, m := range life.Moves {
			if m.ID == id {
				return name, nil
			}
		}
	}
	for _, m := range d.Past {
		if m.ID == id {
			return m.Policy, nil
		}
	}
	return "", fmt.Errorf("request %q: %w", id, policies.ErrNotThere)
}

// DuePolicies implements policies.Desk.
func (d *Desk) DuePolicies(_ context.Context, now domain.Time) (names []string, _ error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, life := range d.Lives {
		if slices.ContainsFunc(life.Moves, func(m domain.PolicyMove) bool { return m.DueAt <= now }) {
			names = append(names, name)
		}
	}
	return names, nil
}

// PolicySeq implements policies.Shelf.
func (d *Desk) PolicySeq(context.Context) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Seq, nil
}

// PolicyStanding implements policies.Shelf.
func (d *Desk) PolicyStanding(_ context.Context, now domain.Time) (domain.PolicyStanding, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := domain.PolicyStanding{Seq: d.Seq}
	for name, life := range d.Lives {
		s.Policies = append(s.Policies, life.Policy)
		for _, v := range life.Versions {
			v.Text = d.Texts[textKey(name, v.Number)]
			s.Versions = append(s.Versions, v)
		}
	}
	for _, one := range d.Sleep {
		if one.Until > now {
			s.Snoozes = append(s.Snoozes, one)
		}
	}
	return s, nil
}
