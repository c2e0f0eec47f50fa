package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// Reconsider looks the recorded fingerprints of a decided upload up again, because something became known since. If anything counts that did not
// count before, that is a further round, with the checks of the last one; made says so. Nothing is weakened by it: what would now be judged more
// mildly stays as it is. Calling it twice does no harm. An upload that is still to be decided will be looked up then, and is left alone.
func (p *Pipeline) Reconsider(ctx context.Context, id domain.UploadID) (d domain.Decision, made bool, err error) {
	const tries = 3 // against others that decide at the same time, from an older state of the index
	for range tries {
		upload, last, err := p.Uploads.Pending(ctx, id)
		if err != nil || last.ID == "" {
			return last, false, err
		}
		matches, err := p.recall(ctx, upload)
		if err != nil {
			return last, false, fmt.Errorf("look up among known content: %w", err)
		}
		found := onRecord(upload, last)
		matches = found.withEarlier(matches, last.Matches)
		if !gains(last.Matches, matches) {
			return last, false, nil
		}
		outcome, err := p.decide(ctx, upload, last, domain.CauseRetro, last.Checks, matches)
		if err != nil || outcome.Verdict.Rank() < last.Verdict.Rank() {
			return last, false, err
		}
		d, err = p.settle(ctx, upload, last, domain.CauseRetro, found, matches, outcome)
		if err != nil || !gains(d.Matches, matches) {
			return d, err == nil && d.Cause == domain.CauseRetro, err
		}
	}
	return d, false, fmt.Errorf("upload %s is decided by somebody else again and again", id)
}

// recall looks up what is on record of an upload, as it is and turned in all ways: an upload was compared as it came, and what is known may be
// mirrored.
func (p *Pipeline) recall(ctx context.Context, upload domain.Upload) ([]domain.Match, error) {
	prints := searchable(upload.Parts)
	for _, f := range slices.Clone(prints) {
		for _, t := range signal.Derived(f.Fingerprint) {
			prints = append(prints, match.Fingerprint{Part: f.Part, Margin: signal.DerivedMargin, Fingerprint: t})
		}
	}
	return p.Index.Lookup(ctx, upload.ContentID, prints)
}

// gains reports whether anything counts among some matches that is not among those before.
func gains(before, after []domain.Match) bool {
	return slices.ContainsFunc(after, func(m domain.Match) bool {
		return m.Counts() && !slices.ContainsFunc(before, func(b domain.Match) bool { return sameFinding(b, m) })
	})
}

// sameFinding reports whether two matches say of the same part that the same signal counts, wherever in the part and however near.
func sameFinding(a, b domain.Match) bool {
	return a.Signal == b.Signal && a.Part == b.Part && a.SuppressedBy == b.SuppressedBy
}

// Searched returns the fingerprints of an upload that are looked up.
func Searched(u domain.Upload) []domain.Fingerprint {
	var prints []domain.Fingerprint
	for _, f := range searchable(u.Parts) {
		prints = append(prints, f.Fingerprint)
	}
	return prints
}
