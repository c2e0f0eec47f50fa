package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

const fullRequest = `{
	"content_id": "post-17", "account_id": "user-4", "surface": "post", "visibility": "public", "created_at": "2026-06-30T10:00:00+02:00",
	"account_created_at": "2026-06-29T00:00:00Z", "language": "pt-br",
	"attributes": {"language": "de", "followers": 12, "tags": ["a", "b"], "a.b": null}, "url": "https://media.example/17.jpg",
	"signals": [{"type": "pdq", "value": "F8F8F0CEE0F4A84F06370A22038F63F0B36E2ED596621E1D33E6B39C4E9C9B22", "quality": 90}]
}`

func TestCheckTakesEverythingThatTheServiceSays(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/check", fullRequest).object(t, http.StatusOK)
	want := ingest.Submission{
		ContentID: "post-17", AccountID: "user-4", Surface: "post", Visibility: "public",
		CreatedAt: domain.At(time.Date(2026, 6, 30, 8, 0, 0, 0, time.UTC)), AccountCreatedAt: domain.At(time.Date(2026, 6, 29, 0, 0, 0, 0, time.UTC)), Language: "pt-br",
		Attributes: map[string]any{"language": "de", "followers": 12.0, "tags": []any{"a", "b"}, "a.b": nil},
		Parts: []ingest.Part{
			{Name: "url", URL: "https://media.example/17.jpg"},
			{Name: "signals", Fingerprints: []domain.Fingerprint{{Type: "pdq", Value: knownPDQ, Quality: new(90)}}},
		},
	}
	if diff := cmp.Diff(want, w.submissions[0]); diff != "" {
		t.Error(diff)
	}
}

// TestCheckAnswers pins every name and type of an answer. The first is the example of the issue that asked for it.
func TestCheckAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a := postForm(w, "/api/v1/check", part{name: "content", body: `{"content_id":"post-17"}`}, part{name: "file", filename: "17.jpg", body: knownFile})
	golden(t, "answers/check-block.json", a.body)
	a.object(t, http.StatusOK)
	a = postJSON(w, "/api/v1/check", `{"content_id":"post-18","url":"https://media.example/18.jpg"}`)
	golden(t, "answers/check-allow.json", a.body)
	a.object(t, http.StatusOK)
	golden(t, "answers/check-fault.json", postJSON(w, "/api/v1/check", `{"content_id":"","urls":[]}`).body)
}

func TestCheckTheSameAgainGivesTheSameDecision(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := postJSON(w, "/api/v1/check", fullRequest).object(t, http.StatusOK)
	again := postJSON(w, "/api/v1/check", fullRequest).object(t, http.StatusOK)
	if diff := cmp.Diff(first, again); diff != "" || w.recorded() != 1 {
		t.Errorf("recorded %d times; %s", w.recorded(), diff)
	}
}

// TestCheckForms sends forms as the clients of the world write them.
func TestCheckForms(t *testing.T) {
	t.Parallel()
	content := part{name: "content", body: `{"content_id":"post-17"}`}
	for name, c := range map[string]struct {
		parts []part
		want  []string // bytes of the files, in their order
	}{
		"one file":            {[]part{content, {name: "file", filename: "a.jpg", body: "one"}}, []string{"one"}},
		"file before content": {[]part{{name: "file", filename: "a.jpg", body: "one"}, content}, []string{"one"}},
		"several files":       {[]part{{name: "file", body: "one"}, content, {name: "file", body: "two"}, {name: "file", body: "three"}}, []string{"one", "two", "three"}},
		"the same file twice": {[]part{content, {name: "file", body: "one"}, {name: "file", body: "one"}}, []string{"one", "one"}},
		"an empty file":       {[]part{content, {name: "file", filename: "a.jpg"}}, []string{""}},
		"a part with headers of its own": {[]part{
			{name: "content", filename: "blob", body: content.body, header: map[string]string{"Content-Type": "application/json; charset=utf-8", "X-Extra": strings.Repeat("x", 2000)}},
			{name: "file", body: "one", header: map[string]string{"Content-Type": "image/jpeg", "Content-Length": "999", "Content-Transfer-Encoding": "binary", "Content-Id": "<1@x>"}},
		}, []string{"one"}},
		"a name without quotes": {[]part{
			{body: content.body, header: map[string]string{"Content-Disposition": "form-data; name=content"}},
			{body: "one", header: map[string]string{"Content-Disposition": `FORM-DATA; filename*=UTF-8''b%C3%BCro.jpg; name=file`}},
		}, []string{"one"}},
		"a file name that is a trap":        {[]part{content, {name: "file", filename: `../../etc/passwd`, body: "one"}}, []string{"one"}},
		"a file that looks like a boundary": {[]part{content, {name: "file", body: "--\r\n--x--\r\n\r\n"}}, []string{"--\r\n--x--\r\n\r\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			postForm(w, "/api/v1/check", c.parts...).object(t, http.StatusOK)
			var got []string
			for i, p := range w.submissions[0].Parts {
				if want := []string{"file-1", "file-2", "file-3"}[i]; p.Name != want || p.Data == nil {
					t.Errorf("part %d is called %s and holds %v", i, p.Name, p.Data)
				}
				got = append(got, string(p.Data))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckTakesFilesAndSignalsTogether(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postForm(w, "/api/v1/check",
		part{name: "content", body: `{"content_id":"post-17","signals":[{"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}]}`},
		part{name: "file", body: "one"}).object(t, http.StatusOK)
	if parts := w.submissions[0].Parts; len(parts) != 2 || parts[0].Name != "file-1" || parts[1].Name != "signals" {
		t.Errorf("parts are %v", parts)
	}
}

// TestCheckContentTypes says which declarations are understood.
func TestCheckContentTypes(t *testing.T) {
	t.Parallel()
	for declared, status := range map[string]int{
		"application/json":                            200,
		"application/json; charset=utf-8":             200,
		`Application/JSON;charset="UTF-8"`:            200,
		"":                                            415,
		"text/json":                                   415,
		"application/x-www-form-urlencoded":           415,
		"application/json; charset":                   415,
		"application/jsonp":                           415,
		"multipart/mixed; boundary=x":                 415,
		"multipart/form-data":                         400,
		"multipart/form-data; boundary=x":             400, // the body is none
		"multipart/form-data; boundary=\"\"":          400,
		"multipart/form-data; boundary=a; boundary=b": 415,
		strings.Repeat("x", 5000):                     415,
	} {
		w := newWorld()
		a := send(w, http.MethodPost, "/api/v1/check", declared, strings.NewReader(`{"content_id":"a","url":"https://media.example/1"}`))
		if status == http.StatusOK {
			a.object(t, status)
			continue
		}
		a.problem(t, status)
		if len(a.body) > 1000 || w.recorded() > 0 {
			t.Errorf("%q: recorded %d, answered %s", declared, w.recorded(), a.body)
		}
	}
}
