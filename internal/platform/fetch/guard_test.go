package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoopbackNeedsARule(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "internal page") })
	_, err := newFetcher(t, Config{}).Get(t.Context(), server.URL)
	wantError(t, err, KindForbidden, false, "127.0.0.1", "internal")

	config := Config{Allow: mustAllow(t, authority(t, server.URL))}
	document, err := newFetcher(t, config).Get(t.Context(), server.URL)
	if err != nil || string(document.Body) != "internal page" {
		t.Errorf("with a rule for the server: %q, %v", document.Body, err)
	}
}

func TestForbiddenAddressesAreNotDialled(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"http://intranet.example/", "http://intranet.example:80/a", "https://metadata.example/", "http://mapped.example/",
		"http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/",
		"http://[2002:7f00:1::]/", "http://169.254.169.254/latest/", "http://[fd00:ec2::254]/", "http://0.0.0.0/",
		"http://127.0.0.１/", // a digit that the mapping of international names turns into an ASCII one
		"http://public.example:22/", "http://public.example:6379/", "http://93.184.215.14:25/",
	} {
		network := &fakeNet{names: map[string][]string{
			"intranet.example": {"10.1.2.3 192.168.7.7"},
			"metadata.example": {"169.254.169.254"},
			"mapped.example":   {"::ffff:10.1.2.3"},
			"public.example":   {"93.184.215.14"},
		}}
		_, err := network.on(newFetcher(t, Config{})).Get(t.Context(), raw)
		t.Run(raw, func(t *testing.T) {
			wantError(t, err, KindForbidden, false, "10.1.2.3", "169.254", "127.0.0.1", "93.184", "example")
		})
		if len(network.dialled) > 0 {
			t.Errorf("%s: dialled %v", raw, network.dialled)
		}
	}
}

func TestDialsOnlyTheJudgedAddress(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) })
	network := &fakeNet{
		server: authority(t, server.URL),
		names:  map[string][]string{"mixed.example": {"127.0.0.1 10.1.2.3 93.184.215.14 2606:4700::1"}},
	}
	document, err := network.on(newFetcher(t, Config{})).Get(t.Context(), "http://mixed.example/")
	if err != nil || string(document.Body) != "mixed.example" {
		t.Fatalf("got %q, %v", document.Body, err)
	}
	if diff := cmp.Diff([]string{"93.184.215.14:80"}, network.dialled); diff != "" {
		t.Errorf("dialled (-want +got):\n%s", diff)
	}
}

func TestRebindingGainsNothing(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/again", http.StatusFound)
	})
	network := &fakeNet{
		server: authority(t, server.URL),
		names:  map[string][]string{"rebind.example": {"93.184.215.14", "127.0.0.1"}},
	}
	_, err := network.on(newFetcher(t, Config{})).Get(t.Context(), "http://rebind.example/")
	wantError(t, err, KindForbidden, false, "127.0.0.1", "rebind")
	if diff := cmp.Diff([]string{"93.184.215.14:80"}, network.dialled); diff != "" {
		t.Errorf("dialled (-want +got):\n%s", diff)
	}
	if network.lookups["rebind.example"] != 2 {
		t.Errorf("%d look-ups for two hops, want 2", network.lookups["rebind.example"])
	}
}

func TestLongDNSAnswerOpensFewDoors(t *testing.T) {
	t.Parallel()
	network := &fakeNet{names: map[string][]string{"many.example": {"1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6"}}}
	_, err := network.on(newFetcher(t, Config{})).Get(t.Context(), "http://many.example/")
	wantError(t, err, KindConnect, true, "1.1.1", "refused")
	if len(network.dialled) != maxAddresses {
		t.Errorf("dialled %d addresses, want %d", len(network.dialled), maxAddresses)
	}
}

func TestRedirectsAreJudgedLikeTheFirstURL(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	forbidden := start(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	for target, want := range map[string]Kind{
		forbidden.URL:                      KindForbidden,
		"//" + authority(t, forbidden.URL): KindForbidden,
		"http://169.254.169.254/latest/":   KindForbidden,
		"http://[::1]/":                    KindForbidden,
		"http://10.1.2.3/":                 KindForbidden,
		"http://2130706433/":               KindURL,
		"http://0x7f.1/":                   KindURL,
		"http://user:secret@127.0.0.1/":    KindURL,
		"file:///etc/hostname":             KindURL,
		"gopher://127.0.0.1/":              KindURL,
		"http://127.0.0.1:0/":              KindURL,
		"http://a b/":                      KindRedirects,
		"":                                 KindRedirects,
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			server := start(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", target)
				w.WriteHeader(http.StatusFound)
			})
			f := newFetcher(t, Config{Allow: mustAllow(t, authority(t, server.URL))})
			_, err := f.Get(t.Context(), server.URL)
			wantError(t, err, want, false, "secret", "10.1.2.3", "169.254")
		})
	}
	t.Cleanup(func() {
		if hits.Load() != 0 {
			t.Error("a redirect reached the server that no rule allows")
		}
	})
}

func TestNoStepDownFromHTTPS(t *testing.T) {
	t.Parallel()
	plain := start(t, func(http.ResponseWriter, *http.Request) {})
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	t.Cleanup(secure.Close)
	f := newLocal(t, Config{})
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	f.tls = &tls.Config{RootCAs: roots}
	_, err := f.Get(t.Context(), secure.URL)
	wantError(t, err, KindForbidden, false, "127.0.0.1")
}

func TestCertificateIsVerified(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = quiet()
	secure.StartTLS()
	t.Cleanup(secure.Close)
	_, err := newLocal(t, Config{}).Get(t.Context(), secure.URL)
	wantError(t, err, KindCertificate, false, "127.0.0.1", "x509")
}

func TestProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:3128")
	t.Setenv("ALL_PROXY", "http://192.0.2.1:3128")
	network := &fakeNet{names: map[string][]string{"public.example": {"93.184.215.14"}}}
	_, err := network.on(newFetcher(t, Config{})).Get(t.Context(), "http://public.example/")
	wantError(t, err, KindConnect, true)
	if diff := cmp.Diff([]string{"93.184.215.14:80"}, network.dialled); diff != "" {
		t.Errorf("dialled (-want +got):\n%s", diff)
	}
}

func TestOnlyNamedHostsAreAskedAlsoAfterRedirects(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	for host, allowed := range map[string]bool{
		"media.example": true, "MEDIA.example.": true, "a.b.media.example": true, "other.example": true,
		"xmedia.example": false, "media.example.org": false, "example": false, "192.0.2.7": false,
	} {
		for _, url := range []string{"http://" + host, "http://media.example/?to=http://" + host} {
			network := &fakeNet{server: authority(t, server.URL), names: map[string][]string{
				"media.example": {"8.8.8.8"}, "MEDIA.example.": {"8.8.8.8"}, "a.b.media.example": {"8.8.8.8"}, "other.example": {"8.8.8.8"},
			}}
			_, err := network.on(newFetcher(t, Config{Hosts: []string{"Media.example.", "other.example"}})).Get(t.Context(), url)
			if allowed && err != nil {
				t.Errorf("%s: %v", url, err)
			} else if !allowed {
				wantError(t, err, KindForbidden, false, host)
			}
		}
	}
}
