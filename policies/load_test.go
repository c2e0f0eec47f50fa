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
		if p, found := policy.Check(text); p == nil || len(found) > 0 || p.Document.Name+".yaml" != name {
			t.Errorf("%s:\n%v", name, found)
		} else if open := p.Coverage(); len(open) > 0 {
			t.Errorf("%s: its tests leave open:\n%v", name, open)
		}
	}
}
