package fetch

import (
	"net/netip"
	"strings"
	"testing"
)

func mustAllow(t testing.TB, rules ...string) AllowList {
	t.Helper()
	list, err := ParseAllow(rules)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAllowListPermits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		rule string // "" for an empty list
		host string
		to   string
		want bool
	}{
		{"", "example.com", "93.184.215.14:80", true},
		{"", "example.com", "93.184.215.14:443", true},
		{"", "example.com", "93.184.215.14:8443", false},
		{"", "example.com", "93.184.215.14:25", false},
		{"", "example.com", "10.1.2.3:80", false},
		{"", "example.com", "[2606:4700:4700::1111]:443", true},
		{"", "localhost", "127.0.0.1:80", false},

		{"10.1.0.0/16", "example.com", "10.1.2.3:9000", true},
		{"10.1.0.0/16", "example.com", "10.2.2.3:80", false},
		{"10.1.0.0/16", "example.com", "[::ffff:10.1.2.3]:80", true},
		{"10.1.0.0/16", "example.com", "[64:ff9b::10.1.2.3]:80", false},
		{"127.0.0.1", "localhost", "127.0.0.1:8080", true},
		{"127.0.0.1", "localhost", "127.0.0.2:8080", false},
		{"::1", "localhost", "[::1]:8080", true},
		{"fd12:3456::/32", "example.com", "[fd12:3456::9]:80", true},

		{"127.0.0.1:9000", "localhost", "127.0.0.1:9000", true},
		{"127.0.0.1:9000", "localhost", "127.0.0.1:80", false},
		{"[::1]:9000", "localhost", "[::1]:9000", true},
		{"[::1]:9000", "localhost", "[::1]:9001", false},
		{"93.184.215.14:8443", "example.com", "93.184.215.14:8443", true},

		{"media.internal:9000", "media.internal", "10.1.2.3:9000", true},
		{"media.internal:9000", "MEDIA.Internal.", "10.1.2.3:9000", true},
		{"Media.Internal.:9000", "media.internal", "10.1.2.3:9000", true},
		{"media.internal:9000", "media.internal", "127.0.0.1:9000", true},
		{"media.internal:9000", "media.internal", "93.184.215.14:9000", true},
		{"media.internal:9000", "media.internal", "10.1.2.3:80", false},
		{"media.internal:9000", "other.internal", "10.1.2.3:9000", false},
		{"media.internal:9000", "sub.media.internal", "10.1.2.3:9000", false},
		{"media.internal:80", "media.internal", "169.254.169.254:80", false},
		{"media.internal:80", "media.internal", "100.100.100.200:80", false},
		{"media.internal:80", "media.internal", "[fd00:ec2::254]:80", false},
		{"media.internal:80", "media.internal", "[fe80::1]:80", false},
		{"media.internal:80", "media.internal", "224.0.0.1:80", false},
		{"169.254.1.0/24", "media.internal", "169.254.1.5:80", true},

		{"*:8443", "example.com", "93.184.215.14:8443", true},
		{"*:8443", "example.com", "93.184.215.14:8444", false},
		{"*:8443", "example.com", "10.1.2.3:8443", false},
	} {
		var list AllowList
		if tc.rule != "" {
			list = mustAllow(t, tc.rule)
		}
		if got := list.permits(tc.host, netip.MustParseAddrPort(tc.to)); got != tc.want {
			t.Errorf("with rule %q, %s at %s: permitted = %t, want %t", tc.rule, tc.host, tc.to, got, tc.want)
		}
	}
}

func TestParseAllowNamesTheFault(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"":                         "no port",
		"media.internal":           "no port",
		"10.0.0.0/33":              "not an address range",
		"media.internal/8":         "not an address range",
		"10.0.0.1/8":               "write 10.0.0.0/8 or 10.0.0.1",
		"0.0.0.0/0":                "turns the guard off",
		"::/0":                     "turns the guard off",
		"::ffff:10.0.0.1":          "write 10.0.0.1 instead",
		"::ffff:10.0.0.0/104":      "write 10.0.0.0 instead",
		"[::ffff:10.0.0.1]:80":     "write 10.0.0.1 instead",
		"fe80::1%eth0":             "leave %eth0 out",
		"[fe80::1%eth0]:80":        "leave %eth0 out",
		"fd00:1:2:3:4:5:6:7:80":    "write an IPv6 address with port as",
		"[::1:80":                  "a bracket is missing",
		"media.internal:":          `the port "" is not a number`,
		"media.internal:0":         `the port "0" is not a number`,
		"media.internal:65536":     `the port "65536" is not a number`,
		"media.internal:http":      `the port "http" is not a number`,
		":8080":                    `"" is neither an address nor a host name`,
		"http://media.internal:80": "not an address range",
		"bücher.internal:80":       "international names begin with xn--",
		"127.1:80":                 "neither an address nor a host name",
		"0x7f000001:80":            "neither an address nor a host name",
		"*.internal:80":            "neither an address nor a host name",
	} {
		_, err := ParseAllow([]string{"127.0.0.1", rule})
		if err == nil {
			t.Errorf("ParseAllow(%q): no error, want one with %q", rule, want)
			continue
		}
		if text := err.Error(); !strings.Contains(text, want) || !strings.Contains(text, "rule "+`"`+rule+`"`) {
			t.Errorf("ParseAllow(%q): %q, want the rule and %q", rule, text, want)
		}
	}
}

func FuzzParseAllow(f *testing.F) {
	for _, rule := range []string{"10.0.0.0/8", "127.0.0.1", "[::1]:80", "media.internal:9000", "*:8443", "::ffff:1.2.3.4", "[:", "/"} {
		f.Add(rule)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		list, err := ParseAllow([]string{rule})
		if err != nil {
			return
		}
		if kinds := len(list.ranges) + len(list.endpoints) + len(list.names) + len(list.ports); kinds != 1 {
			t.Errorf("ParseAllow(%q) made %d entries, want 1", rule, kinds)
		}
	})
}
