package fetch

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"time"
)

const (
	connectTimeout = 10 * time.Second // for one address
	maxAddresses   = 4                // tried of one host, so that a long DNS answer cannot make us knock at many doors
)

// resolver is the part of net.Resolver that is needed.
type resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// connector opens a connection to an address in numbers; net.Dialer is one.
type connector interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// dial looks the host up, judges what came back, and connects to an address it has judged. The connector is given that
// address in numbers, so there is no second look-up whose answer could differ.
func (f *Fetcher) dial(ctx context.Context, address string) (net.Conn, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return nil, err
	}
	addrs, err := f.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	refusal := permanent(KindForbidden, "the URL leads to an address or port outside the public web; the operator can allow it")
	tried := 0
	for _, addr := range addrs {
		to := netip.AddrPortFrom(addr.Unmap(), port)
		if tried == maxAddresses || !f.allow.permits(host, to) {
			continue
		}
		tried++
		conn, err := f.connect(ctx, to)
		if err == nil {
			return conn, nil
		}
		refusal = temporary(KindConnect, "no connection to the host")
	}
	return nil, refusal
}

func (f *Fetcher) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	addrs, err := f.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(addrs) == 0 {
		return nil, temporary(KindDNS, "the host's name could not be looked up")
	}
	return addrs, nil
}

// connect ties the connection's life to ctx. It serves one request, and neither the TLS handshake nor a slow write would
// notice by themselves that the time is up.
func (f *Fetcher) connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	attempt, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := f.connector.DialContext(attempt, "tcp", to.String())
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	return conn, nil
}

// splitAddress takes apart what the transport wants dialled: the URL's host, an international name in its ASCII form, and
// its port.
func splitAddress(address string) (host string, port uint16, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, permanent(KindURL, "the URL's host is malformed")
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, permanent(KindURL, "the URL's port is not between 1 and 65535")
	}
	return host, uint16(number), nil
}
