package policies_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

var block = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")

// TestPoliciesInTheDocsLoad loads every policy that docs/policy.md shows.
func TestPoliciesInTheDocsLoad(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	found := block.FindAllSubmatch(doc, -1)
	if len(found) < 5 {
		t.Fatalf("%d policies", len(found))
	}
	for _, b := range found {
		if p, wrong := policy.Load(b[1]); p == nil || len(wrong) > 0 {
			t.Errorf("%s\n%v", b[1], wrong)
		}
	}
}
