package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

// maxPolicy bounds the JSON of a policy: its text escaped, and what stands beside it.
const maxPolicy = 4 << 20

type draftRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Text string `json:"text" minLength:"1" maxLength:"1048576" doc:"The policy, as YAML."`
	Note string `json:"note,omitempty" maxLength:"1000" doc:"What is new about it."`
}

type moveRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	To        string     `json:"to" enum:"shadow,canary,live,retired"`
	Share     float64    `json:"share,omitempty" minimum:"0" maximum:"1" doc:"Of contents, above 0 and below 1: only for a canary."`
	StartsAt  *time.Time `json:"starts_at,omitempty" doc:"Not before this moment."`
	EndsAt    *time.Time `json:"ends_at,omitempty" doc:"Then it is retired again, and a live version gives way to the one before it."`
	Reason    string     `json:"reason,omitempty" maxLength:"1000"`
	Emergency bool       `json:"emergency,omitempty" doc:"At once and without a second person; it is flagged until somebody else has reviewed it. Needs a reason."`
}

type reasonRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Reason string `json:"reason,omitempty" maxLength:"1000"`
}

type placeRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Position int `json:"position" minimum:"-1000000" maximum:"1000000"`
}

type reviewPath struct {
	Name string `path:"policy" maxLength:"63" example:"known-content"`
	Step string `path:"step_id" maxLength:"64"`
}

// pathParam describes a text in a path.
func pathParam(name string, length int) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &length}}
}

func numberParam() *huma.Param {
	return &huma.Param{Name: "number", In: "path", Required: true, Example: 1, Schema: &huma.Schema{Type: huma.TypeInteger}}
}

func (s *server) policyActRoutes() {
	name, number := pathParam("policy", 63), numberParam()
	impossible := []int{http.StatusNotFound, http.StatusConflict}
	act := func(id, method, path, summary, description string, example string, body *huma.Schema, params ...*huma.Param) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Tags: []string{tagPolicies}, Summary: summary, Description: description, Parameters: params,
			RequestBody: jsonBody(body, example), Errors: append([]int{}, impossible...),
		}
	}
	draft := act("draft-policy", http.MethodPost, onePolicy+"/versions", "Write a version", "The draft that you wrote last is changed; where the newest version is none of yours, a new one begins. "+
		"A text that cannot be compiled is a 422 whose errors name line and column, in `value`.", `{"text":"policy: night-watch\nrules:\n  - {id: all, when: \"true\", decide: hold}\n","note":"first try"}`, schema[draftRequest](s), name)
	draft.DefaultStatus = http.StatusCreated
	receive(s, draft, intake{json: maxPolicy}, s.draftPolicy)
	register(s, huma.Operation{
		OperationID: "check-policy-version", Method: http.MethodPost, Path: policyVersion + "/check", Tags: []string{tagPolicies}, Summary: "Check a draft",
		Description: "Types, cost and the tests in the text must be good. From here on the version never changes.", Errors: append([]int{http.StatusUnprocessableEntity}, impossible...),
	}, s.checkVersion)
	receive(s, act("move-policy-version", http.MethodPost, policyVersion+"/move", "Move a version", "What changes what is decided waits for a second person: then the state of the answer is asked.",
		`{"to":"canary","share":0.05,"reason":"two days beside the live version"}`, schema[moveRequest](s), name, number), intake{json: maxJSON}, s.moveVersion)
	receive(s, act("roll-policy-back", http.MethodPost, onePolicy+"/rollback", "Bring the version back that was live before", "It was live already, so nobody has to agree.",
		`{"reason":"it holds too much"}`, schema[reasonRequest](s), name), intake{json: maxJSON}, s.rollback)
	receive(s, act("place-policy", http.MethodPatch, onePolicy, "Put a policy at another place", "", `{"position":3}`, schema[placeRequest](s), name), intake{json: maxJSON}, s.place)
	register(s, huma.Operation{
		OperationID: "review-policy-emergency", Method: http.MethodPost, Path: onePolicy + "/emergencies/{step_id}/review", Tags: []string{tagPolicies}, Summary: "Review what was done in an emergency",
		Description: "By somebody else than who did it and who wrote the version.", Errors: append([]int{http.StatusUnprocessableEntity}, impossible...),
	}, s.reviewEmergency)
	request := pathParam("request_id", 64)
	receive(s, act("approve-policy-request", http.MethodPost, policyRequest+"/approve", "Agree to a request", "As somebody else than who asked and who wrote the version.",
		`{}`, schema[reasonRequest](s), request), intake{json: maxJSON}, s.approve)
	receive(s, act("refuse-policy-request", http.MethodPost, policyRequest+"/refuse", "Refuse a request, or take it back", "Plans too. Needs a reason.",
		`{"reason":"not before the weekend"}`, schema[reasonRequest](s), request), intake{json: maxJSON}, s.refuse)
}

// numberOf reads the number of a version from the path of a request.
func numberOf(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil || n < 0 {
		return 0, unprocessable("path.number", "is not the number of a version")
	}
	return n, nil
}

func (s *server) draftPolicy(r *http.Request, f form) (versionShape, error) {
	q, err := decode[draftRequest](s, f.document, "body")
	if err != nil {
		return versionShape{}, err
	}
	v, err := s.Policies.Draft(r.Context(), r.PathValue("policy"), q.Text, q.Note, caller(r.Context()))
	return shapeVersion(v), err
}

func (s *server) checkVersion(ctx context.Context, in *versionPath) (*body[versionShape], error) {
	if err := s.Policies.Check(ctx, in.Name, in.Number, caller(ctx)); err != nil {
		return nil, err
	}
	return s.getVersion(ctx, in)
}

func (s *server) moveVersion(r *http.Request, f form) (moveShape, error) {
	q, err := decode[moveRequest](s, f.document, "body")
	if err != nil {
		return moveShape{}, err
	}
	n, err := numberOf(r)
	if err != nil {
		return moveShape{}, err
	}
	m := domain.PolicyMove{
		Policy: r.PathValue("policy"), Number: n, To: domain.PolicyState(q.To), Share: q.Share, Reason: q.Reason, Emergency: q.Emergency, By: caller(r.Context()),
		StartsAt: given(q.StartsAt), EndsAt: given(q.EndsAt),
	}
	m, err = s.Policies.Ask(r.Context(), m)
	return shapeMove(m), err
}

func (s *server) rollback(r *http.Request, f form) (versionShape, error) {
	q, err := decode[reasonRequest](s, f.document, "body")
	if err != nil {
		return versionShape{}, err
	}
	v, err := s.Policies.Rollback(r.Context(), r.PathValue("policy"), caller(r.Context()), q.Reason)
	return shapeVersion(v), err
}

func (s *server) place(r *http.Request, f form) (policyLifeShape, error) {
	q, err := decode[placeRequest](s, f.document, "body")
	if err != nil {
		return policyLifeShape{}, err
	}
	if err := s.Policies.Place(r.Context(), r.PathValue("policy"), q.Position); err != nil {
		return policyLifeShape{}, err
	}
	l, err := s.Policies.Policy(r.Context(), r.PathValue("policy"))
	return shapeLife(l), err
}

func (s *server) reviewEmergency(ctx context.Context, in *reviewPath) (*body[policyLifeShape], error) {
	if err := s.Policies.Review(ctx, in.Name, domain.EventID(in.Step), caller(ctx)); err != nil {
		return nil, err
	}
	return s.getPolicy(ctx, &policyPath{in.Name})
}

func (s *server) approve(r *http.Request, f form) (moveShape, error) {
	return s.answer(r, f, s.Policies.Approve)
}

func (s *server) refuse(r *http.Request, f form) (moveShape, error) {
	return s.answer(r, f, s.Policies.Refuse)
}

func (s *server) answer(r *http.Request, f form, act func(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error)) (moveShape, error) {
	q, err := decode[reasonRequest](s, f.document, "body")
	if err != nil {
		return moveShape{}, err
	}
	m, err := act(r.Context(), domain.EventID(r.PathValue("request_id")), caller(r.Context()), q.Reason)
	return shapeMove(m), err
}
