package hma

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
)

// FuzzFace sends anything to the whole face. Nothing that a client sends is an error of the server, and every answer in JSON is JSON.
func FuzzFace(f *testing.F) {
	w := newRealWorld(f, func(_ *realWorld, cfg *Config) { cfg.FileBytes = 4096 })
	w.entry(f, w.bank(f, "A", 0.5), domain.PDQ, exampleHash)
	w.web["http://x/a"] = document{data: []byte("abc"), mediaType: "video/mp4"}
	const boundary = "multipart/form-data; boundary=b"
	for _, seed := range []struct{ method, path, query, mediaType, body string }{
		{"GET", "/m/lookup", "signal_type=pdq&signal=" + exampleHash + "&include=details,query&seed=%ff", "", ""},
		{"GET", "/m/lookup", "url=http://x/a&signal_type=video_md5", "", ""},
		{"GET", "/m/raw_lookup", "signal_type=pdq&signal=" + exampleHash + "&include_distance=t&banks=A", "", ""},
		{"GET", "/h/hash", "url=http://x/a&types=video_md5", "", ""},
		{"POST", "/m/compare", "", typeJSON, `{"pdq":["` + exampleHash + `","` + fives + `"],"video_md5":["` + exampleMD5 + `",1]}`},
		{"POST", "//h/hash", "types=video_md5", boundary, "--b\r\nContent-Disposition: form-data; name=\"video\"; filename=\"x\"\r\n\r\nabc\r\n--b--\r\n"},
		{"POST", "/m/lookup", "bypass_coinflip=true&content_id=%00", boundary, "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"x\"\r\n\r\nGIF89a\r\n--b--\r\n"},
		{"GET", "/m/index/status", "signal_type=pdq", "", ""},
		{"OPTIONS", "/status/", "", "", ""},
		{"HEAD", "/openapi/openapi.json", "", "", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.mediaType, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, query, mediaType, body string) {
		r := &http.Request{
			Method: method, URL: &url.URL{Path: path, RawQuery: query}, RemoteAddr: "192.0.2.1:1", ContentLength: int64(len(body)),
			Header: http.Header{"Content-Type": {mediaType}}, Body: io.NopCloser(strings.NewReader(body)),
		}
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r.WithContext(t.Context()))
		if answer.Code >= http.StatusInternalServerError {
			t.Errorf("%s %q ? %q: %d %s", method, path, query, answer.Code, answer.Body)
		}
		if answer.Header().Get("Content-Type") == typeJSON && method != http.MethodHead && !json.Valid(answer.Body.Bytes()) {
			t.Errorf("%s %q ? %q: %q is not JSON", method, path, query, answer.Body)
		}
	})
}

// FuzzForm sends forms and what is nearly one. What counts as the file is what stood in the form.
func FuzzForm(f *testing.F) {
	w := newRealWorld(f)
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"video\"; filename=\"x\"\r\n\r\nabc\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc\r\n--b\r\nContent-Disposition: form-data; name=\"video\"; filename*=utf-8''x\r\n\r\n\r\n--b--"))
	f.Add([]byte("--b\nContent-Disposition: form-data; name=video; filename=x\nContent-Transfer-Encoding: quoted-printable\n\n=41\n--b--\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		answer := w.post("/h/hash", "multipart/form-data; boundary=b", string(body))
		if answer.Code != http.StatusOK {
			if answer.Code != http.StatusBadRequest {
				t.Errorf("%q: %d %s", body, answer.Code, answer.Body)
			}
			return
		}
		got := hashesOf(t, answer)
		value, isVideo := got["video_md5"]
		for from := range body {
			for to := from; isVideo && to <= len(body); to++ {
				if value == md5Of(body[from:to]) {
					return
				}
			}
		}
		if isVideo && value != md5Of(nil) {
			t.Errorf("%q: the file of %s is nowhere in it", body, value)
		}
	})
}
