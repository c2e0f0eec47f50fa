package policies

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
)

// Desk is where policies are on record. Its errors are passed on as they are.
type Desk interface {
	// ChangePolicy lets act work on what is on record about a policy and writes what it has changed, all in one transaction. Two acts never see
	// the same policy at the same time. act may be called again, and does no I/O.
	ChangePolicy(ctx context.Context, name string, act func(domain.PolicyLife) (domain.PolicyChange, bool, error)) error
	PolicyVersion(ctx context.Context, name string, number int) (domain.PolicyVersion, error)
	PolicyOfMove(ctx context.Context, id domain.EventID) (string, error)
	DuePolicies(ctx context.Context, now domain.Time) ([]string, error)
}

// Language reads policies. What is wrong with a text is a domain.PolicyFaults.
type Language[P any] interface {
	// Compile makes a program of a text: names, types and cost are good.
	Compile(name string, text []byte) (P, error)
	// Test runs the tests that a policy brings along.
	Test(program P) error
}

// Keeper takes the steps of policies in the store. It is safe for concurrent use, also of several processes.
type Keeper[P any] struct {
	Desk     Desk
	Language Language[P]
	Ready    []Ready
	Rules    Rules
	Now      func() time.Time
}

// Whether an act may make a policy that is not there.
const (
	mayMake = true
	mustBe  = false
)

// act tries an act on a policy that is on record or comes with the program, or may be new, and writes down what it changes.
func (k *Keeper[P]) act(ctx context.Context, name string, make bool, act func(*Life) error) error {
	if err := CheckName(name); err != nil {
		return err
	}
	ready, position := placeOf(k.Ready, name)
	return k.Desk.ChangePolicy(ctx, name, func(data domain.PolicyLife) (domain.PolicyChange, bool, error) {
		if data.Policy.At == 0 && ready == "" && !make {
			return domain.PolicyChange{}, false, fmt.Errorf("policy %q: %w", name, ErrNotThere)
		}
		if data.Policy.At == 0 {
			data.Policy.Position = position
		}
		l := NewLife(data, ready, k.Rules, domain.At(k.Now()))
		if err := act(l); err != nil {
			return domain.PolicyChange{}, false, err
		}
		c, changed := l.Change()
		return c, changed, nil
	})
}

// Draft writes a text down that can be compiled; see Life.Draft.
func (k *Keeper[P]) Draft(ctx context.Context, name, text, note, by string) (v domain.PolicyVersion, err error) {
	if err := CheckName(name); err != nil {
		return v, err
	}
	if len(text) > MaxText || !utf8.ValidString(text) {
		return v, fmt.Errorf("a policy that is not UTF-8 of at most %d bytes: %w", MaxText, ErrMalformed)
	}
	if _, err := k.Language.Compile(name, []byte(text)); err != nil {
		return v, asFaults(err)
	}
	err = k.act(ctx, name, mayMake, func(l *Life) error {
		v, err = l.Draft(text, note, by)
		return err
	})
	return v, err
}

// Try returns what is wrong with a text, its own tests included, and changes nothing.
func (k *Keeper[P]) Try(name, text string) error {
	program, err := k.Language.Compile(name, []byte(text))
	if err == nil {
		err = k.Language.Test(program)
	}
	if err != nil {
		return asFaults(err)
	}
	return nil
}

// asFaults makes faults of an error that says nothing of where it is.
func asFaults(err error) error {
	if faults, ok := errors.AsType[domain.PolicyFaults](err); ok {
		return faults
	}
	return domain.PolicyFaults{{Message: err.Error()}}
}

// Check makes a draft immutable whose types, cost and tests are good.
func (k *Keeper[P]) Check(ctx context.Context, name string, number int, by string) error {
	if number == BuiltIn {
		return nil // it was checked before it came with the program
	}
	v, err := k.Desk.PolicyVersion(ctx, name, number)
	if err != nil || v.State != domain.PolicyDraft {
		return err
	}
	if err := k.Try(name, v.Text); err != nil {
		return err
	}
	return k.act(ctx, name, mustBe, func(l *Life) error { return l.Check(number, v.Digest, by) })
}

// Ask moves a version; see Life.Ask. A version is compiled again before it is asked: this program may be another one than that which checked it.
func (k *Keeper[P]) Ask(ctx context.Context, m domain.PolicyMove) (done domain.PolicyMove, err error) {
	if m.To.Asked() {
		if err := k.readable(ctx, m.Policy, m.Number); err != nil {
			return m, err
		}
	}
	err = k.act(ctx, m.Policy, mustBe, func(l *Life) error {
		done, err = l.Ask(m)
		return err
	})
	return done, err
}

// readable returns an error if a version cannot be compiled.
func (k *Keeper[P]) readable(ctx context.Context, name string, number int) error {
	text := TextOf(k.Ready, name)
	if number != BuiltIn {
		v, err := k.Desk.PolicyVersion(ctx, name, number)
		if err != nil {
			return err
		}
		text = v.Text
	}
	if _, err := k.Language.Compile(name, []byte(text)); err != nil {
		return asFaults(err)
	}
	return nil
}

// Approve lets happen what another person has asked for.
func (k *Keeper[P]) Approve(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	return k.answer(ctx, id, func(l *Life) (domain.PolicyMove, error) { return l.Approve(id, by, answer) })
}

// Refuse ends a request or a plan.
func (k *Keeper[P]) Refuse(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	return k.answer(ctx, id, func(l *Life) (domain.PolicyMove, error) { return l.Refuse(id, by, answer) })
}

func (k *Keeper[P]) answer(ctx context.Context, id domain.EventID, act func(*Life) (domain.PolicyMove, error)) (m domain.PolicyMove, err error) {
	name, err := k.Desk.PolicyOfMove(ctx, id)
	if err != nil {
		return m, err
	}
	err = k.act(ctx, name, mustBe, func(l *Life) error {
		m, err = act(l)
		return err
	})
	return m, err
}

// Rollback brings the version back that was live before.
func (k *Keeper[P]) Rollback(ctx context.Context, name, by, reason string) (live domain.PolicyVersion, err error) {
	err = k.act(ctx, name, mustBe, func(l *Life) error {
		if err := l.Rollback(by, reason); err != nil {
			return err
		}
		live = *l.in(domain.PolicyLive)
		return nil
	})
	return live, err
}

// Review notes that somebody else has looked at an emergency.
func (k *Keeper[P]) Review(ctx context.Context, name string, step domain.EventID, by string) error {
	return k.act(ctx, name, mustBe, func(l *Life) error { return l.Review(step, by) })
}

// Place puts a policy at another place.
func (k *Keeper[P]) Place(ctx context.Context, name string, position int) error {
	return k.act(ctx, name, mustBe, func(l *Life) error { return l.Place(position) })
}

// Due does what is due, of all policies, and lets lapse what nobody has answered. Doing it again, or in two processes, changes nothing more.
func (k *Keeper[P]) Due(ctx context.Context) error {
	names, err := k.Desk.DuePolicies(ctx, domain.At(k.Now()))
	for _, name := range names {
		if err := k.act(ctx, name, mustBe, func(l *Life) error { l.Due(); return nil }); err != nil {
			return err
		}
	}
	return err
}

// Look returns a policy as it is with what comes with the program. What is neither on record nor comes with the program is not there.
func (k *Keeper[P]) Look(data domain.PolicyLife) (domain.PolicyLife, error) {
	ready, position := placeOf(k.Ready, data.Policy.Name)
	if data.Policy.At == 0 {
		if ready == "" {
			return data, fmt.Errorf("policy %.80q: %w", data.Policy.Name, ErrNotThere)
		}
		data.Policy.Position = position
	}
	return NewLife(data, ready, k.Rules, domain.At(k.Now())).Data(), nil
}
