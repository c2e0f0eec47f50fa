package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Explanations say how versions of policies come to what they say about an upload. What is not there is an error for which Faults.NotFound is true; a
// text that cannot be read is a policy.Diagnostics.
type Explanations interface {
	// Explain explains one version, the live one if it is below 0, or without a name all that had something to say.
	Explain(ctx context.Context, id domain.DecisionID, name string, version int) ([]policy.Explanation, error)
	ExplainText(ctx context.Context, id domain.DecisionID, text string) (policy.Explanation, error)
	// NewTest makes a test of a decision in YAML, for one version, the live one if it is below 0, or without a name for the one that decided.
	NewTest(ctx context.Context, id domain.DecisionID, name string, version int) (string, error)
}

type explanationQuery struct {
	ID      string `path:"decision_id" maxLength:"64"`
	Policy  string `query:"policy" maxLength:"64" doc:"Explain this policy; absent: all versions that had something to say."`
	Version int    `query:"version" minimum:"-1" default:"-1" doc:"And this version of it; -1: the one that is live."`
}

type explanationRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Text string `json:"text" minLength:"1" maxLength:"1048576" doc:"Of a policy, in YAML."`
}

type explanationList struct {
	Explanations []policy.Explanation `json:"explanations"`
}

func (s *server) explanationRoutes() {
	register(s, huma.Operation{
		OperationID: "get-policy-schema", Method: http.MethodGet, Path: "/api/v1/policy-schema", Tags: []string{tagRecords}, Summary: "What policies can see and use, and their keys",
	}, func(context.Context, *struct{}) (*body[policy.Schema], error) {
		described, err := policy.Describe()
		return &body[policy.Schema]{described}, err
	})
	if s.Explanations == nil {
		return
	}
	const path = "/api/v1/decisions/{decision_id}/explanation"
	register(s, huma.Operation{
		OperationID: "explain-decision", Method: http.MethodGet, Path: path, Tags: []string{tagRecords}, Summary: "How versions of policies come to what they say about an upload",
		Description: "Every piece of every condition with its value for the facts that were recorded with the decision.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *explanationQuery) (*body[explanationList], error) {
		all, err := s.Explanations.Explain(ctx, domain.DecisionID(in.ID), in.Policy, in.Version)
		if err != nil {
			return nil, err
		}
		return &body[explanationList]{explanationList{all}}, nil
	})
	register(s, huma.Operation{
		OperationID: "make-policy-test", Method: http.MethodGet, Path: "/api/v1/decisions/{decision_id}/policy-test", Tags: []string{tagRecords}, Summary: "A test of a policy, made from a decision",
		Description: "Without what names anybody: no account, no content, no file, ages rounded; of counts and attributes only what the policy asks about.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, s.newTest)
	receive(s, huma.Operation{
		OperationID: "explain-decision-by", Method: http.MethodPost, Path: path, Tags: []string{tagRecords}, Summary: "The same for a text that is no version yet",
		Parameters:  []*huma.Param{pathParam("decision_id", 64)},
		RequestBody: jsonBody(schema[explanationRequest](s), `{"text":"policy: draft\nrules: []"}`), Errors: []int{http.StatusNotFound},
	}, intake{json: 2 * policy.MaxText}, s.explainText)
}

type testShape struct {
	YAML string `json:"yaml" doc:"To be put under tests: of the policy."`
}

// newTest makes a test of a decision.
func (s *server) newTest(ctx context.Context, in *explanationQuery) (*body[testShape], error) {
	text, err := s.Explanations.NewTest(ctx, domain.DecisionID(in.ID), in.Policy, in.Version)
	if err != nil {
		return nil, err
	}
	return &body[testShape]{testShape{text}}, nil
}

func (s *server) explainText(r *http.Request, f form) (explanationList, error) {
	q, err := decode[explanationRequest](s, f.document, "body")
	if err != nil {
		return explanationList{}, err
	}
	one, err := s.Explanations.ExplainText(r.Context(), domain.DecisionID(r.PathValue("decision_id")), q.Text)
	return explanationList{[]policy.Explanation{one}}, err
}
