package policy

import "github.com/quell-project/quell/internal/domain"

// Means returns what a value that is neither true nor false means for a rule of the policy.
func (d *Document) Means(r *Rule, value domain.Value) Treatment {
	if value == domain.Errored {
		return r.treat(r.Error, d.Error)
	}
	return r.treat(r.Unknown, d.Unknown)
}
