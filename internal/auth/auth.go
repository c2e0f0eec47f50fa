package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// ErrDenied means that a key, link or session is not valid (any more).
var ErrDenied = errors.New("not valid, used or expired")

// Vault keeps the hashes of secrets. Lookups of what is not there, or not valid any more, return an error for which NotFound is true.
type Vault interface {
	// KeyName returns the name of a key that is not revoked.
	KeyName(ctx context.Context, hash string) (name string, err error)
	// PutKey adds a key; one that is known, revoked or not, is left as it is.
	PutKey(ctx context.Context, name, hash string) error
	PutSignInLink(ctx context.Context, hash, person string, expires domain.Time) error
	// UseSignInLink uses a link up that was not used and has not expired, by the vault's own clock: of several at once one succeeds.
	UseSignInLink(ctx context.Context, hash string) (person string, err error)
	PutSession(ctx context.Context, hash, person string, expires domain.Time) error
	PersonOfSession(ctx context.Context, hash string, now domain.Time) (person string, err error)
	// EndSession removes a session; one that is not there is no error.
	EndSession(ctx context.Context, hash string) error
	NotFound(error) bool
}

// How long things are valid.
const (
	LinkLife    = 15 * time.Minute
	SessionLife = 12 * time.Hour
	keyMemory   = 5 * time.Second // how long a key that was revoked may still be accepted
)

// maxSeen is how many keys are remembered. If there are more, all are forgotten and asked for again.
const maxSeen = 1024

// Auth recognises programs and people. It is safe for concurrent use.
type Auth struct {
	vault Vault
	now   func() time.Time

	mu   sync.Mutex
	seen map[string]seenKey // by hash: at most maxSeen keys that were valid a moment ago
}

type seenKey struct {
	name  string
	until time.Time
}

// New makes an Auth over a vault.
func New(vault Vault, now func() time.Time) *Auth {
	return &Auth{vault: vault, now: now, seen: map[string]seenKey{}}
}

// NewKey makes an API key and returns it: it is never shown again.
func (a *Auth) NewKey(ctx context.Context, name string) (string, error) {
	key := "qk_" + rand.Text()
	if err := a.vault.PutKey(ctx, name, hash(key)); err != nil {
		return "", err
	}
	return key, nil
}

// PresetKey makes a key that the operator chose valid. It stays valid until it is revoked, also when another one is chosen; and once revoked it
// stays so, however often it is chosen again.
func (a *Auth) PresetKey(ctx context.Context, name, key string) error {
	return a.vault.PutKey(ctx, name, hash(key))
}

// Key returns the name of the key that a program shows, or ErrDenied. A key that is revoked may be accepted for some seconds more.
func (a *Auth) Key(ctx context.Context, key string) (string, error) {
	h := hash(key)
	now := a.now()
	a.mu.Lock()
	k, ok := a.seen[h]
	a.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.name, nil
	}
	name, err := a.vault.KeyName(ctx, h)
	if err != nil {
		return "", a.denied(err, "API key")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.seen) >= maxSeen {
		clear(a.seen)
	}
	a.seen[h] = seenKey{name, now.Add(keyMemory)}
	return name, nil
}

// NewLink makes a one-time sign-in token for a person.
func (a *Auth) NewLink(ctx context.Context, person string) (token string, err error) {
	token = rand.Text()
	if err := a.vault.PutSignInLink(ctx, hash(token), person, domain.At(a.now().Add(LinkLife))); err != nil {
		return "", err
	}
	return token, nil
}

// Redeem turns the token of a sign-in link into a session. A token works once; ErrDenied says that it does not.
func (a *Auth) Redeem(ctx context.Context, token string) (session string, expires time.Time, err error) {
	person, err := a.vault.UseSignInLink(ctx, hash(token))
	if err != nil {
		return "", time.Time{}, a.denied(err, "sign-in link")
	}
	session, expires = rand.Text(), a.now().Add(SessionLife)
	if err := a.vault.PutSession(ctx, hash(session), person, domain.At(expires)); err != nil {
		return "", time.Time{}, err
	}
	return session, expires, nil
}

// Person returns who is signed in by a session, or ErrDenied.
func (a *Auth) Person(ctx context.Context, session string) (string, error) {
	person, err := a.vault.PersonOfSession(ctx, hash(session), domain.At(a.now()))
	if err != nil {
		return "", a.denied(err, "session")
	}
	return person, nil
}

// End ends a session; ending what is over does nothing.
func (a *Auth) End(ctx context.Context, session string) error {
	return a.vault.EndSession(ctx, hash(session))
}

func (a *Auth) denied(err error, what string) error {
	if a.vault.NotFound(err) {
		return fmt.Errorf("%s: %w", what, ErrDenied)
	}
	return err
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
