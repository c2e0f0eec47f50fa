package policy_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

var update = flag.Bool("update", false, "write docs/policy-reference.md")

const referenceHead = `# Policies: the reference

<!-- Written by "go generate ./internal/pipeline/policy"; change schema.go, keys.go or reference.go there instead. -->

All that the text of a policy can say, and all that its conditions can see and use. [policy.md](policy.md) teaches the language; ` + "`quell policy schema`" + `
prints what is here, and with ` + "`--json`" + ` programs can read it.
`

// TestReference holds docs/policy-reference.md to what the compiler knows.
func TestReference(t *testing.T) {
	t.Parallel()
	s, err := policy.Describe()
	if err != nil {
		t.Fatal(err)
	}
	want := referenceHead + "\n" + s.Markdown("## ")
	path := filepath.Join("..", "..", "..", "docs", "policy-reference.md")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/policy-reference.md is not current; run go generate (want -, got +):\n%s", diff)
	}
}

// TestEverythingHasADescription leaves nothing in the schema without words.
func TestEverythingHasADescription(t *testing.T) {
	t.Parallel()
	s, err := policy.Describe()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Functions {
		if f.Doc == "" || len(f.Signatures) == 0 {
			t.Errorf("the function %s: %q, %v", f.Name, f.Doc, f.Signatures)
		}
	}
	named := s.Variables
	for _, k := range s.Kinds {
		named = append(named, append(k.Fields, policy.Named{Name: k.Name, Type: "kind", Doc: k.Doc})...)
	}
	for _, n := range append(named, s.Macros...) {
		if n.Doc == "" || n.Type == "" {
			t.Errorf("%+v", n)
		}
	}
	if len(s.Functions) < 30 || len(s.Variables) < 12 || len(s.Kinds) < 10 {
		t.Error("there is more than that")
	}
}

// TestTheKeysAreThoseThatAreRead asks the reader, by a key that nothing has, which keys it takes, and which of them it needs.
func TestTheKeysAreThoseThatAreRead(t *testing.T) {
	t.Parallel()
	in := map[string]string{
		"a policy":     "qqqqqqqqqq: 1",
		"a rule":       "policy: p\nrules: [{qqqqqqqqqq: 1}]",
		"an exemption": "policy: p\nrules: []\nexempt: [{qqqqqqqqqq: 1}]",
		"decide":       "policy: p\nrules: [{id: a, when: 'true', decide: {qqqqqqqqqq: 1}}]",
		"a limit":      "policy: p\nrules: []\nlimits: {block: {qqqqqqqqqq: 1}}",
		"flood":        "policy: p\nrules: []\nflood: {qqqqqqqqqq: 1}",
		"a test":       "policy: p\nrules: []\ntests: [{qqqqqqqqqq: 1}]",
		"expect":       "policy: p\nrules: []\ntests: [{name: a, given: {}, expect: {qqqqqqqqqq: 1}}]",
	}
	s, err := policy.Describe()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range s.Keys {
		_, found := policy.Read([]byte(in[table.Of]))
		said := found.Error() + "\n"
		known := map[string]bool{}
		_, list, _ := strings.Cut(said, fmt.Sprintf("%s has no key \"qqqqqqqqqq\" (there is ", table.Of))
		list, _, _ = strings.Cut(list, ")")
		for k := range strings.SplitSeq(list, ", ") {
			known[k] = true
		}
		for _, k := range table.Keys {
			if !known[k.Name] {
				t.Errorf("%s: the reader does not take %s", table.Of, k.Name)
			}
			if needs := strings.Contains(said, fmt.Sprintf("%s needs %s:\n", table.Of, k.Name)); needs != k.Required {
				t.Errorf("%s: the reader needs %s: %v", table.Of, k.Name, needs)
			}
			if k.Form == "" || k.Doc == "" {
				t.Errorf("%s: nothing is said of %s", table.Of, k.Name)
			}
			delete(known, k.Name)
		}
		if len(known) > 0 {
			t.Errorf("%s: the reader also takes %v", table.Of, known)
		}
		delete(in, table.Of)
	}
	if len(in) > 0 {
		t.Errorf("not described: %v", in)
	}
}
