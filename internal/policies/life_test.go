package policies_test

import (
	"maps"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/policies/policiestest"
)

// TestRandomActsKeepToTheModel lets three people do random things to a policy, with and without a version that comes with the program, and with and
// without the rule of the second person.
func TestRandomActsKeepToTheModel(t *testing.T) {
	t.Parallel()
	all := map[string]int{}
	for seed := range uint64(200) {
		desk := policiestest.NewDesk(func() domain.Time { return 0 })
		for what, n := range policiestest.Compare(t, desk, seed, 150, seed%2 == 0, seed%3 > 0) {
			all[what] += n
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	for _, what := range []string{
		"draft", "check", "ask", "ask refused", "approve", "approve refused", "refuse", "emergency", "review", "review refused", "rollback", "rollback refused",
		"became draft", "became checked", "became shadow", "became canary", "became live", "became retired",
	} {
		if all[what] < 20 {
			t.Errorf("%q has happened %d times: %v", what, all[what], maps.Collect(maps.All(all)))
		}
	}
}
