package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestGetFollowsRedirectsToTheDocument(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a":
			http.Redirect(w, r, "/b?x=1", http.StatusMovedPermanently)
		case "/b":
			http.Redirect(w, r, "c.png#part", http.StatusTemporaryRedirect)
		default:
			w.Header().Set("Content-Type", "Image/PNG; q=1")
			fmt.Fprint(w, "picture")
		}
	})
	got, err := newLocal(t, Config{}).Get(t.Context(), server.URL+"/a")
	if err != nil {
		t.Fatal(err)
	}
	want := Document{Body: []byte("picture"), MediaType: "image/png", FinalURL: server.URL + "/c.png"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestRequestTellsNothingButWhatIsNeeded(t *testing.T) {
	t.Parallel()
	var got http.Header
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.SetCookie(w, &http.Cookie{Name: "track", Value: "1"})
			http.Redirect(w, r, "/next?token=1", http.StatusSeeOther)
			return
		}
		got = r.Header
	})
	if _, err := newLocal(t, Config{UserAgent: "Test/1"}).Get(t.Context(), server.URL); err != nil {
		t.Fatal(err)
	}
	want := http.Header{
		"User-Agent": {"Test/1"}, "Accept": {"*/*"}, "Accept-Encoding": {"identity"}, "Connection": {"close"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request header after a redirect (-want +got):\n%s", diff)
	}
}

func TestStatusTellsPermanentFromTemporary(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		var code int
		fmt.Sscanf(r.URL.Path, "/%d", &code)
		w.WriteHeader(code)
		if code != http.StatusNoContent && code != http.StatusNotModified {
			fmt.Fprint(w, "secret body")
		}
	})
	f := newLocal(t, Config{})
	for _, tc := range []struct {
		code      int
		kind      Kind
		temporary bool
	}{
		{204, KindStatus, false}, {206, KindStatus, false}, {300, KindStatus, false}, {304, KindStatus, false},
		{400, KindStatus, false}, {401, KindStatus, false}, {403, KindStatus, false}, {404, KindNotFound, false},
		{408, KindStatus, true}, {410, KindNotFound, false}, {425, KindStatus, true}, {429, KindStatus, true},
		{451, KindStatus, false}, {500, KindStatus, true}, {503, KindStatus, true}, {599, KindStatus, true},
	} {
		t.Run(fmt.Sprint(tc.code), func(t *testing.T) {
			t.Parallel()
			_, err := f.Get(t.Context(), fmt.Sprintf("%s/%d", server.URL, tc.code))
			wantError(t, err, tc.kind, tc.temporary, "secret", "127.0.0.1")
		})
	}
}

func TestRedirectLimit(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		var left int
		fmt.Sscanf(r.URL.Path, "/%d", &left)
		if left > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", left-1), http.StatusFound)
		}
	})
	for _, tc := range []struct {
		limit, hops int
		ok          bool
	}{{-1, 0, true}, {-1, 1, false}, {0, DefaultMaxRedirects, true}, {0, DefaultMaxRedirects + 1, false}, {2, 2, true}, {2, 3, false}} {
		_, err := newLocal(t, Config{MaxRedirects: tc.limit}).Get(t.Context(), fmt.Sprintf("%s/%d", server.URL, tc.hops))
		if tc.ok && err != nil {
			t.Errorf("limit %d, %d redirects: %v", tc.limit, tc.hops, err)
		}
		if !tc.ok {
			wantError(t, err, KindRedirects, false)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	const limit = 1000
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		var size int
		if n, _ := fmt.Sscanf(r.URL.Path, "/chunked/%d", &size); n == 1 {
			w.(http.Flusher).Flush()
		} else {
			fmt.Sscanf(r.URL.Path, "/%d", &size)
			w.Header().Set("Content-Length", fmt.Sprint(size))
		}
		io.WriteString(w, strings.Repeat("x", size))
	})
	f := newLocal(t, Config{MaxBytes: limit})
	for path, ok := range map[string]bool{
		"/0": true, "/1000": true, "/1001": false, "/chunked/0": true, "/chunked/1000": true, "/chunked/1001": false,
	} {
		document, err := f.Get(t.Context(), server.URL+path)
		if ok && (err != nil || !strings.HasSuffix(path, fmt.Sprint("/", len(document.Body)))) {
			t.Errorf("%s: %d bytes, %v", path, len(document.Body), err)
		}
		if !ok {
			wantError(t, err, KindTooLarge, false)
		}
	}
}

func TestEndlessBodyIsCutOff(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 64<<10)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	_, err := newLocal(t, Config{MaxBytes: 1 << 20}).Get(t.Context(), server.URL)
	wantError(t, err, KindTooLarge, false)
}

func TestLyingAndBrokenAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, answer string
		kind         Kind
		temporary    bool
	}{
		{"promises more than it sends", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", KindExchange, true},
		{"promises a terabyte", "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\nshort", KindTooLarge, false},
		{"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nshort", KindExchange, true},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nshort", KindExchange, true},
		{"last chunk missing", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", KindExchange, true},
		{"chunk of a wrong size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort", KindExchange, true},
		{"header too large", "HTTP/1.1 200 OK\r\nX-Fill: " + strings.Repeat("x", 2*maxHeaderBytes) + "\r\n\r\n", KindExchange, true},
		{"not HTTP", "SSH-2.0-OpenSSH_9.9\r\n", KindExchange, true},
		{"nothing", "", KindExchange, true},
		{"switches protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", KindStatus, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := newLocal(t, Config{}).Get(t.Context(), startRaw(t, tc.answer))
			wantError(t, err, tc.kind, tc.temporary, "SSH", "127.0.0.1", "short")
		})
	}
}

func TestShortClaimCutsTheBody(t *testing.T) {
	t.Parallel()
	document, err := newLocal(t, Config{}).Get(t.Context(), startRaw(t, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nshort and more"))
	if err != nil || string(document.Body) != "short" {
		t.Errorf("got %q, %v; HTTP ends the body where its length says", document.Body, err)
	}
}

func TestMediaTypeIsTheClaimWithoutParameters(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"image/jpeg": "image/jpeg", "TEXT/HTML; charset=utf-8": "text/html", "image/png; =broken": "image/png", "": "", "  ": "", "a b/c": "",
	} {
		answer := "HTTP/1.1 200 OK\r\nContent-Type: " + header + "\r\nContent-Length: 0\r\n\r\n"
		document, err := newLocal(t, Config{}).Get(t.Context(), startRaw(t, answer))
		if err != nil || document.MediaType != want {
			t.Errorf("Content-Type %q: %q, %v; want %q", header, document.MediaType, err, want)
		}
	}
}

func TestCompressionIsNeverUndone(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	writer := gzip.NewWriter(&bomb)
	writer.Write(make([]byte, 10<<20))
	writer.Close()
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		if coding := r.URL.Query().Get("coding"); coding != "" {
			w.Header().Set("Content-Encoding", coding)
		}
		w.Write(bomb.Bytes())
	})
	f := newLocal(t, Config{MaxBytes: 1 << 20})
	for _, coding := range []string{"gzip", "GZIP", "br", "deflate", "identity,gzip"} {
		_, err := f.Get(t.Context(), server.URL+"?coding="+coding)
		wantError(t, err, KindEncoding, false)
	}
	for _, coding := range []string{"", "identity", "Identity"} {
		document, err := f.Get(t.Context(), server.URL+"?coding="+coding)
		if err != nil || !bytes.Equal(document.Body, bomb.Bytes()) {
			t.Errorf("coding %q: %d bytes, %v; want the %d bytes as sent", coding, len(document.Body), err, bomb.Len())
		}
	}
}

func TestUnreachableHostsAreTemporary(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, err := newLocal(t, Config{}).Get(t.Context(), gone.URL)
	wantError(t, err, KindConnect, true, "127.0.0.1", "refused")

	_, err = new(fakeNet).on(newFetcher(t, Config{})).Get(t.Context(), "http://no-such-name.example/?q=secret")
	wantError(t, err, KindDNS, true, "no-such-name", "secret")
}

func TestNewNamesTheFault(t *testing.T) {
	t.Parallel()
	for want, config := range map[string]Config{
		"MaxBytes is -1":       {MaxBytes: -1},
		"MaxBytes is 42":       {MaxBytes: 4294967297},
		"Timeout is -1s":       {Timeout: -1e9},
		"MaxRedirects is -2":   {MaxRedirects: -2},
		"UserAgent has":        {UserAgent: "a\r\nX-Evil: 1"},
		`"ä.example" in Hosts`: {Hosts: []string{"media.example", "ä.example"}},
	} {
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%+v): %v, want %q", config, err, want)
		}
	}
}

func TestRoomIsAskedForAsTheDocumentComes(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 5<<20)) })
	for room, whole := range map[int64]bool{8 << 20: true, 3 << 20: false} {
		taken := int64(0)
		config := Config{Allow: mustAllow(t, authority(t, server.URL)), Room: func(_ context.Context, bytes int64) bool {
			taken += bytes
			return taken <= room
		}}
		document, err := newFetcher(t, config).Get(t.Context(), server.URL)
		if whole {
			if err != nil || len(document.Body) != 5<<20 || taken < 5<<20 {
				t.Errorf("%d bytes, %d taken, %v", len(document.Body), taken, err)
			}
			continue
		}
		wantError(t, err, KindMemory, true)
		if taken != room+roomStep {
			t.Errorf("went on for %d bytes", taken)
		}
	}
}
