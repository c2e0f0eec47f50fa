package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// FuzzCheckRequest sends bodies of both kinds to the gate. Whatever comes, it is answered: with a decision, and then exactly what was sent is on
// record, or with a problem of the client, and then nothing is.
func FuzzCheckRequest(f *testing.F) {
	const form = "multipart/form-data; boundary=x"
	crlf := func(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }
	f.Add("application/json", []byte(fullRequest))
	f.Add("application/json; charset=utf-8", []byte(`{"content_id":"\ud83d\ude00\ud800","url":"https://media.example/1","attributes":{"a":[1e400,{"b":9007199254740993}]}}`))
	f.Add("application/json", []byte(`{"content_id":"a","content_id":"b","signals":[{"type":"md5","value":"x","quality":-1}]}`))
	f.Add("application/json", []byte(`{"content_id":"\u0000","created_at":"2026-02-30T00:00:00Z","Surface":null}`))
	f.Add("application/json", []byte(strings.Repeat(`{"attributes":[`, 40)))
	f.Add(form, crlf("--x\nContent-Disposition: form-data; name=\"content\"\n\n{\"content_id\":\"a\"}\n--x\nContent-Disposition: form-data; name=file; filename=\"a.jpg\"\nContent-Type: image/jpeg\n\none\n--x--\n"))
	f.Add(form, crlf("--x\nContent-Disposition: form-data; name=\"file\"\nContent-Transfer-Encoding: base64\n\nb25l\n--x--"))
	f.Add(form, crlf("preamble\n--x\nContent-Disposition: form-data; name=\"content\"\n\n{\"content_id\":\"a\"}\n--x\nContent-Dispo"))
	f.Add(`multipart/form-data; boundary="a b"`, crlf("--a b\n\n\n--a b--"))
	f.Add("text/plain", []byte("hello"))
	w := newWorld()
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		w.submissions, w.uploads, w.decisions, w.routes = nil, nil, nil, nil
		a := send(w, http.MethodPost, "/api/v1/check", contentType, bytes.NewReader(body))
		if a.status != http.StatusOK {
			if a.status < 400 || a.status >= 500 || w.recorded() > 0 {
				t.Fatalf("answered %d and recorded %d: %s", a.status, w.recorded(), a.body)
			}
			var p problemDocument
			if err := json.Unmarshal(a.body, &p); err != nil || p.Status != a.status || p.Title == "" || p.Detail == "" || len(a.body) > 20_000 {
				t.Fatalf("answered %d with no good problem: %v: %s", a.status, err, a.body)
			}
			return
		}
		decision := a.object(t, http.StatusOK)
		if w.recorded() != 1 || decision["content_id"] != string(w.submissions[0].ContentID) {
			t.Fatalf("recorded %d, answered %v", w.recorded(), decision)
		}
		if strings.HasPrefix(contentType, "application/json") {
			wantAsSent(t, w, body)
		}
	})
}

// wantAsSent reads a document as any other program would, and wants that on record.
func wantAsSent(t *testing.T, w *world, document []byte) {
	t.Helper()
	var read struct {
		ContentID string `json:"content_id"`
		AccountID string `json:"account_id"`
		URL       string
		Signals   []struct{ Value string }
	}
	if err := json.Unmarshal(document, &read); err != nil {
		t.Fatalf("nobody can read %q: %v", document, err)
	}
	s := w.submissions[0]
	parts := 0
	if read.URL != "" {
		parts++
	}
	if len(read.Signals) > 0 {
		parts++
	}
	if string(s.ContentID) != read.ContentID || string(s.AccountID) != read.AccountID || len(s.Parts) != parts {
		t.Fatalf("sent %+v, recorded %+v", read, s)
	}
}
