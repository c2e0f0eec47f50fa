package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// firstDecision and endOfDecisions are before and behind every id.
const (
	firstDecision  = domain.DecisionID("")
	endOfDecisions = domain.DecisionID("g")
)

func everyDecision(domain.DecisionID) bool { return true }

// factsRead lists the decisions whose facts are read from one on.
func factsRead(t testing.TB, s *store.Store, from, last domain.DecisionID, want func(domain.DecisionID) bool) (ids []domain.DecisionID) {
	t.Helper()
	err := s.EachFacts(t.Context(), from, last, want, func(f *domain.KeptFacts) error {
		ids = append(ids, f.Decision)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// fiveWithFacts records five decisions with facts and one without.
func fiveWithFacts(t testing.TB, s *store.Store) (ids []domain.DecisionID) {
	t.Helper()
	for i := range 6 {
		u := upload(fmt.Sprint("post-", i))
		if i >= 3 {
			u.AccountID = "user-5"
		}
		r := recordingOf(u, 1, domain.Allow)
		if i == 5 {
			r.Facts = nil
		} else {
			ids = append(ids, r.Decision.ID)
		}
		record(t, s, r)
	}
	return ids
}

var factsTests = []test{
	{"are kept with the decision, and outlive it", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		r := recordingOf(upload("post"), 1, domain.Block)
		record(t, s, r)
		for _, table := range []string{"matches", "renditions", "decisions", "uploads"} {
			if _, err := SQL(t, cfg).ExecContext(t.Context(), `delete from `+table); err != nil {
				t.Fatal(err)
			}
		}
		want := domain.KeptFacts{Decision: r.Decision.ID, DecidedAt: start, Account: "user-4", Surface: "post", Verdict: domain.Block, Policy: r.Decision.Policy, Body: r.Facts}
		if diff := cmp.Diff(want, must(s.FactsOf(t.Context(), r.Decision.ID))(t)); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
		_, err := s.FactsOf(t.Context(), "none")
		wantError(t, err, store.ErrNotFound, "FactsOf")
	}},
	{"are not kept where the decision of a person stands", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		r := recordingOf(upload("post"), 1, domain.Block)
		r.Decision.By = "ana"
		record(t, s, r)
		_, err := s.FactsOf(t.Context(), r.Decision.ID)
		wantError(t, err, store.ErrNotFound, "FactsOf")
	}},
	{"are not kept of a round that was decided already", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first := recordingOf(upload("post"), 1, domain.Allow)
		second := recordingOf(first.Upload, 1, domain.Block)
		record(t, s, first)
		record(t, s, second)
		if diff := cmp.Diff([]domain.DecisionID{first.Decision.ID}, factsRead(t, s, firstDecision, endOfDecisions, everyDecision)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}},
	{"are read in order, some or all", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		ids := fiveWithFacts(t, s)
		if diff := cmp.Diff(ids, factsRead(t, s, firstDecision, endOfDecisions, everyDecision)); diff != "" {
			t.Errorf("all (-want +got):\n%s", diff)
		}
		some := func(id domain.DecisionID) bool { return id != ids[2] }
		if diff := cmp.Diff([]domain.DecisionID{ids[1], ids[3]}, factsRead(t, s, ids[1], ids[3], some)); diff != "" {
			t.Errorf("some (-want +got):\n%s", diff)
		}
		stop := errors.New("enough")
		err := s.EachFacts(t.Context(), firstDecision, endOfDecisions, everyDecision, func(f *domain.KeptFacts) error {
			want := must(s.FactsOf(t.Context(), f.Decision))(t)
			if diff := cmp.Diff(&want, f); diff != "" {
				t.Errorf("one of many (-want +got):\n%s", diff)
			}
			return stop
		})
		wantError(t, err, stop, "EachFacts")
	}},
	{"are cut into pieces", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		if last := must(s.CutFacts(t.Context(), firstDecision, endOfDecisions, 2))(t); last != "" {
			t.Errorf("the last of none is %s", last)
		}
		ids := fiveWithFacts(t, s)
		for _, c := range []struct {
			from, before domain.DecisionID
			n            int
			want         domain.DecisionID
		}{{firstDecision, endOfDecisions, 2, ids[1]}, {ids[1], endOfDecisions, 2, ids[2]}, {ids[1], ids[3], 2, ids[2]}, {ids[1], ids[3], 9, ids[2]}, {ids[3], endOfDecisions, 3, ids[4]}, {endOfDecisions, endOfDecisions, 1, ""}} {
			if got := must(s.CutFacts(t.Context(), c.from, c.before, c.n))(t); got != c.want {
				t.Errorf("%d from %q: got %q, want %q", c.n, c.from, got, c.want)
			}
		}
	}},
	{"forget whose they are, some at a time", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		ids := fiveWithFacts(t, s)
		forget := func(account domain.AccountID, limit int) (n int) {
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = tx.ForgetFacts(ctx, account, limit)
				return err
			})
			return n
		}
		if diff := cmp.Diff([]int{2, 1, 0, 0}, []int{forget("user-4", 2), forget("user-4", 2), forget("user-4", 2), forget("", 2)}); diff != "" {
			t.Errorf("forgotten (-want +got):\n%s", diff)
		}
		for i, want := range []domain.AccountID{"", "", "", "user-5", "user-5"} {
			if f := must(s.FactsOf(t.Context(), ids[i]))(t); f.Account != want || len(f.Body) == 0 {
				t.Errorf("facts %d are %+v, want account %q", i, f, want)
			}
		}
	}},
	{"are removed when they are old, some at a time", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		old := domain.At(time.Now()).Add(-time.Hour)
		for i := range 3 {
			r := recordingOf(upload(fmt.Sprint("old-", i)), 1, domain.Allow)
			r.Decision.ID = domain.FirstID[domain.DecisionID](old.Add(time.Duration(i) * time.Second))
			record(t, s, r)
		}
		ids := fiveWithFacts(t, s)
		var counts []int
		for range 3 {
			change(t, s, func(ctx context.Context, tx *store.Tx) error {
				n, err := tx.DropFacts(ctx, old.Add(time.Minute), 2)
				counts = append(counts, n)
				return err
			})
		}
		if left := factsRead(t, s, firstDecision, endOfDecisions, everyDecision); !slices.Equal(left, ids) || !slices.Equal(counts, []int{2, 1, 0}) {
			t.Errorf("removed %v, left %v, want %v", counts, left, ids)
		}
	}},
}
