package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var allTypes = []domain.SignalType{domain.PDQ, domain.SHA256, domain.MD5}

// plan makes the hunts there are to make, and returns those that are not over, in short.
func plan(t *testing.T, s *store.Store) (hunts []string) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.PlanHunts(ctx, store.HuntPlan{Types: allTypes, Most: 7, Looser: func(before, after domain.Bank) bool { return after.EnabledShare > before.EnabledShare }})
		return err
	})
	for _, h := range must(s.UnfinishedHunts(t.Context()))(t) {
		hunts = append(hunts, fmt.Sprintf("%s %d", h.Reason, h.Signals))
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.CancelHunt(ctx, h.ID)
			return err
		})
	}
	return hunts
}

// huntFor makes a hunt.
func huntFor(t *testing.T, s *store.Store, h domain.Hunt) (made domain.Hunt) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = tx.CreateHunt(ctx, h)
		return err
	})
	return made
}

var huntTests = []test{
	{"are planned for what came to count, once", testPlan},
	{"are planned when pauses end", testPlanPauses},
	{"go on from where they were", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		h := huntFor(t, s, domain.Hunt{Reason: domain.HuntAsked, By: "ana", Bank: "b-1", BankName: "heron", Entry: "e-1", From: 3, To: 9, Most: 5, Signals: 6})
		if h.State != domain.HuntWaiting || h.Progress.After != 3 {
			t.Errorf("made %+v", h)
		}
		h.State, h.StartedAt, h.Progress = domain.HuntSearching, start, domain.HuntProgress{Searched: 1, After: 4, Shelf: "s", Part: 5, Tail: 6, Fingerprints: 7, Compared: 8, Found: 9, Decided: 10, Unchanged: 11, Gone: 12, Failed: 13}
		goesOn := false
		update := func() {
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				goesOn, err = tx.UpdateHunt(ctx, h)
				return err
			})
		}
		update()
		if diff := cmp.Diff(h, must(s.Hunt(t.Context(), h.ID))(t)); diff != "" || !goesOn {
			t.Errorf("goes on %v (-want +got):\n%s", goesOn, diff)
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.CancelHunt(ctx, h.ID)
			return err
		})
		if update(); goesOn {
			t.Error("it goes on after it was cancelled")
		}
		if got := must(s.Hunt(t.Context(), h.ID))(t); got.State != domain.HuntCancelled || got.FinishedAt == 0 || !got.Over() {
			t.Errorf("cancelled: %+v", got)
		}
		err := s.Tx(t.Context(), func(tx *store.Tx) error { _, err := tx.CancelHunt(t.Context(), h.ID); return err })
		wantError(t, err, store.ErrConflict, "CancelHunt of one that is over")
		err = s.Tx(t.Context(), func(tx *store.Tx) error { _, err := tx.CancelHunt(t.Context(), "none"); return err })
		wantError(t, err, store.ErrNotFound, "CancelHunt")
		_, err = s.Hunt(t.Context(), "none")
		wantError(t, err, store.ErrNotFound, "Hunt")
	}},
	{"are listed newest first, a page at a time", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var want []domain.HuntID
		for range 3 {
			want = append([]domain.HuntID{huntFor(t, s, domain.Hunt{Reason: domain.HuntAsked}).ID}, want...)
		}
		var got []domain.HuntID
		for _, h := range append(must(s.Hunts(t.Context(), "", 1))(t), must(s.Hunts(t.Context(), want[0], 5))(t)...) {
			got = append(got, h.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}},
	{"find an upload once, and settle it once", testFinds},
	{"leave out what they have led to when the past is read", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		u := upload("post")
		first, second := recordingOf(u, 1, domain.Allow), recordingOf(u, 2, domain.Block)
		second.Decision.Cause = domain.CauseRetro
		record(t, s, first)
		record(t, s, second)
		past := must(s.DecidedAfter(t.Context(), "", 9))(t)
		if len(past) != 1 || past[0].Decision != first.Decision.ID || past[0].Upload.ID != u.ID {
			t.Errorf("past %+v", past)
		}
		if got := must(s.DecidedAfter(t.Context(), first.Decision.ID, 9))(t); len(got) != 0 {
			t.Errorf("behind it: %+v", got)
		}
		if got := must(s.UploadsByID(t.Context(), []domain.UploadID{"none", u.ID}))(t); len(got) != 1 || got[0].ContentID != "post" {
			t.Errorf("uploads %+v", got)
		}
	}},
	{"have a key for every day until it is dropped", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for day := range int64(3) {
			for _, fresh := range []string{"first", "second"} {
				change(t, s, func(ctx context.Context, tx *store.Tx) error {
					key, err := tx.HuntKey(ctx, day, fresh+fmt.Sprint(day))
					if want := "first" + fmt.Sprint(day); key != want {
						t.Errorf("key %q, want %q", key, want)
					}
					return err
				})
			}
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DropHuntKeys(ctx, 2) })
		if diff := cmp.Diff(map[int64]string{2: "first2"}, must(s.HuntKeys(t.Context()))(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}},
	{"are asked to forget an account until it is forgotten", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for range 2 {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.AskToForget(ctx, "user-4") })
		}
		if diff := cmp.Diff([]domain.AccountID{"user-4"}, must(s.AskedToForget(t.Context()))(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Forgotten(ctx, "user-4") })
		if got := must(s.AskedToForget(t.Context()))(t); len(got) != 0 {
			t.Errorf("still %v", got)
		}
	}},
	{"that match child-abuse hashes leave no picture of earlier rounds", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		u := upload("post")
		record(t, s, recordingOf(u, 1, domain.Block))
		worse := recordingOf(u, 2, domain.Block)
		worse.Decision.Matches[0].BankKind, worse.Renditions = domain.KnownCSAM, nil
		record(t, s, worse)
		_, err := s.Rendition(t.Context(), u.ID, "file-1")
		wantError(t, err, store.ErrNotFound, "Rendition")
	}},
}

func testPlan(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	want := func(what string, hunts ...string) {
		t.Helper()
		if diff := cmp.Diff(hunts, plan(t, s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	want("nothing is there")
	b := bankNamed(t, s, "heron")
	want("a bank without signals")
	e := entryOf(t, s, b.ID, signal(1), signal(2))
	entryOf(t, s, b.ID, signal(3))
	want("three new signals", "signals 3")
	want("the same again")
	change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, e.ID) })
	want("a withdrawal")
	list := func(records ...domain.ListRecord) {
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ApplyRecords(ctx, b.ID, records)
			return err
		})
	}
	list(domain.ListRecord{Ref: string(e.ID), Type: domain.SHA256, Value: digest(1)})
	want("a withdrawn signal that is listed again", "signals 1")
	share := func(to float64) {
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ChangeBank(ctx, "heron", func(b *domain.Bank) error { b.EnabledShare = to; return nil })
			return err
		})
	}
	share(0.5)
	want("a bank that counts for less")
	share(0.6)
	want("a bank that counts for more", "bank 2")
	want("the same again")
	var good domain.Bank
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		good, err = tx.CreateBank(ctx, domain.Bank{Name: "good", Kind: domain.Negative, EnabledShare: 1})
		return err
	})
	entryOf(t, s, good.ID, signal(9))
	want("a signal that is known to be good")
	other := entryOf(t, s, b.ID, domain.Signal{Type: "other", Value: "x"}, signal(10))
	want("one of two types can be hunted for", "signals 1")
	for _, h := range []domain.Hunt{{Bank: b.ID, Entry: other.ID}, {Bank: b.ID}} {
		signals := must(s.HuntSignals(t.Context(), h, allTypes, 9))(t)
		n := must(s.CountHuntSignals(t.Context(), h, allTypes))(t)
		if left := slices.DeleteFunc(slices.Clone(signals), func(s domain.HuntSignal) bool { return s.Type != "other" }); len(left) > 0 || int64(len(signals)) != n {
			t.Errorf("hunt %+v counts %d signals and has %+v", h, n, signals)
		}
	}
	news := must(s.HuntNews(t.Context(), start))(t)
	if news.Hunted != news.Newest || news.Resumed {
		t.Errorf("news %+v", news)
	}
}

func testPlanPauses(t *testing.T, cfg store.Config) {
	cfg, now := stopped(cfg)
	s := Open(t, cfg)
	b := bankNamed(t, s, "heron")
	pause := func(e domain.EntryID, until domain.Time) {
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ChangeEntry(ctx, b.ID, e, domain.EntryChange{PausedUntil: &until})
			return err
		})
	}
	resumed, ended, forever, withdrawn := entryOf(t, s, b.ID, signal(1)), entryOf(t, s, b.ID, signal(2), signal(3)), entryOf(t, s, b.ID, signal(4)), entryOf(t, s, b.ID, signal(5))
	plan(t, s)
	pause(resumed.ID, domain.Forever)
	pause(ended.ID, start.Add(time.Hour))
	pause(forever.ID, domain.Forever)
	pause(withdrawn.ID, start.Add(time.Hour))
	change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, withdrawn.ID) })
	if got := plan(t, s); len(got) != 0 {
		t.Errorf("while they are paused: %v", got)
	}
	pause(resumed.ID, 0)
	if !must(s.HuntNews(t.Context(), start))(t).Resumed {
		t.Error("that one was resumed is no news")
	}
	if diff := cmp.Diff([]string{"entry 1"}, plan(t, s)); diff != "" {
		t.Errorf("one is resumed (-want +got):\n%s", diff)
	}
	now.advance(2 * time.Hour)
	if diff := cmp.Diff([]string{"entry 2"}, plan(t, s)); diff != "" {
		t.Errorf("a pause is over (-want +got):\n%s", diff)
	}
	if got := plan(t, s); len(got) != 0 {
		t.Errorf("the same again: %v", got)
	}
	// A list may pause and resume entries too.
	until := start.Add(3 * time.Hour)
	change(t, s, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ApplyRecords(ctx, b.ID, []domain.ListRecord{{Ref: "item", Type: domain.MD5, Value: "00", PausedUntil: &until}})
		return err
	})
	plan(t, s)
	now.advance(2 * time.Hour)
	if diff := cmp.Diff([]string{"entry 1"}, plan(t, s)); diff != "" {
		t.Errorf("a pause of a list is over (-want +got):\n%s", diff)
	}
}

func testFinds(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	one, other := huntFor(t, s, domain.Hunt{Reason: domain.HuntAsked}), huntFor(t, s, domain.Hunt{Reason: domain.HuntAsked})
	add := func(h domain.Hunt, uploads ...domain.UploadID) (n int) {
		change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = tx.AddFinds(ctx, h.ID, uploads)
			return err
		})
		return n
	}
	settle := func(finds ...domain.Find) (outcomes []domain.FindOutcome) {
		change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			outcomes, err = tx.SettleFinds(ctx, finds)
			return err
		})
		return outcomes
	}
	if n, again, third := add(one, "u1", "u2"), add(one, "u2", "u3", "u2"), add(other, "u1"); n != 2 || again != 1 || third != 1 {
		t.Errorf("added %d, %d and %d, want 2, 1 and 1", n, again, third)
	}
	if got := must(s.WaitingFinds(t.Context(), one.ID, 2))(t); len(got) != 2 || got[0] != (domain.Find{Hunt: one.ID, Upload: "u1"}) {
		t.Errorf("waiting %+v", got)
	}
	u := upload("post")
	d := record(t, s, recordingOf(u, 1, domain.Allow))[0]
	made := domain.Find{Hunt: one.ID, Upload: "u1", Outcome: domain.FindDecided, Decision: d.ID}
	gone := domain.Find{Hunt: one.ID, Upload: "u2", Outcome: domain.FindGone}
	if diff := cmp.Diff([]domain.FindOutcome{domain.FindDecided, domain.FindGone}, settle(made, gone)); diff != "" {
		t.Errorf("settled (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]domain.FindOutcome{"", ""}, settle(made, gone)); diff != "" {
		t.Errorf("settled twice (-want +got):\n%s", diff)
	}
	same := made
	same.Hunt = other.ID
	if diff := cmp.Diff([]domain.FindOutcome{domain.FindUnchanged}, settle(same)); diff != "" {
		t.Errorf("a decision of another hunt (-want +got):\n%s", diff)
	}
	if got := must(s.WaitingFinds(t.Context(), one.ID, 9))(t); len(got) != 1 || got[0].Upload != "u3" {
		t.Errorf("waiting %+v", got)
	}
	found := must(s.HuntDecisions(t.Context(), one.ID, "", 9))(t)
	if len(found) != 1 || found[0].Decision.ID != d.ID || len(must(s.HuntDecisions(t.Context(), one.ID, d.ID, 9))(t)) != 0 || len(must(s.HuntDecisions(t.Context(), other.ID, "", 9))(t)) != 0 {
		t.Errorf("decisions %+v", found)
	}
}
