package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCheckNamesThePlaceOfAFault sends requests with something wrong in them. Nothing of them may be recorded.
func TestCheckNamesThePlaceOfAFault(t *testing.T) {
	t.Parallel()
	const url = `"url":"https://media.example/1"`
	with := func(more string) string { return `{"content_id":"a",` + url + `,` + more + `}` }
	signalWith := func(more string) string {
		return `{"content_id":"a","signals":[{"type":"pdq","value":"` + knownPDQ + `"},{` + more + `}]}`
	}
	for name, c := range map[string]struct {
		document string
		places   []string
	}{
		"not an object":                   {`[]`, []string{"body"}},
		"null":                            {`null`, []string{"body"}},
		"no content id":                   {`{` + url + `}`, []string{"body"}},
		"empty content id":                {`{"content_id":"",` + url + `}`, []string{"body.content_id"}},
		"content id that is no text":      {`{"content_id":17,` + url + `}`, []string{"body.content_id"}},
		"content id that is null":         {`{"content_id":null,` + url + `}`, []string{"body.content_id"}},
		"content id that is too long":     {`{"content_id":"` + strings.Repeat("x", 257) + `",` + url + `}`, []string{"body.content_id"}},
		"content id of too many bytes":    {`{"content_id":"` + strings.Repeat("ü", 200) + `",` + url + `}`, []string{"body.content_id"}},
		"content id with a control":       {`{"content_id":"a\u0007",` + url + `}`, []string{"body.content_id"}},
		"content id with a NUL":           {`{"content_id":"a\u0000",` + url + `}`, []string{"body.content_id"}},
		"content id with half a pair":     {`{"content_id":"a\ud800",` + url + `}`, []string{"body.content_id"}},
		"content id twice":                {`{"content_id":"a",` + url + `,"content_id":"b"}`, []string{"body.content_id"}},
		"content id in two spellings":     {`{"content_id":"a",` + url + `,"Content_ID":"b"}`, []string{"body.Content_ID"}},
		"content id in a wrong spelling":  {`{"CONTENT_ID":"a",` + url + `}`, []string{"body", "body.CONTENT_ID"}},
		"a long s in signals":             {with(`"ſignals":[{"type":"x"}]`), []string{"body.ſignals"}},
		"account that is too long":        {with(`"account_id":"` + strings.Repeat("x", 257) + `"`), []string{"body.account_id"}},
		"surface that is too long":        {with(`"surface":"` + strings.Repeat("x", 65) + `"`), []string{"body.surface"}},
		"visibility with a new line":      {with(`"visibility":"a\nb"`), []string{"body.visibility"}},
		"language that is too long":       {with(`"language":"` + strings.Repeat("x", 36) + `"`), []string{"body.language"}},
		"language with an underscore":     {with(`"language":"en_US"`), []string{"body.language"}},
		"time of an account without zone": {with(`"account_created_at":"2026-07-01T12:00:00"`), []string{"body.account_created_at"}},
		"unknown property":                {with(`"text":"hello"`), []string{"body.text"}},
		"several faults, in order":        {with(`"zeta":1,"surface":2,"alpha":3`), []string{"body.alpha", "body.surface", "body.zeta"}},
		"time that is none":               {with(`"created_at":"yesterday"`), []string{"body.created_at"}},
		"time without a zone":             {with(`"created_at":"2026-07-01T12:00:00"`), []string{"body.created_at"}},
		"time that is a number":           {with(`"created_at":1780000000`), []string{"body.created_at"}},
		"time that cannot be":             {with(`"created_at":"2026-02-30T12:00:00Z"`), []string{"body.created_at"}},
		"attributes that are a list":      {with(`"attributes":[]`), []string{"body.attributes"}},
		"attributes that are too large":   {with(`"attributes":{"a":"` + strings.Repeat("x", 2000) + `"}`), []string{"body.attributes"}},
		"an attribute twice":              {with(`"attributes":{"a":{"b":1,"b":1}}`), []string{"body.attributes.a.b"}},
		"an attribute with a NUL":         {with(`"attributes":{"a":[0,"\u0000"]}`), []string{"body.attributes.a[1]"}},
		"a name with a NUL":               {with(`"attributes":{"a":{"x\u0000":1}}`), []string{"body.attributes.a"}},
		"an attribute with half a pair":   {with(`"attributes":{"a":"\udc00\ud800"}`), []string{"body.attributes.a"}},
		"a number too large to keep":      {with(`"attributes":{"id":9007199254740993}`), []string{"body.attributes.id"}},
		"a number out of range":           {with(`"attributes":{"id":1e400}`), []string{"body.attributes.id"}},
		"nested too deep":                 {with(`"attributes":{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`), []string{"body.attributes.a" + strings.Repeat("[0]", 30)}},
		"url that is too long":            {`{"content_id":"a","url":"https://media.example/` + strings.Repeat("x", 4096) + `"}`, []string{"body.url"}},
		"nothing to check":                {`{"content_id":"a"}`, []string{"body.content"}},
		"signals that are empty":          {`{"content_id":"a","signals":[]}`, []string{"body.content"}},
		"signals that are no list":        {`{"content_id":"a","signals":{}}`, []string{"body.signals"}},
		"a signal that is null":           {`{"content_id":"a","signals":[null]}`, []string{"body.signals[0]"}},
		"a signal of an unknown type":     {signalWith(`"type":"tlsh","value":"x"`), []string{"body.signals[1].type"}},
		"a signal without a value":        {signalWith(`"type":"pdq"`), []string{"body.signals[1]"}},
		"a pdq that is too short":         {signalWith(`"type":"pdq","value":"f8"`), []string{"body.signals[1].value"}},
		"an md5 that is no hexadecimal":   {signalWith(`"type":"md5","value":"` + strings.Repeat("g", 32) + `"`), []string{"body.signals[1].value"}},
		"negative quality":                {signalWith(`"type":"pdq","value":"` + knownPDQ + `","quality":-1`), []string{"body.signals[1].quality"}},
		"quality that is too high":        {signalWith(`"type":"pdq","value":"` + knownPDQ + `","quality":101`), []string{"body.signals[1].quality"}},
		"quality that is huge":            {signalWith(`"type":"pdq","value":"` + knownPDQ + `","quality":1e300`), []string{"body.signals[1].quality"}},
		"quality that is no whole":        {signalWith(`"type":"pdq","value":"` + knownPDQ + `","quality":50.5`), []string{"body.signals[1].quality"}},
		"quality that is a text":          {signalWith(`"type":"pdq","value":"` + knownPDQ + `","quality":"90"`), []string{"body.signals[1].quality"}},
		"an unknown property of a signal": {signalWith(`"type":"pdq","value":"` + knownPDQ + `","frame":1`), []string{"body.signals[1].frame"}},
		"dots in the names of attributes": {`{"content_id":"a","attributes":{"post.lang":"de","a[0]":1},"url":7}`, []string{"body.url"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			postJSON(w, "/api/v1/check", c.document).problem(t, http.StatusUnprocessableEntity, c.places...)
			postForm(w, "/api/v1/check", part{name: "content", body: c.document}).problem(t, http.StatusUnprocessableEntity, c.places...)
			if w.recorded() > 0 {
				t.Errorf("%d uploads were recorded", w.recorded())
			}
		})
	}
}

// TestCheckTakesWhatLooksWrongAndIsNot holds the line on the other side.
func TestCheckTakesWhatLooksWrongAndIsNot(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"a whole surrogate pair":             `{"content_id":"\ud83d\ude00","url":"https://media.example/1"}`,
		"an escaped backslash before ud800":  `{"content_id":"\\ud800 �","url":"https://media.example/1"}`,
		"the replacement character":          `{"content_id":"�\ufffd","url":"https://media.example/1"}`,
		"the largest numbers that are exact": `{"content_id":"a","url":"https://media.example/1","attributes":{"a":9007199254740992,"b":-9007199254740992,"c":1e300,"d":0.1}}`,
		"new lines in attributes":            `{"content_id":"a","url":"https://media.example/1","attributes":{"a":"b\nc"}}`,
		"nulls where nothing must be":        `{"content_id":"a","url":"https://media.example/1","account_id":null,"created_at":null,"attributes":null,"signals":null}`,
		"quality that is absent":             `{"content_id":"a","signals":[{"type":"pdq","value":"` + knownPDQ + `"}]}`,
		"quality written as 1e2":             `{"content_id":"a","signals":[{"type":"pdq","value":"` + knownPDQ + `","quality":1e2}]}`,
		"the longest content id":             `{"content_id":"` + strings.Repeat("x", 256) + `","url":"https://media.example/1"}`,
		"a leap day":                         `{"content_id":"a","url":"https://media.example/1","created_at":"2028-02-29T23:59:59.999999999Z"}`,
		"space around":                       " \r\n\t{\"content_id\":\"a\",\"url\":\"https://media.example/1\"}\n",
		"nested as deep as it may be":        `{"content_id":"a","url":"https://media.example/1","attributes":{"a":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + `}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			postJSON(newWorld(), "/api/v1/check", document).object(t, http.StatusOK)
		})
	}
}

// TestCheckRefusesWhatIsNotJSON wants 400 and nothing of the reader's insides in the answer.
func TestCheckRefusesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	for _, document := range []string{
		``, ` `, `{`, `{"content_id":`, `{"content_id":"a"`, `{"content_id":"a",}`, `{'content_id':'a'}`, `{"content_id":"a"} {}`, `{"content_id":"a"}x`,
		`{"content_id":NaN}`, `{"content_id":01}`, "\ufeff{}", "{\"content_id\":\"\xff\"}", "{\"content_id\":\"a\nb\"}", `{"content_id":"\x"}`, `{"content_id":"\u12"}`,
		strings.Repeat("[", 20000) + strings.Repeat("]", 20000),
	} {
		w := newWorld()
		for _, a := range []answer{postJSON(w, "/api/v1/check", document), postForm(w, "/api/v1/check", part{name: "content", body: document})} {
			if p := a.problem(t, http.StatusBadRequest); strings.Contains(p.Detail, "Go ") || strings.Contains(p.Detail, "json:") {
				t.Errorf("%.40q: the answer speaks of the program: %s", document, p.Detail)
			}
		}
		if w.recorded() > 0 {
			t.Errorf("%.40q: recorded", document)
		}
	}
}

// TestCheckRefusesForms lists what is wrong with forms.
func TestCheckRefusesForms(t *testing.T) {
	t.Parallel()
	content := part{name: "content", body: `{"content_id":"a"}`}
	file := part{name: "file", filename: "a.jpg", body: "one"}
	for name, c := range map[string]struct {
		parts  []part
		status int
		places []string
	}{
		"no parts":                     {nil, 422, []string{"body.content"}},
		"no content":                   {[]part{file}, 422, []string{"body.content"}},
		"two contents":                 {[]part{content, file, content}, 422, []string{"body.content"}},
		"an empty and a full content":  {[]part{{name: "content"}, content}, 422, []string{"body.content"}},
		"a part of another name":       {[]part{content, file, {name: "files", body: "x"}}, 422, []string{"body.files"}},
		"a part with capitals":         {[]part{content, {name: "File", body: "x"}}, 422, []string{"body.File"}},
		"the part of another route":    {[]part{content, {name: "entry", body: "{}"}}, 422, []string{"body.entry"}},
		"a part without a name":        {[]part{content, {body: "x"}}, 422, []string{"body"}},
		"a part of another kind":       {[]part{content, {body: "x", header: map[string]string{"Content-Disposition": `attachment; name="file"`}}}, 422, []string{"body"}},
		"a disposition that is none":   {[]part{content, {body: "x", header: map[string]string{"Content-Disposition": `form-data; name="file`}}}, 422, []string{"body"}},
		"a file in base64":             {[]part{content, {name: "file", body: "b25l", header: map[string]string{"Content-Transfer-Encoding": "base64"}}}, 422, []string{"body.file"}},
		"a content in quoted form":     {[]part{{name: "content", body: content.body, header: map[string]string{"Content-Transfer-Encoding": "Quoted-Printable"}}}, 422, []string{"body.content"}},
		"too many files":               {[]part{content, file, file, file, file, file}, 422, []string{"body.file"}},
		"too many parts of the upload": {[]part{{name: "content", body: `{"content_id":"a","url":"https://media.example/1"}`}, file, file, file, file}, 422, []string{"body.content"}},
		"a file that is too large":     {[]part{content, {name: "file", body: strings.Repeat("x", 1001)}}, 413, nil},
		"a content that is too large":  {[]part{{name: "content", body: `{"content_id":"` + strings.Repeat("x", 1<<20) + `"}`}}, 413, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			postForm(w, "/api/v1/check", c.parts...).problem(t, c.status, c.places...)
			if w.recorded() > 0 {
				t.Errorf("%d uploads were recorded", w.recorded())
			}
		})
	}
}

// TestCheckRefusesAFormThatIsCutShort cuts a form at every byte: what is left must never pass for an upload with fewer files.
func TestCheckRefusesAFormThatIsCutShort(t *testing.T) {
	t.Parallel()
	contentType, body := formOf(part{name: "content", body: `{"content_id":"a"}`}, part{name: "file", body: "one"}, part{name: "file", body: "two"})
	whole := bytes.TrimSuffix(body.Bytes(), []byte("\r\n"))
	w := newWorld()
	for n := range len(whole) {
		send(w, http.MethodPost, "/api/v1/check", contentType, bytes.NewReader(whole[:n])).problem(t, http.StatusBadRequest)
	}
	if w.recorded() > 0 {
		t.Errorf("%d uploads were recorded", w.recorded())
	}
	send(w, http.MethodPost, "/api/v1/check", contentType, bytes.NewReader(whole)).object(t, http.StatusOK)
}

func TestCheckRefusesCompressedBodies(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/check", strings.NewReader("\x1f\x8b"))
	r.Header.Set("Authorization", "Bearer "+goodKey)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	ask(w, r).problem(t, http.StatusUnsupportedMediaType)
}

// TestBodiesAreBounded sends one byte more than may be, with and without saying so beforehand.
func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld()
	document := `{"content_id":"a","url":"https://media.example/1"` + strings.Repeat(" ", 1<<20) + `}`
	for _, path := range []string{"/api/v1/check", "/api/v1/banks", "/api/v1/banks/x/entries"} {
		postJSON(w, path, document).problem(t, http.StatusRequestEntityTooLarge)
		send(w, http.MethodPost, path, "application/json", unknownLength(document)).problem(t, http.StatusRequestEntityTooLarge)
	}
	postJSON(w, "/api/v1/contents", document+strings.Repeat(" ", 32<<20)).problem(t, http.StatusRequestEntityTooLarge)
	contentType, body := formOf(part{name: "content", body: `{"content_id":"a"}`}, part{name: "file", body: "one"})
	body.WriteString(strings.Repeat(" ", 4*1000+1<<20)) // after the end of the form
	send(w, http.MethodPost, "/api/v1/check", contentType, body).problem(t, http.StatusRequestEntityTooLarge)
	if w.recorded() > 0 {
		t.Errorf("%d uploads were recorded", w.recorded())
	}
}

// TestManyFaultsAreToldInFew keeps answers small, whatever is sent: an answer that repeats what was sent for every fault could be as large as
// the square of it.
func TestManyFaultsAreToldInFew(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"content_id":"a"`)
	for i := range 10_000 {
		fmt.Fprintf(&b, `,"unknown-%d":"%s"`, i, strings.Repeat("x", 50))
	}
	b.WriteString(`}`)
	for _, path := range []string{"/api/v1/check", "/api/v1/banks"} {
		a := postJSON(newWorld(), path, b.String())
		if a.status != http.StatusUnprocessableEntity || len(a.body) > 4000 {
			t.Errorf("%s: answered %d with %d bytes", path, a.status, len(a.body))
		}
	}
	a := postJSON(newWorld(), "/api/v1/check", `{"`+strings.Repeat("x", 500_000)+`":1}`)
	if a.status != http.StatusUnprocessableEntity || len(a.body) > 4000 {
		t.Errorf("answered %d with %d bytes", a.status, len(a.body))
	}
}

// TestEveryRouteWantsAKey goes through the ways in which a key can be missing.
func TestEveryRouteWantsAKey(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.keys.valid["qk_revoked"] = "revoked"
	delete(w.keys.valid, "qk_revoked")
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer  ", goodKey, "Basic " + goodKey, "Bearer qk_unknown", "Bearer qk_revoked", "Bearer " + goodKey + "x", "Bearer " + strings.Repeat("x", 10000)} {
		for _, path := range []string{"/api/v1/check", "/api/v1/contents", "/api/v1/contents/a", "/api/v1/decisions", "/api/v1/banks", "/api/v1/nothing"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(fullRequest))
			r.Header.Set("Content-Type", "application/json")
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			a := ask(w, r)
			a.problem(t, http.StatusUnauthorized)
			if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("%q: WWW-Authenticate is %q", header, a.header.Get("WWW-Authenticate"))
			}
		}
	}
	if w.recorded() > 0 {
		t.Errorf("%d uploads were recorded", w.recorded())
	}
	for _, header := range []string{"bearer " + goodKey, "BEARER   " + goodKey + " "} { // the scheme has no case (RFC 9110 §11.1)
		r := httptest.NewRequest(http.MethodGet, "/api/v1/banks", nil)
		r.Header.Set("Authorization", header)
		ask(w, r).object(t, http.StatusOK)
	}
}

func TestWhatIsNotThereIsAProblemToo(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, path := range []string{
		"/api/", "/api/v2/check", "/api/v1/", "/api/v1/check/", "/api/v1/contents/a", "/api/v1/contents/a/matches", "/api/v1/contents/a/b", "/api/v1/contents/",
		"/api/v1/contents?content_id=a", "/api/v1/decisions/a", "/api/v1/banks/a", "/api/v1/banks/a/entries", "/api/v1/banks/a/entries/b", "/api/docs/nothing",
		"/api/v1/" + strings.Repeat("x", 5000), "/api/v1/contents/%00", "/api/v1/contents/%ff", "/api/v1/banks/%3Cscript%3E",
	} {
		a := get(w, path)
		a.problem(t, http.StatusNotFound)
		if len(a.body) > 1000 {
			t.Errorf("%.40s: %d bytes", path, len(a.body))
		}
	}
	for _, c := range []struct{ method, path, allow string }{
		{"GET", "/api/v1/check", "POST"},
		{"DELETE", "/api/v1/contents", "GET, HEAD, POST"},
		{"PUT", "/api/v1/banks/a", "DELETE, GET, HEAD, PATCH"},
		{"POST", "/api/v1/decisions", "GET, HEAD"},
		{"POST", "/api/v1/banks/a/entries/b", "DELETE, GET, HEAD, PATCH"},
		{"OPTIONS", "/api/v1/check", "POST"},
	} {
		a := send(w, c.method, c.path, "application/json", strings.NewReader("{}"))
		a.problem(t, http.StatusMethodNotAllowed)
		if got := a.header.Get("Allow"); got != c.allow {
			t.Errorf("%s %s: Allow is %q, want %q", c.method, c.path, got, c.allow)
		}
	}
}

// TestParametersAreChecked wants faults of paths and queries in the same form as those of bodies.
func TestParametersAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for path, place := range map[string]string{
		"/api/v1/decisions?limit=0":                                "query.limit",
		"/api/v1/decisions?limit=201":                              "query.limit",
		"/api/v1/decisions?limit=many":                             "query.limit",
		"/api/v1/decisions?limit=99999999999999999999":             "query.limit",
		"/api/v1/decisions?verdict=delete":                         "query.verdict",
		"/api/v1/decisions?before=" + strings.Repeat("x", 65):      "query.before",
		"/api/v1/decisions/" + strings.Repeat("x", 65):             "path.decision_id",
		"/api/v1/contents/" + strings.Repeat("x", 257):             "path.content_id",
		"/api/v1/contents":                                         "query.content_id",
		"/api/v1/contents?content_id=":                             "query.content_id",
		"/api/v1/contents?content_id=" + strings.Repeat("x", 257):  "query.content_id",
		"/api/v1/banks/" + strings.Repeat("x", 256):                "path.name",
		"/api/v1/banks/a/entries?limit=-1":                         "query.limit",
		"/api/v1/banks/a/entries?after=" + strings.Repeat("x", 65): "query.after",
		"/api/v1/banks/a/entries/" + strings.Repeat("x", 65):       "path.entry_id",
	} {
		a := get(w, path)
		a.problem(t, http.StatusUnprocessableEntity, place)
		if len(a.body) > 1000 {
			t.Errorf("%.60s: %d bytes", path, len(a.body))
		}
	}
}
