package policies_test

import (
	"io/fs"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/policies"
)

func TestReadyPoliciesLoad(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(policies.Files, "*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := policies.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if p, found := policy.Load(text); p == nil || len(found) > 0 || p.Document.Name+".yaml" != name {
			t.Errorf("%s:\n%v", name, found)
		}
	}
}
