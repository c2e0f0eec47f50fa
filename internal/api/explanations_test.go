package api_test

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// explanations knows one decision, d-1, and what a policy says about it.
type explanations struct{}

func (explanations) Explain(ctx context.Context, id domain.DecisionID, name string, version int) ([]policy.Explanation, error) {
	text := "policy: known\nrules: [{id: near, when: 'matches.exists(m, m.distance <= 12)', decide: block}]"
	if name == "broken" {
		text = "policy: broken\nrules: [{id: near, when: gone, decide: block}]"
	}
	e, err := explanations{}.ExplainText(ctx, id, text)
	e.Version = version
	return []policy.Explanation{e}, err
}

func (explanations) ExplainText(_ context.Context, id domain.DecisionID, text string) (policy.Explanation, error) {
	if id != "d-1" {
		return policy.Explanation{}, errNotFound
	}
	p, found := policy.Load([]byte(text))
	if p == nil {
		return policy.Explanation{}, found
	}
	return p.Explain(&policy.Facts{Now: 1, Matches: []policy.Match{{Bank: policy.Bank{Name: "heron", Kind: "known"}, Signal: policy.Signal{Type: "pdq"}, Distance: 6}}}, 0), nil
}

// TestExplanations asks for explanations, of versions and of a text.
func TestExplanations(t *testing.T) {
	t.Parallel()
	const path = "/api/v1/decisions/d-1/explanation"
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", path + "?policy=known&version=4", "", http.StatusOK, `"version":4`},
		{"GET", path, "", http.StatusOK, `"text":"match 1 (bank heron, pdq, distance 6)","op":"element","value":"true"`},
		{"GET", path + "?version=-2", "", http.StatusUnprocessableEntity, "version"},
		{"GET", path + "?policy=broken", "", http.StatusUnprocessableEntity, `"location":"body.text:2:26"`},
		{"GET", "/api/v1/decisions/d-2/explanation", "", http.StatusNotFound, "not found"},
		{"POST", path, `{"text": "policy: p\nrules: [{id: a, when: 'true', decide: label}]"}`, http.StatusOK, `"verdict":"label"`},
		{"POST", path, `{"text": "policy: p\nrules: [{id: a, when: 'tru', decide: label}]"}`, http.StatusUnprocessableEntity, `the name \"tru\" is not known`},
		{"POST", path, `{"texts": "policy: p"}`, http.StatusUnprocessableEntity, "texts"},
		{"GET", "/api/v1/policy-schema", "", http.StatusOK, `"name":"matches","type":"list(Match)"`},
	} {
		w := newWorld()
		a := send(w, c.method, c.path, "application/json", strings.NewReader(c.body))
		if a.status != c.status || !strings.Contains(strings.ToLower(string(a.body)), strings.ToLower(c.says)) {
			t.Errorf("%s %s: %d %.600s", c.method, c.path, a.status, a.body)
		}
	}
}

func (explanations) NewTest(_ context.Context, id domain.DecisionID, name string, _ int) (string, error) {
	if id != "d-1" {
		return "", errNotFound
	}
	return "- name: " + cmp.Or(name, "known") + "\n", nil
}

func TestATestIsMadeFromADecision(t *testing.T) {
	t.Parallel()
	w := newWorld()
	if got := get(w, "/api/v1/decisions/d-1/policy-test").object(t, http.StatusOK); got["yaml"] != "- name: known\n" {
		t.Error(got)
	}
	if got := get(w, "/api/v1/decisions/d-1/policy-test?policy=other").object(t, http.StatusOK); got["yaml"] != "- name: other\n" {
		t.Error(got)
	}
	get(w, "/api/v1/decisions/d-2/policy-test").problem(t, http.StatusNotFound)
}
