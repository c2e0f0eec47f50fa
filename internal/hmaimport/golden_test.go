package hmaimport_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/hmaimport"
	"github.com/quell-project/quell/internal/hmaimport/hmatest"
	"github.com/quell-project/quell/internal/platform/store"
)

var update = flag.Bool("update", false, "write the golden files again")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestReportOfTheSample holds what is reported of an HMA with all that can be wrong to golden files: for people, for programs, and issue by
// issue. They are the same for both engines, and the same for a dry run.
func TestReportOfTheSample(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		prepare(t, s)
		dry, dryIssues := run(t, d, s, hmaimport.Options{DryRun: true, Vault: vault{}, PageSize: 4})
		real, issues := run(t, d, s, hmaimport.Options{Vault: vault{}, PageSize: 4})
		var text, lines bytes.Buffer
		if err := real.Print(&text); err != nil {
			t.Fatal(err)
		}
		golden(t, "report.txt", text.Bytes())
		for _, i := range issues {
			line, err := json.Marshal(i)
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(append(line, '\n'))
		}
		golden(t, "issues.jsonl", lines.Bytes())
		object, err := json.MarshalIndent(real, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "report.json", append(object, '\n'))

		// A number that was given and undone is not told.
		forget := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Number" || p.Last().String() == ".DryRun" }, cmp.Ignore())
		if diff := cmp.Diff(real, dry, forget); diff != "" {
			t.Errorf("the report of the dry run (-real +dry):\n%s", diff)
		}
		if diff := cmp.Diff(issues, dryIssues, forget); diff != "" {
			t.Errorf("the issues of the dry run (-real +dry):\n%s", diff)
		}
	})
}
