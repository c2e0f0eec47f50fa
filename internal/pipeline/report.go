package pipeline

import (
	"context"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Reported decides about the newest upload of a content again, by what is on record of it, because users of the service have reported it. Only if
// that asks for more than before is it a further round; made says so. Nothing is weakened by it, and what a person has decided stays. Calling it
// twice does no harm. A content that is not on record, or is still to be decided, is left alone: its reports are seen when it is decided.
func (p *Pipeline) Reported(ctx context.Context, content domain.ContentID) (d domain.Decision, made bool, err error) {
	const tries = 3 // against others that decide at the same time
	newest, found, err := p.People.NewestUpload(ctx, content)
	if err != nil || !found {
		return domain.Decision{}, false, err
	}
	for range tries {
		upload, last, err := p.Uploads.Pending(ctx, newest.ID)
		if err != nil || last.ID == "" || last.By != "" {
			return last, false, err
		}
		outcome, err := p.decide(ctx, upload, last, domain.CauseReport, last.Checks, last.Matches)
		if err != nil || !asksMore(outcome, last) {
			return last, false, err
		}
		d, err = p.settle(ctx, upload, last, domain.CauseReport, onRecord(upload, last), last.Matches, outcome)
		if err != nil || d.Cause == domain.CauseReport {
			return d, err == nil, err
		}
	}
	return d, false, fmt.Errorf("upload %s is decided by somebody else again and again", newest.ID)
}

// asksMore reports whether an outcome asks for more than a decision: a stronger verdict, or the same with more urgency.
func asksMore(o policy.Decided, d domain.Decision) bool {
	if o.Verdict != d.Verdict {
		return o.Verdict.Rank() > d.Verdict.Rank()
	}
	return o.Then.Priority > d.Consequence.Priority
}
