package hma_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/secret"
)

const (
	get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	pdqA                = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
	md5A                = "cab08b36195edb1a1231d2d09fa450e0"
)

const notUpper = "Bank names must be UPPER_WITH_UNDERSCORE"

func TestBanks(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	long := strings.Repeat("A", 255)
	s.walk([]step{
		{get, "/c/banks", "", 200, "[]\n"},
		{post, "/c/banks", `{"name":"MY_TEST_BANK_01"}`, 201, `{"matching_enabled_ratio":1.0,"name":"MY_TEST_BANK_01"}` + "\n"},
		{post, "//c/banks", `{"name":"COOP_ORG1_CATS","enabled_ratio":"1"}`, 201, `{"matching_enabled_ratio":1.0,"name":"COOP_ORG1_CATS"}` + "\n"}, // as Coop does
		{post, "/c/banks", `{"name":"_OFF","enabled":false}`, 201, `{"matching_enabled_ratio":0.0,"name":"_OFF"}` + "\n"},
		{post, "/c/banks", `{"name":"HALF","enabled":false,"enabled_ratio":0.5}`, 201, `{"matching_enabled_ratio":0.5,"name":"HALF"}` + "\n"},
		{post, "/c/banks", `{"name":"` + long + `","enabled":"yes","enabled_ratio":null,"more":1}`, 201, `{"matching_enabled_ratio":1.0,"name":"` + long + `"}` + "\n"},
		{get, "/c/banks", "", 200, `[{"matching_enabled_ratio":1.0,"name":"` + long + `"},{"matching_enabled_ratio":1.0,"name":"COOP_ORG1_CATS"},` +
			`{"matching_enabled_ratio":0.5,"name":"HALF"},{"matching_enabled_ratio":1.0,"name":"MY_TEST_BANK_01"},{"matching_enabled_ratio":0.0,"name":"_OFF"}]` + "\n"},

		{post, "/c/banks", `{"name":"HALF"}`, 403, message("Bank already exists")},
		{post, "/c/banks", `{"name":"01_TEST_BANK"}`, 400, message(notUpper)},
		{post, "/c/banks", `{"name":"my_test_bank"}`, 400, message(notUpper)},
		{post, "/c/banks", `{"name":"BANK\n"}`, 400, message(notUpper)},
		{post, "/c/banks", `{"name":""}`, 400, message(notUpper)},
		{post, "/c/banks", `{"name":"A` + long + `"}`, 400, message(notUpper + ", with at most 255 characters")},
		{post, "/c/banks", `{}`, 422, `[{"type":"missing","loc":["name"],"msg":"Field required","input":{},"url":"https://errors.pydantic.dev/2.13/v/missing"}]`},
		{post, "/c/banks", `{"name":"B","enabled_ratio":7.5}`, 422, `[{"type":"less_than_equal","loc":["enabled_ratio"],"msg":"Input should be less than or equal to 1",` +
			`"input":7.5,"ctx":{"le":1},"url":"https://errors.pydantic.dev/2.13/v/less_than_equal"}]`},
		{post, "/c/banks", `{"name":"B","enabled_ratio":"nan"}`, 422, `[{"type":"greater_than_equal","loc":["enabled_ratio"],"msg":"Input should be greater than or equal to 0",` +
			`"input":"NaN","ctx":{"ge":0},"url":"https://errors.pydantic.dev/2.13/v/greater_than_equal"}]`},

		{get, "/c/bank/HALF", "", 200, `{"matching_enabled_ratio":0.5,"name":"HALF"}` + "\n"},
		{get, "/c/bank/NONE", "", 404, message("bank 'NONE' not found")},
		{put, "/c/bank/HALF", `{"enabled":false}`, 200, `{"matching_enabled_ratio":0,"name":"HALF"}` + "\n"}, // an int, as HMA has it
		{put, "/c/bank/HALF", `{"enabled":true}`, 200, `{"matching_enabled_ratio":1,"name":"HALF"}` + "\n"},
		{put, "/c/bank/HALF", `{"enabled":true,"enabled_ratio":0.25}`, 200, `{"matching_enabled_ratio":0.25,"name":"HALF"}` + "\n"},
		{put, "/c/bank/HALF", `{}`, 200, `{"matching_enabled_ratio":0.25,"name":"HALF"}` + "\n"},
		{put, "/c/bank/HALF", `{"name":"QUARTER"}`, 200, `{"matching_enabled_ratio":0.25,"name":"QUARTER"}` + "\n"},
		{get, "/c/bank/HALF", "", 404, message("bank 'HALF' not found")},
		{put, "/c/bank/QUARTER", `{"name":"_OFF"}`, 403, message("Bank name already exists")},
		{put, "/c/bank/QUARTER", `{"name":"quarter"}`, 400, message(notUpper)},
		{put, "/c/bank/QUARTER", `{"enabled_ratio":-1}`, 422, `[{"type":"greater_than_equal","loc":["enabled_ratio"],"msg":"Input should be greater than or equal to 0",` +
			`"input":-1,"ctx":{"ge":0},"url":"https://errors.pydantic.dev/2.13/v/greater_than_equal"}]`},
		{put, "/c/bank/NONE", `{"enabled":true}`, 404, message("Bank not found")},
		{put, "/c/bank/QUARTER", "", 422, `[{"type":"model_type","loc":[],"msg":"Input should be a valid dictionary or instance of BankUpdateRequest",` +
			`"input":null,"ctx":{"class_name":"BankUpdateRequest"},"url":"https://errors.pydantic.dev/2.13/v/model_type"}]`},
		{get, "/c/bank/QUARTER", "", 200, `{"matching_enabled_ratio":0.25,"name":"QUARTER"}` + "\n"},

		{del, "/c/bank/QUARTER", "", 200, message("Done")},
		{del, "/c/bank/QUARTER", "", 200, message("Done")},
		{get, "/c/bank/QUARTER", "", 404, message("bank 'QUARTER' not found")},
		{post, "/c/banks", `{"name":"QUARTER"}`, 201, `{"matching_enabled_ratio":1.0,"name":"QUARTER"}` + "\n"},
	})
}

func TestBanksThatWereMadeElsewhere(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if _, err := (curator{s.store}).CreateBank(t.Context(), domain.Bank{Name: "grey-heron", Kind: domain.KnownCSAM, Limits: map[domain.SignalType]int{domain.PDQ: 20}, EnabledShare: 1, Description: "Posters."}); err != nil {
		t.Fatal(err)
	}
	s.walk([]step{
		{get, "/c/banks", "", 200, `[{"matching_enabled_ratio":1.0,"name":"grey-heron"}]` + "\n"},
		{post, "/c/bank/grey-heron/signal", `{"pdq":"` + pdqA + `"}`, 200, `{"id":1,"signals":{"pdq":"` + pdqA + `"}}` + "\n"},
		{put, "/c/bank/grey-heron", `{"name":"grey-heron","enabled_ratio":0.5}`, 200, `{"matching_enabled_ratio":0.5,"name":"grey-heron"}` + "\n"},
	})
	b, err := s.store.BankNamed(t.Context(), "grey-heron")
	if err != nil || b.Kind != domain.KnownCSAM || b.Limits[domain.PDQ] != 20 || b.Description != "Posters." || b.EnabledShare != 0.5 {
		t.Errorf("the bank is %+v, %v: what HMA does not know must stay", b, err)
	}
}

func TestContentOfSignals(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	inFourYears := time.Now().Add(4 * 365 * 24 * time.Hour).Unix()
	const bank = `"bank":{"matching_enabled_ratio":1.0,"name":"B"}`
	changed := func(until int64, note string) string {
		return fmt.Sprintf(`{%s,"collab_metadata":{},"disable_until_ts":%d,"id":1,"note":%s,"original_media_uri":null,"user_metadata":null}`+"\n", bank, until, note)
	}
	s.walk([]step{
		{post, "/c/banks", `{"name":"B"}`, 201, `{"matching_enabled_ratio":1.0,"name":"B"}` + "\n"},
		{post, "/c/banks", `{"name":"OTHER"}`, 201, `{"matching_enabled_ratio":1.0,"name":"OTHER"}` + "\n"},
		{post, "/c/bank/B/signal", `{"video_md5":" ` + strings.ToUpper(md5A) + ` ","pdq":"` + pdqA + `","note":"hi"}`, 200, `{"id":1,"signals":{"pdq":"` + pdqA + `","video_md5":"` + md5A + `"}}` + "\n"},
		{post, "/c/bank/B/signal", `{"pdq":"` + pdqA + `"}`, 200, `{"id":2,"signals":{"pdq":"` + pdqA + `"}}` + "\n"}, // the same again is another one
		{post, "/c/bank/NONE/signal", `{"pdq":"` + pdqA + `"}`, 404, message("bank 'NONE' not found")},
		{post, "/c/bank/B/signal", `{}`, 400, message("No signals given")},
		{post, "/c/bank/B/signal", `{"note":"n"}`, 400, message("No signals given")},
		{post, "/c/bank/B/signal", `{"sha256":"aa"}`, 400, message("No such signal type sha256")},
		{post, "/c/bank/B/signal", `{"pdq":"` + strings.ToUpper(pdqA) + `"}`, 400, message("Invalid pdq signal: invalid PDQ hash")},
		{post, "/c/bank/B/signal", `{"pdq":5}`, 400, message("Invalid pdq signal: invalid PDQ hash")},
		{post, "/c/bank/B/signal", `{"video_md5":"xyz"}`, 400, message("Invalid video_md5 signal: 'xyz' is not a valid MD5 hash")},
		{post, "/c/bank/B/signal", `["pdq"]`, 400, message("this endpoint expects a json object payload")},
		{post, "/c/bank/B/signal", `null`, 400, message("this endpoint expects a json object payload")},
		{post, "/c/bank/B/signal", `{"pdq"`, 400, message("The browser (or proxy) sent a request that this server could not understand.")},
		{post, "/c/bank/B/signal", ``, 415, message("Did not attempt to load JSON data because the request Content-Type was not 'application/json'.")},
		{post, "/c/bank/B/signal", `{"pdq":"` + pdqA + `","note":7}`, 400, message("note should be a string")},
		{post, "/c/bank/B/signal", `{"pdq":"` + pdqA + `","note":"` + strings.Repeat("ü", 256) + `"}`, 400, message("note must be at most 255 characters")},
		{post, "/c/bank/B/signal", `{"pdq":"` + pdqA + `","note":"` + strings.Repeat("ü", 255) + `"}`, 200, `{"id":3,"signals":{"pdq":"` + pdqA + `"}}` + "\n"},

		{get, "/c/bank/B/content/1", "", 200, `{` + bank + `,"disable_until_ts":1,"id":1,"note":"hi","original_media_uri":null}` + "\n"},
		{get, "/c/bank/B/content/001?include_signals=TRUE", "", 200, `{` + bank + `,"disable_until_ts":1,"id":1,"note":"hi","original_media_uri":null,"signals":{"pdq":"` + pdqA + `","video_md5":"` + md5A + `"}}` + "\n"},
		{get, "/c/bank/B/content/2?include_signals=1", "", 200, `{` + bank + `,"disable_until_ts":1,"id":2,"original_media_uri":null}` + "\n"},
		{get, "/c/bank/NONE/content/1", "", 404, message("bank 'NONE' not found")},
		{get, "/c/bank/OTHER/content/1", "", 404, message("content '1' not found")}, // which is of another bank
		{get, "/c/bank/B/content/9", "", 404, message("content '9' not found")},
		{get, "/c/bank/B/content/0", "", 404, message("content '0' not found")},
		{get, "/c/bank/B/content/99999999999999999999", "", 404, message("content '99999999999999999999' not found")},

		{put, "/c/bank/B/content/1", `{"disable_until_ts":0}`, 200, changed(0, `"hi"`)},
		{get, "/c/bank/B/content/1", "", 200, `{` + bank + `,"disable_until_ts":0,"id":1,"note":"hi","original_media_uri":null}` + "\n"},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":" 1_0 "}`, 200, changed(10, `"hi"`)},
		{put, "/c/bank/B/content/1", fmt.Sprintf(`{"disable_until_ts":%d.9,"metadata":5}`, inFourYears), 200, changed(inFourYears, `"hi"`)},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":true}`, 200, changed(1, `"hi"`)},
		{put, "/c/bank/B/content/1", `{"note":"two\nlines"}`, 200, changed(1, `"two\nlines"`)},
		{put, "/c/bank/B/content/1", `{}`, 200, changed(1, `"two\nlines"`)},
		{put, "/c/bank/B/content/1", `{"note":""}`, 200, changed(1, `null`)},
		{get, "/c/bank/B/content/1", "", 200, `{` + bank + `,"disable_until_ts":1,"id":1,"original_media_uri":null}` + "\n"},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":-1}`, 400, message("disable_until_ts must be a non-negative integer")},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":9999999999}`, 400, message("disable_until_ts must be less than 5 years in the future")},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":1e300}`, 400, message("disable_until_ts must be less than 5 years in the future")},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":99999999999999999999}`, 400, message("disable_until_ts must be less than 5 years in the future")},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":1e999}`, 400, message("Invalid int: 1e999")},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":"zz"}`, 400, message("Invalid int: 'zz'")},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":null}`, 400, message("Invalid int: None")},
		{put, "/c/bank/B/content/1", `{"disable_until_ts":[1]}`, 400, message("Invalid int: [1]")},
		{put, "/c/bank/B/content/1", `{"note":[]}`, 400, message("note should be a string")},
		{put, "/c/bank/B/content/1", `[]`, 400, message("this endpoint expects a json object payload")},
		{put, "/c/bank/B/content/1", ``, 415, message("Did not attempt to load JSON data because the request Content-Type was not 'application/json'.")},
		{put, "/c/bank/OTHER/content/1", `{"note":"x"}`, 404, message("content '1' not found")},
		{put, "/c/bank/NONE/content/1", `{"note":"x"}`, 404, message("bank 'NONE' not found")},

		{del, "/c/bank/OTHER/content/1", "", 200, `{"deleted":0}` + "\n"},
		{del, "/c/bank/NONE/content/1", "", 404, message("bank 'NONE' not found")},
		{del, "/c/bank/B/content/1", "", 200, `{"deleted":1}` + "\n"},
		{del, "/c/bank/B/content/1", "", 200, `{"deleted":0}` + "\n"},
		{get, "/c/bank/B/content/1", "", 404, message("content '1' not found")}, // it was withdrawn
		{put, "/c/bank/B/content/1", `{"note":"x"}`, 404, message("content '1' not found")},
		{get, "/c/bank/B/content/2", "", 200, `{` + bank + `,"disable_until_ts":1,"id":2,"original_media_uri":null}` + "\n"},
	})
	e, err := s.store.EntryNumbered(t.Context(), 2)
	if err != nil || len(e.Signals) != 1 || e.Signals[0].Provenance.Source != "hma" || e.Signals[0].Provenance.Confidence != 1 {
		t.Errorf("the entry is %+v, %v", e, err)
	}
}

// TestWhatIsAddedMatchesAtOnce follows a content from the addition to its end through lookups.
func TestWhatIsAddedMatchesAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	lookup := func(want string) {
		t.Helper()
		s.catchUp()
		s.walk([]step{{get, "/m/lookup?signal_type=pdq&signal=" + pdqA, "", 200, want + "\n"}})
	}
	send := func(method, target, body string) {
		t.Helper()
		if got := s.send(method, target, body); got.Code >= 300 {
			t.Errorf("%s %s: %d %s", method, target, got.Code, got.Body)
		}
	}
	send(post, "/c/banks", `{"name":"B"}`)
	lookup(`{}`)
	send(post, "/c/bank/B/signal", `{"pdq":"`+pdqA+`"}`)
	lookup(`{"B":[{"bank_content_id":1,"distance":"0"}]}`)
	send(put, "/c/bank/B/content/1", `{"disable_until_ts":0}`)
	lookup(`{}`)
	send(put, "/c/bank/B/content/1", fmt.Sprintf(`{"disable_until_ts":%d}`, time.Now().Add(-time.Minute).Unix()))
	lookup(`{"B":[{"bank_content_id":1,"distance":"0"}]}`)
	send(put, "/c/bank/B", `{"enabled":false}`)
	lookup(`{}`)
	send(put, "/c/bank/B", `{"enabled":true,"name":"C"}`)
	lookup(`{"C":[{"bank_content_id":1,"distance":"0"}]}`)
	send(del, "/c/bank/C/content/1", "")
	lookup(`{}`)
}

func TestContentOfFiles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(post, "/c/banks", `{"name":"B"}`)
	first, second := poster(t, 1), poster(t, 2)
	s.web["https://media.example/2"] = second
	hashOf := func(file []byte) string {
		t.Helper()
		return strings.TrimSpace(s.do(form("/h/hash", "photo", file)).Body.String())
	}
	wants := func(what string, r *http.Request, status int, answer string) {
		t.Helper()
		if got := s.do(r); got.Code != status || got.Body.String() != answer {
			t.Errorf("%s: %d %s\nwant %d %s", what, got.Code, got.Body, status, answer)
		}
	}
	plain := func(target string) *http.Request { return httptest.NewRequest(post, target, nil) }
	withJSON := func(target, body string) *http.Request {
		r := httptest.NewRequest(post, target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return r
	}
	wants("a picture", form("/c/bank/B/content", "photo", first), 200, `{"id":1,"signals":`+hashOf(first)+"}\n")
	wants("a video", form("/c/bank/B/content", "video", []byte("abc")), 200, `{"id":2,"signals":{"video_md5":"900150983cd24fb0d6963f7d28e17f72"}}`+"\n")
	wants("a URL", plain("/c/bank/B/content?url=https%3A%2F%2Fmedia.example%2F2"), 200, `{"id":3,"signals":`+hashOf(second)+"}\n")
	wants("a URL with metadata", withJSON("/c/bank/B/content?url=https://media.example/2&content_type=photo&types=pdq", `{"metadata":{"content_id":"x"},"note":"n","url":"ignored"}`), 200, `{"id":4,"signals":`+hashOf(second)+"}\n")
	wants("a URL in a form without a file", form("/c/bank/B/content?url=https://media.example/2", "", nil, "content_id", "y"), 200, `{"id":5,"signals":`+hashOf(second)+"}\n")

	wants("nothing", plain("/c/bank/B/content"), 400, message("Neither `url` nor multipart file upload was received"))
	wants("a URL in the body", withJSON("/c/bank/B/content", `{"url":"https://media.example/2"}`), 400, message("Neither `url` nor multipart file upload was received"))
	wants("a form of no file", form("/c/bank/B/content", "", nil, "note", "n"), 400, message("Neither `url` nor multipart file upload was received"))
	wants("no bank", form("/c/bank/NONE/content", "photo", first), 404, message("bank 'NONE' not found"))
	wants("a field that is no content type", form("/c/bank/B/content", "file", first), 400, message("no such content_type: 'file'"))
	wants("a type of another content", form("/c/bank/B/content?types=video_md5", "photo", first), 400, message("signal type 'video_md5' doesn't exist or is disabled"))
	wants("a URL with nothing behind it", plain("/c/bank/B/content?url=https://media.example/9"), 400, message("Failed to fetch URL: there is nothing"))
	wants("JSON that is none", withJSON("/c/bank/B/content?url=https://media.example/2", `{`), 400, message("The browser (or proxy) sent a request that this server could not understand."))
	var grey bytes.Buffer
	if err := png.Encode(&grey, image.NewGray(image.Rect(0, 0, 200, 200))); err != nil {
		t.Fatal(err)
	}
	wants("a picture with nothing in it", form("/c/bank/B/content", "photo", grey.Bytes()), 400, message("Invalid pdq signal: invalid PDQ hash"))

	s.catchUp()
	wants("the picture, looked up", form("/m/lookup", "photo", first), 200, `{"pdq":{"B":[{"bank_content_id":1,"distance":"0"}]}}`+"\n")
	for id, want := range map[int]string{
		4: `,"metadata":{"collab":null,"content_id":"x","content_uri":null,"json":null},"note":"n"`,
		5: `,"metadata":{"collab":null,"content_id":"y","content_uri":null,"json":null}`,
	} {
		s.walk([]step{{get, fmt.Sprint("/c/bank/B/content/", id), "", 200, fmt.Sprintf(`{"bank":{"matching_enabled_ratio":1.0,"name":"B"},"disable_until_ts":1,"id":%d%s,"original_media_uri":null}`+"\n", id, want)}})
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(post, "/c/banks", `{"name":"B"}`)
	file := []byte("abc")
	for name, c := range map[string]struct {
		fields []string // of the form
		want   string   // metadata and note as shown
		user   string   // metadata as shown after a change
	}{
		"none":               {nil, ``, `null`},
		"all":                {[]string{"metadata", `{"content_id":"x","content_uri":"u","json":{"a":{},"n":1.50,"ü":[12345678901234567890]}}`, "note", "hi"}, `"metadata":{"collab":null,"content_id":"x","content_uri":"u","json":{"a":{},"n":1.5,"\u00fc":[12345678901234567890]}},"note":"hi",`, `{"content_id":"x","content_uri":"u","json":{"a":{},"n":1.5,"\u00fc":[12345678901234567890]}}`},
		"another name":       {[]string{"metadata", `{"json_data":{"a":1}}`}, `"metadata":{"collab":null,"content_id":null,"content_uri":null,"json":{"a":1}},`, `{"content_id":null,"content_uri":null,"json":{"a":1}}`},
		"a partner's":        {[]string{"metadata", `{"collab":{"EX":["1"]},"content_id":"x"}`}, `"metadata":{"collab":null,"content_id":"x","content_uri":null,"json":null},`, `{"content_id":"x","content_uri":null,"json":null}`},
		"empty":              {[]string{"metadata", `{}`, "note", ""}, ``, `null`},
		"null":               {[]string{"metadata", `null`}, ``, `null`},
		"no text":            {[]string{"metadata", ``}, ``, `null`},
		"as Coop sends them": {[]string{"content_id", "c-1", "content_uri", "https://a.example/1", "metadata", `{"json":{"k":"v"}}`}, `"metadata":{"collab":null,"content_id":"c-1","content_uri":"https://a.example/1","json":{"k":"v"}},`, `{"content_id":"c-1","content_uri":"https://a.example/1","json":{"k":"v"}}`},
		"said twice":         {[]string{"content_id", "c-1", "metadata", `{"content_id":"c-2"}`}, `"metadata":{"collab":null,"content_id":"c-2","content_uri":null,"json":null},`, `{"content_id":"c-2","content_uri":null,"json":null}`},
		"with a NUL":         {[]string{"content_id", "a\x00b", "metadata", `{"json":{"k":"a\u0000b"}}`, "note", "a\x00b"}, `"metadata":{"collab":null,"content_id":"a\ufffdb","content_uri":null,"json":{"k":"a\u0000b"}},"note":"a\ufffdb",`, `{"content_id":"a\ufffdb","content_uri":null,"json":{"k":"a\u0000b"}}`},
	} {
		got := s.do(form("/c/bank/B/content", "video", file, c.fields...))
		var added struct{ ID int64 }
		if err := json.Unmarshal(got.Body.Bytes(), &added); err != nil || got.Code != 200 {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
			continue
		}
		at := fmt.Sprint("/c/bank/B/content/", added.ID)
		head := fmt.Sprintf(`{"bank":{"matching_enabled_ratio":1.0,"name":"B"},"disable_until_ts":1,"id":%d,`, added.ID)
		note := `null`
		if _, text, there := strings.Cut(c.want, `"note":`); there {
			note = strings.TrimSuffix(text, ",")
		}
		s.walk([]step{
			{get, at, "", 200, head + c.want + `"original_media_uri":null}` + "\n"},
			{put, at, `{}`, 200, `{"bank":{"matching_enabled_ratio":1.0,"name":"B"},"collab_metadata":{},` + head[strings.Index(head, `"disable`):] + `"note":` + note + `,"original_media_uri":null,"user_metadata":` + c.user + "}\n"},
		})
	}
	s.walk([]step{{get, "/c/bank/B/content/1?include_metadata=False", "", 200, withoutMetadata(s.send(get, "/c/bank/B/content/1", "").Body.Bytes())}})
}

// withoutMetadata takes the metadata out of an answer.
func withoutMetadata(answer []byte) string {
	from := bytes.Index(answer, []byte(`"metadata":`))
	if from < 0 {
		return string(answer)
	}
	to := bytes.Index(answer[from:], []byte(`},"`))
	return string(answer[:from]) + string(answer[from+to+len(`},`):])
}

func TestMetadataThatDoNotFit(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(post, "/c/banks", `{"name":"B"}`)
	const more = "\n    For further information visit https://errors.pydantic.dev/2.13/v/"
	for sent, want := range map[string]string{
		`5`:           "metadata should be a json object",
		`[]`:          "metadata should be a json object",
		`"x"`:         "metadata should be a json object",
		`{`:           "metadata form field must be valid JSON",
		`{"bad":"x"}`: "Invalid metadata: 1 validation error for BankedContentMetadata\nbad\n  Extra inputs are not permitted [type=extra_forbidden, input_value='x', input_type=str]" + more + "extra_forbidden",
		`{"content_id":5,"content_uri":null,"json":"{}","b":[1],"a":false}`: "Invalid metadata: 4 validation errors for BankedContentMetadata\n" +
			"content_id\n  Input should be a valid string [type=string_type, input_value=5, input_type=int]" + more + "string_type\n" +
			"json\n  Input should be a valid dictionary [type=dict_type, input_value='{}', input_type=str]" + more + "dict_type\n" +
			"a\n  Extra inputs are not permitted [type=extra_forbidden, input_value=False, input_type=bool]" + more + "extra_forbidden\n" +
			"b\n  Extra inputs are not permitted [type=extra_forbidden, input_value=[1], input_type=list]" + more + "extra_forbidden",
		`{"x":"` + strings.Repeat("a", 60) + `"}`: "Invalid metadata: 1 validation error for BankedContentMetadata\nx\n  Extra inputs are not permitted [type=extra_forbidden, input_value='" +
			strings.Repeat("a", 24) + "..." + strings.Repeat("a", 23) + "', input_type=str]" + more + "extra_forbidden",
		`{"json":{"k":"` + strings.Repeat("a", domain.MaxMetadata) + `"}}`: "Invalid metadata: metadata: 16401 bytes, at most 16384 are allowed",
	} {
		got := s.do(form("/c/bank/B/content", "video", []byte("abc"), "metadata", sent))
		if diff := cmp.Diff(message(want), got.Body.String()); got.Code != 400 || diff != "" {
			t.Errorf("%.80s: %d (-want +got):\n%s", sent, got.Code, diff)
		}
	}
	for _, body := range []string{`{"metadata":"x"}`, `{"metadata":[]}`} {
		s.walk([]step{{post, "/c/bank/B/content?url=https://media.example/1", body, 400, message("metadata should be a json object")}})
	}
	if _, err := s.store.EntryNumbered(t.Context(), 1); err == nil {
		t.Error("something was added")
	}
}

// TestEntriesThatWereMadeElsewhere shows what Quell's own API, or a list, has made.
func TestEntriesThatWereMadeElsewhere(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := curator{s.store}
	b, err := c.CreateBank(t.Context(), domain.Bank{Name: "B", Kind: domain.Known, EnabledShare: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range []struct{ metadata, shown string }{
		{`{"case":7}`, `{"collab":null,"content_id":null,"content_uri":null,"json":{"case":7}}`},
		{`{"case":7,"content_id":"x","json":{"a":1,"case":8},"content_uri":5}`, `{"collab":null,"content_id":"x","content_uri":null,"json":{"a":1,"case":8,"content_uri":5}}`},
		{`{"json":[1],"collab":"me"}`, `{"collab":null,"content_id":null,"content_uri":null,"json":{"collab":"me","json":[1]}}`},
		{`{"collab":{"EX_N":["42-image1"]}}`, `{"collab":{"EX_N":["42-image1"]},"content_id":null,"content_uri":null,"json":null}`},
		{`{"case":null}`, ``},
	} {
		signals := []domain.Signal{
			{Type: domain.SHA256, Value: strings.Repeat("ab", 32)}, {Type: domain.PDQ, Value: pdqA}, {Type: domain.PDQ, Value: strings.Repeat("0f", 32)},
		}
		_, err := c.AddEntry(t.Context(), domain.Entry{BankID: b.ID, Metadata: json.RawMessage(e.metadata), PausedUntil: domain.At(time.UnixMilli(2_000_000_000_900)), Signals: signals})
		if err != nil {
			t.Fatal(err)
		}
		if e.shown != "" {
			e.shown = `"metadata":` + e.shown + ","
		}
		s.walk([]step{{get, fmt.Sprintf("/c/bank/B/content/%d?include_signals=true", i+1), "", 200, fmt.Sprintf(
			`{"bank":{"matching_enabled_ratio":1.0,"name":"B"},"disable_until_ts":2000000000,"id":%d,%s"original_media_uri":null,"signals":{"pdq":"%s"}}`+"\n", i+1, e.shown, pdqA)}})
	}
	s.walk([]step{{put, "/c/bank/B/content/4", `{"note":"n"}`, 200, `{"bank":{"matching_enabled_ratio":1.0,"name":"B"},"collab_metadata":{"EX_N":["42-image1"]},"disable_until_ts":2000000000,"id":4,` +
		`"note":"n","original_media_uri":null,"user_metadata":null}` + "\n"}})
}

func TestExchanges(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const shown = `{
  "environment": "https://hashsharing.ncmec.org/npo",
  "name": "EX_N",
  "api": "ncmec",
  "enabled": %v,
  "only_esp_ids": [
    1
  ]
}`
	s.walk([]step{
		{get, "/c/exchanges", "", 200, "[]\n"},
		{get, "/c/exchanges/apis", "", 200, `["sample","fb_threatexchange","ncmec","stop_ncii","tat"]` + "\n"},
		{post, "/c/exchanges", `{"bank":"EX_N","api":"ncmec","api_json":{"environment":"https://hashsharing.ncmec.org/npo","only_esp_ids":[1],"more":2}}`, 201, message("Created successfully")},
		{post, "/c/exchanges", `{"bank":"EX_S","api":"sample"}`, 201, message("Created successfully")},
		{get, "/c/exchanges", "", 200, `["EX_N","EX_S"]` + "\n"},
		{get, "/c/banks", "", 200, `[{"matching_enabled_ratio":1.0,"name":"EX_N"},{"matching_enabled_ratio":1.0,"name":"EX_S"}]` + "\n"},
		{get, "/c/exchange/EX_N", "", 200, fmt.Sprintf(shown, true)},
		{put, "/c/exchange/EX_N", `{"enabled":false}`, 200, fmt.Sprintf(shown, false)},
		{put, "/c/exchange/EX_N", `{}`, 200, fmt.Sprintf(shown, false)},
		{get, "/c/exchange/EX_N", "", 200, fmt.Sprintf(shown, false)},
		{get, "/c/exchange/EX_S", "", 200, "{\n  \"name\": \"EX_S\",\n  \"api\": \"sample\",\n  \"enabled\": true\n}"},
		{get, "/c/exchange/EX_N/status", "", 200, `{"checkpoint_ts":null,"fetched_items":0,"last_fetch_complete_ts":null,"last_fetch_succeeded":null,"running_fetch_start_ts":null,"up_to_date":false}` + "\n"},
		{get, "/c/exchange/NONE", "", 404, message("Exchange 'NONE' not found")},
		{get, "/c/exchange/NONE/status", "", 404, message("Exchange 'NONE' not found")},
		{put, "/c/exchange/NONE", `{"enabled":true}`, 404, message("Exchange 'NONE' not found")},
		{put, "/c/exchange/NONE", `{}`, 404, message("Exchange 'NONE' not found")},
		{put, "/c/exchange/EX_N", `{"enabled":"maybe"}`, 422, `[{"type":"bool_parsing","loc":["enabled"],"msg":"Input should be a valid boolean, unable to interpret input","input":"maybe","url":"https://errors.pydantic.dev/2.13/v/bool_parsing"}]`},

		{post, "/c/exchanges", `{"bank":"EX_N","api":"sample"}`, 409, message("Exchange 'EX_N' already exists")},
		{post, "/c/exchanges", `{"bank":"1ST","api":"sample"}`, 400, message(notUpper)},
		{post, "/c/exchanges", `{}`, 400, message("bank is required")},
		{post, "/c/exchanges", `{"bank":null}`, 400, message("bank is required")},
		{post, "/c/exchanges", `{"bank":"lower","api":"sample"}`, 400, message("Field `bank` must match /^[A-Z0-9_]+$/")},
		{post, "/c/exchanges", `{"bank":5,"api":"sample"}`, 400, message("Field `bank` must match /^[A-Z0-9_]+$/")},
		{post, "/c/exchanges", `{"bank":"X"}`, 400, message("Field `api_type` is required")},
		{post, "/c/exchanges", `{"bank":"X","api":"local_file"}`, 400, message("No such exchange type 'local_file'")},
		{post, "/c/exchanges", `{"bank":"X","api":7}`, 400, message("No such exchange type 7")},
		{post, "/c/exchanges", `{"bank":"X","api":"sample","api_json":null}`, 400, message("Field `api_json` must be object")},
		{post, "/c/exchanges", `{"bank":"X","api":"sample","api_json":[]}`, 400, message("Field `api_json` must be object")},
		{post, "/c/exchanges", `{"bank":"X","api":"fb_threatexchange","api_json":{}}`, 400, message("Failed to parse `api_json` - missing value for field \"privacy_group\"")},
		{post, "/c/exchanges", `{"bank":"X","api":"fb_threatexchange","api_json":{"privacy_group":"123"}}`, 400, message("Failed to parse `api_json` - wrong type for field \"privacy_group\" - should be \"int\" instead of \"str\"")},
		{post, "/c/exchanges", `[]`, 400, message("this endpoint expects a json object payload")},
		{post, "/c/exchanges", ``, 415, message("Did not attempt to load JSON data because the request Content-Type was not 'application/json'.")},
		{get, "/c/bank/X", "", 404, message("bank 'X' not found")}, // what was refused made nothing

		{del, "/c/bank/EX_N", "", 200, message("Done")},
		{get, "/c/exchange/EX_N", "", 200, fmt.Sprintf(shown, false)}, // it outlives its bank
		{del, "/c/exchange/EX_N", "", 200, message("Exchange deleted")},
		{del, "/c/exchange/EX_N", "", 200, message("Exchange deleted")},
		{get, "/c/exchange/EX_N", "", 404, message("Exchange 'EX_N' not found")},
		{del, "/c/exchange/EX_S", "", 200, message("Exchange deleted")},
		{get, "/c/banks", "", 200, "[]\n"},

		{post, "/c/banks", `{"name":"COOP_ORG1_CATS"}`, 201, `{"matching_enabled_ratio":1.0,"name":"COOP_ORG1_CATS"}` + "\n"},
		{post, "/c/exchanges", `{"bank":"COOP_ORG1_CATS","api":"stop_ncii","api_json":{"enabled":false}}`, 409, message("Bank 'COOP_ORG1_CATS' already exists")}, // it would be removed with the exchange
		{get, "/c/exchange/COOP_ORG1_CATS", "", 404, message("Exchange 'COOP_ORG1_CATS' not found")},
	})
}

func TestCredentialsOfExchanges(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	auth := func(set, supported bool) string {
		return fmt.Sprintf(`{"has_set_authentification":%v,"supports_authentification":%v}`+"\n", set, supported)
	}
	s.walk([]step{
		{get, "/c/exchanges/api/ncmec", "", 200, auth(false, true)},
		{get, "/c/exchanges/api/sample", "", 200, auth(false, false)},
		{get, "/c/exchanges/api/x", "", 400, message("no such Exchange API 'x'")},
		{post, "/c/exchanges/api/x", `{}`, 400, message("no such Exchange API 'x'")},
		{post, "/c/exchanges/api/ncmec", `{"credential_json":{"user":"u","password":"hunter2"}}`, 200, auth(true, true)},
		{post, "/c/exchanges/api/ncmec", `{}`, 200, auth(true, true)},
		{post, "/c/exchanges/api/ncmec", `{"credential_json":null}`, 200, auth(true, true)},
		{get, "/c/exchanges/api/ncmec", "", 200, auth(true, true)},
		{get, "/c/exchanges/api/tat", "", 200, auth(false, true)},
	})
	sealed, err := s.store.Credentials(t.Context(), "ncmec")
	if err != nil || strings.Contains(sealed, "hunter2") {
		t.Errorf("kept: %q, %v", sealed, err)
	}
	if opened, err := s.secrets.Open("ncmec", sealed); err != nil || string(opened) != `{"password":"hunter2","user":"u"}` {
		t.Errorf("opened: %s, %v", opened, err)
	}
	s.walk([]step{
		{post, "/c/exchanges/api/ncmec", `{"credential_json":{"user":"u"}}`, 400, message("`credential_json` is missing required fields: ['password']")},
		{post, "/c/exchanges/api/ncmec", `{"credential_json":"u:p"}`, 400, message("`credential_json` must be an object")},
		{post, "/c/exchanges/api/ncmec", `[]`, 400, message("this endpoint expects a json object payload")},
		{post, "/c/exchanges/api/ncmec", ``, 415, message("Did not attempt to load JSON data because the request Content-Type was not 'application/json'.")},
		{post, "/c/exchanges/api/sample", `{"credential_json":{"a":"b"}}`, 400, message("`credential_json` is not wanted: Exchange API 'sample' does not support credentials")},
		{post, "/c/exchanges/api/sample", `{"credential_json":{}}`, 200, auth(false, false)},
		{post, "/c/exchanges/api/ncmec", `{"credential_json":{}}`, 200, auth(false, true)},
		{get, "/c/exchanges/api/ncmec", "", 200, auth(false, true)},
		{get, "/c/exchanges/api/x/schema", "", 404, message("Exchange API 'x' not found")},
		{get, "/c/exchanges/api/sample/schema", "", 200, `{"config_schema":{"fields":[]},"credentials_schema":null}` + "\n"},
		{get, "/c/exchanges/api/fb_threatexchange/schema", "", 200, `{"config_schema":{"fields":[{"choices":null,"default":null,"help":"ThreatPrivacyGroup ID for this collaboration","name":"privacy_group","required":true,"type":"number"}]},` +
			`"credentials_schema":{"fields":[{"choices":null,"default":null,"help":"","name":"api_token","required":true,"type":"string"}]}}` + "\n"},
	})
	if strings.Contains(s.log.String(), "hunter2") {
		t.Error("the log tells the secret")
	}
}

// TestCredentialsAreNotKeptInTheClear takes the key away.
func TestCredentialsAreNotKeptInTheClear(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var err error
	if s.secrets, err = secret.New(secret.Config{}); err != nil {
		t.Fatal(err)
	}
	got := s.send(post, "/c/exchanges/api/ncmec", `{"credential_json":{"user":"u","password":"hunter2"}}`)
	if got.Code != 500 || !strings.Contains(s.log.String(), "set secret.key to 32 random bytes") || strings.Contains(s.log.String(), "hunter2") {
		t.Errorf("%d %s\n%s", got.Code, got.Body, s.log.String())
	}
	s.walk([]step{{get, "/c/exchanges/api/ncmec", "", 200, `{"has_set_authentification":false,"supports_authentification":true}` + "\n"}})
}

func TestSignalTypes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(post, "/c/banks", `{"name":"B"}`)
	s.send(post, "/c/bank/B/signal", `{"pdq":"`+pdqA+`"}`)
	s.catchUp()
	lookup := "/m/lookup?signal_type=pdq&signal=" + pdqA
	s.walk([]step{
		{get, "/c/signal_type", "", 200, `[{"enabled_ratio":1.0,"name":"pdq"},{"enabled_ratio":1.0,"name":"video_md5"}]` + "\n"},
		{get, "/c/content_type", "", 200, `[{"enabled":true,"name":"photo"},{"enabled":true,"name":"video"}]` + "\n"},
		{get, lookup, "", 200, `{"B":[{"bank_content_id":1,"distance":"0"}]}` + "\n"},
		{put, "/c/signal_type/pdq", `{"enabled_ratio":0}`, 204, ""},
		{get, lookup, "", 400, message("SignalType 'pdq' is not enabled")}, // at once
		{get, "/c/signal_type", "", 200, `[{"enabled_ratio":0.0,"name":"pdq"},{"enabled_ratio":1.0,"name":"video_md5"}]` + "\n"},
		{get, "/c/content_type", "", 200, `[{"enabled":false,"name":"photo"},{"enabled":true,"name":"video"}]` + "\n"},
		{put, "/c/signal_type/pdq", `{"enabled_ratio":"0.75"}`, 204, ""},
		{get, "/c/signal_type", "", 200, `[{"enabled_ratio":0.75,"name":"pdq"},{"enabled_ratio":1.0,"name":"video_md5"}]` + "\n"},
		{put, "/c/signal_type/sha256", `{"enabled_ratio":0}`, 400, message("No such signal type 'sha256'")},
		{put, "/c/signal_type/pdq", `{}`, 400, message("enabled_ratio is required")},
		{put, "/c/signal_type/pdq", `[]`, 400, message("enabled_ratio is required")},
		{put, "/c/signal_type/pdq", `{"enabled_ratio":"x"}`, 400, message("Invalid float: 'x'")},
		{put, "/c/signal_type/pdq", `{"enabled_ratio":2}`, 422, `[{"type":"less_than_equal","loc":["enabled_ratio"],"msg":"Input should be less than or equal to 1","input":2,"ctx":{"le":1},"url":"https://errors.pydantic.dev/2.13/v/less_than_equal"}]`},
		{put, "/c/signal_type/pdq", ``, 415, message("Did not attempt to load JSON data because the request Content-Type was not 'application/json'.")},
	})
}

func TestTheStateOfTheIndex(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	state := func(db, size int64, built, newest int64, behind bool) string {
		return fmt.Sprintf(`{"db_size":%d,"index_built_to":%d,"index_out_of_date":%v,"index_size":%d,"newest_db_item":%d}`, db, built, behind, size, newest)
	}
	only := "/c/signal_type/index?signal_type=pdq"
	s.walk([]step{
		{get, only, "", 200, `{"pdq":` + state(0, 0, -1, -1, true) + "}\n"}, // not loaded yet
		{get, "/c/signal_type/index?signal_type=x", "", 400, message("No such signal type 'x'")},
	})
	s.catchUp()
	s.walk([]step{{get, "/c/signal_type/index", "", 200, `{"pdq":` + state(0, 0, -1, -1, false) + `,"video_md5":` + state(0, 0, -1, -1, false) + "}\n"}})
	s.send(post, "/c/banks", `{"name":"B"}`)
	s.send(post, "/c/bank/B/signal", `{"pdq":"`+pdqA+`"}`)
	e, err := s.store.EntryNumbered(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	at := e.CreatedAt.Std().Unix()
	s.walk([]step{{get, only, "", 200, `{"pdq":` + state(1, 0, at, at, true) + "}\n"}})
	s.catchUp()
	s.walk([]step{{get, only, "", 200, `{"pdq":` + state(1, 1, at, at, false) + "}\n"}})
}

// TestWhileSQLDoesNotAnswerNothingIsSaidToBeMissing asks every route that looks something up. Coop forgets a bank for good when it is told 404.
func TestWhileSQLDoesNotAnswerNothingIsSaidToBeMissing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(post, "/c/banks", `{"name":"B"}`)
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []step{
		{method: get, target: "/c/banks"}, {method: post, target: "/c/banks", body: `{"name":"C"}`},
		{method: get, target: "/c/bank/B"}, {method: put, target: "/c/bank/B", body: `{"enabled":true}`}, {method: del, target: "/c/bank/B"},
		{method: post, target: "/c/bank/B/content?url=https://media.example/1"}, {method: post, target: "/c/bank/B/signal", body: `{"pdq":"` + pdqA + `"}`},
		{method: get, target: "/c/bank/B/content/1"}, {method: put, target: "/c/bank/B/content/1", body: `{"note":"x"}`}, {method: del, target: "/c/bank/B/content/1"},
		{method: get, target: "/c/exchanges"}, {method: post, target: "/c/exchanges", body: `{"bank":"X","api":"sample"}`},
		{method: get, target: "/c/exchange/X"}, {method: put, target: "/c/exchange/X", body: `{"enabled":true}`}, {method: del, target: "/c/exchange/X"}, {method: get, target: "/c/exchange/X/status"},
		{method: get, target: "/c/exchanges/api/ncmec"}, {method: post, target: "/c/exchanges/api/ncmec", body: `{}`},
		{method: post, target: "/c/exchanges/api/ncmec", body: `{"credential_json":{}}`}, {method: get, target: "/m/index/status"},
		{method: get, target: "/m/lookup?signal_type=pdq&signal=" + pdqA}, {method: get, target: "/m/raw_lookup?signal_type=pdq&signal=" + pdqA},
		{method: post, target: "/m/compare", body: `{"pdq":["` + pdqA + `","` + pdqA + `"]}`}, {method: get, target: "/h/hash?url=https://media.example/1&content_type=photo"},
		{method: get, target: "/c/signal_type"}, {method: put, target: "/c/signal_type/pdq", body: `{"enabled_ratio":1}`}, {method: get, target: "/c/content_type"}, {method: get, target: "/c/signal_type/index"},
	} {
		got := s.send(c.method, c.target, c.body)
		if got.Code != 503 || got.Header().Get("Retry-After") == "" || got.Body.String() != message("Quell cannot answer this at the moment. Send it again in a few seconds.") {
			t.Errorf("%s %s: %d %s", c.method, c.target, got.Code, got.Body)
		}
	}
}

// TestPathsAreThoseOfHMA compares the list of paths with that of HMA.
func TestPathsAreThoseOfHMA(t *testing.T) {
	t.Parallel()
	var rules, curation []string
	if err := json.Unmarshal(newServer(t).send(get, "/site-map", "").Body.Bytes(), &rules); err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if strings.HasPrefix(r, "/c/") {
			curation = append(curation, r)
		}
	}
	want := []string{
		"/c/bank/<bank_name>", "/c/bank/<bank_name>/content", "/c/bank/<bank_name>/content/<int:content_id>", "/c/bank/<bank_name>/signal", "/c/banks", "/c/content_type",
		"/c/exchange/<string:exchange_name>", "/c/exchange/<string:exchange_name>/status", "/c/exchanges", "/c/exchanges/api/<string:api_name>",
		"/c/exchanges/api/<string:api_name>/schema", "/c/exchanges/apis", "/c/signal_type", "/c/signal_type/<signal_type_name>", "/c/signal_type/index",
	}
	if diff := cmp.Diff(want, curation); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}
