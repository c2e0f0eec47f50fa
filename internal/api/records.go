package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

// maxUploads bounds how many uploads of one content are shown.
const maxUploads = 20

// body wraps an answer the way huma wants it.
type body[T any] struct{ Body T }

type contentPath struct {
	ContentID string `path:"content_id" maxLength:"256" doc:"The service's own name for the item, with / as %2F, . as %2E and so on." example:"post-17"`
}

type contentQuery struct {
	ContentID string `query:"content_id" required:"true" maxLength:"256" doc:"The service's own name for the item." example:"post/17"`
}

type decisionPath struct {
	ID string `path:"decision_id" maxLength:"64"`
}

type decisionQuery struct {
	Verdict string `query:"verdict" enum:"allow,label,limit,hold,block" doc:"Only decisions of this verdict."`
	Before  string `query:"before" maxLength:"64" doc:"Only decisions older than the one with this id: for the next page."`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type decisionList struct {
	Decisions []decisionShape `json:"decisions" doc:"Newest first."`
	Next      string          `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

type matchList struct {
	Matches []matchOfDecision `json:"matches" doc:"Of the newest decision about each upload, newest upload first."`
}

type matchOfDecision struct {
	DecisionID string `json:"decision_id"`
	MatchShape
}

func (s *server) recordRoutes() {
	const content = "/api/v1/contents/{content_id}"
	register(s, huma.Operation{OperationID: "get-content", Method: http.MethodGet, Path: content, Tags: []string{tagRecords}, Summary: "What is known of a content", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *contentPath) (*body[contentShape], error) {
			return s.getContent(ctx, in.ContentID)
		})
	register(s, huma.Operation{
		OperationID: "find-content", Method: http.MethodGet, Path: "/api/v1/contents", Tags: []string{tagRecords}, Summary: "What is known of a content, by an id of any form",
		Description: "The same as with the id in the path. Some programs between client and server change paths that have an escaped `/` or `.` in them; a query they leave alone.",
		Errors:      []int{http.StatusNotFound},
	}, func(ctx context.Context, in *contentQuery) (*body[contentShape], error) {
		return s.getContent(ctx, in.ContentID)
	})
	register(s, huma.Operation{OperationID: "get-content-matches", Method: http.MethodGet, Path: content + "/matches", Tags: []string{tagRecords}, Summary: "What a content matched", Errors: []int{http.StatusNotFound}}, s.getMatches)
	register(s, huma.Operation{OperationID: "list-decisions", Method: http.MethodGet, Path: "/api/v1/decisions", Tags: []string{tagRecords}, Summary: "The latest decisions"}, s.listDecisions)
	register(s, huma.Operation{OperationID: "get-decision", Method: http.MethodGet, Path: "/api/v1/decisions/{decision_id}", Tags: []string{tagRecords}, Summary: "One decision with its evidence", Errors: []int{http.StatusNotFound}}, s.getDecision)
}

// register adds an operation without a body, whose errors become problems.
func register[I, O any](s *server, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusServiceUnavailable)
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err == nil {
			return out, nil
		}
		p := s.problemOf(op.Path, err)
		if p.Status == http.StatusServiceUnavailable {
			return nil, huma.ErrorWithHeaders(p, http.Header{"Retry-After": {retryAfter}})
		}
		return nil, p
	})
}

// pageOf shapes a page of items, of which one more was read than fit if there is more: then next is the id of the last one on the page.
func pageOf[T, S any, ID ~string](items []T, limit int, shape func(T) S, id func(T) ID) (shapes []S, next string) {
	if len(items) > limit {
		items = items[:limit]
		next = string(id(items[limit-1]))
	}
	return shaped(items, shape), next
}

// shaped shapes items, none of which make an empty list.
func shaped[T, S any](items []T, shape func(T) S) []S {
	shapes := make([]S, len(items))
	for i, item := range items {
		shapes[i] = shape(item)
	}
	return shapes
}

func (s *server) getContent(ctx context.Context, id string) (*body[contentShape], error) {
	uploads, err := s.Records.Uploads(ctx, domain.ContentID(id), maxUploads)
	if err != nil {
		return nil, err
	}
	newest := uploads[0]
	content := contentShape{
		ContentID: string(newest.ContentID), AccountID: string(newest.AccountID), Surface: newest.Surface, Visibility: newest.Visibility,
		CreatedAt: moment(newest.CreatedAt), AccountAt: moment(newest.AccountCreatedAt), Language: newest.Language, Attributes: newest.Attributes,
	}
	for i, u := range uploads {
		recorded, err := s.Records.RecordedOf(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		if i == 0 && len(recorded) > 0 {
			content.Verdict = string(recorded[0].Decision.Verdict)
		}
		content.Uploads = append(content.Uploads, shapeUpload(u, recorded))
	}
	return &body[contentShape]{content}, nil
}

func (s *server) getMatches(ctx context.Context, in *contentPath) (*body[matchList], error) {
	uploads, err := s.Records.Uploads(ctx, domain.ContentID(in.ContentID), maxUploads)
	if err != nil {
		return nil, err
	}
	list := matchList{Matches: []matchOfDecision{}}
	for _, u := range uploads {
		recorded, err := s.Records.RecordedOf(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		if len(recorded) == 0 {
			continue
		}
		d := recorded[0].Decision
		for _, m := range shapeMatches(d.Matches) {
			list.Matches = append(list.Matches, matchOfDecision{string(d.ID), m})
		}
	}
	return &body[matchList]{list}, nil
}

func (s *server) listDecisions(ctx context.Context, in *decisionQuery) (*body[decisionList], error) {
	recorded, err := s.Records.Decisions(ctx, DecisionQuery{domain.Verdict(in.Verdict), domain.DecisionID(in.Before), in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listOf(recorded, in.Limit), nil
}

// listOf is a page of decisions, of which one more was read than fit.
func listOf(recorded []domain.Recorded, limit int) *body[decisionList] {
	shapes, next := pageOf(recorded, limit, func(r domain.Recorded) decisionShape { return shapeDecision(r.Decision) }, func(r domain.Recorded) domain.DecisionID { return r.Decision.ID })
	return &body[decisionList]{decisionList{shapes, next}}
}

func (s *server) getDecision(ctx context.Context, in *decisionPath) (*body[decisionShape], error) {
	r, err := s.Records.Recorded(ctx, domain.DecisionID(in.ID))
	if err != nil {
		return nil, err
	}
	return &body[decisionShape]{shapeDecision(r.Decision)}, nil
}
