package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const bankOfTheIssue = `{"name":"grey-heron","kind":"known","limits":{"pdq":31}}`

// patch changes a bank.
func patch(h http.Handler, path, document string) answer {
	return send(h, http.MethodPatch, path, "application/json", strings.NewReader(document))
}

// TestBankAnswers walks through the life of a bank and pins what is answered.
func TestBankAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	golden(t, "answers/banks-none.json", get(w, "/api/v1/banks").body)
	a := postJSON(w, "/api/v1/banks", bankOfTheIssue)
	a.object(t, http.StatusCreated)
	golden(t, "answers/bank-created.json", a.body)
	postJSON(w, "/api/v1/banks/grey-heron/entries", `{"signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).object(t, http.StatusCreated)
	golden(t, "answers/bank.json", get(w, "/api/v1/banks/grey-heron").body)
	golden(t, "answers/banks.json", get(w, "/api/v1/banks").body)
}

// TestChangeABank changes one thing at a time and wants the rest to stay.
func TestChangeABank(t *testing.T) {
	t.Parallel()
	w := newWorld()
	bank := postJSON(w, "/api/v1/banks", `{"name":"grey-heron","kind":"known","limits":{"pdq":20},"enabled_share":0.5,"description":"trial"}`).object(t, http.StatusCreated)
	for _, c := range []struct {
		document, property string
		want               any
	}{
		{`{}`, "name", "grey-heron"},
		{`{"enabled_share":0}`, "enabled_share", 0.0},
		{`{"description":""}`, "description", nil},
		{`{"limits":{"pdq":0}}`, "limits", map[string]any{"pdq": 0.0, "keypoints": 40.0, "md5": 0.0, "sha256": 0.0}},
		{`{"limits":{}}`, "limits", map[string]any{"pdq": 0.0, "keypoints": 40.0, "md5": 0.0, "sha256": 0.0}},
		{`{"limits":null}`, "kind", "known"},
	} {
		got := patch(w, "/api/v1/banks/grey-heron", c.document).object(t, http.StatusOK)
		bank[c.property] = c.want
		if c.want == nil {
			delete(bank, c.property)
		}
		if diff := cmp.Diff(bank, got); diff != "" {
			t.Errorf("%s: %s", c.document, diff)
		}
	}
	stored := get(w, "/api/v1/banks/grey-heron").object(t, http.StatusOK)
	delete(stored, "signals")
	if diff := cmp.Diff(bank, stored); diff != "" {
		t.Error(diff)
	}
}

// TestRenameABank wants the entries to go with the bank, and the old name to be free.
func TestRenameABank(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	postJSON(w, "/api/v1/banks", `{"name":"taken","kind":"known"}`).object(t, http.StatusCreated)
	postJSON(w, "/api/v1/banks/grey-heron/entries", `{"signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).object(t, http.StatusCreated)
	patch(w, "/api/v1/banks/grey-heron", `{"name":"taken"}`).problem(t, http.StatusConflict)
	patch(w, "/api/v1/banks/grey-heron", `{"name":"a b"}`).problem(t, http.StatusUnprocessableEntity, "body.name")
	patch(w, "/api/v1/banks/grey-heron", `{"name":""}`).problem(t, http.StatusUnprocessableEntity, "body.name")
	long := strings.Repeat("x", 255)
	if got := patch(w, "/api/v1/banks/grey-heron", `{"name":"`+long+`"}`).object(t, http.StatusOK)["name"]; got != long {
		t.Errorf("the name is %v", got)
	}
	if entries := get(w, "/api/v1/banks/"+long+"/entries").object(t, http.StatusOK)["entries"].([]any); len(entries) != 1 {
		t.Errorf("entries are %v", entries)
	}
	get(w, "/api/v1/banks/grey-heron").problem(t, http.StatusNotFound)
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
}

// TestRemoveABank wants its name to be free again.
func TestRemoveABank(t *testing.T) {
	t.Parallel()
	w := newWorld()
	bank := postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	if diff := cmp.Diff(bank, send(w, http.MethodDelete, "/api/v1/banks/grey-heron", "", nil).object(t, http.StatusOK)); diff != "" {
		t.Error(diff)
	}
	get(w, "/api/v1/banks/grey-heron").problem(t, http.StatusNotFound)
	send(w, http.MethodDelete, "/api/v1/banks/grey-heron", "", nil).problem(t, http.StatusNotFound)
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
}

// TestChangeAnEntry changes one thing at a time and wants the rest to stay.
func TestChangeAnEntry(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	const path = "/api/v1/banks/grey-heron/entries/entry-001"
	entry := postJSON(w, "/api/v1/banks/grey-heron/entries", `{"signals":[{"type":"pdq","value":"`+knownPDQ+`"}],"note":"a","metadata":{"a":{"b":[null,1]}}}`).object(t, http.StatusCreated)
	if diff := cmp.Diff(map[string]any{"a": map[string]any{"b": []any{nil, 1.0}}}, entry["metadata"]); diff != "" || entry["number"] != 1.0 {
		t.Errorf("number %v, %s", entry["number"], diff)
	}
	for _, c := range []struct {
		document, property string
		want               any
	}{
		{`{}`, "number", 1.0},
		{`{"note":"b"}`, "note", "b"},
		{`{"note":"","metadata":null}`, "note", nil},
		{`{"metadata":{"c":2}}`, "metadata", map[string]any{"c": 2.0}},
		{`{"metadata":{}}`, "metadata", map[string]any{}},
		{`{"paused_until":"2999-01-01T01:00:00+01:00"}`, "paused_until", "2999-01-01T00:00:00Z"},
		{`{"note":"paused"}`, "note", "paused"},
		{`{"paused_until":null}`, "paused_until", nil},
		{`{"paused_until":"9999-12-31T23:59:59Z"}`, "paused_until", "9999-12-31T23:59:59Z"},
	} {
		got := patch(w, path, c.document).object(t, http.StatusOK)
		entry[c.property] = c.want
		if c.want == nil {
			delete(entry, c.property)
		}
		if diff := cmp.Diff(entry, got); diff != "" {
			t.Errorf("%s: %s", c.document, diff)
		}
	}
	golden(t, "answers/entry-paused.json", get(w, path).body)
	for document, place := range map[string]string{
		`{"note":"a\u0007"}`: "body.note",
		`{"note":7}`:         "body.note",
		`{"metadata":[]}`:    "body.metadata",
		`{"metadata":{"a":"` + strings.Repeat("x", 16<<10) + `"}}`: "body.metadata",
		`{"paused_until":"2020-01-01T00:00:00Z"}`:                  "body.paused_until",
		`{"paused_until":"0001-01-01T00:00:00Z"}`:                  "body.paused_until",
		`{"paused_until":"tomorrow"}`:                              "body.paused_until",
		`{"paused_until":1}`:                                       "body.paused_until",
		`{"labels":["a"]}`:                                         "body.labels",
	} {
		patch(w, path, document).problem(t, http.StatusUnprocessableEntity, place)
	}
	patch(w, "/api/v1/banks/grey-heron/entries/nothing", `{}`).problem(t, http.StatusNotFound)
	patch(w, "/api/v1/banks/nothing/entries/entry-001", `{}`).problem(t, http.StatusNotFound)
	send(w, http.MethodDelete, path, "", nil).object(t, http.StatusOK)
	patch(w, path, `{"note":"too late"}`).problem(t, http.StatusNotFound)
}

// TestTheKindOfABankIsForGood keeps a list of child-abuse hashes from being treated as an ordinary one.
func TestTheKindOfABankIsForGood(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", `{"name":"list","kind":"known-csam"}`).object(t, http.StatusCreated)
	patch(w, "/api/v1/banks/list", `{"kind":"known"}`).problem(t, http.StatusUnprocessableEntity, "body.kind")
	if got := get(w, "/api/v1/banks/list").object(t, http.StatusOK)["kind"]; got != "known-csam" {
		t.Errorf("kind is %v, want known-csam", got)
	}
}

// TestBankFaults wants every wrong setting named, when a bank is made and when it is changed, and nothing kept of it.
func TestBankFaults(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	before := get(w, "/api/v1/banks").body
	for property, place := range map[string]string{
		`"kind":"bad"`:           "body.kind",
		`"kind":7`:               "body.kind",
		`"limits":{"pdq":64}`:    "body.limits.pdq",
		`"limits":{"pdq":-1}`:    "body.limits.pdq",
		`"limits":{"pdq":1.5}`:   "body.limits.pdq",
		`"limits":{"pdq":"31"}`:  "body.limits.pdq",
		`"limits":{"pdq":1e300}`: "body.limits",
		`"limits":{"pdq":null}`:  "body.limits.pdq",
		`"limits":{"md5":1}`:     "body.limits.md5",
		`"limits":{"sha256":1}`:  "body.limits.sha256",
		`"limits":{"tlsh":1}`:    "body.limits.tlsh",
		`"limits":{"PDQ":1}`:     "body.limits.PDQ",
		`"limits":[]`:            "body.limits",
		`"enabled_share":1.1`:    "body.enabled_share",
		`"enabled_share":-0.1`:   "body.enabled_share",
		`"enabled_share":"all"`:  "body.enabled_share",
		`"description":"` + strings.Repeat("x", 4097) + `"`: "body.description",
		`"colour":"blue"`: "body.colour",
		`"id":"bank-9"`:   "body.id",
	} {
		patch(w, "/api/v1/banks/grey-heron", `{`+property+`}`).problem(t, http.StatusUnprocessableEntity, place)
		if !strings.HasPrefix(property, `"kind"`) {
			property += `,"kind":"known"`
		}
		postJSON(w, "/api/v1/banks", `{"name":"other",`+property+`}`).problem(t, http.StatusUnprocessableEntity, place)
	}
	for _, name := range []string{"", "-a", ".a", "a b", "a/b", "ü", "a\\u0000", strings.Repeat("x", 256)} {
		postJSON(w, "/api/v1/banks", `{"name":"`+name+`","kind":"known"}`).problem(t, http.StatusUnprocessableEntity, "body.name")
	}
	postJSON(w, "/api/v1/banks", `{"name":"other"}`).problem(t, http.StatusUnprocessableEntity, "body")
	patch(w, "/api/v1/banks/nothing", `{}`).problem(t, http.StatusNotFound)
	patch(w, "/api/v1/banks/grey-heron", `{`).problem(t, http.StatusBadRequest)
	if p := postJSON(w, "/api/v1/banks", bankOfTheIssue).problem(t, http.StatusConflict); !strings.Contains(p.Detail, "grey-heron") {
		t.Errorf("the conflict does not say with what: %s", p.Detail)
	}
	if after := get(w, "/api/v1/banks").body; string(after) != string(before) {
		t.Errorf("the banks have changed: %s", after)
	}
}

// TestEntryAnswers walks through the life of an entry and pins what is answered.
func TestEntryAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	a := postJSON(w, "/api/v1/banks/grey-heron/entries", `{"signals":[{"type":"pdq","value":" `+strings.ToUpper(knownPDQ)+` "},{"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}],
		"labels":["poster"],"note":"first seen in June","source":"partner","confidence":0.9,"expires_at":"2999-01-01T00:00:00Z"}`)
	a.object(t, http.StatusCreated)
	golden(t, "answers/entry-of-signals.json", a.body)
	golden(t, "answers/entry.json", get(w, "/api/v1/banks/grey-heron/entries/entry-001").body)
	a = postForm(w, "/api/v1/banks/grey-heron/entries", part{name: "file", filename: "a.jpg", body: knownFile}, part{name: "entry", body: `{"labels":["poster"]}`})
	a.object(t, http.StatusCreated)
	golden(t, "answers/entry-of-file.json", a.body)
	golden(t, "answers/entries.json", get(w, "/api/v1/banks/grey-heron/entries").body)
}

// TestWithdrawTwice wants the first moment to stand, the entry to stay readable, and its signals to count no more.
func TestWithdrawTwice(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	const entry = "/api/v1/banks/grey-heron/entries/entry-001"
	postJSON(w, "/api/v1/banks/grey-heron/entries", `{"signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).object(t, http.StatusCreated)
	first := send(w, http.MethodDelete, entry, "", nil).object(t, http.StatusOK)
	again := send(w, http.MethodDelete, entry, "", nil).object(t, http.StatusOK)
	if first["withdrawn_at"] == nil || first["signals"].([]any)[0].(map[string]any)["withdrawn_at"] == nil {
		t.Errorf("withdrawn as %v", first)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(first, get(w, entry).object(t, http.StatusOK)); diff != "" {
		t.Error(diff)
	}
	if counts := get(w, "/api/v1/banks/grey-heron").object(t, http.StatusOK)["signals"].(map[string]any); counts["pdq"] != 0.0 {
		t.Errorf("still counts %v", counts)
	}
	send(w, http.MethodDelete, "/api/v1/banks/grey-heron/entries/nothing", "", nil).problem(t, http.StatusNotFound)
	send(w, http.MethodDelete, "/api/v1/banks/nothing/entries/entry-001", "", nil).problem(t, http.StatusNotFound)
}

// TestAnEntryBelongsToItsBank asks for an entry in another bank.
func TestAnEntryBelongsToItsBank(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	postJSON(w, "/api/v1/banks", `{"name":"other","kind":"negative"}`).object(t, http.StatusCreated)
	postJSON(w, "/api/v1/banks/grey-heron/entries", `{"signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).object(t, http.StatusCreated)
	get(w, "/api/v1/banks/other/entries/entry-001").problem(t, http.StatusNotFound)
	send(w, http.MethodDelete, "/api/v1/banks/other/entries/entry-001", "", nil).problem(t, http.StatusNotFound)
}

// TestEntriesOfFiles says what becomes of pictures that are poor and of files that are no pictures.
func TestEntriesOfFiles(t *testing.T) {
	t.Parallel()
	for body, c := range map[string]struct {
		types  string
		check  string
		reason bool
	}{
		knownFile:              {"pdq md5", "complete", false},
		blankFile:              {"md5", "complete", true},
		"a letter, no picture": {"md5", "unsupported", true},
	} {
		w := newWorld()
		postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
		entry := postForm(w, "/api/v1/banks/grey-heron/entries", part{name: "file", body: body}).object(t, http.StatusCreated)
		var types []string
		for _, s := range entry["signals"].([]any) {
			types = append(types, s.(map[string]any)["type"].(string))
		}
		check := entry["checks"].([]any)[0].(map[string]any)
		if strings.Join(types, " ") != c.types || check["status"] != c.check || (check["reason"] != nil) != c.reason {
			t.Errorf("%q: signals %v, check %v", body, types, check)
		}
	}
}

// TestEntryFaults wants every wrong entry refused with the place, and nothing kept of it.
func TestEntryFaults(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	const path = "/api/v1/banks/grey-heron/entries"
	signal := `{"type":"pdq","value":"` + knownPDQ + `"}`
	for document, place := range map[string]string{
		`{}`:               "body",
		`{"labels":["x"]}`: "body",
		`{"signals":[]}`:   "body",
		`{"signals":[` + signal + `,{"type":"pdq","value":"x"}]}`:                                 "body.signals[1].value",
		`{"signals":[` + signal + `,{"type":"pdq","value":"` + strings.ToUpper(knownPDQ) + `"}]}`: "body.signals[1]",
		`{"signals":[{"type":"nothing","value":"x"}]}`:                                            "body.signals[0].type",
		`{"signals":[{"type":"pdq","value":"` + knownPDQ + `","quality":100}]}`:                   "body.signals[0].quality",
		`{"signals":[` + strings.Repeat(signal+",", 1000) + signal + `]}`:                         "body.signals",
		`{"signals":[` + signal + `],"labels":[""]}`:                                              "body.labels",
		`{"signals":[` + signal + `],"labels":["a\nb"]}`:                                          "body.labels",
		`{"signals":[` + signal + `],"labels":["` + strings.Repeat("x", 65) + `"]}`:               "body.labels",
		`{"signals":[` + signal + `],"labels":[` + strings.Repeat(`"x",`, 32) + `"x"]}`:           "body.labels",
		`{"signals":[` + signal + `],"labels":[7]}`:                                               "body.labels[0]",
		`{"signals":[` + signal + `],"note":"` + strings.Repeat("x", 4097) + `"}`:                 "body.note",
		`{"signals":[` + signal + `],"source":"` + strings.Repeat("x", 129) + `"}`:                "body.source",
		`{"signals":[` + signal + `],"source":"a\u0007"}`:                                         "body.source",
		`{"signals":[` + signal + `],"confidence":1.1}`:                                           "body.confidence",
		`{"signals":[` + signal + `],"confidence":-1}`:                                            "body.confidence",
		`{"signals":[` + signal + `],"expires_at":"soon"}`:                                        "body.expires_at",
		`{"signals":[` + signal + `],"expires_at":"1970-01-01T00:00:00Z"}`:                        "body.expires_at",
		`{"signals":[` + signal + `],"expires_at":"2020-01-01T00:00:00Z"}`:                        "body.expires_at",
		`{"signals":[` + signal + `],"bank":"other"}`:                                             "body.bank",
		`{"signals":[` + signal + `],"metadata":[]}`:                                              "body.metadata",
		`{"signals":[` + signal + `],"metadata":"{}"}`:                                            "body.metadata",
		`{"signals":[` + signal + `],"metadata":{"a":1,"a":1}}`:                                   "body.metadata.a",
		`{"signals":[` + signal + `],"metadata":{"a":"` + strings.Repeat("x", 16<<10) + `"}}`:     "body.metadata",
	} {
		postJSON(w, path, document).problem(t, http.StatusUnprocessableEntity, place)
	}
	file := part{name: "file", body: knownFile}
	postForm(w, path).problem(t, http.StatusUnprocessableEntity, "body")
	postForm(w, path, part{name: "entry", body: `{}`}).problem(t, http.StatusUnprocessableEntity, "body")
	postForm(w, path, file, file).problem(t, http.StatusUnprocessableEntity, "body.file")
	postForm(w, path, part{name: "file"}).problem(t, http.StatusUnprocessableEntity, "body.file")
	postForm(w, path, file, part{name: "entry", body: `{"signals":[` + signal + `]}`}).problem(t, http.StatusUnprocessableEntity, "body.signals")
	postForm(w, path, file, part{name: "content", body: `{}`}).problem(t, http.StatusUnprocessableEntity, "body.content")
	postForm(w, path, part{name: "entry", body: ``}, file).problem(t, http.StatusBadRequest)
	postForm(w, "/api/v1/banks/nothing/entries", file).problem(t, http.StatusNotFound)
	if entries := get(w, path).object(t, http.StatusOK)["entries"].([]any); len(entries) > 0 {
		t.Errorf("kept %v", entries)
	}
}

// TestPagesOfEntries turns pages of every size to the end.
func TestPagesOfEntries(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	var want []string
	for i := range 6 {
		note := fmt.Sprintf("number %d", i)
		want = append(want, note)
		postJSON(w, "/api/v1/banks/grey-heron/entries", `{"note":"`+note+`","signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).object(t, http.StatusCreated)
	}
	for size := 1; size <= 7; size++ {
		var seen []string
		for next := ""; ; {
			page := get(w, fmt.Sprintf("/api/v1/banks/grey-heron/entries?limit=%d&after=%s", size, next)).object(t, http.StatusOK)
			for _, e := range page["entries"].([]any) {
				seen = append(seen, e.(map[string]any)["note"].(string))
			}
			if page["next"] == nil {
				break
			}
			if next = page["next"].(string); len(seen) > 6 {
				t.Fatal("the pages do not end")
			}
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
	}
}
