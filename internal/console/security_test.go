package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
)

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 1, 0))
	for _, path := range []string{"/", "/latest", "/decisions/" + id(2, 1), "/decisions/none", "/nowhere", "/sign-in?token=t", "/sign-out", "/?verdict=no", "/banks", "/banks/nowhere"} {
		h := s.get(path).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy":      pagePolicy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cache-Control":                "no-store",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Content-Type":                 "text/html; charset=utf-8",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestPolicyAllowsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	if !strings.HasPrefix(pagePolicy, "default-src 'none'; ") || strings.Contains(pagePolicy, "unsafe") || strings.Contains(pagePolicy, "http") {
		t.Error(pagePolicy)
	}
	for _, directive := range []string{"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(pagePolicy, directive) {
			t.Errorf("%s is missing", directive)
		}
	}
}

func TestPagesHoldNothingThatThePolicyForbids(t *testing.T) {
	t.Parallel()
	s := visit(t, at(hostile(), 2, 0), at(undecodable(), 1, 0))
	for _, path := range []string{"/", "/decisions/" + id(2, 1), "/decisions/" + id(2, 2), "/sign-out"} {
		page := body(t, s.get(path), http.StatusOK)
		for _, inline := range []string{" style=", "<style", " onclick=", " onload=", "javascript:void"} {
			if strings.Contains(page, inline) {
				t.Errorf("%s holds %q", path, inline)
			}
		}
		for _, m := range strings.Split(page, "<script")[1:] {
			if !strings.HasPrefix(m, ` type="module" src="/assets/refresh.`) {
				t.Errorf("%s holds a script: %.80s", path, m)
			}
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	s := visit(t, at(hostile(), 1, 0))
	for _, path := range []string{"/", "/latest", "/decisions/" + id(2, 1)} {
		page := body(t, s.get(path), http.StatusOK)
		for _, tag := range []string{"<script>", "<b>", "<i ", "<style>", `href="javascript:`, "\u202E", "\x00"} {
			if strings.Contains(page, tag) {
				t.Errorf("%s: %q got through", path, tag)
			}
		}
		if !strings.Contains(page, "[U+202E]") && !strings.Contains(page, "202E]") {
			t.Errorf("%s: the override of direction is not shown", path)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]http.Header{
		"by what the browser says of the site":   {"Sec-Fetch-Site": {"cross-site"}},
		"by the origin, where that is not said":  {"Origin": {"http://elsewhere.example"}},
		"by the origin, where it is hidden":      {"Origin": {"null"}},
		"from another part of the same big site": {"Sec-Fetch-Site": {"same-site"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := visit(t)
			r := httptest.NewRequest(http.MethodPost, "/sign-out", nil)
			r.Header = header.Clone()
			page := body(t, s.do(r), http.StatusForbidden)
			if !strings.Contains(page, s.words().OtherSite.Title) || s.signIn.session == "" {
				t.Errorf("session %q after:\n%s", s.signIn.session, page)
			}
		})
	}
}

func TestNothingIsShownToStrangers(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 1, 0))
	paths := []string{"/", "/latest", "/decisions/" + id(2, 1), "/decisions/none", "/renditions/" + id(1, 1) + "/file-1", "/sign-out", "/banks", "/banks/grey-heron", "/banks/id/" + string(bankID(1))}
	for _, cookie := range []string{"", "quell=", "quell=another", "__Host-quell=session-0"} {
		s.cookie = cookie
		for _, path := range paths {
			page := body(t, s.get(path), http.StatusUnauthorized)
			if !strings.Contains(page, "quell sign-in-link") || strings.Contains(page, "post-88412") {
				t.Errorf("%s with the cookie %q:\n%s", path, cookie, page)
			}
		}
	}
}

func TestAbuseImageryIsNeverPictured(t *testing.T) {
	t.Parallel()
	r := near()
	r.Decision.Matches[0].BankKind = domain.KnownCSAM
	s := visit(t, at(r, 1, 0)) // the record is wrong: it holds a rendition all the same
	for _, path := range []string{"/", "/decisions/" + id(2, 1)} {
		if page := body(t, s.get(path), http.StatusOK); strings.Contains(page, "/renditions/") || strings.Contains(page, "<img") {
			t.Errorf("%s refers to a picture:\n%s", path, page)
		}
	}
}
