package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/pipeline/record"
)

// Uploads is where uploads and decisions are kept.
type Uploads interface {
	// Known returns the upload of a content with a digest and the newest decision about it; found is false if there is no such upload, and
	// the decision is empty while there is none.
	Known(ctx context.Context, content domain.ContentID, digest string) (u domain.Upload, d domain.Decision, found bool, err error)
	// Pending returns an upload and the newest decision about it, which is empty while there is none.
	Pending(ctx context.Context, id domain.UploadID) (domain.Upload, domain.Decision, error)
	// Accept writes uploads down, to be decided by a worker, and returns those that stand for them.
	Accept(ctx context.Context, uploads []domain.Upload) ([]domain.Upload, error)
}

// People is what people have said.
type People interface {
	// DecisionsOf returns the upload that a decision is about, and all decisions about it, newest first.
	DecisionsOf(ctx context.Context, id domain.DecisionID) (domain.Upload, []domain.Decision, error)
	// ReportsOf returns up to limit reports of a content by users of the service, newest first.
	ReportsOf(ctx context.Context, content domain.ContentID, limit int) ([]domain.Report, error)
	// NewestUpload returns the newest upload of a content; found is false where there is none.
	NewestUpload(ctx context.Context, content domain.ContentID) (u domain.Upload, found bool, err error)
}

// Matcher looks fingerprints up among known content.
type Matcher interface {
	Lookup(ctx context.Context, content domain.ContentID, prints []match.Fingerprint) ([]domain.Match, error)
	Search(ctx context.Context, q match.Query) ([]match.Known, error)
}

// Policy turns evidence into a verdict.
type Policy interface {
	Decide(context.Context, policy.Input) policy.Decided
}

// Recorder writes a decision down and returns the one that stands.
type Recorder interface {
	Record(context.Context, domain.Recording) (domain.Decision, error)
}

// Pipeline is the corridor. All fields must be set. It is safe for concurrent use.
type Pipeline struct {
	Limits    ingest.Limits
	Uploads   Uploads
	People    People
	Inspector *Inspector
	Index     Matcher
	Policy    Policy
	Recorder  Recorder
	Now       func() time.Time
}

// Check takes a submission through the corridor and returns the decision that stands for it, which is then durable. Sending the same parts
// of the same content again returns the same decision, unless something could not be checked that may be checked now. A submission that is
// not acceptable is an ingest.Fault. After any other error nothing is known to be recorded, and nothing is allowed.
func (p *Pipeline) Check(ctx context.Context, s ingest.Submission) (domain.Decision, error) {
	upload, last, err := p.upload(ctx, s)
	if err != nil {
		return domain.Decision{}, err
	}
	if last.ID != "" && !unsettled(last) {
		return last, nil
	}
	return p.run(ctx, upload, last, s.Parts)
}

// causeOf says why an upload is decided now, by the last decision about it.
func causeOf(last domain.Decision) domain.Cause {
	if last.ID == "" {
		return domain.CauseUpload
	}
	return domain.CauseRetry
}

// upload returns the upload that stands for a submission, with the newest decision about it: the one that is known, or a new one with none.
func (p *Pipeline) upload(ctx context.Context, s ingest.Submission) (domain.Upload, domain.Decision, error) {
	if err := p.Limits.Check(s); err != nil {
		return domain.Upload{}, domain.Decision{}, err
	}
	upload := s.Upload(domain.At(p.Now()))
	known, last, found, err := p.Uploads.Known(ctx, upload.ContentID, upload.Digest)
	if err != nil {
		return upload, last, fmt.Errorf("look for an earlier upload: %w", err)
	}
	if found {
		upload = known
	}
	// Sending again does not use up the tries that Quell makes by itself.
	upload.Attempts = max(1, upload.Attempts)
	return upload, last, nil
}

// Judge returns the ingest.Fault of a submission that is not acceptable, or nil.
func (p *Pipeline) Judge(s ingest.Submission) error { return p.Limits.Check(s) }

// Accept writes submissions down durably without deciding them; each is decided by a later Resume. Either all are accepted or none. Files are
// an ingest.Fault: their bytes are not kept, so there would be nothing to decide about.
func (p *Pipeline) Accept(ctx context.Context, submissions []ingest.Submission) ([]domain.Upload, error) {
	uploads := make([]domain.Upload, len(submissions))
	now := domain.At(p.Now())
	for i, s := range submissions {
		if err := p.Limits.Check(s); err != nil {
			return nil, err
		}
		for _, part := range s.Parts {
			if part.Data != nil {
				return nil, ingest.Fault{Field: part.Name, Reason: "a file cannot be kept for later: send a url or signals, or check it at once"}
			}
		}
		uploads[i] = s.Upload(now)
		uploads[i].DueAt = RetryAt(now, 0)
	}
	return p.Uploads.Accept(ctx, uploads)
}

// Note records a content that was looked up elsewhere, by its fingerprints, with what they matched, as a decision like any other. Noting the same
// again changes nothing; when the content matches something else than before, that is a further round.
func (p *Pipeline) Note(ctx context.Context, s ingest.Submission, matches []domain.Match) (domain.Decision, error) {
	upload, last, err := p.upload(ctx, s)
	if err != nil {
		return domain.Decision{}, err
	}
	if last.ID != "" && slices.EqualFunc(last.Matches, matches, sameMatch) {
		return last, nil
	}
	if (last.By != "" || last.ID != "" && !last.Cause.Looked()) && !gains(last.Matches, matches) {
		return last, nil
	}
	return p.conclude(ctx, upload, last, domain.CauseUpload, p.Inspector.inspect(ctx, s.Parts, upload.Parts, nil), matches)
}

// sameMatch reports whether two matches say the same of the same signal.
func sameMatch(a, b domain.Match) bool {
	return sameFinding(a, b) && a.Distance == b.Distance
}

// Resume decides an upload that was accepted, or looks again at what of one could not be checked. An upload with nothing left to do is passed
// over, so that calling it twice does no harm.
func (p *Pipeline) Resume(ctx context.Context, id domain.UploadID) error {
	upload, last, err := p.Uploads.Pending(ctx, id)
	if err != nil || upload.DueAt == 0 {
		return err
	}
	var parts []ingest.Part
	for _, part := range upload.Parts {
		switch {
		case part.Inside != "" || !unfinished(part.Name, last.Checks):
		case part.URL != "":
			parts = append(parts, ingest.Part{Name: part.Name, URL: part.URL})
		case part.SHA256 == "": // neither URL nor file: the client computed its signals
			parts = append(parts, ingest.Part{Name: part.Name, Fingerprints: part.Fingerprints})
		}
	}
	upload.Attempts++
	_, err = p.run(ctx, upload, last, parts)
	return err
}

// Abandon records that an upload could not be decided however often it was tried. What was found earlier still counts; without it the upload
// is held, for a person to see. It looks nothing up, since that may be what failed.
func (p *Pipeline) Abandon(ctx context.Context, id domain.UploadID, reason string) error {
	upload, last, err := p.Uploads.Pending(ctx, id)
	if err != nil || upload.DueAt == 0 {
		return err
	}
	found := onRecord(upload, last)
	for _, part := range upload.Parts {
		if part.Inside == "" && unfinished(part.Name, last.Checks) {
			found.report(unseen(part.Name, reason))
		}
	}
	upload.Attempts = len(retries) + 1
	_, err = p.conclude(ctx, upload, last, causeOf(last), found, last.Matches)
	return err
}

// run walks parts of an upload through the stages. What the last decision had found out stands for the parts that are not walked.
func (p *Pipeline) run(ctx context.Context, upload domain.Upload, last domain.Decision, parts []ingest.Part) (domain.Decision, error) {
	inspecting, cancel := leaveTime(ctx)
	defer cancel()
	found := p.Inspector.inspect(inspecting, parts, upload.Parts, last.Checks)
	if err := ctx.Err(); err != nil {
		return domain.Decision{}, fmt.Errorf("inspect upload %s: %w", upload.ID, err)
	}
	matches, err := p.Index.Lookup(ctx, upload.ContentID, found.searchable())
	if err != nil {
		return domain.Decision{}, fmt.Errorf("look up among known content: %w", err)
	}
	return p.conclude(ctx, upload, last, causeOf(last), found, found.withEarlier(matches, last.Matches))
}

// leaveTime ends a step when a quarter of the time is left, for what comes after it: an upload that cannot be inspected in time is then held on
// record instead of being without an answer.
func leaveTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)*3/4)
}

// conclude decides and records.
func (p *Pipeline) conclude(ctx context.Context, upload domain.Upload, last domain.Decision, cause domain.Cause, found *inspection, matches []domain.Match) (domain.Decision, error) {
	upload.Parts = found.parts
	for _, part := range upload.Parts {
		if part.Inside == "" && !found.has(part.Name) {
			found.report(unseen(part.Name, "It was not looked at."))
		}
	}
	outcome, err := p.decide(ctx, upload, last, cause, found.checks, matches)
	if err != nil {
		return domain.Decision{}, err
	}
	return p.settle(ctx, upload, last, cause, found, matches, outcome)
}

// settle records what policies have decided. Where the last decision is a person's, or was made for what this look does not see, that is what stands,
// unless there is a reason to ask more.
func (p *Pipeline) settle(ctx context.Context, upload domain.Upload, last domain.Decision, cause domain.Cause, found *inspection, matches []domain.Match, outcome policy.Decided) (domain.Decision, error) {
	facts, err := outcome.Facts.Encode()
	if err != nil {
		return domain.Decision{}, fmt.Errorf("encode the facts of upload %s: %w", upload.ID, err)
	}
	d := domain.Decision{
		ID: domain.NewID[domain.DecisionID](), UploadID: upload.ID, ContentID: upload.ContentID, Round: last.Round + 1, Cause: cause, Verdict: outcome.Verdict,
		Consequence: outcome.Then, Policy: outcome.Policy, Reason: outcome.Reason, Rules: outcome.Hits, Checks: found.checks, Matches: matches,
		DecidedAt: outcome.Facts.Now,
	}
	evidence, err := p.evidenceStands(ctx, last, d)
	switch {
	case err != nil:
		return domain.Decision{}, fmt.Errorf("read the earlier decisions about upload %s: %w", upload.ID, err)
	case evidence:
		facts = nil // they would not lead to this decision
		fallthrough
	case personStands(last, d):
		d = inTheWordsOf(last, d)
	}
	return p.record(ctx, domain.Recording{Upload: upload, Decision: d, Facts: facts, Shadows: outcome.Shadows, Alarms: outcome.Alarms}, found)
}

// decide asks the policies about an upload that was last decided in another way, or not at all, with what users of the service have reported of its
// content.
func (p *Pipeline) decide(ctx context.Context, upload domain.Upload, last domain.Decision, cause domain.Cause, checks []domain.Check, matches []domain.Match) (policy.Decided, error) {
	reports, err := p.People.ReportsOf(ctx, upload.ContentID, domain.MaxReportsSeen)
	if err != nil {
		return policy.Decided{}, fmt.Errorf("read the reports of a content: %w", err)
	}
	return p.Policy.Decide(ctx, policy.Input{
		Upload: upload, Cause: cause, Round: last.Round + 1, Checks: checks, Matches: matches, Reports: reports, Now: domain.At(p.Now()),
	}), nil
}

// record writes a decision down and plans the next look at the upload.
func (p *Pipeline) record(ctx context.Context, r domain.Recording, found *inspection) (domain.Decision, error) {
	r.Upload.State = domain.Decided
	r.Upload.DueAt = nextTry(r.Upload, r.Decision, r.Decision.DecidedAt)
	r.Renditions, r.Seal = p.Inspector.renditions(ctx, r.Decision, found), record.Seal(r.Upload.Digest)
	return p.Recorder.Record(ctx, r)
}

// unseen is the check of a part that no detector has seen.
func unseen(part, reason string) domain.Check {
	return domain.Check{Detector: "corridor", Part: part, Status: domain.Failed, Reason: reason, Temporary: true}
}
