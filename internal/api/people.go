package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

// People keeps what people decide and what users of the service report. What is not there is an error for which Faults.NotFound is true.
type People interface {
	// Review makes a person's verdict the decision that stands, and returns that. For a decision that is not the newest Faults.Conflict is true.
	Review(ctx context.Context, r domain.Review) (domain.Decision, error)
	// Sample draws first decisions at random, and returns them with the newest decision about each of their uploads.
	Sample(ctx context.Context, q SampleQuery) ([]domain.Recorded, map[domain.UploadID]domain.DecisionID, error)
	// Report writes a report down and returns it as it is kept; one of the same name about something else is a conflict.
	Report(ctx context.Context, c domain.Complaint) (domain.Complaint, error)
	// Reports returns reports, newest first.
	Reports(ctx context.Context, q ReportQuery) ([]domain.Complaint, error)
}

// SampleQuery says which first decisions are drawn: those from a moment to before another.
type SampleQuery struct {
	From, To domain.Time
	Size     int
	Seed     string
}

// ReportQuery says which reports are wanted, newest first.
type ReportQuery struct {
	Content domain.ContentID // only about this content; empty: any
	Before  domain.EventID   // only older ones; empty: from the newest
	Limit   int
}

type reviewRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Verdict string `json:"verdict" enum:"allow,label,limit,hold,block" doc:"What stands from now on."`
	Reason  string `json:"reason" minLength:"1" maxLength:"1000" doc:"One sentence for people." example:"It is a news report."`
	Sample  bool   `json:"sample,omitempty" doc:"It was drawn at random (see /api/v1/decisions/sample), so that it may be counted for what policies miss."`
}

type sampleQuery struct {
	Size int       `query:"size" minimum:"1" maximum:"500" default:"100" doc:"How many are drawn; all where there are fewer."`
	From time.Time `query:"from" doc:"Only decisions from this moment on; absent: from the beginning." example:"2026-07-01T00:00:00Z"`
	To   time.Time `query:"to" doc:"Only decisions before this moment; absent: up to now." example:"2026-08-01T00:00:00Z"`
	Seed string    `query:"seed" maxLength:"64" doc:"The same seed draws the same from the same decisions." example:"july"`
}

type sampleList struct {
	Sample []sampledShape `json:"sample" doc:"In the order in which they were made."`
}

type sampledShape struct {
	Decision decisionShape `json:"decision" doc:"The first one about its upload."`
	Newest   string        `json:"newest_decision_id" doc:"The one that stands about the same upload: that is to be reviewed."`
}

type reportRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	ContentID string     `json:"content_id" minLength:"1" maxLength:"256" doc:"What is complained of. It need not have been checked yet." example:"post-17"`
	Reason    string     `json:"reason" minLength:"1" maxLength:"64" doc:"A short code of the service, which policies see." example:"hate"`
	Text      string     `json:"text,omitempty" maxLength:"1000" doc:"What the user writes. It is kept for people; policies do not see it."`
	AccountID string     `json:"account_id,omitempty" maxLength:"256" doc:"The service's own name for who complains." example:"user-9"`
	CreatedAt *time.Time `json:"created_at,omitempty" doc:"When the user made it; absent: now."`
	ReportID  string     `json:"report_id,omitempty" maxLength:"256" doc:"The service's own name for the report: sent again under the same one, it is counted once." example:"report-3"`
}

type reportShape struct {
	ReportID   string    `json:"report_id" doc:"As the service named it, or one that Quell has given." example:"report-3"`
	ContentID  string    `json:"content_id" example:"post-17"`
	Reason     string    `json:"reason" example:"hate"`
	Text       string    `json:"text,omitempty"`
	AccountID  string    `json:"account_id,omitempty" example:"user-9"`
	CreatedAt  time.Time `json:"created_at"`
	ReceivedAt time.Time `json:"received_at"`
}

type reportQuery struct {
	ContentID string `query:"content_id" maxLength:"256" doc:"Only reports of this content."`
	Before    string `query:"before" maxLength:"64" doc:"For the next page: what next was."`
	Limit     int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type reportList struct {
	Reports []reportShape `json:"reports" doc:"Newest first."`
	Next    string        `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

func (s *server) peopleRoutes() {
	const decisions, reports = "/api/v1/decisions", "/api/v1/reports"
	receive(s, huma.Operation{
		OperationID: "review-decision", Method: http.MethodPost, Path: decisions + "/{decision_id}/review", Tags: []string{tagPeople}, Summary: "Decide as a person",
		Description: "Makes a further decision about the upload, in the name of the API key, on the same evidence. It stands whatever is checked again later, unless something matches that did not match now. " +
			"Where it is milder than what policies had said, the rules that asked for more do not decide the same way again about the same bytes. Only the newest decision about an upload can be reviewed.",
		Parameters:  []*huma.Param{pathParam("decision_id", 64)},
		RequestBody: jsonBody(schema[reviewRequest](s), `{"verdict":"allow","reason":"It is a news report."}`), Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, intake{json: maxJSON}, s.review)
	register(s, huma.Operation{
		OperationID: "sample-decisions", Method: http.MethodGet, Path: decisions + "/sample", Tags: []string{tagPeople}, Summary: "First decisions drawn at random",
		Description: "For people to judge, so that it can be said how many of all uploads are decided well. Each first decision of the time is as likely as any other.",
	}, s.sample)
	receive(s, huma.Operation{
		OperationID: "report-content", Method: http.MethodPost, Path: reports, Tags: []string{tagPeople}, Summary: "Pass on the report of a user",
		Description: "It is on disk when the answer leaves. The newest upload of the content is decided again in the background by what is on record; that never weakens a decision, and leaves those of people alone.",
		RequestBody: jsonBody(schema[reportRequest](s), `{"report_id":"report-3","content_id":"post-17","reason":"hate"}`), DefaultStatus: http.StatusAccepted, Errors: []int{http.StatusConflict},
	}, intake{json: maxJSON}, s.report)
	register(s, huma.Operation{OperationID: "list-reports", Method: http.MethodGet, Path: reports, Tags: []string{tagPeople}, Summary: "The latest reports of users"}, s.listReports)
}

// maxReason bounds what a person says of a decision, in bytes.
const maxReason = 1000

func (s *server) review(r *http.Request, f form) (decisionShape, error) {
	q, err := decode[reviewRequest](s, f.document, "body")
	if err != nil {
		return decisionShape{}, err
	}
	if err := domain.CheckText(q.Reason, maxReason); err != nil {
		return decisionShape{}, unprocessable("body.reason", err.Error())
	}
	d, err := s.People.Review(r.Context(), domain.Review{
		Judged: domain.DecisionID(r.PathValue("decision_id")), By: caller(r.Context()), Verdict: domain.Verdict(q.Verdict), Reason: q.Reason, Sample: q.Sample,
	})
	return shapeDecision(d), err
}

func (s *server) sample(ctx context.Context, in *sampleQuery) (*body[sampleList], error) {
	q := SampleQuery{From: domain.At(in.From), To: domain.At(cmp.Or(in.To, time.Now())), Size: in.Size, Seed: in.Seed}
	if q.From >= q.To {
		return nil, unprocessable("query.to", "is not after from")
	}
	drawn, newest, err := s.People.Sample(ctx, q)
	if err != nil {
		return nil, err
	}
	list := sampleList{Sample: []sampledShape{}}
	for _, r := range drawn {
		list.Sample = append(list.Sample, sampledShape{shapeDecision(r.Decision), string(newest[r.Upload.ID])})
	}
	return &body[sampleList]{list}, nil
}

func (s *server) report(r *http.Request, f form) (reportShape, error) {
	q, err := decode[reportRequest](s, f.document, "body")
	if err != nil {
		return reportShape{}, err
	}
	for _, t := range []struct {
		name, value string
		most        int
	}{
		{"content_id", q.ContentID, domain.MaxExternalID}, {"reason", q.Reason, domain.MaxReportReason},
		{"account_id", q.AccountID, domain.MaxExternalID}, {"report_id", q.ReportID, domain.MaxExternalID},
	} {
		if err := domain.CheckText(t.value, t.most); err != nil {
			return reportShape{}, unprocessable("body."+t.name, err.Error())
		}
	}
	c := domain.Complaint{
		Report: domain.Report{ID: domain.ReportID(q.ReportID), ContentID: domain.ContentID(q.ContentID), Reason: q.Reason, At: given(q.CreatedAt)},
		By:     domain.AccountID(q.AccountID), Text: q.Text,
	}
	kept, err := s.People.Report(r.Context(), c)
	return shapeReport(kept), err
}

func (s *server) listReports(ctx context.Context, in *reportQuery) (*body[reportList], error) {
	all, err := s.People.Reports(ctx, ReportQuery{domain.ContentID(in.ContentID), domain.EventID(in.Before), in.Limit + 1})
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(all, in.Limit, shapeReport, func(c domain.Complaint) domain.EventID { return c.Row })
	return &body[reportList]{reportList{shapes, next}}, nil
}

func shapeReport(c domain.Complaint) reportShape {
	return reportShape{string(c.ID), string(c.ContentID), c.Reason, c.Text, string(c.By), c.At.Std(), c.ReceivedAt.Std()}
}
