package pipeline

import (
	"context"
	"slices"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// retries are the waits before an upload that could not be checked is looked at again. After the last one it stays held for a person.
var retries = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// RetryAt returns when an upload that was tried a number of times is looked at again, if that try comes to nothing. Beyond the last of the
// planned waits all are as long as that.
func RetryAt(now domain.Time, attempts int) domain.Time {
	return now.Add(retries[min(attempts, len(retries)-1)])
}

// nextTry returns when a decided upload is looked at again, or zero: only a part with a URL can be, because bytes are not kept.
func nextTry(u domain.Upload, d domain.Decision, now domain.Time) domain.Time {
	if !unsettled(d) || u.Attempts > len(retries) {
		return 0
	}
	for _, part := range u.Parts {
		if part.URL != "" && unfinished(part.Name, d.Checks) {
			return RetryAt(now, u.Attempts-1)
		}
	}
	return 0
}

// unsettled reports whether another decision may follow because a check may succeed another time. What is blocked stays blocked: nothing that could
// be found would make it less so, and whoever changes what a URL brings must not get a blocked content through.
func unsettled(d domain.Decision) bool {
	return d.Verdict != domain.Block && slices.ContainsFunc(d.Checks, mayYetSucceed)
}

// unfinished reports whether a part has no check yet, or it or something in it has one that may succeed another time.
func unfinished(part string, checks []domain.Check) bool {
	checked := false
	for _, c := range checks {
		if within(c.Part, part) && mayYetSucceed(c) {
			return true
		}
		checked = checked || c.Part == part
	}
	return !checked
}

func mayYetSucceed(c domain.Check) bool { return c.Status != domain.Complete && c.Temporary }

// evidenceStands reports whether the last decision was made by policies for something that a later look does not see, so that the look may not weaken
// it: for reports, for what became known since, or for a match in what a URL brought then and does not bring now. Only a person can end that.
func (p *Pipeline) evidenceStands(ctx context.Context, last, d domain.Decision) (bool, error) {
	if last.ID == "" || last.By != "" || d.Verdict.Rank() >= last.Verdict.Rank() {
		return false, nil
	}
	if d.Cause == domain.CauseRetry && gains(d.Matches, last.Matches) {
		return true, nil
	}
	_, all, err := p.People.DecisionsOf(ctx, last.ID)
	for _, e := range all {
		if e.By != "" {
			break
		}
		if !e.Cause.Looked() && d.Verdict.Rank() < e.Verdict.Rank() {
			return true, err
		}
	}
	return false, err
}
