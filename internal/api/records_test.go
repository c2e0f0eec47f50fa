package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// oddIDs are content ids that services may have and that paths do not like.
var oddIDs = []string{
	"post-17", "a/b", "/", "//", "/a", "a/", "a//b", ".", "..", "...", "../../etc/passwd", "a/../b", "./a", "%", "%2F", "%2f", "100%", "a b", " a ", "+", "a+b", "?", "a?b=c", "#", "a#b",
	"&", "a=b&c=d", ";", "a;b", ":", "https://forum.example/t/17?page=2#post-3", "ü", "日本語", "😀", "e\u0301", "\u202etxt", "\"", "'", "\\", "<script>", "{content_id}", "matches", "a/matches",
	"*", "~", "^`|", "at://did:plc:abc/app.post/3k", "urn:uuid:0190", strings.Repeat("x", 256), strings.Repeat("/", 256), strings.Repeat("ü", 128),
}

// server serves a world as app does: behind a mux of its own, over a real connection.
func (w *world) server(t *testing.T) string {
	t.Helper()
	outer := http.NewServeMux()
	outer.Handle("/api/", w)
	s := httptest.NewServer(outer)
	t.Cleanup(s.Close)
	return s.URL
}

// fetch gets a URL with the good key.
func fetch(t *testing.T, url string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+goodKey)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	b, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, b}
}

// TestEveryContentCanBeFetchedBack submits contents under odd ids and random ones, and asks for them by query and by path.
func TestEveryContentCanBeFetchedBack(t *testing.T) {
	t.Parallel()
	w := newWorld()
	server := w.server(t)
	random := rand.New(rand.NewPCG(1, 2))
	ids := oddIDs
	for range 100 {
		ids = append(ids, randomID(random))
	}
	for i, id := range ids {
		document, err := json.Marshal(map[string]any{"content_id": id, "url": fmt.Sprintf("https://media.example/%d", i)})
		if err != nil {
			t.Fatal(err)
		}
		postJSON(w, "/api/v1/check", string(document)).object(t, http.StatusOK)
	}
	for _, id := range ids {
		// PathEscape leaves dots alone, and clients take "." and ".." out of a path; so they must be escaped too.
		inPath := strings.ReplaceAll(url.PathEscape(id), ".", "%2E")
		byQuery := fetch(t, server+"/api/v1/contents?"+url.Values{"content_id": {id}}.Encode()).object(t, http.StatusOK)
		if byQuery["content_id"] != id {
			t.Errorf("%q came back by query as %q", id, byQuery["content_id"])
		}
		if id == "/" {
			continue // the standard mux takes it for the slash at the end of a path
		}
		byPath := fetch(t, server+"/api/v1/contents/"+inPath).object(t, http.StatusOK)
		if diff := cmp.Diff(byPath, byQuery); diff != "" {
			t.Errorf("%q: path and query differ: %s", id, diff)
		}
		fetch(t, server+"/api/v1/contents/"+inPath+"/matches").object(t, http.StatusOK)
	}
}

// randomID is a text of up to 20 characters that a content id may have.
func randomID(r *rand.Rand) string {
	var b strings.Builder
	for n := 1 + r.IntN(20); n > 0; {
		c := rune(r.IntN(0x80))
		if r.IntN(4) == 0 {
			c = rune(r.IntN(unicode.MaxRune))
		}
		if !unicode.IsControl(c) && (c < 0xd800 || c > 0xdfff) {
			b.WriteRune(c)
			n--
		}
	}
	return b.String()
}

// TestRecordsAnswers pins what is told of a content that was submitted three times.
func TestRecordsAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/contents", `{"items":[`+fullRequest+`]}`).object(t, http.StatusAccepted)
	golden(t, "answers/content-pending.json", get(w, "/api/v1/contents/post-17").body)
	postJSON(w, "/api/v1/check", fullRequest).object(t, http.StatusOK)
	postJSON(w, "/api/v1/check", `{"content_id":"post-17","url":"https://media.example/other.jpg"}`).object(t, http.StatusOK)
	postForm(w, "/api/v1/check", part{name: "content", body: `{"content_id":"post-17"}`}, part{name: "file", body: knownFile}).object(t, http.StatusOK)
	golden(t, "answers/content.json", get(w, "/api/v1/contents/post-17").body)
	golden(t, "answers/matches.json", get(w, "/api/v1/contents/post-17/matches").body)
	golden(t, "answers/decision.json", get(w, "/api/v1/decisions/decision-1").body)
	golden(t, "answers/decisions.json", get(w, "/api/v1/decisions?verdict=block&limit=1").body)
}

// TestADecisionReadsTheSameEverywhere compares the answer of a check with what is read later.
func TestADecisionReadsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld()
	said := postJSON(w, "/api/v1/check", fullRequest).object(t, http.StatusOK)
	read := get(w, "/api/v1/decisions/decision-1").object(t, http.StatusOK)
	listed := get(w, "/api/v1/decisions").object(t, http.StatusOK)["decisions"].([]any)
	if diff := cmp.Diff(said, read); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{said}, listed); diff != "" {
		t.Error(diff)
	}
}

// TestPagesOfDecisions turns pages of every size to the end: nothing twice, nothing left out, and no empty page at the end.
func TestPagesOfDecisions(t *testing.T) {
	t.Parallel()
	w := newWorld()
	const total = 6
	for i := range total {
		postJSON(w, "/api/v1/check", fmt.Sprintf(`{"content_id":"post-%d","url":"https://media.example/1"}`, i)).object(t, http.StatusOK)
	}
	for size := 1; size <= total+1; size++ {
		var seen []string
		for next := ""; ; {
			page := get(w, fmt.Sprintf("/api/v1/decisions?limit=%d&before=%s", size, next)).object(t, http.StatusOK)
			decisions := page["decisions"].([]any)
			if len(decisions) == 0 {
				t.Fatalf("pages of %d: an empty one after %d", size, len(seen))
			}
			for _, d := range decisions {
				seen = append(seen, d.(map[string]any)["content_id"].(string))
			}
			if page["next"] == nil {
				break
			}
			next = page["next"].(string)
		}
		if diff := cmp.Diff([]string{"post-5", "post-4", "post-3", "post-2", "post-1", "post-0"}, seen); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
	}
	if empty := get(newWorld(), "/api/v1/decisions").object(t, http.StatusOK); empty["next"] != nil || len(empty["decisions"].([]any)) != 0 {
		t.Errorf("with nothing decided the list is %v", empty)
	}
}
