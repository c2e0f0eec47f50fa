package banktest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
)

// Subject is a store under test: one that can also be asked what it holds.
type Subject interface {
	bank.Store
	// Records returns every signal of a bank as a record, withdrawn ones as tombstones, in any order. Labels that are empty may be nil.
	Records(ctx context.Context, bank domain.BankID) ([]domain.ListRecord, error)
}

// Open makes an empty store with two empty banks. The store takes its time from clock.
type Open func(t *testing.T, clock func() domain.Time) (s Subject, a, b domain.BankID)

// TestStore tests that a store does what bank.Store says.
func TestStore(t *testing.T, open Open) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := start
			store, here, _ := open(t, func() domain.Time { return now })
			for i, step := range c.steps {
				apply(t, store, here, step.records, step.want, fmt.Sprintf("step %d", i+1))
				now++
			}
			holds(t, store, here, c.want)
		})
	}
	t.Run("banks have nothing to do with each other", func(t *testing.T) {
		t.Parallel()
		store, here, there := open(t, func() domain.Time { return start })
		one := []domain.ListRecord{record("heron", 1)}
		apply(t, store, here, one, domain.ListOutcome{Added: 1}, "one bank")
		apply(t, store, there, one, domain.ListOutcome{Added: 1}, "the other bank")
		apply(t, store, there, []domain.ListRecord{tombstone("heron", 0)}, domain.ListOutcome{Withdrawn: 1}, "a tombstone")
		holds(t, store, here, one)
	})
	t.Run("any records, as the model has it", func(t *testing.T) {
		t.Parallel()
		testAgainstModel(t, open)
	})
}

func testAgainstModel(t *testing.T, open Open) {
	const seed, batches = 7, 40
	random := rand.New(rand.NewPCG(seed, 0))
	now := start
	clock := func() domain.Time { return now }
	store, here, _ := open(t, clock)
	model := &Model{Now: clock}
	for i := range batches {
		now++
		batch := make([]domain.ListRecord, 1+random.IntN(12))
		for j := range batch {
			batch[j] = anyRecord(random)
		}
		want, err := model.ApplyRecords(t.Context(), here, batch)
		if err != nil {
			t.Fatal(err)
		}
		apply(t, store, here, batch, want, fmt.Sprintf("batch %d of seed %d", i+1, seed))
		held, err := model.Records(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, store, here, held)
		if t.Failed() {
			t.Fatalf("this was the batch:\n%+v", batch)
		}
	}
}

// anyRecord returns one of few records, so that they meet.
func anyRecord(random *rand.Rand) domain.ListRecord {
	ref := []string{"heron", "egret", "stork"}[random.IntN(3)]
	n := 1 + random.IntN(4)
	switch random.IntN(8) {
	case 0:
		return tombstone(ref, 0)
	case 1, 2:
		return tombstone(ref, n)
	}
	r := record(ref, n)
	r.Provenance.Labels = [][]string{nil, {"a"}, {"a", "b"}}[random.IntN(3)]
	r.Provenance.Confidence = []float64{0, 0.5, 1}[random.IntN(3)]
	r.Provenance.AddedAt = []domain.Time{0, start - 1, start - 2}[random.IntN(3)]
	r.ExpiresAt = []domain.Time{0, start + 1_000_000}[random.IntN(2)]
	r.Note = []string{"", "", "first", "second"}[random.IntN(4)]
	return r
}

func apply(t *testing.T, store Subject, b domain.BankID, records []domain.ListRecord, want domain.ListOutcome, what string) {
	t.Helper()
	got, err := store.ApplyRecords(t.Context(), b, records)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: outcome (-want +got):\n%s", what, diff)
	}
}

func holds(t *testing.T, store Subject, b domain.BankID, want []domain.ListRecord) {
	t.Helper()
	got, err := store.Records(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.SortSlices(less)); diff != "" {
		t.Errorf("what the bank holds (-want +got):\n%s", diff)
	}
}
