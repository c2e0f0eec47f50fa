package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

// TestManyDearConditionsAreTooMuchTogether writes rules of which each is allowed by itself.
func TestManyDearConditionsAreTooMuchTogether(t *testing.T) {
	t.Parallel()
	dear := func(rules int) (*policy.Program, policy.Diagnostics) {
		var text strings.Builder
		text.WriteString("policy: dear\nrules:\n")
		for i := range rules {
			fmt.Fprintf(&text, "  - {id: r%d, when: 'matches.all(a, matches.all(b, a.distance == b.distance + %d))', decide: hold}\n", i, i)
		}
		return policy.Load([]byte(text.String()))
	}
	if p, found := dear(1); p == nil {
		t.Fatal(found)
	}
	p, found := dear(100)
	if p != nil || len(found) != 1 || !strings.Contains(found[0].Message, "all conditions together may take") {
		t.Errorf("%v", found)
	}
}

func TestOfOneConditionTheFirstFaultsAreTold(t *testing.T) {
	t.Parallel()
	_, found := policy.Load([]byte("policy: wrong\nrules:\n  - {id: a, when: 'b" + strings.Repeat(" || c", 50) + "', decide: hold}\n  - {id: b, when: d, decide: hold}\n"))
	if len(found) != 11 || found[10].Line != 4 {
		t.Errorf("%d faults: %v", len(found), found)
	}
}
