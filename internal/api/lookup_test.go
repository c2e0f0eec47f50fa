package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLookupAnswers pins every name and type of an answer.
func TestLookupAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a := postForm(w, "/api/v1/lookup",
		part{name: "content", body: `{"signals":[{"type":"pdq","value":"` + strings.ToUpper(knownPDQ) + `","quality":90,"view":"ROTATE90"}]}`}, part{name: "file", body: "a letter"})
	golden(t, "answers/lookup.json", a.body)
	a.object(t, http.StatusOK)
}

// TestLookupWritesNothingDown sends everything that a check takes, and some that it does not.
func TestLookupWritesNothingDown(t *testing.T) {
	t.Parallel()
	w := newWorld()
	signals := `{"signals":[{"type":"pdq","value":"` + knownPDQ + `"}]}`
	for name, a := range map[string]answer{
		"the body of a check":  postJSON(w, "/api/v1/lookup", fullRequest),
		"signals without more": postJSON(w, "/api/v1/lookup", signals),
		"a file without more":  postForm(w, "/api/v1/lookup", part{name: "file", body: knownFile}),
		"a form of a check":    postForm(w, "/api/v1/lookup", part{name: "content", body: `{"content_id":"post-17"}`}, part{name: "file", body: knownFile}),
	} {
		got := a.object(t, http.StatusOK)
		if matches := got["matches"].([]any); len(matches) != 1 || got["verdict"] != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	if none := postJSON(w, "/api/v1/lookup", `{"url":"https://media.example/17.jpg"}`).object(t, http.StatusOK)["matches"]; !cmp.Equal(none, []any{}) {
		t.Errorf("nothing is %v", none)
	}
	if w.recorded() > 0 {
		t.Errorf("%d uploads were recorded", w.recorded())
	}
}

// TestLookupFaults wants what is wrong named as in a check.
func TestLookupFaults(t *testing.T) {
	t.Parallel()
	w := newWorld()
	signal := func(more string) string {
		return `{"signals":[{"type":"pdq","value":"` + knownPDQ + `",` + more + `}]}`
	}
	for document, place := range map[string]string{
		`{}`:                                 "body.content",
		`{"content_id":"a"}`:                 "body.content",
		`{"content_id":"a\u0007","url":"x"}`: "body.content_id",
		`{"colour":"blue","url":"x"}`:        "body.colour",
		`{"signals":[{"type":"pdq","value":"f8"}]}`:        "body.signals[0].value",
		signal(`"quality":101`):                            "body.signals[0].quality",
		signal(`"view":7`):                                 "body.signals[0].view",
		signal(`"view":"a\nb"`):                            "body.signals[0].view",
		signal(`"view":"` + strings.Repeat("x", 33) + `"`): "body.signals[0].view",
	} {
		postJSON(w, "/api/v1/lookup", document).problem(t, http.StatusUnprocessableEntity, place)
	}
	postForm(w, "/api/v1/lookup").problem(t, http.StatusUnprocessableEntity, "body.content")
	postForm(w, "/api/v1/lookup", part{name: "files", body: "x"}).problem(t, http.StatusUnprocessableEntity, "body.files")
	postJSON(w, "/api/v1/lookup", `{`).problem(t, http.StatusBadRequest)
	w.before = func(context.Context) error { return errBusy }
	if a := postForm(w, "/api/v1/lookup", part{name: "file", body: knownFile}); a.header.Get("Retry-After") != "2" {
		t.Error("an index that is not ready does not say when to come again")
	} else {
		a.problem(t, http.StatusServiceUnavailable)
	}
}

// FuzzLookupRequest sends bodies of both kinds. Whatever comes is answered, with matches or with a problem of the client, and never written down.
func FuzzLookupRequest(f *testing.F) {
	f.Add("application/json", []byte(fullRequest))
	f.Add("application/json", []byte(`{"signals":[{"type":"pdq","value":"`+knownPDQ+`","view":"FLIPX"}]}`))
	f.Add("application/json", []byte(`{"content_id":null,"metadata":{},"signals":[{"view":"\u0000"}]}`))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\none\r\n--x--"))
	w := newWorld()
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		w.routes = nil
		a := send(w, http.MethodPost, "/api/v1/lookup", contentType, bytes.NewReader(body))
		var p problemDocument
		if err := json.Unmarshal(a.body, &p); err != nil {
			t.Fatalf("answered %d with no JSON: %s", a.status, a.body)
		}
		if a.status != http.StatusOK && (a.status < 400 || a.status >= 500 || p.Status != a.status || p.Detail == "") || w.recorded() > 0 {
			t.Fatalf("answered %d, recorded %d: %s", a.status, w.recorded(), a.body)
		}
	})
}

// TestLookupTheWholeWay takes files through the real corridor: everything that is known is told, what cannot be checked is seen, and the
// database stays as it was.
func TestLookupTheWholeWay(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	original, edited := poster(t, 1)
	const entries = "/api/v1/banks/grey-heron/entries"
	q.postJSON(t, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	entry := q.postForm(t, entries, part{name: "file", body: string(original)},
		part{name: "entry", body: `{"labels":["poster"],"source":"demo","note":"first seen in June","metadata":{"case":"<17>","pages":[1,2.5]},"confidence":0.9}`}).object(t, http.StatusCreated)
	q.catchUp(t)
	lookup := func(parts ...part) (matches []any, answer map[string]any) {
		answer = q.postForm(t, "/api/v1/lookup", parts...).object(t, http.StatusOK)
		return answer["matches"].([]any), answer
	}

	matches, got := lookup(part{name: "file", body: string(edited)}, part{name: "file", body: "no picture"})
	signal := entry["signals"].([]any)[0].(map[string]any)
	want := map[string]any{
		"bank": "grey-heron", "bank_kind": "known", "entry": entry["id"], "entry_number": 1.0, "signal_type": "pdq", "value": signal["value"], "limit": 31.0, "part": "file-1",
		"sources": []any{"demo"}, "labels": []any{"poster"}, "note": "first seen in June", "metadata": map[string]any{"case": "<17>", "pages": []any{1.0, 2.5}},
		"confidence": 0.9, "added_at": signal["added_at"],
	}
	if len(matches) != 2 || matches[1].(map[string]any)["signal_type"] != "keypoints" {
		t.Fatalf("matches are %v", matches)
	}
	delete(matches[0].(map[string]any), "distance") // of drawn pictures: some processors round otherwise
	if diff := cmp.Diff(want, matches[0]); diff != "" {
		t.Error(diff)
	}
	if second := got["checks"].([]any)[3].(map[string]any); second["part"] != "file-2" || second["status"] != "unsupported" {
		t.Errorf("checks are %v", got["checks"])
	}
	if prints := got["parts"].([]any)[0].(map[string]any)["fingerprints"].([]any); len(prints) != 3 {
		t.Errorf("fingerprints are %v", prints)
	}

	// The same poster under a known-good entry is still there, and marked.
	q.postJSON(t, "/api/v1/banks", `{"name":"news","kind":"negative"}`).object(t, http.StatusCreated)
	good := q.postForm(t, "/api/v1/banks/news/entries", part{name: "file", body: string(edited)}).object(t, http.StatusCreated)
	q.catchUp(t)
	suppressed := map[any]any{}
	matches, _ = lookup(part{name: "file", body: string(edited)})
	for _, m := range matches {
		suppressed[m.(map[string]any)["bank"]] = m.(map[string]any)["suppressed_by"]
	}
	if suppressed["grey-heron"] != good["id"] || suppressed["news"] != nil || len(suppressed) != 2 {
		t.Errorf("suppressed are %v", suppressed)
	}

	// Paused, resumed, withdrawn.
	path := entries + "/" + entry["id"].(string)
	known := func() int {
		t.Helper()
		matches, _ := lookup(part{name: "file", body: string(original)})
		n := 0
		for _, m := range matches {
			if m.(map[string]any)["bank"] == "grey-heron" && m.(map[string]any)["signal_type"] == "pdq" {
				n++
			}
		}
		return n
	}
	patched := func(document string) map[string]any {
		return q.call(t, http.MethodPatch, path, "application/json", strings.NewReader(document)).object(t, http.StatusOK)
	}
	if paused := patched(`{"paused_until":"9999-12-31T23:59:59Z"}`); paused["paused_until"] != "9999-12-31T23:59:59Z" || known() != 0 {
		t.Errorf("paused as %v, %d still match", paused, known())
	}
	if resumed := patched(`{"paused_until":null}`); resumed["paused_until"] != nil || known() != 1 {
		t.Errorf("resumed as %v, %d match", resumed, known())
	}
	patched(`{"paused_until":"` + time.Now().Add(time.Hour).Format(time.RFC3339) + `"}`)
	if known() != 0 {
		t.Error("it is not paused for an hour")
	}

	// A bank that is removed tells nothing more, and nothing of all this is on record.
	q.call(t, http.MethodDelete, "/api/v1/banks/news", "", nil).object(t, http.StatusOK)
	q.call(t, http.MethodDelete, "/api/v1/banks/news", "", nil).problem(t, http.StatusNotFound)
	q.catchUp(t)
	if matches, _ = lookup(part{name: "file", body: string(edited)}); len(matches) > 0 {
		t.Errorf("a bank that was removed matches: %v", matches)
	}
	if list := q.get(t, "/api/v1/decisions").object(t, http.StatusOK)["decisions"].([]any); len(list) > 0 {
		t.Errorf("decided %v", list)
	}
}

// TestLookupForAContent asks banks that count for a share of contents.
func TestLookupForAContent(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	for name, share := range map[string]string{"none": "0", "half": "0.5", "all": "1"} {
		q.postJSON(t, "/api/v1/banks", `{"name":"`+name+`","kind":"known","enabled_share":`+share+`}`).object(t, http.StatusCreated)
		q.postJSON(t, "/api/v1/banks/"+name+"/entries", `{"signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).object(t, http.StatusCreated)
	}
	q.catchUp(t)
	banks := func(id string) string {
		a := q.postJSON(t, "/api/v1/lookup", `{`+id+`"signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).object(t, http.StatusOK)
		var names []string
		for _, m := range a["matches"].([]any) {
			names = append(names, m.(map[string]any)["bank"].(string))
		}
		return strings.Join(names, " ")
	}
	if got := banks(""); got != "all half" {
		t.Errorf("without a content: %s", got)
	}
	seen := map[string]int{}
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"} {
		seen[banks(`"content_id":"`+id+`",`)]++
	}
	if seen["all"] == 0 || seen["all half"] == 0 || len(seen) != 2 {
		t.Errorf("with a content: %v", seen)
	}
}
