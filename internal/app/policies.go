package app

import (
	"context"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/tally"
	"github.com/quell-project/quell/policies"
)

func (a *App) openPolicies(context.Context) error {
	builtIn, err := BuiltIn()
	if err != nil {
		return err
	}
	a.policies = &gate.Gate{
		Lines: func() []gate.Line { return builtIn }, Tallies: tally.New(a.store), Memory: memory{a.store},
		Alarm: func(al policy.Alarm) {
			a.log.Warn("a policy raises an alarm", "policy", al.Policy, "rule", al.Rule, "alarm", al.Text)
		},
		Log: a.log.With("part", "policies"),
	}
	return nil
}

// BuiltIn compiles the policies that are in force where nobody has put others in force.
func BuiltIn() (lines []gate.Line, err error) {
	for _, name := range policies.BuiltIn {
		text, err := policies.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		program, found := policy.Load(text)
		if program == nil {
			return nil, fmt.Errorf("%s: %w", name, found)
		}
		lines = append(lines, gate.Line{Name: program.Document.Name, Live: &gate.Version{Program: program}})
	}
	return lines, nil
}

// memory knows what people have overturned.
type memory struct{ store *store.Store }

// Excuses implements gate.Memory.
func (m memory) Excuses(ctx context.Context, now domain.Time, u domain.Upload, matches []domain.Match) ([]policy.Excuse, error) {
	overturns, err := m.store.OverturnsOf(ctx, u.Digest)
	if err != nil {
		return nil, err
	}
	return gate.Excuses(now, u, matches, overturns, nil), nil
}
