package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// pipeNet leads every address to serve, over a pipe: inside a synctest bubble, where time costs nothing.
type pipeNet func(conn net.Conn)

func (serve pipeNet) DialContext(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer server.Close()
		serve(server)
	}()
	return client, nil
}

func (pipeNet) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("93.184.215.14")}, nil
}

// drip reads the request and answers with head, then one byte a second for as long as somebody listens.
func drip(head string) pipeNet {
	return func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		_, err := io.WriteString(conn, head)
		for err == nil {
			pause(conn, time.Second)
			_, err = io.WriteString(conn, "x")
		}
	}
}

// pause lasts d, or until the other end closes conn.
func pause(conn net.Conn, d time.Duration) {
	conn.SetReadDeadline(time.Now().Add(d))
	conn.Read(make([]byte, 1))
}

func deaf(conn net.Conn) { io.Copy(io.Discard, conn) }

func TestTimeLimitHoldsAtEveryStage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		network pipeNet
		url     string
	}{
		"slow body":     {drip("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), "http://slow.example/"},
		"slow header":   {drip("HTTP/1.1 200 OK\r\nX-Slow: "), "http://slow.example/"},
		"no answer":     {deaf, "http://slow.example/"},
		"no TLS answer": {deaf, "https://slow.example/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFetcher(t, Config{Timeout: 30 * time.Second})
				f.resolver, f.connector = tc.network, tc.network
				began := time.Now()
				_, err := f.Get(t.Context(), tc.url)
				wantError(t, err, KindTimeout, true, "slow.example")
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v is not context.DeadlineExceeded", err)
				}
				if took := time.Since(began); took != 30*time.Second {
					t.Errorf("took %s, want 30s", took)
				}
			})
		})
	}
}

func TestRedirectsShareOneTimeLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := pipeNet(func(conn net.Conn) {
			http.ReadRequest(bufio.NewReader(conn))
			pause(conn, 4*time.Second)
			io.WriteString(conn, "HTTP/1.1 302 Found\r\nLocation: /on\r\nContent-Length: 0\r\n\r\n")
		})
		f := newFetcher(t, Config{Timeout: 10 * time.Second})
		f.resolver, f.connector = network, network
		_, err := f.Get(t.Context(), "http://slow.example/")
		wantError(t, err, KindTimeout, true)
	})
}

func TestCallerCancels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := drip("HTTP/1.1 200 OK\r\n\r\n")
		f := newFetcher(t, Config{})
		f.resolver, f.connector = network, network
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		_, err := f.Get(ctx, "http://slow.example/")
		wantError(t, err, KindCanceled, true)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v is not context.Canceled", err)
		}
	})
}

// stuck never connects by itself.
type stuck struct{ pipeNet }

func (stuck) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestOneAddressCannotEatTheWholeTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetcher(t, Config{Timeout: time.Minute})
		f.resolver, f.connector = stuck{}, stuck{}
		began := time.Now()
		_, err := f.Get(t.Context(), "http://slow.example/")
		wantError(t, err, KindConnect, true)
		if took := time.Since(began); took != connectTimeout {
			t.Errorf("took %s, want %s", took, connectTimeout)
		}
	})
}
