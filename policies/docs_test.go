package policies_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

var block = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")

// TestPoliciesInTheDocsLoad loads every policy that the docs show as a good one.
func TestPoliciesInTheDocsLoad(t *testing.T) {
	t.Parallel()
	for path, least := range map[string]int{"../docs/policy.md": 5, "../README.md": 1} {
		doc, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := block.FindAllSubmatch(doc, -1)
		if len(found) < least {
			t.Fatalf("%s: %d policies", path, len(found))
		}
		for _, b := range found {
			if p, wrong := policy.Check(b[1]); p == nil || len(wrong) > 0 {
				t.Errorf("%s: %s\n%v", path, b[1], wrong)
			}
		}
	}
}

var wrong = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```\n+```text\n(.*?)^```")

// TestWrongPoliciesInTheDocs holds what docs/policy-errors.md says that wrong policies are told to what they are told.
func TestWrongPoliciesInTheDocs(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/policy-errors.md")
	if err != nil {
		t.Fatal(err)
	}
	found := wrong.FindAllSubmatch(doc, -1)
	if len(found) < 10 || len(found) != len(block.FindAll(doc, -1)) {
		t.Fatalf("%d wrong policies with what they are told", len(found))
	}
	for _, b := range found {
		p, told := policy.Check(b[1])
		if diff := cmp.Diff(string(b[2]), told.Error()+"\n"); diff != "" || p != nil {
			t.Errorf("%s\n(want -, got +)\n%s", b[1], diff)
		}
	}
}
