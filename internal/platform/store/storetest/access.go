package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var accessTests = []test{
	{"by key lasts until the key is revoked", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		put := func(name, hash string) {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PutKey(ctx, name, hash) })
		}
		put("forum", "h-1")
		put("chat", "h-2")
		put("again", "h-1") // known: stays as it is
		k := must(s.KeyByHash(t.Context(), "h-1"))(t)
		if diff := cmp.Diff(store.APIKey{ID: k.ID, Name: "forum", CreatedAt: start}, k); diff != "" {
			t.Errorf("key (-want +got):\n%s", diff)
		}
		revoke := func(id domain.KeyID) error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { return tx.RevokeKey(t.Context(), id) })
		}
		now.advance(time.Hour)
		wantError(t, revoke(k.ID), nil, "RevokeKey")
		now.advance(time.Hour)
		wantError(t, revoke(k.ID), nil, "RevokeKey again")
		wantError(t, revoke("none"), store.ErrNotFound, "RevokeKey of none")
		put("forum", "h-1") // revoked for good
		_, err := s.KeyByHash(t.Context(), "h-1")
		wantError(t, err, store.ErrNotFound, "KeyByHash of a revoked key")

		other := must(s.KeyByHash(t.Context(), "h-2"))(t)
		k.RevokedAt = start.Add(time.Hour)
		if diff := cmp.Diff([]store.APIKey{k, other}, must(s.Keys(t.Context()))(t)); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	}},
	{"by link is given once, whoever is first", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.PutSignInLink(ctx, "h", "reviewer", domain.At(time.Now().Add(time.Hour)))
		})
		var signedIn atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				var person string
				err := s.Tx(t.Context(), func(tx *store.Tx) (err error) {
					person, err = tx.UseSignInLink(t.Context(), "h")
					return err
				})
				switch {
				case err == nil && person == "reviewer":
					signedIn.Add(1)
				case !errors.Is(err, store.ErrNotFound):
					t.Errorf("signed in %q, %v", person, err)
				}
			})
		}
		all.Wait()
		if n := signedIn.Load(); n != 1 {
			t.Errorf("the link worked %d times, want once", n)
		}
	}},
	{"by link ends when the link does", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PutSignInLink(ctx, "h", "reviewer", start+10) })
		use := func(hash string) error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { _, err := tx.UseSignInLink(t.Context(), hash); return err })
		}
		now.advance(10 * time.Microsecond)
		wantError(t, use("h"), store.ErrNotFound, "an expired link")
		wantError(t, use("none"), store.ErrNotFound, "an unknown link")
	}},
	{"by session lasts until it expires or is ended", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		put := func(hash string, expires domain.Time) {
			change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PutSession(ctx, hash, "reviewer", expires) })
		}
		put("h-1", start+10)
		put("h-2", start+20)
		if who := must(s.PersonOfSession(t.Context(), "h-1", start+9))(t); who != "reviewer" {
			t.Errorf("the session is of %q", who)
		}
		_, err := s.PersonOfSession(t.Context(), "h-1", start+10)
		wantError(t, err, store.ErrNotFound, "an expired session")
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EndSession(ctx, "h-2") })
		_, err = s.PersonOfSession(t.Context(), "h-2", start)
		wantError(t, err, store.ErrNotFound, "an ended session")
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EndSession(ctx, "h-2") }) // does nothing
		now.advance(time.Second)
		put("h-3", start.Add(time.Hour))
		if n := rowCounts(t, cfg, "sessions"); n["sessions"] != 1 {
			t.Errorf("%d sessions are kept, want only the one that is valid", n["sessions"])
		}
	}},
	{"knows which database it is", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		id := must(s.ID(t.Context()))(t)
		if again := must(Open(t, cfg).ID(t.Context()))(t); id == "" || again != id {
			t.Errorf("the database is %q, and after opening it again %q", id, again)
		}
	}},
}
