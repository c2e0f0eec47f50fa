package policy

import "github.com/quell-project/quell/internal/domain"

// Means returns what a value that is neither true nor false means for a rule of the policy.
func (d *Document) Means(r *Rule, value domain.Value) Treatment {
	own, all := r.Unknown, d.Unknown
	if value == domain.Errored {
		own, all = r.Error, d.Error
	}
	switch {
	case own != "":
		return own
	case all != "":
		return all
	case r.Verdict.Rank() >= domain.Hold.Rank():
		return TreatHold
	default:
		return TreatIgnore
	}
}
