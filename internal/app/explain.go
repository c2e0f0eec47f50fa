package app

import (
	"context"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// explainer explains decisions by the facts that are kept of them.
func (a *App) explainer() *gate.Explainer {
	return &gate.Explainer{
		Lines: a.policies.Lines, Facts: a.factsOf,
		Decision: func(ctx context.Context, id domain.DecisionID) (domain.Decision, error) {
			r, err := a.store.Recorded(ctx, id)
			return r.Decision, err
		},
		Text: func(ctx context.Context, name string, version int) (string, error) {
			v, err := policyDesk{a.keeper, a.desk}.PolicyVersion(ctx, name, version)
			return v.Text, err
		},
	}
}

// factsOf returns what policies saw when they made a decision.
func (a *App) factsOf(ctx context.Context, id domain.DecisionID) (*policy.Facts, error) {
	kept, err := a.store.FactsOf(ctx, id)
	if err != nil {
		return nil, err
	}
	facts := &policy.Facts{AccountID: kept.Account}
	return facts, facts.Decode(kept.Body)
}
