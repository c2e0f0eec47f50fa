package storetest

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// draw returns the ids of a sample.
func draw(t testing.TB, s *store.Store, sample store.Sample) (ids []domain.DecisionID) {
	t.Helper()
	drawn, newest, err := s.DrawFirst(t.Context(), sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range drawn {
		ids = append(ids, r.Decision.ID)
		if newest[r.Upload.ID] == "" {
			t.Errorf("of upload %s no newest decision is told", r.Upload.ID)
		}
	}
	return ids
}

var drawTests = []test{
	{"are the same for the same seed, and others for another", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var batch []domain.Recording
		for i := range 300 {
			batch = append(batch, recordingOf(upload(fmt.Sprint("post-", i)), 1, domain.Verdicts()[i%5]))
		}
		record(t, s, batch...)
		from, to := domain.At(time.Now().Add(-time.Hour)), domain.At(time.Now().Add(time.Hour)) // ids are made by the clock of the machine
		first := draw(t, s, store.Sample{From: from, To: to, Size: 160, Seed: "a"})
		if !slices.IsSorted(first) || len(slices.Compact(slices.Clone(first))) != 160 {
			t.Errorf("%d ids are drawn, or not in their order", len(first))
		}
		if diff := cmp.Diff(first, draw(t, s, store.Sample{From: from, To: to, Size: 160, Seed: "a"})); diff != "" {
			t.Errorf("the same seed (-first +second):\n%s", diff)
		}
		if slices.Equal(first, draw(t, s, store.Sample{From: from, To: to, Size: 160, Seed: "b"})) {
			t.Error("another seed draws the same")
		}
		if all := draw(t, s, store.Sample{From: from, To: to, Size: 999}); len(all) != 300 {
			t.Errorf("%d of 300 are drawn where all are asked for", len(all))
		}
		if none := append(draw(t, s, store.Sample{From: to, To: to + 1, Size: 9}), draw(t, s, store.Sample{From: from, To: to})...); len(none) != 0 {
			t.Errorf("drawn of nothing: %v", none)
		}
	}},
	{"draw first decisions alone, and say which is the newest", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first := recordingOf(upload("post"), 1, domain.Block)
		second := reviewOf(first, domain.Allow, start+1)
		record(t, s, first)
		record(t, s, second)
		drawn, newest, err := s.DrawFirst(t.Context(), store.Sample{To: domain.Forever, Size: 9})
		if err != nil || len(drawn) != 1 || drawn[0].Decision.ID != first.Decision.ID || newest[first.Upload.ID] != second.Decision.ID {
			t.Errorf("%+v, newest %v, %v", drawn, newest, err)
		}
	}},
	{"give every decision the same chance", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		const decisions, size, draws = 20, 5, 400
		var batch []domain.Recording
		for i := range decisions {
			batch = append(batch, recordingOf(upload(fmt.Sprint("post-", i)), 1, domain.Allow))
		}
		record(t, s, batch...)
		times := map[domain.DecisionID]int{}
		for seed := range draws {
			for _, id := range draw(t, s, store.Sample{To: domain.Forever, Size: size, Seed: fmt.Sprint(seed)}) {
				times[id]++
			}
		}
		// Each is drawn a binomial number of times; six standard deviations are passed once in 500 million.
		mean := float64(draws*size) / decisions
		far := 6 * math.Sqrt(mean*(1-float64(size)/decisions))
		for _, r := range batch {
			if n := float64(times[r.Decision.ID]); math.Abs(n-mean) > far {
				t.Errorf("one is drawn %v times of %d, want about %v", n, draws, mean)
			}
		}
	}},
}
