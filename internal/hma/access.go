package hma

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// admitted returns why a request is not worked on: its address is not listed, it shows no valid key, or a page of another site has sent it.
func (f *face) admitted(r *http.Request, open bool) error {
	if !f.listed(r.RemoteAddr) {
		return refuse(http.StatusForbidden, "This address may not use the HMA interface of Quell: see hma.allow in its configuration.")
	}
	if err := f.crossSite.Check(r); err != nil {
		return refuse(http.StatusForbidden, "A web page of another site may not send this request.")
	}
	if f.Keys == nil && writes(r.Method) && r.Header.Get("Origin") != "" {
		// A page whose host name was made to mean this address counts as one of this site. There is none here, so that no page has to write.
		return refuse(http.StatusForbidden, "A web page may not send this request where no API key is asked for.")
	}
	if open || f.Keys == nil {
		return nil
	}
	key := keyOf(r)
	if key == "" {
		return refuse(http.StatusUnauthorized, "An API key is needed: send it as \"Authorization: Bearer KEY\", as \"X-API-Key: KEY\", or as the password in the URL. Make one with `quell key create NAME`.")
	}
	_, err := f.Keys.Key(r.Context(), key)
	if err != nil && f.Faults.Denied(err) {
		return refuse(http.StatusUnauthorized, "The API key is not valid. Make one with `quell key create NAME`.")
	}
	return outageOf(err)
}

// writes reports whether a method is there to change something.
func writes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// listed reports whether an address, with its port, may ask.
func (f *face) listed(remote string) bool {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	addr := from.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(f.Allow, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// keyOf returns the key that a request shows, or nothing. As a password it can stand in a URL, so that clients that know no keys can show one.
func keyOf(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	if scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	return r.Header.Get("X-API-Key")
}
