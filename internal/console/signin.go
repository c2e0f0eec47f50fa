package console

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// maxForm bounds, in bytes, what a form may send.
const maxForm = 8 << 10

// signedIn lets a request through to a handler once it is known who sends it.
func (c *console) signedIn(next func(w http.ResponseWriter, r *http.Request, person string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		person, err := c.person(r)
		switch {
		case errors.Is(err, ErrSession):
			w.Header().Set("WWW-Authenticate", `OneTimeLink realm="Quell"`)
			c.show(w, r, http.StatusUnauthorized, notice{Said: c.words.NotSignedIn, Command: c.words.LinkCommand})
		case err != nil:
			c.broken(w, r, "", err)
		default:
			next(w, r, person)
		}
	}
}

// person returns who sends a request.
func (c *console) person(r *http.Request) (string, error) {
	cookie, err := r.Cookie(c.cookieName())
	if err != nil || cookie.Value == "" {
		return "", ErrSession
	}
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	return c.SignIn.Person(ctx, cookie.Value)
}

// signInPage shows the button that uses a link up. Looking at the page changes nothing: programs that preview links look at it too.
func (c *console) signInPage(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	if token == "" {
		c.show(w, r, http.StatusBadRequest, notice{Said: c.words.NoToken, Command: c.words.LinkCommand})
		return
	}
	c.show(w, r, http.StatusOK, notice{Said: c.words.PressToSignIn, Button: c.words.SignIn, Action: "/sign-in", Token: token})
}

// redeem uses a link up and starts a session.
func (c *console) redeem(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	token := r.PostFormValue("token")
	if token == "" {
		c.show(w, r, http.StatusBadRequest, notice{Said: c.words.NoToken, Command: c.words.LinkCommand})
		return
	}
	session, expires, err := c.SignIn.Redeem(r.Context(), token)
	switch {
	case errors.Is(err, ErrLink):
		c.show(w, r, http.StatusGone, notice{Said: c.words.LinkDead, Command: c.words.LinkCommand})
	case err != nil:
		c.broken(w, r, "", err)
	default:
		http.SetCookie(w, c.cookie(session, expires))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// signOutPage asks before it ends the session.
func (c *console) signOutPage(w http.ResponseWriter, r *http.Request, person string) {
	c.show(w, r, http.StatusOK, notice{Said: c.words.PressToSignOut, Button: c.words.SignOut, Action: "/sign-out", Person: person})
}

// signOut ends the session. The cookie goes whatever happens to the session.
func (c *console) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, c.cookie("", time.Unix(0, 0)))
	if cookie, err := r.Cookie(c.cookieName()); err == nil && cookie.Value != "" {
		if err := c.SignIn.End(r.Context(), cookie.Value); err != nil {
			c.broken(w, r, "", err)
			return
		}
	}
	c.show(w, r, http.StatusOK, notice{Said: c.words.SignedOut, Command: c.words.LinkCommand})
}

// cookie returns the cookie of a session. It is "Lax", not "Strict": with the latter, following a link from a mail would show a person who
// is signed in the page for those who are not.
func (c *console) cookie(session string, expires time.Time) *http.Cookie {
	return &http.Cookie{
		Name: c.cookieName(), Value: session, Path: "/", Expires: expires,
		HttpOnly: true, Secure: c.SecureCookies, SameSite: http.SameSiteLaxMode,
	}
}

// cookieName carries the prefix that makes browsers refuse the cookie from anywhere but this host over HTTPS.
func (c *console) cookieName() string {
	if c.SecureCookies {
		return "__Host-quell"
	}
	return "quell"
}
