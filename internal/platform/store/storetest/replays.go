package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// replayAsked writes a replay down.
func replayAsked(t *testing.T, s *store.Store) (r domain.Replay) {
	t.Helper()
	asked := domain.Replay{
		ID: domain.NewID[domain.EventID](), Policy: "known-content", Version: 2, Text: "policy: known-content", From: 1, To: 9, Share: 0.5, Seed: "x", Minutes: 3, By: "eva",
	}
	err := s.Tx(t.Context(), func(tx *store.Tx) (err error) {
		r, err = tx.AddReplay(t.Context(), asked)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var replayTests = []test{
	{"are run in their order, and end once", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		if _, err := s.NextReplay(t.Context()); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
		first, second := replayAsked(t, s), replayAsked(t, s)
		next, err := s.NextReplay(t.Context())
		if diff := cmp.Diff(first, next); err != nil || diff != "" {
			t.Error(err, diff)
		}
		finish := func(id domain.EventID, report, failed string) error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { return tx.FinishReplay(t.Context(), id, []byte(report), "abc", failed) })
		}
		advance := func() error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { return tx.AdvanceReplay(t.Context(), first.ID, 0.25) })
		}
		if err := advance(); err != nil {
			t.Error(err)
		}
		if got, err := s.Replay(t.Context(), first.ID); err != nil || got.Done != 0.25 || got.FinishedAt != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		if err := finish(first.ID, `{"decisions":1}`, ""); err != nil {
			t.Error(err)
		}
		if err := errors.Join(finish(first.ID, "", "again")); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
		if err := advance(); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
		got, err := s.Replay(t.Context(), first.ID)
		if err != nil || got.Done != 1 || got.FinishedAt == 0 || string(got.Report) != `{"decisions":1}` || got.Digest != "abc" || got.Failed != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if next, err := s.NextReplay(t.Context()); err != nil || next.ID != second.ID {
			t.Errorf("%+v, %v", next, err)
		}
		if err := finish(second.ID, "", "cancelled by eva"); err != nil {
			t.Error(err)
		}
		if _, err := s.NextReplay(t.Context()); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	}},
	{"are listed newest first", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first, second := replayAsked(t, s), replayAsked(t, s)
		all, err := s.Replays(t.Context(), "", 10)
		if diff := cmp.Diff([]domain.Replay{second, first}, all); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if older, err := s.Replays(t.Context(), second.ID, 10); err != nil || len(older) != 1 || older[0].ID != first.ID {
			t.Errorf("%+v, %v", older, err)
		}
		if _, err := s.Replay(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	}},
}
