package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/platform/config"
)

// quell is a whole Quell on a fresh folder.
type quell struct {
	*app.App
	key string
}

// startQuell starts one, as app joins the rooms, and stops it with the test.
func startQuell(t *testing.T) quell {
	t.Helper()
	nothing := func(string) (string, bool) { return "", false }
	cfg, _, err := config.Load(config.Sources{Env: nothing, Flags: map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	key, err := a.Auth().NewKey(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	q := quell{a, key}
	q.catchUp(t)
	return q
}

// catchUp brings the index up to date now instead of within a second.
func (q quell) catchUp(t *testing.T) {
	t.Helper()
	if err := q.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// call sends a request.
func (q quell) call(t *testing.T, method, path, contentType string, body io.Reader) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, q.URL()+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+q.key)
	r.Header.Set("Content-Type", contentType)
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

func (q quell) get(t *testing.T, path string) answer {
	t.Helper()
	return q.call(t, http.MethodGet, path, "", nil)
}

func (q quell) postJSON(t *testing.T, path, document string) answer {
	t.Helper()
	return q.call(t, http.MethodPost, path, "application/json", strings.NewReader(document))
}

func (q quell) postForm(t *testing.T, path string, parts ...part) answer {
	t.Helper()
	contentType, body := formOf(parts...)
	return q.call(t, http.MethodPost, path, contentType, body)
}

// check sends files as an upload.
func (q quell) check(t *testing.T, id string, files ...[]byte) map[string]any {
	t.Helper()
	parts := []part{{name: "content", body: fmt.Sprintf(`{"content_id":%q}`, id)}}
	for _, f := range files {
		parts = append(parts, part{name: "file", filename: "picture", body: string(f)})
	}
	return q.postForm(t, "/api/v1/check", parts...).object(t, http.StatusOK)
}

// poster draws a poster of an invented group, as it is and as it looks after an edit.
func poster(t *testing.T, seed uint64) (original, edited []byte) {
	t.Helper()
	picture := art.Poster(seed, 320)
	original, _, err := art.Encode(picture)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range art.Edits() {
		if e.Name == "jpeg-40" {
			if edited, _, err = e.Apply(picture); err != nil {
				t.Fatal(err)
			}
		}
	}
	return original, edited
}

// blank is a picture with nothing in it.
func blank(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 128, 128))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{128}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// only picks some properties of an object, so that a test speaks of nothing else.
func only(object any, properties ...string) map[string]any {
	picked := map[string]any{}
	for _, p := range properties {
		if v, ok := object.(map[string]any)[p]; ok {
			picked[p] = v
		}
	}
	return picked
}

// TestTheWholeWay takes a known poster, edited, through the real corridor.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	original, edited := poster(t, 1)
	other, _ := poster(t, 2)
	const entries = "/api/v1/banks/grey-heron/entries"
	q.postJSON(t, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	q.postJSON(t, "/api/v1/banks", bankOfTheIssue).problem(t, http.StatusConflict)
	entry := q.postForm(t, entries, part{name: "file", body: string(original)}, part{name: "entry", body: `{"labels":["poster"],"source":"demo"}`}).object(t, http.StatusCreated)
	q.catchUp(t)

	said := q.check(t, "post-17", edited)
	want := map[string]any{
		"content_id": "post-17", "verdict": "block", "policy": map[string]any{"id": "known-content", "version": 0.0, "rule": "known-near"},
		"checks": []any{
			map[string]any{"detector": "pdq", "part": "file-1", "status": "complete"},
			map[string]any{"detector": "sha256", "part": "file-1", "status": "complete"},
			map[string]any{"detector": "md5", "part": "file-1", "status": "complete"},
		},
	}
	if diff := cmp.Diff(want, only(said, "content_id", "verdict", "policy", "checks")); diff != "" {
		t.Error(diff)
	}
	matches := said["matches"].([]any)
	wantMatch := map[string]any{"bank": "grey-heron", "entry": entry["id"], "signal_type": "pdq", "limit": 31.0, "part": "file-1", "sources": []any{"demo"}}
	if diff := cmp.Diff(wantMatch, only(matches[0], "bank", "entry", "signal_type", "limit", "part", "sources")); diff != "" || len(matches) != 2 || matches[1].(map[string]any)["signal_type"] != "keypoints" {
		t.Errorf("%v; %s", matches, diff)
	}
	if again := q.check(t, "post-17", edited); again["decision_id"] != said["decision_id"] {
		t.Errorf("the same upload was decided again: %v and %v", said["decision_id"], again["decision_id"])
	}
	if read := q.get(t, "/api/v1/decisions/"+said["decision_id"].(string)).object(t, http.StatusOK); !cmp.Equal(said, read) {
		t.Error(cmp.Diff(said, read))
	}
	if free := q.check(t, "post-18", other); free["verdict"] != "allow" {
		t.Errorf("an unknown poster: %v", free)
	}
	if mixed := q.check(t, "post-19", other, []byte("no picture")); mixed["verdict"] != "hold" {
		t.Errorf("a part that cannot be checked: %v", mixed)
	}
	q.call(t, http.MethodDelete, entries+"/"+entry["id"].(string), "", nil).object(t, http.StatusOK)
	q.catchUp(t)
	if free := q.check(t, "post-20", edited); free["verdict"] != "allow" {
		t.Errorf("a withdrawn entry still counts: %v", free)
	}
}

// TestEntriesOfRealFiles says what stands for a file: of a poor picture and of what is no picture only what is exact, of one that is cut off also what
// is there of it.
func TestEntriesOfRealFiles(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	q.postJSON(t, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	picture, _ := poster(t, 3)
	for name, c := range map[string]struct {
		data   []byte
		types  string
		status string
		reason bool
	}{
		"poster":     {picture, "pdq keypoints sha256 md5", "complete", false},
		"blank":      {blank(t), "sha256 md5", "complete", true},
		"cut off":    {picture[:len(picture)/2], "pdq keypoints sha256 md5", "partial", true},
		"no picture": {[]byte("a letter"), "sha256 md5", "unsupported", true},
	} {
		entry := q.postForm(t, "/api/v1/banks/grey-heron/entries", part{name: "file", body: string(c.data)}).object(t, http.StatusCreated)
		var types []string
		for _, s := range entry["signals"].([]any) {
			types = append(types, s.(map[string]any)["type"].(string))
		}
		check := entry["checks"].([]any)[0].(map[string]any)
		if got := strings.Join(types, " "); got != c.types || check["detector"] != "pdq" || check["status"] != c.status || (check["reason"] != nil) != c.reason {
			t.Errorf("%s: signals %s, check %v", name, got, check)
		}
	}
}

// TestBatchesAreDecidedLater submits the same item twice inside a batch, and looks until all are decided.
func TestBatchesAreDecidedLater(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	item := `{"content_id":"twice","signals":[{"type":"pdq","value":"` + knownPDQ + `"}]}`
	items := q.postJSON(t, "/api/v1/contents", `{"items":[`+item+`,{"content_id":7},`+item+`,{"content_id":"once","signals":[{"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}]}]}`).
		object(t, http.StatusAccepted)["items"].([]any)
	first, second := items[0].(map[string]any), items[2].(map[string]any)
	if first["upload_id"] == nil || first["upload_id"] != second["upload_id"] || items[1].(map[string]any)["status"] != "rejected" {
		t.Errorf("the batch came back as %v", items)
	}
	for _, id := range []string{"twice", "once"} {
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			content := q.get(t, "/api/v1/contents/"+id).object(t, http.StatusOK)
			if content["verdict"] == "allow" {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s is not decided: %v", id, content)
			}
		}
	}
	again := q.postJSON(t, "/api/v1/contents", `{"items":[`+item+`]}`).object(t, http.StatusAccepted)["items"].([]any)[0]
	if diff := cmp.Diff(map[string]any{"content_id": "twice", "status": "accepted", "upload_id": first["upload_id"], "state": "decided"}, again); diff != "" {
		t.Error(diff)
	}
}

// TestOddContentsComeBackFromTheDatabase sends odd ids and attributes the whole way down and up again.
func TestOddContentsComeBackFromTheDatabase(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	for _, id := range oddIDs {
		sent := map[string]any{"content_id": id, "attributes": map[string]any{id: []any{id, 1.5, nil}}, "signals": []any{map[string]any{"type": "pdq", "value": knownPDQ}}}
		document, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		q.postJSON(t, "/api/v1/check", string(document)).object(t, http.StatusOK)
		read := q.get(t, "/api/v1/contents?"+url.Values{"content_id": {id}}.Encode()).object(t, http.StatusOK)
		delete(sent, "signals")
		if diff := cmp.Diff(sent, only(read, "content_id", "attributes")); diff != "" {
			t.Error(diff)
		}
	}
	for _, path := range []string{"/api/v1/contents/%00", "/api/v1/contents/%ff", "/api/v1/decisions/%00", "/api/v1/banks/%00", "/api/v1/banks/%ff/entries"} {
		q.get(t, path).problem(t, http.StatusNotFound)
	}
}

// TestNothingIsKeptOfWhatIsRefused looks into the database after requests of every kind that were refused.
func TestNothingIsKeptOfWhatIsRefused(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	picture, _ := poster(t, 4)
	file := part{name: "file", body: string(picture)}
	q.postForm(t, "/api/v1/check", part{name: "content", body: `{"content_id":"a","colour":"blue"}`}, file).problem(t, http.StatusUnprocessableEntity, "body.colour")
	q.postForm(t, "/api/v1/check", part{name: "content", body: `{"content_id":"a"}`}, file, part{name: "files", body: "x"}).problem(t, http.StatusUnprocessableEntity, "body.files")
	q.postJSON(t, "/api/v1/check", `{"content_id":"a"`).problem(t, http.StatusBadRequest)
	q.postJSON(t, "/api/v1/contents", `{"items":[{"content_id":"a"}]}`).object(t, http.StatusAccepted)
	q.get(t, "/api/v1/contents/a").problem(t, http.StatusNotFound)
	if list := q.get(t, "/api/v1/decisions").object(t, http.StatusOK)["decisions"].([]any); len(list) > 0 {
		t.Errorf("decided %v", list)
	}
}
