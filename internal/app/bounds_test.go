package app

import (
	"testing"

	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/policies"
)

// TestOneBoundOfTexts: what lint and tests take on a desk is not too long for the server.
func TestOneBoundOfTexts(t *testing.T) {
	t.Parallel()
	if policies.MaxText != policy.MaxText {
		t.Errorf("a policy may have %d bytes by its language and %d by its life", policy.MaxText, policies.MaxText)
	}
}
