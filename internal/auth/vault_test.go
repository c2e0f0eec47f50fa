package auth_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/auth"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// revoker is a vault in which keys can be revoked.
type revoker interface {
	auth.Vault
	revoke(t *testing.T, name string)
}

// onEveryVault runs a test on the vault of these tests and on the one of the program, over a database.
func onEveryVault(t *testing.T, test func(t *testing.T, a *auth.Auth, v revoker, c *clock)) {
	t.Helper()
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		v := newMemory(c)
		test(t, auth.New(v, c.now), v, c)
	})
	t.Run("store", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		s, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "quell.db"), Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		v := storeVault{app.Vault{Store: s}}
		test(t, auth.New(v, c.now), v, c)
	})
}

// storeVault is the vault of the program.
type storeVault struct{ app.Vault }

func (v storeVault) revoke(t *testing.T, name string) {
	t.Helper()
	keys, err := v.Store.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if k.Name != name {
			continue
		}
		if err := v.Store.Tx(t.Context(), func(tx *store.Tx) error { return tx.RevokeKey(t.Context(), k.ID) }); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	errNothing = errors.New("nothing there")
	errBroken  = errors.New("the vault is broken")
)

// memory is a vault in memory.
type memory struct {
	clock *clock

	mu       sync.Mutex
	fails    error // instead of everything
	asked    int   // how often a key was looked up
	keys     map[string]string
	revoked  map[string]bool
	links    map[string]secret
	sessions map[string]secret
}

type secret struct {
	person  string
	expires domain.Time
}

func newMemory(c *clock) *memory {
	return &memory{clock: c, keys: map[string]string{}, revoked: map[string]bool{}, links: map[string]secret{}, sessions: map[string]secret{}}
}

func (m *memory) NotFound(err error) bool { return errors.Is(err, errNothing) }

func (m *memory) revoke(_ *testing.T, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for hash, n := range m.keys {
		m.revoked[hash] = m.revoked[hash] || n == name
	}
}

func (m *memory) KeyName(_ context.Context, hash string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	name, ok := m.keys[hash]
	if m.fails == nil && (!ok || m.revoked[hash]) {
		return "", errNothing
	}
	return name, m.fails
}

func (m *memory) PutKey(_ context.Context, name, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.keys[hash]; !known && m.fails == nil {
		m.keys[hash] = name
	}
	return m.fails
}

func (m *memory) PutSignInLink(_ context.Context, hash, person string, expires domain.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.links[hash] = secret{person, expires}
	return m.fails
}

func (m *memory) UseSignInLink(_ context.Context, hash string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	link, ok := m.links[hash]
	if m.fails == nil && (!ok || link.expires <= domain.At(m.clock.now())) {
		return "", errNothing
	}
	delete(m.links, hash)
	return link.person, m.fails
}

func (m *memory) PutSession(_ context.Context, hash, person string, expires domain.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[hash] = secret{person, expires}
	return m.fails
}

func (m *memory) PersonOfSession(_ context.Context, hash string, now domain.Time) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[hash]
	if m.fails == nil && (!ok || s.expires <= now) {
		return "", errNothing
	}
	return s.person, m.fails
}

func (m *memory) EndSession(_ context.Context, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, hash)
	return m.fails
}
