package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// start serves handler on loopback until the test ends.
func start(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// startRaw serves answer, byte for byte, to every request.
func startRaw(t *testing.T, answer string) string {
	t.Helper()
	server := start(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Errorf("hijack: %v", err)
			return
		}
		defer conn.Close()
		conn.Write([]byte(answer))
	})
	return server.URL
}

// newLocal returns a Fetcher that may reach loopback.
func newLocal(t *testing.T, config Config) *Fetcher {
	t.Helper()
	config.Allow = mustAllow(t, "127.0.0.1")
	return newFetcher(t, config)
}

func newFetcher(t *testing.T, config Config) *Fetcher {
	t.Helper()
	f, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func authority(t *testing.T, rawURL string) string {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// wantError checks the class of a failure and that its text betrays none of the secrets.
func wantError(t *testing.T, err error, kind Kind, isTemporary bool, secrets ...string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is %v (%T), want an *Error of kind %q", err, err, kind)
	}
	if e.Kind != kind || e.Temporary != isTemporary || e.Reason == "" {
		t.Errorf("error is %+v, want kind %q, temporary %t, and a reason", e, kind, isTemporary)
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("error %q betrays %q", err, secret)
		}
	}
}

// fakeNet is a network in which every address leads to one server, or to none. It answers look-ups of a name with the
// given sets of addresses in turn, the last one for ever, and records what is dialled.
type fakeNet struct {
	names  map[string][]string // sets of addresses, each separated by spaces
	server string              // host:port of the real server; "" refuses connections

	mu      sync.Mutex
	lookups map[string]int
	dialled []string
}

func (n *fakeNet) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	sets := n.names[host]
	if len(sets) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if n.lookups == nil {
		n.lookups = map[string]int{}
	}
	set := sets[min(n.lookups[host], len(sets)-1)]
	n.lookups[host]++
	var addrs []netip.Addr
	for text := range strings.FieldsSeq(set) {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	return addrs, nil
}

func (n *fakeNet) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dialled = append(n.dialled, address)
	n.mu.Unlock()
	if n.server == "" {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused by " + address)}
	}
	return new(net.Dialer).DialContext(ctx, network, n.server)
}

// on makes f use the fake network.
func (n *fakeNet) on(f *Fetcher) *Fetcher {
	f.resolver, f.connector = n, n
	return f
}
