package app

import (
	"context"

	"github.com/quell-project/quell/internal/console"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/tally"
)

// consolePolicies is the keeper of policies as the console uses it. The errors of the rooms behind it become those that people understand.
type consolePolicies struct {
	policyDesk
	counts *tally.Reader
}

// Policy implements console.Policies.
func (c consolePolicies) Policy(ctx context.Context, name string) (domain.PolicyLife, error) {
	if policies.CheckName(name) != nil {
		return domain.PolicyLife{}, console.ErrNotFound // no such name can be on record
	}
	l, err := c.policyDesk.Policy(ctx, name)
	return l, consoleError(err)
}

// PolicyVersion implements console.Policies.
func (c consolePolicies) PolicyVersion(ctx context.Context, name string, number int) (domain.PolicyVersion, error) {
	v, err := c.policyDesk.PolicyVersion(ctx, name, number)
	return v, consoleError(err)
}

// Tallies implements console.Policies.
func (c consolePolicies) Tallies(ctx context.Context, now domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	return c.counts.Of(ctx, now, subjects)
}

// Approve implements console.Policies.
func (c consolePolicies) Approve(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	m, err := c.policyDesk.Approve(ctx, id, by, answer)
	return m, consoleError(err)
}

// Refuse implements console.Policies.
func (c consolePolicies) Refuse(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	m, err := c.policyDesk.Refuse(ctx, id, by, answer)
	return m, consoleError(err)
}

// Rollback implements console.Policies.
func (c consolePolicies) Rollback(ctx context.Context, name, by, reason string) (domain.PolicyVersion, error) {
	v, err := c.policyDesk.Rollback(ctx, name, by, reason)
	return v, consoleError(err)
}

// Review implements console.Policies.
func (c consolePolicies) Review(ctx context.Context, name string, step domain.EventID, by string) error {
	return consoleError(c.policyDesk.Review(ctx, name, step, by))
}

// EndSnooze implements console.Policies.
func (c consolePolicies) EndSnooze(ctx context.Context, id domain.EventID, by string) (domain.Snooze, error) {
	s, err := c.policyDesk.EndSnooze(ctx, id, by)
	return s, consoleError(err)
}

// AckAlarm implements console.Policies.
func (c consolePolicies) AckAlarm(ctx context.Context, id domain.EventID, by string) (domain.Alarm, error) {
	a, err := c.policyDesk.AckAlarm(ctx, id, by)
	return a, consoleError(err)
}

// consoleFacts is what policies saw, as the console reads it.
type consoleFacts struct{ *gate.Explainer }

// consoleFacts is the explainer as the console uses it. What only stands in the place of a version that cannot be read explains nothing.
func (a *App) consoleFacts() consoleFacts {
	e := a.explainer()
	e.Lines = func() []gate.Line { return readableLines(a.book.Current()) }
	return consoleFacts{e}
}

// FactsOf implements console.Facts.
func (c consoleFacts) FactsOf(ctx context.Context, id domain.DecisionID) (*policy.Facts, error) {
	f, err := c.Facts(ctx, id)
	return f, consoleError(err)
}

// Program implements console.Facts.
func (c consoleFacts) Program(ctx context.Context, name string, version int) (*policy.Program, error) {
	v, err := c.Version(ctx, name, version)
	if err != nil {
		return nil, err
	}
	return v.Program, nil
}
