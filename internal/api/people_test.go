package api_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/api"
	"github.com/quell-project/quell/internal/domain"
)

// people are reviews and reports in memory, on the decisions of a corridor.
type people struct {
	corridor *corridor

	mu      sync.Mutex
	reviews []domain.Review
	samples []api.SampleQuery
	reports []domain.Complaint // oldest first
}

func (p *people) Review(ctx context.Context, r domain.Review) (domain.Decision, error) {
	judged, err := p.corridor.Recorded(ctx, r.Judged)
	if err != nil {
		return domain.Decision{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.reviews, func(o domain.Review) bool { return o.Judged == r.Judged }); i >= 0 {
		return domain.Decision{}, fmt.Errorf("decision %s is not the newest: that is %s, and the request %w", r.Judged, p.reviews[i].Decision, errConflict)
	}
	d := judged.Decision
	d.ID, d.Round, d.Cause, d.By, d.Verdict, d.Reason = "decision-9", 2, domain.CauseReview, r.By, r.Verdict, r.Reason
	d.Consequence = domain.Consequence{Code: "known_terrorist_content", Queue: "urgent", Priority: 90, Labels: []string{"violent"}, Notice: "removed", Preserve: "P180D"}
	d.Rules = []domain.RuleHit{{
		Policy: "default", Version: 1, Rule: "known-near", Value: domain.True, Verdict: domain.Block, Effect: domain.EffectExcused, Match: 1, Part: "file-1", Note: "overturned by test",
	}}
	r.Decision = d.ID
	p.reviews = append(p.reviews, r)
	return d, nil
}

func (p *people) Sample(ctx context.Context, q api.SampleQuery) (drawn []domain.Recorded, newest map[domain.UploadID]domain.DecisionID, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.samples = append(p.samples, q)
	drawn, err = p.corridor.Decisions(ctx, api.DecisionQuery{Limit: q.Size})
	newest = map[domain.UploadID]domain.DecisionID{}
	for _, r := range drawn {
		newest[r.Upload.ID] = "decision-9"
	}
	return drawn, newest, err
}

func (p *people) Report(_ context.Context, c domain.Complaint) (domain.Complaint, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.reports {
		if o.ID == c.ID && o.ContentID != c.ContentID {
			return o, fmt.Errorf("report %s is about another content: %w", c.ID, errConflict)
		}
		if o.ID == c.ID {
			return o, nil
		}
	}
	c.Row = domain.EventID(fmt.Sprintf("row-%d", len(p.reports)+1))
	c.ID, c.At, c.ReceivedAt = cmp.Or(c.ID, domain.ReportID(c.Row)), cmp.Or(c.At, noon), noon
	p.reports = append(p.reports, c)
	return c, nil
}

func (p *people) Reports(_ context.Context, q api.ReportQuery) (page []domain.Complaint, _ error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range slices.Backward(p.reports) {
		if (q.Before == "" || c.Row < q.Before) && (q.Content == "" || c.ContentID == q.Content) && len(page) < q.Limit {
			page = append(page, c)
		}
	}
	return page, nil
}

// blocked checks something that is known and returns the path of the review of its decision.
func blocked(t *testing.T, w *world) string {
	t.Helper()
	postForm(w, "/api/v1/check", part{name: "content", body: `{"content_id":"post-17"}`}, part{name: "file", filename: "17.jpg", body: knownFile}).object(t, http.StatusOK)
	return "/api/v1/decisions/decision-1/review"
}

func TestAReviewIsMadeInTheNameOfTheKey(t *testing.T) {
	t.Parallel()
	w := newWorld()
	path := blocked(t, w)
	a := postJSON(w, path, `{"verdict":"label","reason":"It is a news report.","sample":true}`)
	a.object(t, http.StatusOK)
	golden(t, "answers/review.json", a.body)
	want := domain.Review{Decision: "decision-9", Judged: "decision-1", By: "test", Verdict: domain.Label, Reason: "It is a news report.", Sample: true}
	if diff := gocmp.Diff([]domain.Review{want}, w.people.reviews); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := postJSON(w, path, `{"verdict":"allow","reason":"Once more."}`).problem(t, http.StatusConflict); !strings.Contains(p.Detail, "decision-9") {
		t.Errorf("the problem does not say which is the newest: %s", p.Detail)
	}
	postJSON(w, "/api/v1/decisions/none/review", `{"verdict":"allow","reason":"It is good."}`).problem(t, http.StatusNotFound)
}

func TestReviewNamesThePlaceOfAFault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document string
		status   int
		places   []string
	}{
		"not JSON":                      {`{`, 400, nil},
		"nothing":                       {`{}`, 422, []string{"body", "body"}},
		"a verdict that is none":        {`{"verdict":"forgive","reason":"x"}`, 422, []string{"body.verdict"}},
		"no reason":                     {`{"verdict":"allow"}`, 422, []string{"body"}},
		"an empty reason":               {`{"verdict":"allow","reason":""}`, 422, []string{"body.reason"}},
		"a reason of two lines":         {`{"verdict":"allow","reason":"a\nb"}`, 422, []string{"body.reason"}},
		"a reason that is too long":     {`{"verdict":"allow","reason":"` + strings.Repeat("x", 1001) + `"}`, 422, []string{"body.reason"}},
		"a reason of too many bytes":    {`{"verdict":"allow","reason":"` + strings.Repeat("ü", 501) + `"}`, 422, []string{"body.reason"}},
		"a sample that is no truth":     {`{"verdict":"allow","reason":"x","sample":"yes"}`, 422, []string{"body.sample"}},
		"somebody else's name":          {`{"verdict":"allow","reason":"x","by":"ben"}`, 422, []string{"body.by"}},
		"the rule that is to be judged": {`{"verdict":"allow","reason":"x","rule":"known-near"}`, 422, []string{"body.rule"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			postJSON(w, blocked(t, w), c.document).problem(t, c.status, c.places...)
			if len(w.people.reviews) > 0 {
				t.Errorf("a review was made: %+v", w.people.reviews)
			}
		})
	}
}

func TestSamplesSayWhatIsToBeReviewed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	blocked(t, w)
	a := get(w, "/api/v1/decisions/sample?size=3&from=2026-07-01T00:00:00Z&to=2026-08-01T02:00:00%2B02:00&seed=july")
	a.object(t, http.StatusOK)
	golden(t, "answers/sample.json", a.body)
	want := api.SampleQuery{
		From: domain.At(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)), To: domain.At(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)), Size: 3, Seed: "july",
	}
	if diff := gocmp.Diff([]api.SampleQuery{want}, w.people.samples); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	get(w, "/api/v1/decisions/sample").object(t, http.StatusOK)
	if q := w.people.samples[1]; q.From != 0 || time.Since(q.To.Std()).Abs() > time.Minute || q.Size != 100 {
		t.Errorf("without parameters %+v is drawn", q)
	}
	for query, place := range map[string]string{
		"size=0": "query.size", "size=501": "query.size", "from=yesterday": "query.from", "to=2026-07-01": "query.to", "seed=" + strings.Repeat("x", 65): "query.seed",
		"from=2026-07-01T00:00:00Z&to=2026-07-01T00:00:00Z": "query.to",
	} {
		get(w, "/api/v1/decisions/sample?"+query).problem(t, http.StatusUnprocessableEntity, place)
	}
}

func TestReportsAreTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld()
	full := `{"report_id":"report-3","content_id":"post-17","reason":"hate","text":"Look,\nanother one.","account_id":"user-9","created_at":"2026-06-30T10:00:00+02:00"}`
	a := postJSON(w, "/api/v1/reports", full)
	a.object(t, http.StatusAccepted)
	golden(t, "answers/report.json", a.body)
	again := postJSON(w, "/api/v1/reports", full)
	if again.object(t, http.StatusAccepted); string(again.body) != string(a.body) || len(w.people.reports) != 1 {
		t.Errorf("sent again: %s", again.body)
	}
	postJSON(w, "/api/v1/reports", strings.Replace(full, "post-17", "post-18", 1)).problem(t, http.StatusConflict)
	if named := postJSON(w, "/api/v1/reports", `{"content_id":"post-18","reason":"spam"}`).object(t, http.StatusAccepted); named["report_id"] != "row-2" {
		t.Errorf("a report without a name got %v", named["report_id"])
	}
}

func TestReportNamesThePlaceOfAFault(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return `{"content_id":"a","reason":"spam",` + more + `}` }
	for name, c := range map[string]struct {
		document string
		status   int
		places   []string
	}{
		"not JSON":                    {`[`, 400, nil},
		"no content":                  {`{"reason":"spam"}`, 422, []string{"body"}},
		"an empty content id":         {`{"content_id":"","reason":"spam"}`, 422, []string{"body.content_id"}},
		"a content id of two lines":   {`{"content_id":"a\nb","reason":"spam"}`, 422, []string{"body.content_id"}},
		"a content id of many bytes":  {`{"content_id":"` + strings.Repeat("ü", 129) + `","reason":"spam"}`, 422, []string{"body.content_id"}},
		"no reason":                   {`{"content_id":"a"}`, 422, []string{"body"}},
		"a reason that is too long":   {`{"content_id":"a","reason":"` + strings.Repeat("x", 65) + `"}`, 422, []string{"body.reason"}},
		"a reason with a control":     {`{"content_id":"a","reason":"a\u0007"}`, 422, []string{"body.reason"}},
		"a text that is too long":     {with(`"text":"` + strings.Repeat("ü", 1001) + `"`), 422, []string{"body.text"}},
		"a text with a NUL":           {with(`"text":"a\u0000"`), 422, []string{"body.text"}},
		"an account that is too long": {with(`"account_id":"` + strings.Repeat("x", 257) + `"`), 422, []string{"body.account_id"}},
		"a name with a new line":      {with(`"report_id":"a\nb"`), 422, []string{"body.report_id"}},
		"a time that is none":         {with(`"created_at":"yesterday"`), 422, []string{"body.created_at"}},
		"an unknown property":         {with(`"severity":3`), 422, []string{"body.severity"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			postJSON(w, "/api/v1/reports", c.document).problem(t, c.status, c.places...)
			if len(w.people.reports) > 0 {
				t.Errorf("it was taken: %+v", w.people.reports)
			}
		})
	}
	postJSON(newWorld(), "/api/v1/reports", with(`"text":"`+strings.Repeat("ü", 1000)+`"`)).object(t, http.StatusAccepted)
}

func TestReportsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for i := range 5 {
		postJSON(w, "/api/v1/reports", fmt.Sprintf(`{"content_id":"post-%d","reason":"spam","report_id":"report-%d"}`, i%2, i)).object(t, http.StatusAccepted)
	}
	list := func(query string) (ids []string, next any) {
		answer := get(w, "/api/v1/reports?"+query).object(t, http.StatusOK)
		for _, r := range answer["reports"].([]any) {
			ids = append(ids, r.(map[string]any)["report_id"].(string))
		}
		return ids, answer["next"]
	}
	first, next := list("limit=2")
	second, _ := list(fmt.Sprintf("limit=2&before=%s", next))
	if diff := gocmp.Diff([]string{"report-4", "report-3", "report-2", "report-1"}, append(first, second...)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if of, next := list("content_id=post-1"); !slices.Equal(of, []string{"report-3", "report-1"}) || next != nil {
		t.Errorf("of a content: %v, next %v", of, next)
	}
}
