package hma

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// FuzzFace sends anything over the network to a whole server. Nothing that a client sends is a fault of the server, leads elsewhere, or is answered with
// what is not what it is declared as.
func FuzzFace(f *testing.F) {
	if *base != "" {
		f.Skip("-base: random requests are for a server of our own")
	}
	s := start(f, storetest.Engines()[0].Fresh(f), map[string]string{"check.part_bytes": "64KiB", "hma.hosts": "localhost"}) // no request leads outside
	s.media.URL = strings.Replace(s.media.URL, "127.0.0.1", "localhost", 1)
	address := strings.TrimPrefix(s.base, "http://")
	bank := s.newBank("FUZZ")
	s.addSignal(bank, "pdq", examples[0])
	for _, b := range seeds(f) {
		method, target, _ := strings.Cut(s.filled(b.request[0]), " ")
		_, body, _ := strings.Cut(strings.Join(b.request[1:], "\n"), "\n\n")
		f.Add(method, target, "application/json", body)
	}
	form := "--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"x\"\r\n\r\n%s\r\n--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n--b--\r\n"
	f.Add("POST", "/h/hash", "multipart/form-data; boundary=b", fmt.Sprintf(form, "photo", files["board8.png"]))
	f.Add("POST", "/m/lookup?include=details", "multipart/form-data; boundary=b", fmt.Sprintf(form, "video", "abc"))
	f.Add("POST", "//c/bank/"+bank+"/content", "multipart/form-data; boundary=b", fmt.Sprintf(form, "photo", files["board16.png"]))
	f.Fuzz(func(t *testing.T, method, target, mediaType, body string) {
		if !strings.HasPrefix(target, "/") || strings.ContainsAny(method+target, " \r\n") || strings.ContainsAny(mediaType, "\r\n") {
			t.Skip("no request line")
		}
		answer, got := raw(t, address, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", method, target, mediaType, len(body), body), method)
		if answer == nil {
			return // what was sent is no HTTP, and net/http has hung up
		}
		declared, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
		switch u, _ := url.ParseRequestURI(target); {
		case answer.StatusCode >= 500 && answer.StatusCode != http.StatusServiceUnavailable && answer.StatusCode != http.StatusNotImplemented && answer.StatusCode != http.StatusHTTPVersionNotSupported:
			t.Errorf("%s %q: %d %s", method, target, answer.StatusCode, got)
		case answer.StatusCode >= 300 && answer.StatusCode < 400 && (u == nil || strings.Trim(u.Path, "/") != ""):
			t.Errorf("%s %q: %d to %s", method, target, answer.StatusCode, answer.Header.Get("Location"))
		case declared == "application/json" && method != http.MethodHead && answer.StatusCode != http.StatusNoContent && !json.Valid(got):
			t.Errorf("%s %q: %d %q is no JSON", method, target, answer.StatusCode, got)
		}
		if (client{t: t, base: s.base}).get("/status/live").status != http.StatusOK {
			t.Fatal("the server has gone")
		}
	})
}

// seeds are the first request of each method of each route in the conversations.
func seeds(f *testing.F) (all []block) {
	f.Helper()
	rules, seen := siteMap(f), map[string]bool{}
	for _, c := range conversations(f, "open") {
		for _, b := range c.blocks {
			if b.request == nil {
				continue
			}
			method, path := b.target()
			route := method + " " + ruleOf(rules, path)
			if !seen[route] {
				seen[route], all = true, append(all, b)
			}
		}
	}
	return all
}

// raw sends bytes and reads the answer; nil: there is none.
func raw(t *testing.T, address, request, method string) (*http.Response, []byte) {
	t.Helper()
	connection, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(connection, request); err != nil {
		return nil, nil // it was refused before its end
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
	if err != nil {
		return nil, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Errorf("%.100q: half an answer: %v", request, err)
	}
	return answer, body
}
