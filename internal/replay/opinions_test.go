package replay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/replay"
)

func TestTheLastReviewCounts(t *testing.T) {
	t.Parallel()
	var o replay.Opinions
	for _, r := range []domain.Review{
		{Judged: "a", Decision: "a2", Verdict: domain.Allow, Sample: true},
		{Judged: "b", Decision: "b2", Verdict: domain.Block},
		{Judged: "a2", Decision: "a3", Verdict: domain.Block}, // of what a person has decided
		{Judged: "a3", Decision: "a4", Verdict: domain.Hold},
	} {
		if err := o.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	want := map[domain.DecisionID]replay.Opinion{"a": {Verdict: domain.Hold, Sample: true}, "b": {Verdict: domain.Block}}
	if diff := cmp.Diff(want, o.Of()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
