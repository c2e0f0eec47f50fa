package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/pipeline/record"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/policies"
)

// desk is the store as the keeper of policies writes to it.
type desk struct {
	*store.Store
	bus *bus.Bus // nil: nobody listens
}

func (d desk) change(ctx context.Context, f func(*store.Tx) error) error {
	err := d.Tx(ctx, f)
	if err == nil && d.bus != nil {
		d.bus.Wake(bus.WakeOutbox)
	}
	return err
}

// errUnchanged ends a transaction in which there was nothing to write.
var errUnchanged = errors.New("nothing has changed")

// ChangePolicy implements policies.Desk.
func (d desk) ChangePolicy(ctx context.Context, name string, act func(domain.PolicyLife) (domain.PolicyChange, bool, error)) error {
	err := d.change(ctx, func(tx *store.Tx) error {
		seq, err := tx.LockPolicies(ctx)
		if err != nil {
			return err
		}
		life, err := tx.PolicyLife(ctx, name)
		if err != nil {
			return err
		}
		c, changed, err := act(life)
		if err != nil {
			return err
		}
		if !changed {
			return errUnchanged
		}
		return tx.WritePolicy(ctx, c, seq, record.SealStep)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// RaiseAlarms writes alarms down.
func (d desk) RaiseAlarms(ctx context.Context, alarms []domain.Alarm) error {
	if len(alarms) == 0 {
		return nil
	}
	return d.change(ctx, func(tx *store.Tx) error {
		_, err := tx.RaiseAlarms(ctx, alarms)
		return err
	})
}

// AddSnooze implements api.Snoozes.
func (d desk) AddSnooze(ctx context.Context, s domain.Snooze) (made domain.Snooze, err error) {
	err = d.change(ctx, func(tx *store.Tx) error {
		made, err = tx.AddSnooze(ctx, s)
		return err
	})
	return made, err
}

// EndSnooze implements api.Snoozes.
func (d desk) EndSnooze(ctx context.Context, id domain.EventID, by string) (ended domain.Snooze, err error) {
	err = d.change(ctx, func(tx *store.Tx) error {
		ended, err = tx.EndSnooze(ctx, id, by)
		return err
	})
	return ended, err
}

// AckAlarm implements api.Alarms.
func (d desk) AckAlarm(ctx context.Context, id domain.EventID, by string) (acked domain.Alarm, err error) {
	err = d.change(ctx, func(tx *store.Tx) error {
		acked, err = tx.AckAlarm(ctx, id, by)
		return err
	})
	return acked, err
}

// policyDesk is the keeper and the store as the faces use them. What comes with the program is there too, before anybody has touched it.
type policyDesk struct {
	*policies.Keeper[*policy.Program]
	desk
}

// Policies implements api.Policies.
func (p policyDesk) Policies(ctx context.Context) (lives []domain.PolicyLife, err error) {
	on, err := p.desk.Policies(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, one := range on {
		names[one.Name] = true
	}
	for _, r := range p.Ready {
		names[r.Name] = true
	}
	for name := range names {
		l, err := p.Policy(ctx, name)
		if err != nil {
			return nil, err
		}
		lives = append(lives, l)
	}
	slices.SortFunc(lives, func(a, b domain.PolicyLife) int { return domain.ComparePolicies(a.Policy, b.Policy) })
	return lives, nil
}

// Policy implements api.Policies.
func (p policyDesk) Policy(ctx context.Context, name string) (domain.PolicyLife, error) {
	l, err := p.desk.PolicyLife(ctx, name)
	if err == nil {
		l, err = p.Look(l)
	}
	return l, err
}

// PolicyVersion implements api.Policies.
func (p policyDesk) PolicyVersion(ctx context.Context, name string, number int) (domain.PolicyVersion, error) {
	if number == policies.BuiltIn {
		l, err := p.Policy(ctx, name)
		if err != nil {
			return domain.PolicyVersion{}, err
		}
		text := policies.TextOf(p.Ready, name)
		if v := l.Versions; text != "" && len(v) > 0 && v[0].Number == policies.BuiltIn {
			v[0].Text = text
			return v[0], nil
		}
		return domain.PolicyVersion{}, fmt.Errorf("version 0 of policy %q: %w", name, policies.ErrNotThere)
	}
	return p.desk.PolicyVersion(ctx, name, number)
}
