package gate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// explainer knows the decision d-1, about an upload with one report, and policies that count reports.
func explainer(t *testing.T) *gate.Explainer {
	t.Helper()
	text := func(name string, version int) string {
		return fmt.Sprintf("policy: %s\nrules: [{id: reported, when: size(reports) >= %d, decide: hold}]", name, version)
	}
	load := func(name string, version int) *gate.Version {
		p, found := policy.Load([]byte(text(name, version)))
		if p == nil {
			t.Fatal(found)
		}
		return &gate.Version{Number: version, Program: p}
	}
	gone := errors.New("not found")
	return &gate.Explainer{
		Lines: func() []gate.Line { return []gate.Line{{Name: "a", Live: load("a", 3), Shadow: load("a", 4)}} },
		Decision: func(_ context.Context, id domain.DecisionID) (domain.Decision, error) {
			if id != "d-1" {
				return domain.Decision{}, gone
			}
			return domain.Decision{ID: id, Policy: domain.PolicyRef{ID: "a", Version: 1, Rule: "reported"}, Rules: []domain.RuleHit{{Policy: "a", Version: 1}, {Policy: "b", Version: 2}, {Policy: "b", Version: 2}}}, nil
		},
		Facts: func(context.Context, domain.DecisionID) (*policy.Facts, error) {
			return &policy.Facts{Now: 2, Reports: []policy.Report{{Reason: "spam", At: 1}}}, nil
		},
		Text: func(_ context.Context, name string, version int) (string, error) {
			switch {
			case version > 9:
				return "policy: p\nrules: [{id: a, when: gone, decide: hold}]", nil
			case name == "a" || name == "b":
				return text(name, version), nil
			}
			return "", gone
		},
	}
}

// TestExplain chooses versions.
func TestExplain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id, name string
		version  int
		want     string
	}{
		{"d-1", "", 0, "a@1 hold, b@2 allow"},
		{"d-1", "a", gate.LiveVersion, "a@3 allow"},
		{"d-1", "a", 4, "a@4 allow"},
		{"d-1", "b", 1, "b@1 hold"},
		{"d-1", "b", 10, `version 10 of policy b: 2:23: the name "gone" is not known`},
		{"d-1", "c", 1, "not found"},
		{"d-2", "a", 3, "not found"},
	} {
		var said []string
		all, err := explainer(t).Explain(t.Context(), domain.DecisionID(c.id), c.name, c.version)
		for _, e := range all {
			said = append(said, fmt.Sprintf("%s@%d %s", e.Policy, e.Version, e.Verdict))
		}
		got := strings.Join(said, ", ")
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s@%d: %s, want %s", c.id, c.name, c.version, got, c.want)
		}
	}
}

// TestExplainText asks a text that is no version.
func TestExplainText(t *testing.T) {
	t.Parallel()
	e, err := explainer(t).ExplainText(t.Context(), "d-1", "policy: x\nrules: [{id: one, when: size(reports) == 1, decide: label}]")
	if err != nil || e.Verdict != domain.Label || e.Rules[0].Value != "true" {
		t.Errorf("%+v, %v", e, err)
	}
	_, err = explainer(t).ExplainText(t.Context(), "d-1", "policy: x\nrules: [{id: one, when: reports, decide: label}]")
	if _, ok := errors.AsType[policy.Diagnostics](err); !ok {
		t.Errorf("it compiles: %v", err)
	}
}
