package gate

import (
	"context"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Explainer says how versions come to what they say about an upload, by the facts that were recorded with a decision. All fields must be set. It is
// safe for concurrent use.
type Explainer struct {
	Lines    func() []Line // as they are now
	Decision func(context.Context, domain.DecisionID) (domain.Decision, error)
	// Facts returns what policies saw; with the account, where that was not erased.
	Facts func(context.Context, domain.DecisionID) (*policy.Facts, error)
	// Text returns the text of a version that is not asked at the moment.
	Text func(ctx context.Context, name string, version int) (string, error)
}

// LiveVersion stands for the version of a policy that is live now.
const LiveVersion = -1

// Explain explains one version of a policy, or without a name all versions that had something to say then. A text that this build cannot read any more
// is a policy.Diagnostics.
func (e *Explainer) Explain(ctx context.Context, id domain.DecisionID, name string, version int) ([]policy.Explanation, error) {
	d, err := e.Decision(ctx, id)
	if err != nil {
		return nil, err
	}
	facts, err := e.Facts(ctx, id)
	if err != nil {
		return nil, err
	}
	asked := []domain.PolicyRef{{ID: name, Version: version}}
	if name == "" {
		asked = d.Versions()
	}
	var all []policy.Explanation
	for _, a := range asked {
		v, err := e.Version(ctx, a.ID, a.Version)
		if err != nil {
			return nil, err
		}
		all = append(all, v.Program.Explain(facts, v.Number))
	}
	return all, nil
}

// ExplainText explains what a text that is no version yet would say.
func (e *Explainer) ExplainText(ctx context.Context, id domain.DecisionID, text string) (policy.Explanation, error) {
	p, found := policy.Load([]byte(text))
	if p == nil {
		return policy.Explanation{}, found
	}
	facts, err := e.Facts(ctx, id)
	if err != nil {
		return policy.Explanation{}, err
	}
	return p.Explain(facts, 0), nil
}

// NewTest makes a test of a decision, without what names anybody, for one version of a policy, or without a name for the one that decided.
func (e *Explainer) NewTest(ctx context.Context, id domain.DecisionID, name string, version int) (string, error) {
	d, err := e.Decision(ctx, id)
	if err != nil {
		return "", err
	}
	if name == "" {
		name, version = d.Policy.ID, d.Policy.Version
	}
	facts, err := e.Facts(ctx, id)
	if err != nil {
		return "", err
	}
	v, err := e.Version(ctx, name, version)
	if err != nil {
		return "", err
	}
	return v.Program.NewTest(fmt.Sprintf("as decided on %s", day(facts.Now)), facts)
}

// Version finds a version: among those that are asked now, or else by its text.
func (e *Explainer) Version(ctx context.Context, name string, number int) (*Version, error) {
	for _, l := range e.Lines() {
		for _, v := range []*Version{l.Live, l.Canary, l.Shadow} {
			if v != nil && l.Name == name && (v.Number == number || number == LiveVersion && v == l.Live) {
				return v, nil
			}
		}
	}
	text, err := e.Text(ctx, name, number)
	if err != nil {
		return nil, err
	}
	p, found := policy.Load([]byte(text))
	if p == nil {
		return nil, fmt.Errorf("version %d of policy %s: %w", number, name, found)
	}
	return &Version{number, p}, nil
}
