package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Replays are looks at what policies would have decided about what is on record. What is not there is an error for which Faults.NotFound is true.
type Replays interface {
	// Replays returns replays older than one, newest first, without their reports.
	Replays(ctx context.Context, before domain.EventID, limit int) ([]domain.Replay, error)
	Replay(ctx context.Context, id domain.EventID) (domain.Replay, error)
	// StartReplay has one run. A text that cannot be read is a policy.Diagnostics.
	StartReplay(ctx context.Context, r domain.Replay) (domain.Replay, error)
	// CancelReplay ends one; for one that is over Faults.Conflict is true.
	CancelReplay(ctx context.Context, id domain.EventID, by string) (domain.Replay, error)
}

type replayRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Policy  string     `json:"policy,omitempty" maxLength:"64" doc:"A policy on record; with version." example:"known-content"`
	Version int        `json:"version,omitempty" minimum:"0" maximum:"1000000" example:"0"`
	Text    string     `json:"text,omitempty" maxLength:"1048576" doc:"A policy that is no version yet, in YAML; in place of policy and version."`
	From    *time.Time `json:"from,omitempty" doc:"Decisions from this moment on; a week ago if absent."`
	To      *time.Time `json:"to,omitempty" doc:"And before this one; now if absent."`
	Share   *float64   `json:"share,omitempty" exclusiveMinimum:"0" maximum:"1" doc:"Of the decisions; all if absent." example:"1"`
	Seed    string     `json:"seed,omitempty" maxLength:"64" doc:"Another seed chooses others."`
	Minutes *float64   `json:"minutes,omitempty" minimum:"0" maximum:"1000" doc:"That a person takes for a case that is held; 3 if absent."`
}

type replayShape struct {
	ID         string     `json:"id"`
	Policy     string     `json:"policy"`
	Version    int        `json:"version" doc:"0: built in, or a text."`
	State      string     `json:"state" enum:"waiting,running,done,failed" doc:"They are run one after the other."`
	Progress   float64    `json:"progress" doc:"Share that is done, 0 to 1."`
	Failed     string     `json:"failed,omitempty" doc:"Why there is no report."`
	From       time.Time  `json:"from"`
	To         time.Time  `json:"to"`
	Share      float64    `json:"share"`
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
	Digest     string     `json:"digest,omitempty" doc:"SHA-256 over all outcomes: the same for the same facts and versions."`
	Report     object     `json:"report,omitempty" doc:"What was found out; only where one replay is asked for. docs/policy.md tells what is in it."`
}

type replayList struct {
	Replays []replayShape `json:"replays" doc:"Newest first."`
	Next    string        `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

type replaysQuery struct {
	Before string `query:"before" maxLength:"64" doc:"Only replays older than the one with this id: for the next page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type replayPath struct {
	ID string `path:"replay_id" maxLength:"64"`
}

func (s *server) replayRoutes() {
	const all, one = "/api/v1/policy-replays", "/api/v1/policy-replays/{replay_id}"
	register(s, huma.Operation{OperationID: "list-replays", Method: http.MethodGet, Path: all, Tags: []string{tagPolicies}, Summary: "The latest replays"}, s.listReplays)
	receive(s, huma.Operation{
		OperationID: "start-replay", Method: http.MethodPost, Path: all, Tags: []string{tagPolicies}, Summary: "Ask a policy about what is on record",
		Description: "What would have been decided if it stood in the place of its namesake among those that are live now. Nothing is changed.",
		RequestBody: jsonBody(schema[replayRequest](s), `{"policy":"known-content","version":0}`), DefaultStatus: http.StatusAccepted, Errors: []int{http.StatusNotFound},
	}, intake{json: 2 * policy.MaxText}, s.startReplay)
	register(s, huma.Operation{OperationID: "get-replay", Method: http.MethodGet, Path: one, Tags: []string{tagPolicies}, Summary: "One replay with its report", Errors: []int{http.StatusNotFound}}, s.getReplay)
	register(s, huma.Operation{
		OperationID: "cancel-replay", Method: http.MethodPost, Path: one + "/cancel", Tags: []string{tagPolicies}, Summary: "End a replay without a report", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.cancelReplay)
}

func shapeReplay(r domain.Replay) replayShape {
	shape := replayShape{
		ID: string(r.ID), Policy: r.Policy, Version: r.Version, State: "waiting", Progress: r.Done, Failed: r.Failed, From: r.From.Std(), To: r.To.Std(), Share: r.Share, By: r.By,
		At: r.At.Std(), FinishedAt: moment(r.FinishedAt), Digest: r.Digest, Report: object(r.Report),
	}
	switch {
	case r.Failed != "":
		shape.State = "failed"
	case r.FinishedAt != 0:
		shape.State = "done"
	case r.Done > 0:
		shape.State = "running"
	}
	return shape
}

func (s *server) listReplays(ctx context.Context, in *replaysQuery) (*body[replayList], error) {
	replays, err := s.Replays.Replays(ctx, domain.EventID(in.Before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(replays, in.Limit, shapeReplay, func(r domain.Replay) domain.EventID { return r.ID })
	return &body[replayList]{replayList{shapes, next}}, nil
}

func (s *server) getReplay(ctx context.Context, in *replayPath) (*body[replayShape], error) {
	r, err := s.Replays.Replay(ctx, domain.EventID(in.ID))
	if err != nil {
		return nil, err
	}
	return &body[replayShape]{shapeReplay(r)}, nil
}

func (s *server) cancelReplay(ctx context.Context, in *replayPath) (*body[replayShape], error) {
	r, err := s.Replays.CancelReplay(ctx, domain.EventID(in.ID), caller(ctx))
	if err != nil {
		return nil, err
	}
	return &body[replayShape]{shapeReplay(r)}, nil
}

// lookBack is how far a replay goes back that does not say it, and reviewTime how many minutes a case takes.
const (
	lookBack   = 7 * 24 * time.Hour
	reviewTime = 3
)

func (s *server) startReplay(r *http.Request, f form) (replayShape, error) {
	q, err := decode[replayRequest](s, f.document, "body")
	if err != nil {
		return replayShape{}, err
	}
	if (q.Policy == "") == (q.Text == "") {
		return replayShape{}, unprocessable("body", "name a policy with a version, or send the text of one")
	}
	now := time.Now()
	asked := domain.Replay{
		Policy: q.Policy, Version: q.Version, Text: q.Text, From: domain.At(now.Add(-lookBack)), To: domain.At(now), Share: 1, Seed: q.Seed, Minutes: reviewTime, By: caller(r.Context()),
	}
	if q.From != nil {
		asked.From = domain.At(*q.From)
	}
	if q.To != nil {
		asked.To = domain.At(*q.To)
	}
	if asked.To <= asked.From {
		return replayShape{}, unprocessable("body.to", "it has to be later than from")
	}
	if q.Share != nil {
		asked.Share = *q.Share
	}
	if q.Minutes != nil {
		asked.Minutes = *q.Minutes
	}
	started, err := s.Replays.StartReplay(r.Context(), asked)
	return shapeReplay(started), err
}
