package hma

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

const goodKey = "qk_good"

// keys knows one key.
type keys struct{ fail error }

func (k keys) Key(_ context.Context, key string) (string, error) {
	if k.fail == nil && key != goodKey {
		return "", errDenied
	}
	return "test", k.fail
}

func withKey(_ *world, cfg *Config) { cfg.Keys = keys{} }

func TestOnlyListedAddressesAreAnswered(t *testing.T) {
	t.Parallel()
	refused := message("This address may not use the HMA interface of Quell: see hma.allow in its configuration.")
	for _, c := range []struct {
		allow  string
		remote string
		status int
	}{
		{"192.0.2.0/24", "192.0.2.1:1234", 200},
		{"192.0.2.0/24", "192.0.3.1:1234", 403},
		{"192.0.2.0/24", "[::ffff:192.0.2.1]:1234", 200}, // as a socket of both families sees it
		{"fe80::/10", "[fe80::1%eth0]:1234", 200},
		{"::1/128", "127.0.0.1:1234", 403},
		{"0.0.0.0/0", "@", 403},
		{"0.0.0.0/0", "", 403},
	} {
		w := newWorld(func(_ *world, cfg *Config) { cfg.Allow = []netip.Prefix{netip.MustParsePrefix(c.allow)} })
		for _, path := range []string{"/status", "/site-map", "/nothing"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.RemoteAddr = c.remote
			got := w.send(r)
			if (got.Code == http.StatusForbidden) != (c.status == http.StatusForbidden) || got.Code == http.StatusForbidden && got.Body.String() != refused {
				t.Errorf("%s of %s with %s: %d %s", path, c.remote, c.allow, got.Code, got.Body)
			}
		}
	}
	nobody := newWorld(func(_ *world, cfg *Config) { cfg.Allow = nil })
	wants(t, "an empty list", nobody.do(http.MethodGet, "/status"), http.StatusForbidden, refused)
}

func TestForwardedAddressesAreNotBelieved(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/status", nil)
	r.RemoteAddr = "198.51.100.7:1"
	r.Header.Set("X-Forwarded-For", "192.0.2.1")
	if got := newWorld().send(r); got.Code != http.StatusForbidden {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestKeysComeInThreeWays(t *testing.T) {
	t.Parallel()
	w := newWorld(withKey)
	for name, c := range map[string]struct {
		set    func(*http.Request)
		status int
	}{
		"none":                  {func(*http.Request) {}, 401},
		"bearer":                {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+goodKey) }, 200},
		"bearer in lower case":  {func(r *http.Request) { r.Header.Set("Authorization", "bearer  "+goodKey) }, 200},
		"a header":              {func(r *http.Request) { r.Header.Set("X-API-Key", goodKey) }, 200},
		"a password":            {func(r *http.Request) { r.SetBasicAuth("hma", goodKey) }, 200},
		"a wrong password":      {func(r *http.Request) { r.SetBasicAuth(goodKey, "x") }, 401},
		"a wrong bearer":        {func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401},
		"another scheme":        {func(r *http.Request) { r.Header.Set("Authorization", "Digest "+goodKey) }, 401},
		"a key in the query":    {func(r *http.Request) { r.URL.RawQuery = "api_key=" + goodKey }, 401},
		"an empty bearer":       {func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 401},
		"an empty basic header": {func(r *http.Request) { r.Header.Set("Authorization", "Basic ") }, 401},
	} {
		r := httptest.NewRequest(http.MethodGet, "/site-map", nil)
		c.set(r)
		got := w.send(r)
		if got.Code != c.status || (got.Header().Get("WWW-Authenticate") != "") != (c.status == 401) {
			t.Errorf("%s: %d %v %s", name, got.Code, got.Header(), got.Body)
		}
	}
}

func TestAURLWithAKeySuffices(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newWorld(withKey, local))
	defer server.Close()
	answer, err := http.Get("http://hma:" + goodKey + "@" + server.Listener.Addr().String() + "/site-map")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Error(answer.Status)
	}
}

func TestOnlyTheStatusNeedsNoKey(t *testing.T) {
	t.Parallel()
	w := newWorld(withKey)
	for path, status := range map[string]int{"/status": 200, "/status/live": 200, "/": 302, "/site-map": 401, "/m/lookup": 401, "/nothing": 401, "/openapi/openapi.json": 401} {
		if got := w.do(http.MethodGet, path); got.Code != status {
			t.Errorf("%s: %d, want %d", path, got.Code, status)
		}
	}
}

func TestKeysThatCannotBeCheckedAreNotRefused(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errBusy, errors.New("the database is away")} {
		w := newWorld(func(_ *world, cfg *Config) { cfg.Keys = keys{err} })
		r := httptest.NewRequest(http.MethodGet, "/site-map", nil)
		r.Header.Set("X-API-Key", goodKey)
		if got := w.send(r); got.Code != http.StatusServiceUnavailable {
			t.Errorf("%v: %d", err, got.Code)
		}
	}
}

func TestPagesOfOtherSitesMayNotWrite(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, c := range []struct {
		method, header, value string
		status                int
	}{
		{"POST", "Origin", "http://example.com", 403}, // the host of the request: what a page sees that its own name server has led here
		{"GET", "Origin", "http://example.com", 405},
		{"POST", "Sec-Fetch-Site", "cross-site", 403},
		{"POST", "Origin", "https://example.org", 403},
		{"POST", "Sec-Fetch-Mode", "cors", 415}, // what a server written for Node sends
		{"POST", "", "", 415},
		{"GET", "Sec-Fetch-Site", "cross-site", 405},
	} {
		r := httptest.NewRequest(c.method, "/m/compare", nil)
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		if got := w.send(r); got.Code != c.status {
			t.Errorf("%s with %s: %d %s", c.method, c.value, got.Code, got.Body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/m/compare", nil)
	r.Header.Set("Origin", "http://example.com")
	r.Header.Set("X-API-Key", goodKey)
	if got := newWorld(withKey).send(r); got.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a page of the same site that has a key: %d %s", got.Code, got.Body)
	}
}
