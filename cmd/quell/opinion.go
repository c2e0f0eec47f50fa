package main

import "github.com/quell-project/quell/internal/domain"

// category is what tx calls the opinion about a signal. A bank says what a match with it means; where known-good content is as near, opinions
// differ.
func category(kind domain.BankKind, suppressed bool) string {
	switch {
	case suppressed:
		return "DISPUTED"
	case kind == domain.Negative:
		return "NEGATIVE_CLASS"
	default:
		return "POSITIVE_CLASS"
	}
}
