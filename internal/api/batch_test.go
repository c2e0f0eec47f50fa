package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBatchAnswers pins the answer to a batch in which some items are faulty: they fail alone.
func TestBatchAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a := postJSON(w, "/api/v1/contents", `{"items":[
		{"content_id":"good-1","url":"https://media.example/1"},
		{"content_id":"bad","url":17},
		{"content_id":"twice","content_id":"twice"},
		{"content_id":"empty"},
		{"content_id":"good-2","signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}
	]}`)
	a.object(t, http.StatusAccepted)
	golden(t, "answers/batch.json", a.body)
	if w.recorded() != 2 {
		t.Errorf("%d uploads were recorded, want 2", w.recorded())
	}
}

// TestBatchItemsFailAlone puts every kind of faulty item between good ones.
func TestBatchItemsFailAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ item, id, place string }{
		"null":               {`null`, "", "body.items[1]"},
		"a text":             {`"x"`, "", "body.items[1]"},
		"a list":             {`[[]]`, "", "body.items[1]"},
		"empty":              {`{}`, "", "body.items[1]"},
		"unknown property":   {`{"content_id":"x","url":"https://media.example/1","file":"x"}`, "x", "body.items[1].file"},
		"nothing to check":   {`{"content_id":"x"}`, "x", "body.items[1].content"},
		"bad signal":         {`{"content_id":"x","signals":[{"type":"pdq","value":"f8"}]}`, "x", "body.items[1].signals[0].value"},
		"bad id":             {`{"content_id":"a\u0007","url":"https://media.example/1"}`, "a\u0007", "body.items[1].content_id"},
		"id that is no text": {`{"content_id":7,"url":"https://media.example/1"}`, "", "body.items[1].content_id"},
		"id of great length": {`{"content_id":"` + strings.Repeat("x", 10_000) + `","url":"https://media.example/1"}`, "", "body.items[1].content_id"},
		"a property twice":   {`{"content_id":"x","url":"https://media.example/1","url":"https://media.example/2"}`, "", "body.items[1].url"},
		"NUL":                {`{"content_id":"\u0000","url":"https://media.example/1"}`, "", "body.items[1].content_id"},
		"too large":          {`{"content_id":"x","url":"https://media.example/1"` + strings.Repeat(" ", 1<<20) + `}`, "", "body.items[1]"},
		"deep":               {strings.Repeat("[", 50) + strings.Repeat("]", 50), "", "body.items[1]" + strings.Repeat("[0]", 32)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			items := postJSON(w, "/api/v1/contents", `{"items":[{"content_id":"a","url":"https://media.example/1"},`+c.item+`,{"content_id":"b","url":"https://media.example/1"}]}`).object(t, http.StatusAccepted)["items"].([]any)
			for i, want := range []map[string]any{
				{"content_id": "a", "status": "accepted", "state": "pending", "upload_id": "upload-1"},
				nil,
				{"content_id": "b", "status": "accepted", "state": "pending", "upload_id": "upload-2"},
			} {
				if diff := cmp.Diff(want, items[i]); want != nil && diff != "" {
					t.Error(diff)
				}
			}
			bad := items[1].(map[string]any)
			problem, _ := bad["problem"].(map[string]any)
			if bad["status"] != "rejected" || problem["status"] != 422.0 || bad["upload_id"] != nil {
				t.Fatalf("the faulty item came back as %v", bad)
			}
			if id, _ := bad["content_id"].(string); id != c.id {
				t.Errorf("content id %q, want %q", id, c.id)
			}
			if place := problem["errors"].([]any)[0].(map[string]any)["location"]; place != c.place {
				t.Errorf("the fault is at %q, want %q", place, c.place)
			}
		})
	}
}

// TestBatchesThatFailAsAWhole wants nothing recorded of a batch that cannot be taken apart.
func TestBatchesThatFailAsAWhole(t *testing.T) {
	t.Parallel()
	item := `{"content_id":"a","url":"https://media.example/1"}`
	for name, c := range map[string]struct {
		document string
		status   int
		places   []string
	}{
		"not JSON":            {`{"items":[` + item, 400, nil},
		"not UTF-8":           {"{\"items\":[\"\xff\"]}", 400, nil},
		"a bare list":         {`[` + item + `]`, 422, []string{"body"}},
		"a text":              {`"items"`, 422, []string{"body"}},
		"no items":            {`{}`, 422, []string{"body.items"}},
		"an empty list":       {`{"items":[]}`, 422, []string{"body.items"}},
		"items that are null": {`{"items":null}`, 422, []string{"body.items"}},
		"items in an object":  {`{"items":{"a":` + item + `}}`, 422, []string{"body.items"}},
		"items twice":         {`{"items":[` + item + `],"items":[` + item + `]}`, 422, []string{"body.items"}},
		"no items, twice":     {`{"items":[],"items":[` + item + `]}`, 422, []string{"body.items"}},
		"another spelling":    {`{"Items":[` + item + `]}`, 422, []string{"body.Items"}},
		"another property":    {`{"items":[` + item + `],"callback":"https://example.org"}`, 422, []string{"body.callback"}},
		"too many":            {`{"items":[` + strings.Repeat(item+",", 5) + item + `]}`, 422, []string{"body.items"}},
		"far too many":        {`{"items":[` + strings.Repeat("0,", 1_000_000) + `0]}`, 422, []string{"body.items"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			postJSON(w, "/api/v1/contents", c.document).problem(t, c.status, c.places...)
			if w.recorded() > 0 {
				t.Errorf("%d uploads were recorded", w.recorded())
			}
		})
	}
	postForm(newWorld(), "/api/v1/contents", part{name: "content", body: item}).problem(t, http.StatusUnsupportedMediaType)
}

// TestBatchKeepsTheOrder and gives items that are the same the same upload.
func TestBatchKeepsTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld()
	var items []string
	for _, id := range []string{"c", "a", "c", "b", "a"} {
		items = append(items, fmt.Sprintf(`{"content_id":%q,"url":"https://media.example/1"}`, id))
	}
	var got []string
	for _, item := range postJSON(w, "/api/v1/contents", `{"items":[`+strings.Join(items, ",")+`]}`).object(t, http.StatusAccepted)["items"].([]any) {
		got = append(got, fmt.Sprint(item.(map[string]any)["content_id"], " ", item.(map[string]any)["upload_id"]))
	}
	if diff := cmp.Diff([]string{"c upload-1", "a upload-2", "c upload-1", "b upload-3", "a upload-2"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestBatchWithNothingGoodIsStillAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.before = nil
	items := postJSON(w, "/api/v1/contents", `{"items":[{},{}]}`).object(t, http.StatusAccepted)["items"].([]any)
	if len(items) != 2 || w.recorded() != 0 {
		t.Errorf("answered %v", items)
	}
}
