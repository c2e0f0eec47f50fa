package pipeline

import (
	"context"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// Lookup takes a submission as far as Check does before a verdict: it is inspected and looked up. Nothing is decided and nothing is written
// down. It returns the parts with their fingerprints, the checks, which say what could not be looked at, and everything known that was found,
// the strongest evidence first. The submission need not name its content; without a name every bank counts that counts for any content. A
// submission that is not acceptable is an ingest.Fault, an index that does not hold what SQL holds is match.ErrNotReady.
func (p *Pipeline) Lookup(ctx context.Context, s ingest.Submission) ([]domain.Part, []domain.Check, []match.Known, error) {
	if err := p.Limits.CheckNameless(s); err != nil {
		return nil, nil, nil, err
	}
	inspecting, cancel := leaveTime(ctx)
	defer cancel()
	found := p.Inspector.inspect(inspecting, s.Parts, s.Upload(domain.At(p.Now())).Parts, nil)
	if err := ctx.Err(); err != nil {
		return nil, nil, nil, fmt.Errorf("inspect what is looked up: %w", err)
	}
	known, err := p.Index.Search(ctx, match.Query{Prints: found.searchable(), Counts: countsFor(s.ContentID)})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("look up among known content: %w", err)
	}
	return found.parts, found.checks, known, nil
}

// countsFor says which banks count for a content, or for any at all if it has no name.
func countsFor(content domain.ContentID) func(domain.Bank) bool {
	if content == "" {
		return func(b domain.Bank) bool { return b.EnabledShare > 0 }
	}
	return func(b domain.Bank) bool { return b.AppliesTo(content) }
}
