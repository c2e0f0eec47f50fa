package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/pipeline/corpustest"
)

// told picks some fields out of a list of objects.
func told(list any, fields ...string) (all [][]any) {
	for _, item := range list.([]any) {
		var some []any
		for _, f := range fields {
			some = append(some, item.(map[string]any)[f])
		}
		all = append(all, some)
	}
	return all
}

// TestArchivesTheWholeWay takes an archive through the real corridor: what lies in it is found, checked, told and on record.
func TestArchivesTheWholeWay(t *testing.T) {
	t.Parallel()
	q := startQuell(t)
	original, edited := poster(t, 1)
	q.postJSON(t, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	q.postForm(t, "/api/v1/banks/grey-heron/entries", part{name: "file", body: string(original)}).object(t, http.StatusCreated)
	q.catchUp(t)
	zip := corpustest.Zip(corpustest.File{Name: "../pictures/copy.jpg", Data: edited}, corpustest.File{Name: "notes.txt", Data: []byte("Herons nest in March.")})
	content := part{name: "content", body: `{"content_id":"files-1"}`}
	answer := q.postForm(t, "/api/v1/check", content, part{name: "file", body: string(zip)}).object(t, http.StatusOK)

	wantMatches := [][]any{{"file-1/pictures/copy.jpg", "pdq", "grey-heron"}, {"file-1/pictures/copy.jpg", "keypoints", "grey-heron"}}
	if diff := cmp.Diff(wantMatches, told(answer["matches"], "part", "signal_type", "bank")); diff != "" || answer["verdict"] != "block" {
		t.Errorf("%v (-want +got)\n%s", answer["verdict"], diff)
	}
	const unread = "One of 2 files in it is no picture and was compared by its digests alone: file-1/notes.txt, text/plain."
	wantChecks := [][]any{
		{"file-1", "sha256", "complete", nil}, {"file-1", "md5", "complete", nil}, {"file-1/pictures/copy.jpg", "pdq", "complete", nil},
		{"file-1", "members", "complete", nil}, {"file-1", "pdq", "unsupported", unread},
	}
	if diff := cmp.Diff(wantChecks, told(answer["checks"], "part", "detector", "status", "reason")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantParts := [][]any{
		{"file-1", nil, "application/zip"}, {"file-1/pictures/copy.jpg", "file-1", "image/jpeg"}, {"file-1/notes.txt", "file-1", "text/plain"},
	}
	uploads := q.get(t, "/api/v1/contents/files-1").object(t, http.StatusOK)["uploads"].([]any)
	for name, parts := range map[string]any{
		"the record": uploads[0].(map[string]any)["parts"],
		"a lookup":   q.postForm(t, "/api/v1/lookup", part{name: "file", body: string(zip)}).object(t, http.StatusOK)["parts"],
	} {
		if diff := cmp.Diff(wantParts, told(parts, "name", "inside", "media_type")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	again := q.postForm(t, "/api/v1/check", content, part{name: "file", body: string(zip)}).object(t, http.StatusOK)
	if again["decision_id"] != answer["decision_id"] {
		t.Error("the same archive got another decision")
	}

	entry := q.postForm(t, "/api/v1/banks/grey-heron/entries", part{name: "file", body: string(zip)}).object(t, http.StatusCreated)
	if types := told(entry["signals"], "type"); len(types) != 2 || !slices.ContainsFunc(told(entry["checks"], "status"), func(s []any) bool { return s[0] == "unsupported" }) {
		t.Errorf("an archive in a bank: %v, %v", types, entry["checks"])
	}
}
