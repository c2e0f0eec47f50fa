package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// reviewOf is what ana makes of a recording: that a verdict should stand in its place.
func reviewOf(judged domain.Recording, v domain.Verdict, at domain.Time) domain.Recording {
	r := recordingOf(judged.Upload, judged.Decision.Round+1, v)
	d := &r.Decision
	d.Cause, d.By, d.Reason, d.DecidedAt = domain.CauseReview, "ana", "It is news.", at
	r.Review = &domain.Review{
		Decision: d.ID, Judged: judged.Decision.ID, Upload: r.Upload.ID, Policy: judged.Decision.Policy, Machine: judged.Decision.Verdict, Verdict: v,
		By: "ana", Reason: d.Reason, At: at,
	}
	return r
}

// overturned adds a rule that a review overturns.
func overturned(r domain.Recording, rule string, signals ...domain.SignalID) domain.Overturn {
	o := domain.Overturn{Decision: r.Review.Judged, Digest: r.Upload.Digest, Policy: "default", Rule: rule, Signals: signals, By: r.Review.By, At: r.Review.At}
	r.Review.Overturned = append(r.Review.Overturned, o)
	return o
}

// reviewsOf reads the reviews of a time.
func reviewsOf(t testing.TB, s *store.Store, from, to domain.Time) (all []domain.Review) {
	t.Helper()
	err := s.Reviews(t.Context(), from, to, func(r domain.Review) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var reviewTests = []test{
	{"come back in their order, from a moment to before another", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var want []domain.Review
		for i := range 4 {
			judged := recordingOf(upload(fmt.Sprint("post-", i)), 1, domain.Verdicts()[i+1])
			r := reviewOf(judged, domain.Allow, start+domain.Time(i))
			r.Review.Sample = i%2 == 1
			record(t, s, judged)
			record(t, s, r)
			want = append(want, *r.Review)
		}
		if diff := cmp.Diff(want, reviewsOf(t, s, start, start+4)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[1:3], reviewsOf(t, s, start+1, start+3)); diff != "" {
			t.Errorf("of a part of the time (-want +got):\n%s", diff)
		}
		failure, seen := errors.New("enough"), 0
		err := s.Reviews(t.Context(), start, start+4, func(domain.Review) error {
			seen++
			return failure
		})
		if !errors.Is(err, failure) || seen != 1 {
			t.Errorf("%d were read, %v", seen, err)
		}
	}},
	{"overturn rules for the same parts, whatever content has them", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		judged := recordingOf(upload("post"), 1, domain.Block)
		r := reviewOf(judged, domain.Allow, start+1)
		b, a := overturned(r, "known-near", "s-1", "s-2"), overturned(r, "known-exact")
		record(t, s, judged)
		if got := must(s.OverturnsOf(t.Context(), r.Upload.Digest))(t); len(got) != 0 {
			t.Errorf("before the review: %+v", got)
		}
		record(t, s, r)
		if diff := cmp.Diff([]domain.Overturn{a, b}, must(s.OverturnsOf(t.Context(), r.Upload.Digest))(t), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := must(s.OverturnsOf(t.Context(), digest(99)))(t); len(got) != 0 {
			t.Errorf("of other parts: %+v", got)
		}
	}},
	{"say of a rule what the newest of them says", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		judged := recordingOf(upload("post"), 1, domain.Block)
		first := reviewOf(judged, domain.Allow, start+1)
		overturned(first, "known-near", "s-1")
		overturned(first, "known-exact", "s-2")
		second := reviewOf(first, domain.Label, start+2)
		want := overturned(second, "known-near", "s-1", "s-9")
		second.Review.Upheld = []domain.RuleName{{Policy: "default", Rule: "known-exact"}, {Policy: "default", Rule: "never-overturned"}}
		record(t, s, judged)
		record(t, s, first)
		record(t, s, second)
		if diff := cmp.Diff([]domain.Overturn{want}, must(s.OverturnsOf(t.Context(), judged.Upload.Digest))(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}},
	{"are not written when another decision stands in their place", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		judged := recordingOf(upload("post"), 1, domain.Hold)
		r := reviewOf(judged, domain.Allow, start+1)
		overturned(r, "known-near")
		record(t, s, judged)
		faster := recordingOf(judged.Upload, 2, domain.Block)
		record(t, s, faster)
		if got := record(t, s, r); got[0].ID != faster.Decision.ID {
			t.Errorf("%+v stands, want what was faster", got[0])
		}
		if n := rowCounts(t, cfg, "reviews", "overturns"); n["reviews"]+n["overturns"] != 0 {
			t.Errorf("rows are %v", n)
		}
	}},
	{"leave nothing when they cannot be sealed", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		judged := recordingOf(upload("post"), 1, domain.Hold)
		record(t, s, judged)
		r := reviewOf(judged, domain.Allow, start+1)
		overturned(r, "known-near")
		failure := errors.New("no wax")
		r.Seal = func(domain.Decision) (domain.Leaf, domain.Event, error) {
			return domain.Leaf{}, domain.Event{}, failure
		}
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.RecordDecisions(t.Context(), []domain.Recording{r})
			return err
		})
		wantError(t, err, failure, "Tx")
		if n := rowCounts(t, cfg, "decisions", "reviews", "overturns"); n["decisions"] != 1 || n["reviews"]+n["overturns"] != 0 {
			t.Errorf("rows are %v", n)
		}
	}},
	{"are made of a decision with all others about its upload at hand", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first := recordingOf(upload("post"), 1, domain.Block)
		second := reviewOf(first, domain.Allow, start+1)
		record(t, s, first, recordingOf(upload("another"), 1, domain.Hold))
		record(t, s, second)
		u, all, err := s.DecisionsOf(t.Context(), first.Decision.ID)
		if diff := cmp.Diff([]domain.Decision{second.Decision, first.Decision}, all); diff != "" || err != nil || u.ID != first.Upload.ID {
			t.Errorf("upload %s, %v (-want +got):\n%s", u.ID, err, diff)
		}
		_, _, err = s.DecisionsOf(t.Context(), "none")
		wantError(t, err, store.ErrNotFound, "DecisionsOf")
	}},
}
