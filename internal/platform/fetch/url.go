package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

const (
	maxURLBytes  = 8 << 10
	maxHostBytes = 253 // the longest name DNS can hold (RFC 1035)
)

// parseURL parses and checks the URL to begin with.
func parseURL(raw string) (*url.URL, error) {
	if len(raw) > maxURLBytes {
		return nil, permanent(KindURL, fmt.Sprintf("the URL is longer than %d bytes", maxURLBytes))
	}
	u, err := url.Parse(raw)
	if err != nil { // it quotes the URL, credentials included
		return nil, permanent(KindURL, "the URL is malformed")
	}
	return u, checkURL(u)
}

// checkURL refuses what is wrong whatever the host resolves to. The address itself is judged when it is dialled.
func checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return permanent(KindURL, "the URL's scheme is neither http nor https")
	}
	if u.User != nil {
		return permanent(KindURL, "the URL carries a user name or password; remove it")
	}
	if text := u.Port(); text != "" {
		if port, err := strconv.ParseUint(text, 10, 16); err != nil || port == 0 {
			return permanent(KindURL, "the URL's port is not between 1 and 65535")
		}
	}
	return checkHost(u.Hostname())
}

func checkHost(host string) error {
	if host == "" {
		return permanent(KindURL, "the URL names no host")
	}
	if len(host) > maxHostBytes {
		return permanent(KindURL, fmt.Sprintf("the URL's host name is longer than %d bytes", maxHostBytes))
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return permanent(KindURL, "the URL's address has a zone, which only local addresses have")
		}
		return nil
	}
	if strings.ContainsAny(host, ":%") || endsInNumber(host) {
		return permanent(KindURL, "the URL's host is a number but not an address in its usual spelling")
	}
	return nil
}

// endsInNumber reports whether some resolvers would take host for an IPv4 address: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
// The test is that of the WHATWG URL standard, "ends in a number".
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return false
	}
	if digits, ok := strings.CutPrefix(strings.ToLower(last), "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}
