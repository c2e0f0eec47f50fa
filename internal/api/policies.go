package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Policies are the versions of policies and what people do with them. What is not there is an error for which Faults.NotFound is true, what is not
// possible one for which Faults.Conflict is, and what has no meaning one for which Faults.Malformed is; what is wrong with a text is a
// domain.PolicyFaults.
type Policies interface {
	// Policies returns all policies in the order in which they are asked, those that come with the program too.
	Policies(ctx context.Context) ([]domain.PolicyLife, error)
	Policy(ctx context.Context, name string) (domain.PolicyLife, error)
	// PolicyVersion returns a version with its text.
	PolicyVersion(ctx context.Context, name string, number int) (domain.PolicyVersion, error)
	PolicySteps(ctx context.Context, name string, before domain.EventID, limit int) ([]domain.PolicyStep, error)
	PolicyMoves(ctx context.Context, name string, limit int) ([]domain.PolicyMove, error)

	Draft(ctx context.Context, name, text, note, by string) (domain.PolicyVersion, error)
	Check(ctx context.Context, name string, number int, by string) error
	Ask(ctx context.Context, m domain.PolicyMove) (domain.PolicyMove, error)
	Approve(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error)
	Refuse(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error)
	Rollback(ctx context.Context, name, by, reason string) (domain.PolicyVersion, error)
	Review(ctx context.Context, name string, step domain.EventID, by string) error
	Place(ctx context.Context, name string, position int) error

	ShadowCounts(ctx context.Context, policy string, version int, from, to domain.Time) ([]domain.ShadowCount, error)
	ShadowChanges(ctx context.Context, policy string, version int, before domain.DecisionID, limit int) ([]domain.ShadowChange, error)
}

type versionShape struct {
	Policy    string    `json:"policy" example:"known-content"`
	Number    int       `json:"number" doc:"0 comes with Quell."`
	State     string    `json:"state" enum:"draft,checked,shadow,canary,live,retired"`
	Share     float64   `json:"share,omitempty" doc:"Of contents, while it is a canary."`
	Digest    string    `json:"digest" doc:"SHA-256 of the text."`
	Note      string    `json:"note,omitempty"`
	By        string    `json:"by" doc:"Who wrote it."`
	At        time.Time `json:"at"`
	ChangedAt time.Time `json:"changed_at" doc:"When its state last changed."`
	Text      string    `json:"text,omitempty" doc:"Only when one version is asked for."`
}

type moveShape struct {
	ID        string     `json:"id"`
	Policy    string     `json:"policy"`
	Number    int        `json:"number"`
	To        string     `json:"to" enum:"shadow,canary,live,retired"`
	Share     float64    `json:"share,omitempty"`
	State     string     `json:"state" enum:"asked,planned,done,refused,lapsed,void" doc:"asked: it waits for a second person; planned: it waits for its time; void: it had no meaning any more."`
	StartsAt  *time.Time `json:"starts_at,omitempty"`
	EndsAt    *time.Time `json:"ends_at,omitempty"`
	By        string     `json:"by"`
	Reason    string     `json:"reason,omitempty"`
	Emergency bool       `json:"emergency,omitempty"`
	Ends      bool       `json:"ends,omitempty" doc:"It is the end that was set for a version; a live one gives way to the one before it."`
	At        time.Time  `json:"at"`
	DueAt     *time.Time `json:"due_at,omitempty" doc:"When it lapses or happens; absent: it is over."`
	Second    string     `json:"second,omitempty" doc:"Who agreed or refused."`
	Answer    string     `json:"answer,omitempty"`
}

type stepShape struct {
	ID        string    `json:"id"`
	Number    int       `json:"number"`
	From      string    `json:"from,omitempty"`
	To        string    `json:"to"`
	Share     float64   `json:"share,omitempty"`
	By        string    `json:"by"`
	Second    string    `json:"second,omitempty" doc:"Who agreed."`
	Reason    string    `json:"reason,omitempty"`
	Emergency bool      `json:"emergency,omitempty" doc:"Taken without a second person."`
	Reviewed  string    `json:"reviewed_by,omitempty" doc:"Who has looked at the emergency since."`
	At        time.Time `json:"at"`
}

type policyLifeShape struct {
	Name     string         `json:"name" example:"known-content"`
	Position int            `json:"position" doc:"Policies are asked in this order; where two ask for equally much the first one decides."`
	Before   []int          `json:"live_before" doc:"Versions that were live, oldest first; a rollback takes the last."`
	Versions []versionShape `json:"versions" doc:"Newest first, at most 200."`
	Open     []moveShape    `json:"open" doc:"Requests that wait for a second person, and plans."`
	Flagged  []stepShape    `json:"to_review" doc:"Emergencies that nobody has reviewed yet."`
}

type policyList struct {
	Policies []policyLifeShape `json:"policies" doc:"In the order in which they are asked."`
}

type stepList struct {
	Steps []stepShape `json:"steps" doc:"Newest first."`
	Next  string      `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

type moveList struct {
	Requests []moveShape `json:"requests" doc:"Newest first, at most 200."`
}

type policyPath struct {
	Name string `path:"policy" maxLength:"63" example:"known-content"`
}

type versionPath struct {
	Name   string `path:"policy" maxLength:"63" example:"known-content"`
	Number int    `path:"number" minimum:"0" maximum:"1000000" example:"1"`
}

type historyQuery struct {
	Name   string `path:"policy" maxLength:"63" example:"known-content"`
	Before string `query:"before" maxLength:"64" doc:"Only steps older than the one with this id: for the next page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

const (
	onePolicy     = "/api/v1/policies/{policy}"
	policyVersion = onePolicy + "/versions/{number}"
	policyRequest = "/api/v1/policy-requests/{request_id}"
	maxVersions   = 200 // that are told of a policy
)

func (s *server) policyRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, huma.Operation{OperationID: "list-policies", Method: http.MethodGet, Path: "/api/v1/policies", Tags: []string{tagPolicies}, Summary: "All policies"}, s.listPolicies)
	register(s, huma.Operation{OperationID: "get-policy", Method: http.MethodGet, Path: onePolicy, Tags: []string{tagPolicies}, Summary: "One policy with its versions", Errors: missing}, s.getPolicy)
	register(s, huma.Operation{OperationID: "get-policy-version", Method: http.MethodGet, Path: policyVersion, Tags: []string{tagPolicies}, Summary: "One version with its text", Errors: missing}, s.getVersion)
	register(s, huma.Operation{OperationID: "get-policy-history", Method: http.MethodGet, Path: onePolicy + "/history", Tags: []string{tagPolicies}, Summary: "Every step of every version", Errors: missing}, s.policyHistory)
	register(s, huma.Operation{OperationID: "get-policy-requests", Method: http.MethodGet, Path: onePolicy + "/requests", Tags: []string{tagPolicies}, Summary: "Requests and plans, those that are over too", Errors: missing}, s.policyMoves)
	register(s, huma.Operation{
		OperationID: "get-policy-changes", Method: http.MethodGet, Path: policyVersion + "/changes", Tags: []string{tagPolicies}, Summary: "What is different in a version, in words",
		Description: "Comments, quotes and line breaks are no difference.", Errors: missing,
	}, s.policyChanges)
	register(s, huma.Operation{
		OperationID: "get-policy-shadow", Method: http.MethodGet, Path: policyVersion + "/shadow", Tags: []string{tagPolicies}, Summary: "What a version would have decided beside what was decided", Errors: missing,
	}, s.shadow)
	s.policyActRoutes()
}

func shapeVersion(v domain.PolicyVersion) versionShape {
	return versionShape{
		Policy: v.Policy, Number: v.Number, State: string(v.State), Share: v.Share, Digest: v.Digest, Note: v.Note, By: v.By, At: v.At.Std(), ChangedAt: v.Changed.Std(), Text: v.Text,
	}
}

func shapeMove(m domain.PolicyMove) moveShape {
	return moveShape{
		ID: string(m.ID), Policy: m.Policy, Number: m.Number, To: string(m.To), Share: m.Share, State: string(m.State), StartsAt: moment(m.StartsAt), EndsAt: moment(m.EndsAt), By: m.By,
		Reason: m.Reason, Emergency: m.Emergency, Ends: m.Ends, At: m.At.Std(), DueAt: moment(m.DueAt), Second: m.Second, Answer: m.Answer,
	}
}

func shapeStep(p domain.PolicyStep) stepShape {
	return stepShape{
		ID: string(p.ID), Number: p.Number, From: string(p.From), To: string(p.To), Share: p.Share, By: p.By, Second: p.Second, Reason: p.Reason, Emergency: p.Emergency,
		Reviewed: p.Reviewed, At: p.At.Std(),
	}
}

func shapeLife(l domain.PolicyLife) policyLifeShape {
	shape := policyLifeShape{
		Name: l.Policy.Name, Position: l.Policy.Position, Before: append([]int{}, l.Policy.Before...), Versions: []versionShape{},
		Open: shaped(l.Moves, shapeMove), Flagged: shaped(l.Flagged, shapeStep),
	}
	for i := len(l.Versions) - 1; i >= 0 && len(shape.Versions) < maxVersions; i-- {
		shape.Versions = append(shape.Versions, shapeVersion(l.Versions[i]))
	}
	return shape
}

func (s *server) listPolicies(ctx context.Context, _ *struct{}) (*body[policyList], error) {
	all, err := s.Policies.Policies(ctx)
	if err != nil {
		return nil, err
	}
	return &body[policyList]{policyList{shaped(all, shapeLife)}}, nil
}

func (s *server) getPolicy(ctx context.Context, in *policyPath) (*body[policyLifeShape], error) {
	l, err := s.Policies.Policy(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return &body[policyLifeShape]{shapeLife(l)}, nil
}

func (s *server) getVersion(ctx context.Context, in *versionPath) (*body[versionShape], error) {
	v, err := s.Policies.PolicyVersion(ctx, in.Name, in.Number)
	if err != nil {
		return nil, err
	}
	return &body[versionShape]{shapeVersion(v)}, nil
}

type changesQuery struct {
	Name   string `path:"policy" maxLength:"63" example:"known-content"`
	Number int    `path:"number" minimum:"0" maximum:"1000000" example:"2"`
	Since  int    `query:"since" minimum:"-1" maximum:"1000000" default:"-1" doc:"The version that it is compared with; -1: the one that is live, or else the one before it."`
}

type changesShape struct {
	Since   int             `json:"since" doc:"The version that it is compared with."`
	Summary string          `json:"summary" example:"1 rule changed, 1 limit"`
	Changes []policy.Change `json:"changes"`
}

// policyChanges compares two versions of a policy.
func (s *server) policyChanges(ctx context.Context, in *changesQuery) (*body[changesShape], error) {
	since := in.Since
	if since < 0 {
		l, err := s.Policies.Policy(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		since = max(in.Number-1, 0)
		for _, v := range l.Versions {
			if v.State == domain.PolicyLive {
				since = v.Number
			}
		}
	}
	var documents [2]*policy.Document
	for i, number := range []int{since, in.Number} {
		v, err := s.Policies.PolicyVersion(ctx, in.Name, number)
		if err != nil {
			return nil, err
		}
		d, found := policy.Read([]byte(v.Text))
		if len(found) > 0 {
			return nil, unprocessable("path.number", fmt.Sprintf("version %d cannot be read by this program: %v", number, found[0]))
		}
		documents[i] = d
	}
	changes := policy.Diff(documents[0], documents[1])
	return &body[changesShape]{changesShape{since, policy.Summary(changes), append([]policy.Change{}, changes...)}}, nil
}

func (s *server) policyHistory(ctx context.Context, in *historyQuery) (*body[stepList], error) {
	if _, err := s.Policies.Policy(ctx, in.Name); err != nil {
		return nil, err
	}
	steps, err := s.Policies.PolicySteps(ctx, in.Name, domain.EventID(in.Before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(steps, in.Limit, shapeStep, func(s domain.PolicyStep) domain.EventID { return s.ID })
	return &body[stepList]{stepList{shapes, next}}, nil
}

func (s *server) policyMoves(ctx context.Context, in *policyPath) (*body[moveList], error) {
	if _, err := s.Policies.Policy(ctx, in.Name); err != nil {
		return nil, err
	}
	moves, err := s.Policies.PolicyMoves(ctx, in.Name, maxVersions)
	if err != nil {
		return nil, err
	}
	return &body[moveList]{moveList{shaped(moves, shapeMove)}}, nil
}

type shadowQuery struct {
	Name   string    `path:"policy" maxLength:"63" example:"known-content"`
	Number int       `path:"number" minimum:"0" maximum:"1000000" example:"1"`
	From   time.Time `query:"from" doc:"Counts from this hour on; a week ago if absent."`
	To     time.Time `query:"to" doc:"Counts up to this hour; now if absent."`
	Before string    `query:"before" maxLength:"64" doc:"Only changes of decisions older than the one with this id: for the next page."`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type shadowCountShape struct {
	Stood   string `json:"stood" doc:"What was decided."`
	Verdict string `json:"verdict" doc:"What the version would have decided."`
	Count   int64  `json:"count"`
}

type shadowChangeShape struct {
	Decision string `json:"decision_id"`
	Stood    string `json:"stood"`
	Verdict  string `json:"verdict"`
	Rule     string `json:"rule" doc:"Of the version, that would have decided."`
}

type shadowShape struct {
	Counts  []shadowCountShape  `json:"counts"`
	Changes []shadowChangeShape `json:"changes" doc:"Decisions that the version would have made otherwise, newest first. Of each pair of verdicts 200 an hour are kept; the counts are of all."`
	Next    string              `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

func (s *server) shadow(ctx context.Context, in *shadowQuery) (*body[shadowShape], error) {
	if _, err := s.Policies.PolicyVersion(ctx, in.Name, in.Number); err != nil {
		return nil, err
	}
	if in.To.IsZero() {
		in.To = time.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.AddDate(0, 0, -7)
	}
	counts, err := s.Policies.ShadowCounts(ctx, in.Name, in.Number, domain.At(in.From), domain.At(in.To))
	if err != nil {
		return nil, err
	}
	changes, err := s.Policies.ShadowChanges(ctx, in.Name, in.Number, domain.DecisionID(in.Before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(changes, in.Limit, shapeShadowChange, func(c domain.ShadowChange) domain.DecisionID { return c.Decision })
	return &body[shadowShape]{shadowShape{sumShadow(counts), shapes, next}}, nil
}

func shapeShadowChange(c domain.ShadowChange) shadowChangeShape {
	return shadowChangeShape{string(c.Decision), string(c.Stood), string(c.Verdict), c.Rule}
}

// sumShadow adds up the hours, weakest verdicts first.
func sumShadow(counts []domain.ShadowCount) []shadowCountShape {
	sums := []shadowCountShape{}
	for _, stood := range domain.Verdicts() {
		for _, verdict := range domain.Verdicts() {
			n := int64(0)
			for _, c := range counts {
				if c.Stood == stood && c.Verdict == verdict {
					n += c.Count
				}
			}
			if n > 0 {
				sums = append(sums, shadowCountShape{string(stood), string(verdict), n})
			}
		}
	}
	return sums
}
