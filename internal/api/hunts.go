package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

// Hunts are searches for what became known lately among what was uploaded before. What is not there is an error for which Faults.NotFound is true.
type Hunts interface {
	// Hunts returns hunts older than one, newest first.
	Hunts(ctx context.Context, before domain.HuntID, limit int) ([]domain.Hunt, error)
	Hunt(ctx context.Context, id domain.HuntID) (domain.Hunt, error)
	// HuntDecisions returns decisions that a hunt has led to, older than one, newest first.
	HuntDecisions(ctx context.Context, id domain.HuntID, before domain.DecisionID, limit int) ([]domain.Recorded, error)
	// StartHunt makes a hunt; bounded ones halt when they find too much. Where no fingerprints are kept Faults.Conflict is true of the error.
	StartHunt(ctx context.Context, h domain.Hunt, bounded bool) (domain.Hunt, error)
	// CancelHunt ends a hunt; for one that is over Faults.Conflict is true.
	CancelHunt(ctx context.Context, id domain.HuntID) (domain.Hunt, error)
}

type huntRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Bank      string `json:"bank" minLength:"1" maxLength:"255" doc:"The bank whose signals are looked for." example:"grey-heron"`
	Entry     string `json:"entry,omitempty" maxLength:"64" doc:"Only those of this entry."`
	Unbounded bool   `json:"unbounded,omitempty" doc:"Decide about all that is found, however much that is; otherwise the search halts where it finds more than retrohunt.most uploads."`
}

type huntShape struct {
	ID           string     `json:"id"`
	Reason       string     `json:"reason" enum:"signals,bank,entry,asked" doc:"What made it: new signals, settings of a bank that let more match, an entry that counts again, or a request."`
	By           string     `json:"by,omitempty" doc:"Who asked for it."`
	Bank         string     `json:"bank,omitempty" doc:"Whose signals are looked for, as it was called then; absent: all that are new."`
	Entry        string     `json:"entry,omitempty"`
	State        string     `json:"state" enum:"waiting,searching,following,done,cancelled,halted" doc:"following: all that was there is searched, and what was being checked at the beginning is awaited; halted: it has found so much that a person should look first."`
	Note         string     `json:"note,omitempty" doc:"Why it is halted."`
	Progress     float64    `json:"progress" doc:"Share of the search that is done, 0 to 1." example:"0.5"`
	Signals      int64      `json:"signals" doc:"That are looked for."`
	Fingerprints int64      `json:"fingerprints" doc:"That they are compared with."`
	Found        int64      `json:"found" doc:"Uploads that have something that is looked for."`
	Decided      int64      `json:"decided" doc:"Of these: those with a further decision."`
	Unchanged    int64      `json:"unchanged" doc:"Of these: those about which it says nothing new."`
	Gone         int64      `json:"gone" doc:"Of these: those that are no longer on record."`
	Failed       int64      `json:"failed" doc:"Of these: those that could not be looked at again."`
	CreatedAt    time.Time  `json:"created_at"`
	StartedAt    *time.Time `json:"started_at,omitempty"`
	FinishedAt   *time.Time `json:"finished_at,omitempty"`
}

type huntList struct {
	Hunts []huntShape `json:"hunts" doc:"Newest first."`
	Next  string      `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

type huntQuery struct {
	Before string `query:"before" maxLength:"64" doc:"Only searches older than the one with this id: for the next page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type huntPath struct {
	ID string `path:"hunt_id" maxLength:"64"`
}

type huntDecisionsQuery struct {
	ID     string `path:"hunt_id" maxLength:"64"`
	Before string `query:"before" maxLength:"64" doc:"Only decisions older than the one with this id: for the next page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *server) huntRoutes() {
	const one = "/api/v1/retrohunts/{hunt_id}"
	register(s, huma.Operation{OperationID: "list-retrohunts", Method: http.MethodGet, Path: "/api/v1/retrohunts", Tags: []string{tagHunts}, Summary: "The latest searches"}, s.listHunts)
	receive(s, huma.Operation{
		OperationID: "start-retrohunt", Method: http.MethodPost, Path: "/api/v1/retrohunts", Tags: []string{tagHunts}, Summary: "Search for a bank or an entry",
		Description: "Signals that are new, banks that let more match and entries that count again are searched for without being asked.",
		RequestBody: jsonBody(schema[huntRequest](s), `{"bank":"grey-heron"}`), DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, intake{json: maxJSON}, s.startHunt)
	register(s, huma.Operation{OperationID: "get-retrohunt", Method: http.MethodGet, Path: one, Tags: []string{tagHunts}, Summary: "One search and how far it has come", Errors: []int{http.StatusNotFound}}, s.getHunt)
	register(s, huma.Operation{
		OperationID: "cancel-retrohunt", Method: http.MethodPost, Path: one + "/cancel", Tags: []string{tagHunts}, Summary: "End a search where it is",
		Description: "What it has decided stays.", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.cancelHunt)
	register(s, huma.Operation{OperationID: "get-retrohunt-decisions", Method: http.MethodGet, Path: one + "/decisions", Tags: []string{tagHunts}, Summary: "What a search has led to", Errors: []int{http.StatusNotFound}}, s.huntDecisions)
}

func shapeHunt(h domain.Hunt) huntShape {
	p := h.Progress
	return huntShape{
		ID: string(h.ID), Reason: string(h.Reason), By: h.By, Bank: h.BankName, Entry: string(h.Entry), State: string(h.State), Note: h.Note, Progress: h.Share(),
		Signals: h.Signals, Fingerprints: p.Fingerprints, Found: p.Found, Decided: p.Decided, Unchanged: p.Unchanged, Gone: p.Gone, Failed: p.Failed,
		CreatedAt: h.CreatedAt.Std(), StartedAt: moment(h.StartedAt), FinishedAt: moment(h.FinishedAt),
	}
}

func (s *server) listHunts(ctx context.Context, in *huntQuery) (*body[huntList], error) {
	hunts, err := s.Hunts.Hunts(ctx, domain.HuntID(in.Before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(hunts, in.Limit, shapeHunt, func(h domain.Hunt) domain.HuntID { return h.ID })
	return &body[huntList]{huntList{shapes, next}}, nil
}

func (s *server) getHunt(ctx context.Context, in *huntPath) (*body[huntShape], error) {
	h, err := s.Hunts.Hunt(ctx, domain.HuntID(in.ID))
	if err != nil {
		return nil, err
	}
	return &body[huntShape]{shapeHunt(h)}, nil
}

func (s *server) cancelHunt(ctx context.Context, in *huntPath) (*body[huntShape], error) {
	h, err := s.Hunts.CancelHunt(ctx, domain.HuntID(in.ID))
	if err != nil {
		return nil, err
	}
	return &body[huntShape]{shapeHunt(h)}, nil
}

func (s *server) startHunt(r *http.Request, f form) (huntShape, error) {
	q, err := decode[huntRequest](s, f.document, "body")
	if err != nil {
		return huntShape{}, err
	}
	b, err := s.Banks.BankNamed(r.Context(), q.Bank)
	if err != nil {
		return huntShape{}, err
	}
	if b.Kind == domain.Negative {
		return huntShape{}, unprocessable("body.bank", "what is known to be good is not searched for")
	}
	h := domain.Hunt{Reason: domain.HuntAsked, By: "api", Bank: b.ID, BankName: b.Name}
	if q.Entry != "" {
		e, err := s.Banks.Entry(r.Context(), b.ID, domain.EntryID(q.Entry))
		if err != nil {
			return huntShape{}, err
		}
		h.Entry = e.ID
	}
	h, err = s.Hunts.StartHunt(r.Context(), h, !q.Unbounded)
	return shapeHunt(h), err
}

func (s *server) huntDecisions(ctx context.Context, in *huntDecisionsQuery) (*body[decisionList], error) {
	if _, err := s.Hunts.Hunt(ctx, domain.HuntID(in.ID)); err != nil {
		return nil, err
	}
	recorded, err := s.Hunts.HuntDecisions(ctx, domain.HuntID(in.ID), domain.DecisionID(in.Before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listOf(recorded, in.Limit), nil
}
