package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The limits that apply where Config leaves a field at zero.
const (
	DefaultMaxBytes     = 32 << 20
	DefaultTimeout      = 20 * time.Second
	DefaultMaxRedirects = 5
	DefaultUserAgent    = "Quell"
)

const (
	maxMaxBytes    = 4 << 30 // a body is held in memory
	maxHeaderBytes = 64 << 10
)

// Config bounds what a Fetcher does. The zero value is a good choice for every field.
type Config struct {
	MaxBytes     int64         // largest body, in bytes, up to 4 GiB; 0 means DefaultMaxBytes
	Timeout      time.Duration // for one Get, from look-up to last byte, redirects included; 0 means DefaultTimeout
	MaxRedirects int           // followed in one Get; 0 means DefaultMaxRedirects, -1 none
	UserAgent    string        // sent to hosts, one line; "" means DefaultUserAgent
	Hosts        []string      // with their subdomains, the only ones to be asked, also after a redirect; none means any
	// Room is asked before more of a document is held in memory, for so many bytes; false ends the fetch. ctx is that of the caller of Get. nil: there is
	// always room.
	Room  func(ctx context.Context, bytes int64) bool
	Allow AllowList // exceptions from "public addresses, ports 80 and 443"; the zero value allows none
}

// Fetcher opens URLs within the limits of its Config. It is safe for use by many goroutines and holds no connection between
// calls. How many fetches run at once is the caller's to limit; each may hold Config.MaxBytes in memory.
type Fetcher struct {
	maxBytes     int64
	timeout      time.Duration
	maxRedirects int
	userAgent    string
	hosts        []string // canonical
	room         func(ctx context.Context, bytes int64) bool
	allow        AllowList

	resolver  resolver
	connector connector
	tls       *tls.Config // nil: the system's roots
}

// Document is what a URL led to.
type Document struct {
	Body      []byte
	MediaType string // as the host claims: lower case, no parameters, empty if absent or malformed; to be believed by nobody
	FinalURL  string // after redirects, without fragment
}

// New checks the configuration and returns a Fetcher. It does no I/O.
func New(config Config) (*Fetcher, error) {
	switch {
	case config.MaxBytes < 0 || config.MaxBytes > maxMaxBytes:
		return nil, fmt.Errorf("fetch: MaxBytes is %d; it must be between 0 and %d", config.MaxBytes, int64(maxMaxBytes))
	case config.Timeout < 0:
		return nil, fmt.Errorf("fetch: Timeout is %s; it must not be negative", config.Timeout)
	case config.MaxRedirects < -1:
		return nil, fmt.Errorf("fetch: MaxRedirects is %d; the least is -1, for none", config.MaxRedirects)
	case strings.ContainsFunc(config.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }):
		return nil, errors.New("fetch: UserAgent has a character that a header cannot carry; use plain ASCII on one line")
	}
	f := &Fetcher{
		maxBytes:     config.MaxBytes,
		timeout:      config.Timeout,
		maxRedirects: max(config.MaxRedirects, 0),
		userAgent:    config.UserAgent,
		allow:        config.Allow,
		resolver:     net.DefaultResolver,
		connector:    &net.Dialer{},
		room:         config.Room,
	}
	if f.room == nil {
		f.room = func(context.Context, int64) bool { return true }
	}
	for _, h := range config.Hosts {
		if name := canonicalName(h); isHostName(name) {
			f.hosts = append(f.hosts, name)
		} else {
			return nil, fmt.Errorf("fetch: %q in Hosts is not a host name in ASCII (international names begin with xn--)", h)
		}
	}
	if f.maxBytes == 0 {
		f.maxBytes = DefaultMaxBytes
	}
	if f.timeout == 0 {
		f.timeout = DefaultTimeout
	}
	if config.MaxRedirects == 0 {
		f.maxRedirects = DefaultMaxRedirects
	}
	if f.userAgent == "" {
		f.userAgent = DefaultUserAgent
	}
	return f, nil
}

// Get fetches the document at rawURL. Every error is an [*Error]; one caused by ctx also matches the context's error.
func (f *Fetcher) Get(ctx context.Context, rawURL string) (Document, error) {
	room := func(bytes int64) bool { return f.room(ctx, bytes) }
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	at, err := parseURL(rawURL)
	if err != nil {
		return Document{}, err
	}
	for range f.maxRedirects + 1 {
		document, next, err := f.visit(limited, at, room)
		if err != nil {
			return Document{}, exchangeError(limited, err)
		}
		if next == nil {
			return document, nil
		}
		at = next
	}
	return Document{}, permanent(KindRedirects, fmt.Sprintf("the URL is redirected more than %d times", f.maxRedirects))
}

// visit makes one request. It returns the document, or the checked URL to go on to.
func (f *Fetcher) visit(ctx context.Context, at *url.URL, room func(int64) bool) (Document, *url.URL, error) {
	if !f.asks(at.Hostname()) {
		return Document{}, nil, permanent(KindForbidden, "the URL leads to a host that is not among those that may be asked")
	}
	response, err := f.transport(ctx).RoundTrip(f.request(ctx, at))
	if err != nil {
		return Document{}, nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		document, err := f.read(response, room)
		return document, nil, err
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err := redirect(at, response.Header.Get("Location"))
		return Document{}, next, err
	default:
		return Document{}, nil, statusError(response.StatusCode)
	}
}

// asks reports whether a host is one of those that may be asked, or a subdomain.
func (f *Fetcher) asks(host string) bool {
	name := canonicalName(host)
	return len(f.hosts) == 0 || slices.ContainsFunc(f.hosts, func(h string) bool { return name == h || strings.HasSuffix(name, "."+h) })
}

// request is built around the URL that was checked: http.NewRequest would print and parse it once more.
func (f *Fetcher) request(ctx context.Context, at *url.URL) *http.Request {
	request := &http.Request{
		Method: http.MethodGet,
		URL:    at,
		Header: http.Header{
			"User-Agent":      {f.userAgent},
			"Accept":          {"*/*"},
			"Accept-Encoding": {"identity"},
		},
	}
	return request.WithContext(ctx)
}

// transport is made anew for each request: there is no pool through which one host's connection could serve another, and the
// dial ends with ctx, which a shared http.Transport would hide from it.
func (f *Fetcher) transport(ctx context.Context) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy: nil, // in particular not http.ProxyFromEnvironment: a proxy would look names up itself
		DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
			return f.dial(ctx, address)
		},
		TLSClientConfig:        f.tls.Clone(),
		Protocols:              protocols,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// redirect resolves and checks the next URL.
func redirect(from *url.URL, location string) (*url.URL, error) {
	if location == "" || len(location) > maxURLBytes {
		return nil, permanent(KindRedirects, "the host redirects without a usable target")
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, permanent(KindRedirects, "the host redirects without a usable target")
	}
	if err := checkURL(to); err != nil {
		return nil, err
	}
	if from.Scheme == "https" && to.Scheme == "http" {
		return nil, permanent(KindForbidden, "the host redirects from https to http")
	}
	return to, nil
}

// read takes the body in. The claimed length can only shorten the work: it never sizes a buffer.
func (f *Fetcher) read(response *http.Response, room func(int64) bool) (Document, error) {
	for _, coding := range response.Header.Values("Content-Encoding") {
		if coding != "" && !strings.EqualFold(strings.TrimSpace(coding), "identity") {
			return Document{}, permanent(KindEncoding, "the host sent a compressed body although it was asked not to")
		}
	}
	tooLarge := permanent(KindTooLarge, fmt.Sprintf("the document is larger than %d bytes", f.maxBytes))
	if response.ContentLength > f.maxBytes {
		return Document{}, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(&roomReader{from: response.Body, room: room}, f.maxBytes+1))
	if err != nil {
		return Document{}, err
	}
	if int64(len(body)) > f.maxBytes {
		return Document{}, tooLarge
	}
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")) // empty if malformed
	final := *response.Request.URL
	final.Fragment, final.RawFragment = "", ""
	return Document{Body: body, MediaType: mediaType, FinalURL: final.String()}, nil
}

// roomStep is for how many bytes room is asked at a time.
const roomStep = 1 << 20

// roomReader reads on only where there is room.
type roomReader struct {
	from io.Reader
	room func(int64) bool
	left int64
}

// Read implements io.Reader.
func (r *roomReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		if !r.room(roomStep) {
			return 0, temporary(KindMemory, "there is no memory for the document at the moment")
		}
		r.left = roomStep
	}
	n, err := r.from.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}
