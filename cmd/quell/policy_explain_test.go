package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

// TestPolicyExplain writes an explanation out, of a server that explains a text or its own policy by facts with one near match.
func TestPolicyExplain(t *testing.T) {
	t.Setenv("QUELL_API_KEY", "qk_test")
	const text = `policy: known
rules:
  - {id: near, when: 'matches.exists(m, m.distance <= 12) && content.language == "de"', decide: block}
  - {id: reported, when: size(reports) > 2, decide: hold}
`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := text
		if r.Method == http.MethodPost {
			var body struct{ Text string }
			_ = json.NewDecoder(r.Body).Decode(&body)
			asked = body.Text
		}
		if r.URL.Path != "/api/v1/decisions/d-1/explanation" || r.Method == http.MethodGet && r.URL.RawQuery != "policy=known&version=3" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"detail": "not found"}`)
			return
		}
		p, found := policy.Load([]byte(asked))
		if p == nil {
			t.Error(found)
			return
		}
		e := p.Explain(&policy.Facts{Now: 1, Matches: []policy.Match{{Bank: policy.Bank{Name: "heron", Kind: "known"}, Signal: policy.Signal{Type: "pdq"}, Distance: 6}}}, 3)
		_ = json.NewEncoder(w).Encode(map[string]any{"explanations": []policy.Explanation{e}})
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "draft.yaml")
	if err := os.WriteFile(file, []byte("policy: draft\nrules: [{id: none, when: 'size(matches) == 0', decide: label}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		command policyExplainCmd
		want    string
	}{
		"a version": {policyExplainCmd{Decision: "d-1", Policy: "known", Version: 3}, `known@3  ◕ hold   The rule near of policy known cannot be decided: content.language is not known.

rule near = unknown, asks for block, means hold, decided
  near is unknown: content.language is not known.
  matches.exists(m, m.distance <= 12) && content.language == "de" = unknown
    matches.exists(m, m.distance <= 12) = true
      matches = list of 1
      match 1 (bank heron, pdq, distance 6) = true
        m.distance <= 12 = true
          m.distance = 6
    content.language == "de" = unknown
      content.language = unknown (content.language is not known)
`},
		"a file": {policyExplainCmd{Decision: "d-1", File: file, All: true}, "draft@3  ○ allow  \n\nrule none = false, asks for label\n  none is false: the number of matches is 1, not 0.\n  size(matches) == 0 = false\n    size(matches) = 1\n      matches = list of 1\n"},
	} {
		var out bytes.Buffer
		c.command.Server = server.URL
		g := &globals{Data: t.TempDir(), ctx: t.Context(), stdout: &out, stderr: io.Discard}
		if err := c.command.Run(g); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, out.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	gone := policyExplainCmd{Decision: "d-2", Server: server.URL}
	if err := gone.Run(&globals{Data: t.TempDir(), ctx: t.Context(), stdout: io.Discard, stderr: io.Discard}); err == nil {
		t.Error("a decision that is not there is explained")
	}
}
