package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestLinkIsUsedUpByTheButtonOnly(t *testing.T) {
	t.Parallel()
	s := visit(t)
	s.cookie = ""
	for range 3 { // mail programs look at links before people do
		page := body(t, s.get("/sign-in?token=token-1"), http.StatusOK)
		if !strings.Contains(page, `<form method="post" action="/sign-in">`) || !strings.Contains(page, `name="token" value="token-1"`) {
			t.Fatalf("no form that sends the token:\n%s", page)
		}
	}
	w := s.post("/sign-in", url.Values{"token": {"token-1"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
		t.Fatalf("status %d to %q, want 303 to the overview", w.Code, w.Header().Get("Location"))
	}
	s.cookie = strings.Split(w.Header().Get("Set-Cookie"), ";")[0]
	body(t, s.get("/"), http.StatusOK)

	again := body(t, s.post("/sign-in", url.Values{"token": {"token-1"}}), http.StatusGone)
	if !strings.Contains(again, s.words().LinkDead.Title) || !strings.Contains(again, "quell sign-in-link") {
		t.Errorf("a used link does not say what to do:\n%s", again)
	}
}

func TestCookieIsKeptFromScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		secure bool
		want   string
	}{
		{false, "quell=session-1; Path=/; Expires=Thu, 05 Nov 2026 02:07:12 GMT; HttpOnly; SameSite=Lax"},
		{true, "__Host-quell=session-1; Path=/; Expires=Thu, 05 Nov 2026 02:07:12 GMT; HttpOnly; Secure; SameSite=Lax"},
	} {
		s := visit(t)
		s.open(Config{SecureCookies: test.secure})
		got := s.post("/sign-in", url.Values{"token": {"token-1"}}).Header().Get("Set-Cookie")
		if got != test.want {
			t.Errorf("secure %v:\n got %s\nwant %s", test.secure, got, test.want)
		}
	}
}

func TestLinkWithoutTokenSaysSo(t *testing.T) {
	t.Parallel()
	s := visit(t)
	for _, w := range []string{
		body(t, s.get("/sign-in"), http.StatusBadRequest),
		body(t, s.post("/sign-in", nil), http.StatusBadRequest),
		body(t, s.post("/sign-in", url.Values{"token": {strings.Repeat("x", maxForm)}}), http.StatusBadRequest),
	} {
		if !strings.Contains(w, s.words().NoToken.Title) {
			t.Error(w)
		}
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	s := visit(t)
	ask := body(t, s.get("/sign-out"), http.StatusOK)
	if !strings.Contains(ask, `action="/sign-out"`) || s.signIn.session == "" {
		t.Errorf("looking at the page signed out, or it has no form:\n%s", ask)
	}
	w := s.post("/sign-out", nil)
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "quell=; ") || !strings.Contains(got, "Expires=Thu, 01 Jan 1970") {
		t.Errorf("the cookie stays: %s", got)
	}
	body(t, w, http.StatusOK)
	if s.signIn.session != "" {
		t.Error("the session goes on")
	}
	body(t, s.get("/"), http.StatusUnauthorized)
}

func TestSignInOutOfOrderIsNotTakenForAStranger(t *testing.T) {
	t.Parallel()
	s := visit(t)
	s.signIn.fail = errors.New("database is locked")
	for _, page := range []string{
		body(t, s.get("/"), http.StatusServiceUnavailable),
		body(t, s.post("/sign-in", url.Values{"token": {"token-1"}}), http.StatusServiceUnavailable),
		body(t, s.post("/sign-out", nil), http.StatusServiceUnavailable),
	} {
		if !strings.Contains(page, s.words().Broken.Title) || strings.Contains(page, "locked") {
			t.Error(page)
		}
	}
	if !strings.Contains(s.log.String(), "database is locked") {
		t.Error("the log does not say what is the matter")
	}
}

func TestNewNeedsARecordAnIndexSignInAndPolicies(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{{}, {Record: &fakeRecord{}, Index: fakeIndex{}}, {Record: &fakeRecord{}, SignIn: &fakeSignIn{}}, {SignIn: &fakeSignIn{}, Index: fakeIndex{}, Policies: &fakePolicies{}}, {Record: &fakeRecord{}, Index: fakeIndex{}, SignIn: &fakeSignIn{}}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("a console was made of %+v", cfg)
		}
	}
	if _, err := New(Config{Record: &fakeRecord{}, Index: fakeIndex{}, SignIn: &fakeSignIn{}, Policies: &fakePolicies{}}); err != nil {
		t.Error(err)
	}
}
