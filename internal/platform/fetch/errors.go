package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
)

// Kind is the class of a failure, in a form fit for a metric's label.
type Kind string

// The kinds of failure. All are permanent but those marked temporary.
const (
	KindURL         Kind = "url"         // not a URL this package opens: syntax, scheme, credentials, disguised address
	KindForbidden   Kind = "forbidden"   // address or port not allowed, or a redirect from https to http
	KindNotFound    Kind = "not_found"   // 404 or 410
	KindStatus      Kind = "status"      // another answer than the document; temporary if 408, 425, 429 or 5xx
	KindTooLarge    Kind = "too_large"   // body beyond Config.MaxBytes
	KindEncoding    Kind = "encoding"    // body compressed although that was declined
	KindRedirects   Kind = "redirects"   // more redirects than Config.MaxRedirects, or one without a usable target
	KindCertificate Kind = "certificate" // the host's certificate does not prove its name
	KindDNS         Kind = "dns"         // temporary: the name could not be looked up
	KindConnect     Kind = "connect"     // temporary: no connection
	KindExchange    Kind = "exchange"    // temporary: connected, but the answer was broken, or its header too large
	KindTimeout     Kind = "timeout"     // temporary: not complete within Config.Timeout, or within the caller's deadline
	KindMemory      Kind = "memory"      // temporary: Config.Room refused
	KindCanceled    Kind = "canceled"    // temporary: the caller gave up
)

// Error is the failure of one fetch.
type Error struct {
	Kind      Kind
	Temporary bool   // trying again later may help
	Reason    string // one plain sentence part, safe to show to whoever submitted the URL

	cause error // context.Canceled or context.DeadlineExceeded, else nil
}

// Error returns the reason after the package's name.
func (e *Error) Error() string { return "fetch: " + e.Reason }

// Unwrap returns the context's error where that is what ended the fetch. Other causes are withheld: they name addresses.
func (e *Error) Unwrap() error { return e.cause }

func permanent(kind Kind, reason string) *Error {
	return &Error{Kind: kind, Reason: reason}
}

func temporary(kind Kind, reason string) *Error {
	return &Error{Kind: kind, Temporary: true, Reason: reason}
}

// statusError judges any status but 200 and the redirects.
func statusError(code int) *Error {
	e := &Error{Kind: KindStatus, Reason: fmt.Sprintf("the host answered %d instead of a document", code)}
	switch code {
	case http.StatusNotFound, http.StatusGone:
		e.Kind = KindNotFound
		e.Reason = fmt.Sprintf("there is nothing at this URL (the host answered %d)", code)
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		e.Temporary = true
	default:
		e.Temporary = code >= 500
	}
	return e
}

// exchangeError judges an error of the transport or of reading the body. A context that is over explains every other error.
func exchangeError(ctx context.Context, err error) *Error {
	if own := contextError(ctx); own != nil {
		return own
	}
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return permanent(KindCertificate, "the host's certificate does not prove its name")
	}
	return temporary(KindExchange, "the host's answer was broken or broke off")
}

func contextError(ctx context.Context) *Error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	e := temporary(KindTimeout, "the fetch took longer than its time limit")
	if errors.Is(err, context.Canceled) {
		e = temporary(KindCanceled, "the fetch was cancelled")
	}
	e.cause = err
	return e
}
