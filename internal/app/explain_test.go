package app

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// TestADecisionIsExplainedByTheFactsOnRecord asks a running server why it has decided, and what another text would have said.
func TestADecisionIsExplainedByTheFactsOnRecord(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	d, err := a.pipeline.Check(t.Context(), ingest.Submission{
		ContentID: "post-1", AccountID: "user-4", Surface: "post", Parts: []ingest.Part{{Name: "file-1", Data: []byte("no picture at all")}},
	})
	if err != nil || d.Verdict != domain.Hold {
		t.Fatal(d, err)
	}
	key, err := a.Auth().NewKey(t.Context(), "eva")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(what string) []byte {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.Address()+"/api/v1/decisions/"+string(d.ID)+"/"+what, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s\n%s", answer.Status, body)
		}
		return body
	}
	if made := string(ask("policy-test")); !strings.Contains(made, "rule: unchecked") || strings.Contains(made, "user-4") || strings.Contains(made, "post-1") {
		t.Errorf("a test made of it: %s", made)
	}
	body := ask("explanation")
	var shown struct {
		Explanations []struct {
			Policy string
			Rules  []struct{ Name, Value, Effect string }
		}
	}
	if err := json.Unmarshal(body, &shown); err != nil || len(shown.Explanations) != 1 || shown.Explanations[0].Policy != "known-content" {
		t.Fatalf("%v\n%s", err, body)
	}
	for _, rule := range shown.Explanations[0].Rules {
		if rule.Name == "unchecked" && rule.Value == "true" && rule.Effect == "decided" {
			return
		}
	}
	t.Errorf("%s", body)
}
