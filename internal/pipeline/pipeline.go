package pipeline

import (
	"context"
	"fmt"
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

// Matcher looks fingerprints up among known content.
type Matcher interface {
	Lookup(ctx context.Context, content domain.ContentID, prints []match.Fingerprint) ([]domain.Match, error)
}

// Policy turns evidence into a verdict.
type Policy interface {
	Decide(policy.Input) policy.Outcome
}

// Recorder writes a decision down and returns the one that stands.
type Recorder interface {
	Record(context.Context, domain.Recording) (domain.Decision, error)
}

// Pipeline is the corridor. All fields must be set. It is safe for concurrent use.
type Pipeline struct {
	Limits    ingest.Limits
	Uploads   Uploads
	Inspector *Inspector
	Index     Matcher
	Policy    Policy
	Recorder  Recorder
	Now       func() time.Time
}

// Check takes a submission through the corridor and returns the decision that stands for it, which is then durable. Sending the same parts
// of the same content again returns the same decision, unless something could not be checked that may be checked now. A submission that is
// not acceptable is an ingest.Fault.
func (p *Pipeline) Check(ctx context.Context, s ingest.Submission) (domain.Decision, error) {
	if err := p.Limits.Check(s); err != nil {
		return domain.Decision{}, err
	}
	upload := s.Upload(domain.At(p.Now()))
	known, last, found, err := p.Uploads.Known(ctx, upload.ContentID, upload.Digest)
	if err != nil {
		return domain.Decision{}, fmt.Errorf("look for an earlier upload: %w", err)
	}
	if found {
		if last.ID != "" && !worthAnotherTry(last) {
			return last, nil
		}
		known.Parts = upload.Parts
		upload = known
	}
	return p.run(ctx, upload, last.Round+1, s.Parts, nil)
}

// Judge returns the ingest.Fault of a submission that is not acceptable, or nil.
func (p *Pipeline) Judge(s ingest.Submission) error { return p.Limits.Check(s) }

// Accept writes submissions down durably without deciding them; each is decided by a later Resume. Either all are accepted or none. Parts
// must not hold data: bytes are not kept.
func (p *Pipeline) Accept(ctx context.Context, submissions []ingest.Submission) ([]domain.Upload, error) {
	uploads := make([]domain.Upload, len(submissions))
	now := domain.At(p.Now())
	for i, s := range submissions {
		if err := p.Limits.Check(s); err != nil {
			return nil, err
		}
		uploads[i] = s.Upload(now)
		uploads[i].DueAt = now.Add(retryAfter(0))
	}
	return p.Uploads.Accept(ctx, uploads)
}

// Resume decides an upload that was accepted, or looks again at one of which a part could not be checked. An upload with nothing left to do
// is passed over, so that calling it twice does no harm.
func (p *Pipeline) Resume(ctx context.Context, id domain.UploadID) error {
	upload, last, err := p.Uploads.Pending(ctx, id)
	if err != nil {
		return err
	}
	if upload.DueAt == 0 {
		return nil
	}
	var parts []ingest.Part
	for _, part := range upload.Parts {
		if part.URL != "" || part.SHA256 == "" {
			parts = append(parts, ingest.Part{Name: part.Name, URL: part.URL, Fingerprints: clientSignals(part)})
		}
	}
	_, err = p.run(ctx, upload, last.Round+1, parts, last.Checks)
	return err
}

// clientSignals are the fingerprints of a part that has neither bytes nor URL: the client computed them.
func clientSignals(part domain.Part) []domain.Fingerprint {
	if part.URL != "" {
		return nil
	}
	return part.Fingerprints
}

// Abandon records that an upload could not be decided however often it was tried: it is held, for a person to see.
func (p *Pipeline) Abandon(ctx context.Context, id domain.UploadID, reason string) error {
	upload, last, err := p.Uploads.Pending(ctx, id)
	if err != nil {
		return err
	}
	if upload.DueAt == 0 {
		return nil
	}
	upload.Attempts = len(retries)
	var checks []domain.Check
	for _, part := range upload.Parts {
		checks = append(checks, domain.Check{Detector: "corridor", Part: part.Name, Status: domain.Failed, Reason: reason})
	}
	_, err = p.decide(ctx, upload, last.Round+1, inspection{checks: checks})
	return err
}

// run walks parts of an upload through the stages. Checks that were made earlier stand for the parts that are not walked again.
func (p *Pipeline) run(ctx context.Context, upload domain.Upload, round int, parts []ingest.Part, earlier []domain.Check) (domain.Decision, error) {
	var all inspection
	again := map[string]bool{}
	for _, part := range parts {
		again[part.Name] = true
	}
	for _, c := range earlier {
		if !again[c.Part] {
			all.checks = append(all.checks, c)
		}
	}
	for i := range upload.Parts {
		for _, part := range parts {
			if part.Name == upload.Parts[i].Name {
				all.add(p.Inspector.inspect(ctx, part, &upload.Parts[i]))
			}
		}
		for _, f := range upload.Parts[i].Fingerprints {
			all.prints = append(all.prints, match.Fingerprint{Part: upload.Parts[i].Name, Fingerprint: f})
		}
	}
	return p.decide(ctx, upload, round, all)
}

// decide looks up, decides and records.
func (p *Pipeline) decide(ctx context.Context, upload domain.Upload, round int, found inspection) (domain.Decision, error) {
	matches, err := p.Index.Lookup(ctx, upload.ContentID, searchable(found.prints))
	if err != nil {
		return domain.Decision{}, fmt.Errorf("look up among known content: %w", err)
	}
	outcome := p.Policy.Decide(policy.Input{Upload: upload, Checks: found.checks, Matches: matches})
	now := domain.At(p.Now())
	d := domain.Decision{
		ID: domain.NewID[domain.DecisionID](), UploadID: upload.ID, ContentID: upload.ContentID, Round: round, Verdict: outcome.Verdict,
		Policy: outcome.Policy, Reason: outcome.Reason, Checks: found.checks, Matches: matches, DecidedAt: now,
	}
	upload.State = domain.Decided
	upload.Attempts++
	upload.DueAt = nextTry(upload, d, now)
	return p.Recorder.Record(ctx, domain.Recording{
		Upload: upload, Decision: d, Renditions: p.Inspector.renditions(ctx, d, found.pictures), Seal: record.Seal(upload.Digest),
	})
}

// worthAnotherTry reports whether a decision was made without a check that may succeed another time.
func worthAnotherTry(d domain.Decision) bool {
	for _, c := range d.Checks {
		if c.Status != domain.Complete && c.Temporary {
			return true
		}
	}
	return false
}
