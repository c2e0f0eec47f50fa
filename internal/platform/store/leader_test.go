package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// TestALeaderThatFallsSilentIsReplaced lets a leader keep its connection and say nothing, as TCP shows a machine that has lost its power.
func TestALeaderThatFallsSilentIsReplaced(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		if cfg.URL == "" {
			t.Skip("a SQLite database belongs to one process, which always leads")
		}
		silent, other := storetest.Open(t, cfg), storetest.Open(t, cfg)
		release, held, err := silent.FreezeLead(t.Context(), "test")
		if !held || err != nil {
			t.Fatal(held, err)
		}
		defer release()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		led := false
		err = other.Lead(ctx, "test", func(context.Context) error {
			led = true
			return nil
		})
		if !led || err != nil {
			t.Errorf("nobody took over within twenty seconds: %v", err)
		}
	})
}
