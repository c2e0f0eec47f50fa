package fetch

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestParseURLAccepts(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"http://example.com", "https://example.com/a/b.png?x=1#top", "HTTPS://EXAMPLE.COM/", "http://example.com:8080/",
		"http://example.com.:80/", "http://example.com:/", "http://localhost/", "http://93.184.215.14/",
		"http://[2606:4700:4700::1111]/", "https://bücher.example/", "http://1.example/", "http://7.7.7.seven/", "http://0xyz.example/",
	} {
		if _, err := parseURL(raw); err != nil {
			t.Errorf("parseURL(%q): %v, want it accepted", raw, err)
		}
	}
}

func TestParseURLRefuses(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                                                 "scheme",
		"example.com/a.png":                                "scheme",
		"//example.com/a.png":                              "scheme",
		"ftp://example.com/":                               "scheme",
		"file:///etc/hostname":                             "scheme",
		"gopher://example.com/":                            "scheme",
		"data:image/png;base64,AAAA":                       "scheme",
		"javascript:alert(1)":                              "scheme",
		"http:":                                            "no host",
		"http:///path":                                     "no host",
		"http://:80/":                                      "no host",
		"http:example.com":                                 "no host",
		"http://user@example.com/":                         "user name",
		"http://user:secret@example.com/":                  "user name",
		"http://@example.com/":                             "user name",
		"http://example.com:0/":                            "port",
		"http://example.com:65536/":                        "port",
		"http://example.com:99999999999/":                  "port",
		"http://example.com:http/":                         "malformed",
		"http://exa mple.com/":                             "malformed",
		"http://example.com/\x00":                          "malformed",
		"http://example.com\r\nX-Evil: 1/":                 "malformed",
		"http://%31%32%37.0.0.1/":                          "malformed",
		`http://example.com\.internal/`:                    "malformed",
		"http://[::1/":                                     "malformed",
		"http://[fe80::1%25eth0]/":                         "zone",
		"http://2130706433/":                               "usual spelling",
		"http://0x7f000001/":                               "usual spelling",
		"http://0X7F.1/":                                   "usual spelling",
		"http://017700000001/":                             "usual spelling",
		"http://0177.0.0.1/":                               "usual spelling",
		"http://127.1/":                                    "usual spelling",
		"http://127.0.1/":                                  "usual spelling",
		"http://127.0.0.1./":                               "usual spelling",
		"http://127.0.0.01/":                               "usual spelling",
		"http://127.0.0.256/":                              "usual spelling",
		"http://example.0x/":                               "usual spelling",
		"http://" + strings.Repeat("a", 254) + "/":         "longer than 253",
		"http://example.com/" + strings.Repeat("a", 8<<10): "longer than 8192",
	} {
		_, err := parseURL(raw)
		refusal, ok := errors.AsType[*Error](err)
		if !ok {
			t.Errorf("parseURL(%.60q): %v, want an *Error", raw, err)
			continue
		}
		if refusal.Kind != KindURL || refusal.Temporary || !strings.Contains(refusal.Reason, want) {
			t.Errorf("parseURL(%.60q): %+v, want a permanent %q with %q", raw, refusal, KindURL, want)
		}
	}
}

// What is accepted has the promised shape, and means the same when printed and read again.
func FuzzParseURL(f *testing.F) {
	for _, raw := range []string{
		"http://example.com/a?b#c", "https://[::1]:443/", "http://0x7f.1/", "http://user:pw@example.com", "http://a\\@b/",
		"http://127.0.0.1:80:80/", "http://１２７.0.0.1/", "http://[::ffff:127.0.0.1]/", "http:/example.com", "http://example.com:080/",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := parseURL(raw)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("parseURL(%q): %T, want *Error", raw, err)
			}
			return
		}
		host := u.Hostname()
		if (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || host == "" {
			t.Errorf("parseURL(%q) accepted %q", raw, u)
		}
		if _, err := netip.ParseAddr(host); err != nil && (strings.Contains(host, ":") || endsInNumber(host)) {
			t.Errorf("parseURL(%q) accepted the disguised address %q", raw, host)
		}
		again, err := parseURL(u.String())
		if len(u.String()) <= maxURLBytes && (err != nil || again.Host != u.Host || again.Scheme != u.Scheme) {
			t.Errorf("parseURL(%q) is %q, read again %v, %v", raw, u, again, err)
		}
	})
}
