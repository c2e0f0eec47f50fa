package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// crowd is a policy that goes by the number of reports alone.
type crowd struct{}

func (crowd) Decide(_ context.Context, in policy.Input) policy.Decided {
	n := len(in.Reports)
	o := policy.Outcome{Verdict: domain.Allow, Policy: domain.PolicyRef{ID: "reports", Version: 1, Rule: "few"}}
	if n >= 2 {
		o.Verdict, o.Policy.Rule, o.Then = domain.Hold, "many", domain.Consequence{Queue: "reports", Priority: min(n/2*10, 100)}
	}
	return decided(o, in)
}

// report lets users report post-17.
func (w *world) report(n int) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	for range n {
		id := domain.ReportID(fmt.Sprint("report-", len(w.store.reports)+1))
		w.store.reports = append(w.store.reports, domain.Report{ID: id, ContentID: "post-17", Reason: "spam", At: start})
	}
}

// reported decides about post-17 again.
func (w *world) reported(t testing.TB) (domain.Decision, bool) {
	t.Helper()
	d, made, err := w.Reported(t.Context(), "post-17")
	if err != nil {
		t.Fatal(err)
	}
	return d, made
}

func TestReportsAreDecidedAboutWhenTheyAskForMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Policy = crowd{}
	first := w.check(t, file("file-1", copyOf(1)))
	w.report(1)
	if d, made := w.reported(t); made || d.ID != first.ID {
		t.Errorf("one report: %+v", d)
	}
	w.report(1)
	held, made := w.reported(t)
	if !made || held.Verdict != domain.Hold || held.Cause != domain.CauseReport || held.Round != 2 || held.Consequence.Priority != 10 || status(held, "file-1", "pdq") != domain.Complete {
		t.Errorf("two reports: %+v", held)
	}
	if d, made := w.reported(t); made || d.ID != held.ID {
		t.Errorf("the same again: %+v", d)
	}
	w.report(2)
	if d, made := w.reported(t); !made || d.Round != 3 || d.Consequence.Priority != 20 {
		t.Errorf("four reports: %+v", d)
	}
	w.store.reports = nil
	if d, made := w.reported(t); made || d.Round != 3 {
		t.Errorf("fewer reports weaken nothing: %+v", d)
	}
}

func TestReportsThatCameBeforeTheContentAreSeenWhenItComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Policy = crowd{}
	w.report(2)
	if d, made := w.reported(t); made || d.ID != "" {
		t.Errorf("nothing is on record: %+v", d)
	}
	if d := w.check(t, file("file-1", copyOf(1))); d.Verdict != domain.Hold || d.Cause != domain.CauseUpload {
		t.Errorf("%+v", d)
	}
}

func TestUploadsThatWaitSeeTheirReportsWhenTheyAreDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Policy = crowd{}
	w.accept(t, ingest.Part{Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}}})
	w.report(2)
	if d, made := w.reported(t); made || d.ID != "" {
		t.Errorf("%+v", d)
	}
	w.resume(t)
	if d := w.decided(t)[0]; d.Verdict != domain.Hold {
		t.Errorf("%+v", d)
	}
}

func TestReportsAreAboutTheNewestUploadOfTheContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Policy = crowd{}
	w.check(t, file("file-1", copyOf(1)))
	newer := w.check(t, file("file-1", copyOf(2)))
	w.report(2)
	if d, made := w.reported(t); !made || d.UploadID != newer.UploadID {
		t.Errorf("%+v", d)
	}
}

// counting is a policy that notes how many reports it was shown.
type counting struct{ seen *int }

func (c counting) Decide(_ context.Context, in policy.Input) policy.Decided {
	*c.seen = len(in.Reports)
	return decided(policy.Outcome{Verdict: domain.Allow}, in)
}

func TestAPolicySeesTheNewestReportsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := 0
	w.Policy = counting{&seen}
	w.report(domain.MaxReportsSeen + 7)
	if w.check(t, file("file-1", copyOf(1))); seen != domain.MaxReportsSeen {
		t.Errorf("%d reports were seen", seen)
	}
}

func TestReportsThatAPersonOvertakesChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Policy = crowd{}
	first := w.check(t, file("file-1", copyOf(1)))
	w.report(2)
	w.store.beforeRecord = func(domain.Recording) { w.review(t, first, domain.Allow) }
	if d, made := w.reported(t); made || d.By != "ana" || d.Verdict != domain.Allow {
		t.Errorf("%+v", d)
	}
}

func TestWithoutReportsThereIsNoDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store.failReports = errors.New("the database is away")
	_, err := w.Check(t.Context(), ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", copyOf(1))}})
	if !errors.Is(err, w.store.failReports) || w.store.recorded != 0 {
		t.Errorf("%v, %d recorded", err, w.store.recorded)
	}
}

// onlyNow is a policy to which reports matter only at the moment at which they are made, and what could not be checked does not.
type onlyNow struct{}

func (onlyNow) Decide(_ context.Context, in policy.Input) policy.Decided {
	o := policy.Outcome{Verdict: domain.Allow}
	if in.Cause == domain.CauseReport && len(in.Reports) >= 2 {
		o = policy.Outcome{Verdict: domain.Hold, Policy: domain.PolicyRef{ID: "reports", Rule: "many"}}
	}
	return decided(o, in)
}

func TestWhatReportsHaveHeldIsNotLetThroughByALaterLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Policy = onlyNow{}
	w.web.put(page, busy)
	w.check(t, url(page))
	w.report(2)
	held, made := w.reported(t)
	if !made || held.Verdict != domain.Hold {
		t.Fatalf("%+v", held)
	}
	w.resume(t)
	w.web.put(page, copyOf(1))
	again := w.check(t, url(page))
	if again.Round != 4 || again.Verdict != domain.Hold || again.Policy != held.Policy || again.Cause != domain.CauseRetry || status(again, "url", "pdq") != domain.Complete {
		t.Errorf("%+v", again)
	}
	if d := w.review(t, again, domain.Allow); d.Verdict != domain.Allow {
		t.Errorf("a person: %+v", d)
	}
}
