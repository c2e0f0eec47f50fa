package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/auth"
)

// wantKey looks a key up and compares the name; no name means that the key is denied.
func wantKey(t *testing.T, a *auth.Auth, key, name string) {
	t.Helper()
	got, err := a.Key(t.Context(), key)
	if name == "" && !errors.Is(err, auth.ErrDenied) || name != "" && err != nil || got != name {
		t.Errorf("the key is that of %q (%v), want %q", got, err, name)
	}
}

func TestKeys(t *testing.T) {
	onEveryVault(t, func(t *testing.T, a *auth.Auth, _ revoker, _ *clock) {
		forum, err := a.NewKey(t.Context(), "forum")
		if err != nil {
			t.Fatal(err)
		}
		chat, err := a.NewKey(t.Context(), "chat")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(forum, "qk_") || len(forum) < 26 || forum == chat {
			t.Errorf("keys are %q and %q", forum, chat)
		}
		wantKey(t, a, forum, "forum")
		wantKey(t, a, chat, "chat")
		for _, key := range []string{"", "qk_", "qk_unknown", forum + " ", strings.ToLower(forum), forum[1:], strings.Repeat("x", 100_000)} {
			wantKey(t, a, key, "")
		}
	})
}

// TestKeysAreKeptAsHashes: whoever reads the database cannot use what is in it.
func TestKeysAreKeptAsHashes(t *testing.T) {
	t.Parallel()
	v := newMemory(newClock())
	a := auth.New(v, v.clock.now)
	key, err := a.NewKey(t.Context(), "forum")
	if err != nil {
		t.Fatal(err)
	}
	for kept := range v.keys {
		if strings.Contains(kept, key) || strings.Contains(kept, strings.TrimPrefix(key, "qk_")) || len(kept) != 64 {
			t.Errorf("kept is %q", kept)
		}
		wantKey(t, a, kept, "")
	}
}

// TestPresetKeys: what the operator chose is valid, may be chosen again at every start, and cannot be brought back once it was revoked.
func TestPresetKeys(t *testing.T) {
	onEveryVault(t, func(t *testing.T, a *auth.Auth, v revoker, c *clock) {
		preset := func() {
			t.Helper()
			if err := a.PresetKey(t.Context(), "preset", "chosen-by-the-operator"); err != nil {
				t.Fatal(err)
			}
		}
		wantKey(t, a, "chosen-by-the-operator", "")
		preset()
		preset()
		wantKey(t, a, "chosen-by-the-operator", "preset")
		v.revoke(t, "preset")
		preset()
		c.pass(time.Minute)
		wantKey(t, a, "chosen-by-the-operator", "")
	})
}

// TestRevokedKeysEndWithinSeconds: a key is remembered for a moment, so that not every request asks the database, and not for longer.
func TestRevokedKeysEndWithinSeconds(t *testing.T) {
	onEveryVault(t, func(t *testing.T, a *auth.Auth, v revoker, c *clock) {
		key, err := a.NewKey(t.Context(), "forum")
		if err != nil {
			t.Fatal(err)
		}
		wantKey(t, a, key, "forum")
		v.revoke(t, "forum")
		c.pass(4 * time.Second)
		wantKey(t, a, key, "forum")
		c.pass(time.Second) // five since it was asked for, however often it was shown meanwhile
		wantKey(t, a, key, "")
		fresh := auth.New(v, c.now)
		wantKey(t, fresh, key, "")
	})
}

func TestKeysAreAskedForOnceInAWhile(t *testing.T) {
	t.Parallel()
	v := newMemory(newClock())
	a := auth.New(v, v.clock.now)
	key, err := a.NewKey(t.Context(), "forum")
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		wantKey(t, a, key, "forum")
		v.clock.pass(100 * time.Millisecond)
	}
	if v.asked != 2 {
		t.Errorf("asked %d times in ten seconds, want 2", v.asked)
	}
	for range 3 {
		wantKey(t, a, "unknown", "") // not remembered: there are too many unknown ones
	}
	if v.asked != 5 {
		t.Errorf("asked %d times, want 5", v.asked)
	}
}

func TestLinksWorkOnce(t *testing.T) {
	onEveryVault(t, func(t *testing.T, a *auth.Auth, _ revoker, c *clock) {
		token, err := a.NewLink(t.Context(), "operator")
		if err != nil {
			t.Fatal(err)
		}
		c.pass(auth.LinkLife - time.Second)
		session, expires, err := a.Redeem(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if want := c.now().Add(auth.SessionLife); !expires.Equal(want) || session == token {
			t.Errorf("the session %q of the token %q expires at %v, want %v", session, token, expires, want)
		}
		wantPerson(t, a, session, "operator")
		for _, token := range []string{token, session, "", "unknown"} {
			wantNoLink(t, a, token)
		}
		wantPerson(t, a, token, "")
	})
}

// wantPerson asks who is signed in; nobody means that the session is denied.
func wantPerson(t *testing.T, a *auth.Auth, session, person string) {
	t.Helper()
	got, err := a.Person(t.Context(), session)
	if person == "" && !errors.Is(err, auth.ErrDenied) || person != "" && err != nil || got != person {
		t.Errorf("signed in is %q (%v), want %q", got, err, person)
	}
}

func wantNoLink(t *testing.T, a *auth.Auth, token string) {
	t.Helper()
	if session, expires, err := a.Redeem(t.Context(), token); !errors.Is(err, auth.ErrDenied) || session != "" || !expires.IsZero() {
		t.Errorf("the token %q gave the session %q until %v, %v", token, session, expires, err)
	}
}

func TestLinksExpire(t *testing.T) {
	onEveryVault(t, func(t *testing.T, a *auth.Auth, _ revoker, c *clock) {
		token, err := a.NewLink(t.Context(), "operator")
		if err != nil {
			t.Fatal(err)
		}
		c.pass(auth.LinkLife)
		wantNoLink(t, a, token)
	})
}

// TestALinkGivesOneSessionToManyAtOnce opens one link from many places at the same time.
func TestALinkGivesOneSessionToManyAtOnce(t *testing.T) {
	onEveryVault(t, func(t *testing.T, a *auth.Auth, _ revoker, _ *clock) {
		token, err := a.NewLink(t.Context(), "operator")
		if err != nil {
			t.Fatal(err)
		}
		var sessions atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				switch session, _, err := a.Redeem(t.Context(), token); {
				case err == nil && session != "":
					sessions.Add(1)
				case !errors.Is(err, auth.ErrDenied):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := sessions.Load(); n != 1 {
			t.Errorf("%d sessions from one link", n)
		}
	})
}

func TestSessionsExpireAndEnd(t *testing.T) {
	onEveryVault(t, func(t *testing.T, a *auth.Auth, _ revoker, c *clock) {
		signIn := func(person string) string {
			t.Helper()
			token, err := a.NewLink(t.Context(), person)
			if err != nil {
				t.Fatal(err)
			}
			session, _, err := a.Redeem(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return session
		}
		ana, ben := signIn("ana"), signIn("ben")
		c.pass(auth.SessionLife - time.Second)
		wantPerson(t, a, ana, "ana")
		for _, over := range []string{ana, ana, "", "unknown"} {
			if err := a.End(t.Context(), over); err != nil {
				t.Error(err)
			}
		}
		wantPerson(t, a, ana, "")
		wantPerson(t, a, ben, "ben")
		c.pass(time.Second)
		wantPerson(t, a, ben, "")
		wantPerson(t, a, "", "")
	})
}

// TestABrokenVaultDeniesNobody: that somebody cannot be recognised now does not mean that their key is not valid, and half a secret is none.
func TestABrokenVaultDeniesNobody(t *testing.T) {
	t.Parallel()
	v := newMemory(newClock())
	a := auth.New(v, v.clock.now)
	key, err := a.NewKey(t.Context(), "forum")
	if err != nil {
		t.Fatal(err)
	}
	v.fails = errBroken
	for name, do := range map[string]func() (string, error){
		"Key":       func() (string, error) { return a.Key(t.Context(), key) },
		"NewKey":    func() (string, error) { return a.NewKey(t.Context(), "chat") },
		"PresetKey": func() (string, error) { return "", a.PresetKey(t.Context(), "preset", "chosen") },
		"NewLink":   func() (string, error) { return a.NewLink(t.Context(), "operator") },
		"Redeem":    func() (string, error) { s, _, err := a.Redeem(t.Context(), "token"); return s, err },
		"Person":    func() (string, error) { return a.Person(t.Context(), "session") },
		"End":       func() (string, error) { return "", a.End(t.Context(), "session") },
	} {
		if got, err := do(); !errors.Is(err, errBroken) || errors.Is(err, auth.ErrDenied) || got != "" {
			t.Errorf("%s gave %q, %v", name, got, err)
		}
	}
	v.fails = nil
	wantKey(t, a, key, "forum")
	v.fails = errBroken // a key that was recognised a moment ago needs no vault
	wantKey(t, a, key, "forum")
}

// TestManyKeysAtOnce looks keys up side by side while the clock runs, for the race detector.
func TestManyKeysAtOnce(t *testing.T) {
	t.Parallel()
	v := newMemory(newClock())
	a := auth.New(v, v.clock.now)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			name := fmt.Sprintf("key %d", i)
			key, err := a.NewKey(t.Context(), name)
			if err != nil {
				t.Error(err)
			}
			for range 200 {
				wantKey(t, a, key, name)
				v.clock.pass(time.Second)
			}
		})
	}
	all.Wait()
}
