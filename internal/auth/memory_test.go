package auth

import (
	"context"
	"testing"
	"time"
)

// generous is a vault to which every key is valid.
type generous struct{ Vault }

func (generous) KeyName(_ context.Context, hash string) (string, error) { return hash, nil }

// TestWhatIsRememberedIsBounded shows more keys than are remembered, all valid at the same moment.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	a := New(generous{}, func() time.Time { return now })
	for i := range 3 * maxSeen {
		key := string(rune('a'+i%26)) + time.Duration(i).String()
		if name, err := a.Key(t.Context(), key); err != nil || name != hash(key) {
			t.Fatal(name, err)
		}
		if len(a.seen) > maxSeen {
			t.Fatalf("%d keys are remembered, at most %d should be", len(a.seen), maxSeen)
		}
	}
}
