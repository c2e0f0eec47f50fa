package hma

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math/bits"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/pdq"
)

// apart returns a hash that is so many bits away from another.
func apart(t testing.TB, value string, n int) string {
	t.Helper()
	h, err := pdq.Parse(value)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(h.String())
	const digits = "0123456789abcdef"
	for i := 0; n > 0; i++ {
		d := strings.IndexByte(digits, text[i])
		flip := min(n, 4)
		text[i] = digits[d^(1<<flip-1)]
		n -= bits.OnesCount(uint(1<<flip - 1))
	}
	return string(text)
}

const (
	exampleHash = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
	fives       = "5555555555555555555555555555555555555555555555555555555555555555"
	exampleMD5  = "900150983cd24fb0d6963f7d28e17f72"
)

func TestLookupOfAHash(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	a, b := w.bank(t, "BANK_A", 1), w.bank(t, "BANK_B", 1)
	far := w.entry(t, a, domain.PDQ, apart(t, exampleHash, 31))
	near := w.entry(t, a, domain.PDQ, apart(t, exampleHash, 4))
	w.entry(t, a, domain.PDQ, apart(t, exampleHash, 32))
	same := w.entry(t, b, domain.PDQ, exampleHash)
	twice := w.entry(t, b, domain.PDQ, apart(t, exampleHash, 4), func(e *domain.Entry) { // a content with two signals of a type counts once
		e.Signals = append(e.Signals, domain.Signal{Type: domain.PDQ, Value: apart(t, exampleHash, 2), Provenance: domain.Provenance{Source: "test"}})
	})
	video := w.entry(t, b, domain.MD5, exampleMD5)
	paused := w.entry(t, a, domain.PDQ, exampleHash)
	w.pause(t, a, paused)

	bankA := fmt.Sprintf(`"BANK_A":[{"bank_content_id":%d,"distance":"4"},{"bank_content_id":%d,"distance":"31"}]`, near, far)
	bankB := fmt.Sprintf(`"BANK_B":[{"bank_content_id":%d,"distance":"0"},{"bank_content_id":%d,"distance":"2"}]`, same, twice)
	for _, c := range []struct {
		query  string
		status int
		body   string
	}{
		{"signal_type=pdq&signal=" + exampleHash, 200, "{" + bankA + "," + bankB + "}\n"},
		{"signal_type=pdq&signal=" + exampleHash + "&banks=BANK_B", 200, "{" + bankB + "}\n"},
		{"signal_type=pdq&signal=" + exampleHash + "&banks=BANK_A,BANK_B,NO", 200, "{" + bankA + "," + bankB + "}\n"},
		{"signal_type=pdq&signal=" + exampleHash + "&banks=", 200, "{" + bankA + "," + bankB + "}\n"},
		{"signal_type=pdq&signal=" + exampleHash + "&banks=BANK_A,%20BANK_B", 200, "{" + bankA + "}\n"},
		{"signal_type=pdq&signal=" + exampleHash + "&banks=NO", 200, "{}\n"},
		{"signal_type=pdq&signal=" + fives, 200, "{}\n"},
		{"signal_type=video_md5&signal=" + exampleMD5, 200, fmt.Sprintf(`{"BANK_B":[{"bank_content_id":%d,"distance":"-"}]}`+"\n", video)},
		{"signal_type=video_md5&signal=%20" + strings.ToUpper(exampleMD5) + "%0a", 200, fmt.Sprintf(`{"BANK_B":[{"bank_content_id":%d,"distance":"-"}]}`+"\n", video)},
		{"signal_type=pdq", 400, message("Either url or both signal and signal_type are required")},
		{"signal=" + exampleHash, 400, message("Either url or both signal and signal_type are required")},
		{"signal_type=pdq&signal=&url=", 200, "{}\n"}, // as /h/hash says of a picture with too little in it
		{"signal_type=video_md5&signal=", 400, message("Either url or both signal and signal_type are required")},
		{"signal_type=&signal=" + exampleHash, 400, message("Either url or both signal and signal_type are required")},
		{"signal_type=&signal=", 400, message("Either url or both signal and signal_type are required")},
		{"", 400, message("Either url or both signal and signal_type are required")},
		{"signal_type=sha256&signal=" + exampleHash, 400, message("No such SignalType 'sha256'")},
		{"signal_type=pdq&signal=" + strings.ToUpper(exampleHash), 400, message("invalid signal: invalid PDQ hash")},
		{"signal_type=pdq&signal=" + exampleHash + "%0A", 400, message("invalid signal: invalid PDQ hash")},
		{"signal_type=pdq&signal=" + exampleHash[1:], 400, message("invalid signal: invalid PDQ hash")},
		{"signal_type=video_md5&signal=it's", 400, message(`invalid signal: "it's" is not a valid MD5 hash`)},
	} {
		wants(t, c.query, w.do(http.MethodGet, "/m/lookup?"+c.query), c.status, c.body)
	}
}

func TestRawLookup(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	a, b := w.bank(t, "BANK_A", 1), w.bank(t, "BANK_B", 0)
	good := w.bank(t, "GOOD", 1, func(b *domain.Bank) { b.Kind = domain.Negative })
	near := w.entry(t, a, domain.PDQ, apart(t, exampleHash, 2))
	off := w.entry(t, b, domain.PDQ, exampleHash)
	paused := w.entry(t, a, domain.PDQ, apart(t, exampleHash, 1))
	w.pause(t, a, paused)
	fine := w.entry(t, good, domain.PDQ, exampleHash)
	video := w.entry(t, a, domain.MD5, exampleMD5)
	signal := "signal_type=pdq&signal=" + exampleHash
	for _, c := range []struct {
		query  string
		status int
		body   string
	}{
		{signal, 200, fmt.Sprintf(`{"matches":[%d,%d,%d]}`+"\n", off, paused, near)}, // neither shares nor pauses nor known-good entries count
		{signal + "&include_distance=no", 200, fmt.Sprintf(`{"matches":[%d,%d,%d]}`+"\n", off, paused, near)},
		{signal + "&include_distance=Yes&banks=BANK_A", 200, fmt.Sprintf(`{"matches":[{"bank_content_id":%d,"distance":"1"},{"bank_content_id":%d,"distance":"2"}]}`+"\n", paused, near)},
		{signal + "&banks=GOOD", 200, fmt.Sprintf(`{"matches":[%d]}`+"\n", fine)},
		{signal + "&banks=NO", 200, `{"matches":[]}` + "\n"},
		{"signal_type=video_md5&include_distance=1&signal=" + exampleMD5, 200, fmt.Sprintf(`{"matches":[{"bank_content_id":%d,"distance":"-"}]}`+"\n", video)},
		{"signal_type=x&signal=y", 400, message("No such SignalType 'x'")},
		{"signal_type=pdq&signal=y", 400, message("invalid signal: invalid PDQ hash")},
	} {
		wants(t, c.query, w.do(http.MethodGet, "/m/raw_lookup?"+c.query), c.status, c.body)
	}
}

func TestLookupOfAFile(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	w.web["http://x/photo"] = document{data: photo(1), mediaType: "image/png"}
	w.web["http://x/video"] = document{data: []byte("abc"), mediaType: "video/mp4"}
	w.web["http://x/blank"] = document{data: blank(), mediaType: "image/png"}
	w.web["http://x/animation"] = document{data: animation(2), mediaType: "image/gif"}
	a := w.bank(t, "A", 1)
	known := w.entry(t, a, domain.PDQ, pdqOf(t, 1))
	w.entry(t, a, domain.PDQ, blankHash(t))
	video := w.entry(t, a, domain.MD5, exampleMD5)
	matched := fmt.Sprintf(`{"A":[{"bank_content_id":%d,"distance":"0"}]}`, known)
	seen := fmt.Sprintf(`{"A":[{"bank_content_id":%d,"distance":"-"}]}`, video)
	for _, c := range []struct{ query, body string }{
		{"url=http://x/photo", `{"pdq":` + matched + "}\n"},
		{"url=http://x/photo&signal_type=pdq&signal=ignored", matched + "\n"},
		{"url=http://x/photo&signal_type=video_md5", "{}\n"},
		{"url=http://x/photo&signal_type=", "{}\n"},
		{"url=http://x/video", `{"video_md5":` + seen + "}\n"},
		{"url=http://x/blank", `{"pdq":{}}` + "\n"},
		{"url=http://x/photo&banks=B", `{"pdq":{}}` + "\n"},
	} {
		wants(t, c.query, w.do(http.MethodGet, "/m/lookup?"+c.query), http.StatusOK, c.body)
	}
	wants(t, "an uploaded photo", w.form(t, "/m/lookup", part{"photo", "a.png", string(photo(1))}), http.StatusOK, `{"pdq":`+matched+"}\n")
	wants(t, "an uploaded video", w.form(t, "/m/lookup", part{"video", "a.png", "abc"}), http.StatusOK, `{"video_md5":`+seen+"}\n")
	wants(t, "a blank photo", w.form(t, "/m/lookup", part{"photo", "a.png", string(blank())}), http.StatusOK, `{"pdq":{}}`+"\n")
	wants(t, "another photo", w.form(t, "/m/lookup?types=pdq", part{"photo", "a.png", string(photo(3))}), http.StatusOK, `{"pdq":{}}`+"\n")
	wants(t, "no file", w.form(t, "/m/lookup"), http.StatusBadRequest, message(textNoFile))
}

// blankHash is the hash of a picture with nothing in it: it lies near to that of every other one.
func blankHash(t testing.TB) string {
	t.Helper()
	r, err := pdq.FromImage(image.NewGray(image.Rect(0, 0, 128, 128)))
	if err != nil {
		t.Fatal(err)
	}
	return r.Hash.String()
}

// TestEveryFrameIsLookedUp: HMA sees the first one only.
func TestEveryFrameIsLookedUp(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	a := w.bank(t, "A", 1)
	r, err := pdq.FromImage(art.Picture(2, 128))
	if err != nil {
		t.Fatal(err)
	}
	w.entry(t, a, domain.PDQ, r.Hash.String())
	got := w.form(t, "/m/lookup?include=details", part{"photo", "a.gif", string(animation(2))})
	var answer map[string]map[string][]struct{ Frame int }
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || len(answer["pdq"]["A"]) != 1 || answer["pdq"]["A"][0].Frame != 1 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestSharesOfBanksNest(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	shares := map[string]float64{"NEVER": 0, "A_THIRD": 0.3, "HALF": 0.5, "MOST": 0.9, "ALWAYS": 1}
	for name, share := range shares {
		w.entry(t, w.bank(t, name, share), domain.PDQ, exampleHash)
	}
	banksOf := func(query string) []string {
		var answer map[string]json.RawMessage
		got := w.do(http.MethodGet, "/m/lookup?signal_type=pdq&signal="+exampleHash+query)
		if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || got.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", query, got.Code, got.Body)
		}
		var names []string
		for name := range answer {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	for query, want := range map[string][]string{
		"&seed=0":                               {"ALWAYS", "HALF", "MOST"},            // 0.36
		"&seed=2":                               {"ALWAYS", "MOST"},                    // 0.56
		"&seed=":                                {"ALWAYS"},                            // 0.96
		"&seed=1234":                            {"ALWAYS", "A_THIRD", "HALF", "MOST"}, // 0.25
		"&seed=&bypass_coinflip=true":           {"ALWAYS", "A_THIRD", "HALF", "MOST", "NEVER"},
		"&bypass_coinflip=1":                    {"ALWAYS", "A_THIRD", "HALF", "MOST", "NEVER"},
		"&seed=2&bypass_coinflip=false":         {"ALWAYS", "MOST"},
		"&seed=2&banks=HALF":                    nil,
		"&seed=2&banks=HALF&bypass_coinflip=on": {"HALF"},
	} {
		if got := banksOf(query); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	// Without a seed the hash decides: always the same.
	var want []string
	for name, share := range shares {
		if share >= coinflip(exampleHash) {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	for range 3 {
		if got := banksOf(""); !slices.Equal(got, want) {
			t.Errorf("without a seed: %q, want %q", got, want)
		}
	}
}

func TestBypassOfAnUpload(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	number := w.entry(t, w.bank(t, "NEVER", 0), domain.MD5, exampleMD5)
	found := fmt.Sprintf(`{"video_md5":{"NEVER":[{"bank_content_id":%d,"distance":"-"}]}}`+"\n", number)
	for query, want := range map[string]string{
		"": `{"video_md5":{}}` + "\n", "?bypass_coinflip=false": `{"video_md5":{}}` + "\n", "?bypass_coinflip=maybe": `{"video_md5":{}}` + "\n",
		"?bypass_coinflip=true": found, "?bypass_coinflip=True": found,
	} {
		wants(t, query, w.form(t, "/m/lookup"+query, part{"video", "a", "abc"}), http.StatusOK, want)
	}
}

func TestShareOfASignalType(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t, func(w *realWorld, _ *Config) { w.shares[domain.PDQ] = 0.5 })
	number := w.entry(t, w.bank(t, "A", 1), domain.PDQ, exampleHash)
	found := fmt.Sprintf(`{"A":[{"bank_content_id":%d,"distance":"0"}]}`+"\n", number)
	path := "/m/lookup?signal_type=pdq&signal=" + exampleHash
	wants(t, "0.36", w.do(http.MethodGet, path+"&seed=0"), http.StatusOK, found)
	wants(t, "0.56", w.do(http.MethodGet, path+"&seed=2"), http.StatusOK, "{}\n")
	wants(t, "bypass", w.do(http.MethodGet, path+"&seed=2&bypass_coinflip=y"), http.StatusOK, found)
}

func TestSharesAreAskedForOnceASecond(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.banks.shares = map[domain.SignalType]float64{domain.PDQ: 0}
	path := "/m/lookup?signal_type=pdq&signal=" + exampleHash
	wants(t, "off", w.do(http.MethodGet, path), http.StatusBadRequest, message("SignalType 'pdq' is not enabled"))
	w.banks.shares = nil
	wants(t, "still off", w.do(http.MethodGet, path), http.StatusBadRequest, message("SignalType 'pdq' is not enabled"))
	w.face.shares.forget()
	wants(t, "on", w.do(http.MethodGet, path), http.StatusOK, "{}\n")
	w.face.shares.forget()
	w.banks.fail = errBusy
	wants(t, "no database", w.do(http.MethodGet, path), http.StatusServiceUnavailable, message(textBusy))
}

func TestKnownGoodEntriesSuppress(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	a, good := w.bank(t, "A", 1), w.bank(t, "GOOD", 1, func(b *domain.Bank) { b.Kind = domain.Negative })
	number := w.entry(t, a, domain.PDQ, apart(t, exampleHash, 6))
	path := "/m/lookup?signal_type=pdq&signal=" + exampleHash
	wants(t, "before", w.do(http.MethodGet, path), http.StatusOK, fmt.Sprintf(`{"A":[{"bank_content_id":%d,"distance":"6"}]}`+"\n", number))
	w.entry(t, good, domain.PDQ, apart(t, exampleHash, 2))
	wants(t, "suppressed", w.do(http.MethodGet, path), http.StatusOK, "{}\n")
	wants(t, "asked for A only", w.do(http.MethodGet, path+"&banks=A"), http.StatusOK, "{}\n")
	wants(t, "asked for the good ones", w.do(http.MethodGet, path+"&banks=GOOD"), http.StatusOK, "{}\n")
	var answer map[string][]map[string]any
	got := w.do(http.MethodGet, path+"&include=details")
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || len(answer["A"]) != 1 || len(answer) != 1 || answer["A"][0]["suppressed_by"] == nil {
		t.Errorf("with details: %s", got.Body)
	}
}

func TestLimitsOfABankCount(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	strict := w.bank(t, "STRICT", 1, func(b *domain.Bank) { b.Limits = map[domain.SignalType]int{domain.PDQ: 3} })
	w.entry(t, strict, domain.PDQ, apart(t, exampleHash, 4))
	wants(t, "4 of 3", w.do(http.MethodGet, "/m/lookup?signal_type=pdq&signal="+exampleHash), http.StatusOK, "{}\n")
}

func TestDetailsTellWhatIsKnown(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	a := w.bank(t, "A", 0.9)
	value := apart(t, exampleHash, 5)
	number := w.entry(t, a, domain.PDQ, value, func(e *domain.Entry) {
		e.Note = "a note"
		e.Metadata = json.RawMessage(`{"json":{"k":[1]},"collab":{"EX":["42-image1"]}}`)
		e.Signals[0].Provenance = domain.Provenance{Source: "ncmec", Labels: []string{"A1"}, Confidence: 0.5, AddedAt: 1767225600000000}
	})
	e, err := w.store.EntryNumbered(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	got := w.do(http.MethodGet, "/m/lookup?signal_type=pdq&include=details,query&seed=0&signal="+exampleHash)
	want := fmt.Sprintf(`{"$query":[{"coinflip":0.3616904771377427,"frame":0,"quality":null,"signal":"%s","signal_type":"pdq","signal_type_ratio":1.0,"usable":true,"view":""}],`+
		`"A":[{"added_at":"2026-01-01T00:00:00.000000Z","bank":"A","bank_content_id":%d,"bank_kind":"known","coinflip":0.3616904771377427,"confidence":0.5,"distance":"5",`+
		`"entry":"%s","exchange":{"EX":["42-image1"]},"frame":0,"labels":["A1"],"limit":31,"matching_enabled_ratio":0.9,"metadata":{"collab":{"EX":["42-image1"]},"json":{"k":[1]}},`+
		`"note":"a note","signal":"%s","signal_id":"%s","signal_type":"pdq","source":"ncmec","suppressed_by":null,"view":""}]}`+"\n", exampleHash, number, e.ID, value, e.Signals[0].ID)
	wants(t, "details", got, http.StatusOK, want)
	var answer map[string][]map[string]any
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	described := detailed["properties"].(map[string]schema)
	for name := range answer["A"][0] {
		if described[name] == nil {
			t.Errorf("the document does not tell of %s", name)
		}
	}
	if len(described) != len(answer["A"][0]) {
		t.Errorf("the document tells of %d members, there are %d", len(described), len(answer["A"][0]))
	}
}

func TestQueryTellsWhatWasLookedUp(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	got := w.form(t, "/m/lookup?include=query", part{"photo", "a.png", string(blank())})
	var answer map[string]json.RawMessage
	var asked []struct {
		Quality int
		Usable  bool
		Signal  string
	}
	if json.Unmarshal(got.Body.Bytes(), &answer) != nil || json.Unmarshal(answer["$query"], &asked) != nil || string(answer["pdq"]) != "{}" {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	if len(asked) != 1 || asked[0].Usable || asked[0].Quality >= 50 || len(asked[0].Signal) != 64 {
		t.Errorf("%+v", asked)
	}
}

func TestExtensionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	path := "/m/lookup?signal_type=pdq&signal=" + exampleHash
	wants(t, "include", w.do(http.MethodGet, path+"&include=all"), 400, message("include 'all' is not known: use details, query or both with a comma between"))
	wants(t, "a long id", w.do(http.MethodGet, path+"&content_id="+strings.Repeat("x", 257)), 400, message("content_id: 257 bytes, at most 256 are allowed"))
	if got := w.do(http.MethodGet, path+"&content_id=a%0Ab"); got.Code != http.StatusBadRequest {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	wants(t, "nothing", w.do(http.MethodGet, path+"&include=&content_id="+strings.Repeat("x", 256)), 200, "{}\n")
}

func TestLookupsLeaveRecords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		record         Recording
		known, unknown int
	}{{RecordNone, 0, 0}, {RecordMatches, 1, 0}, {RecordAll, 1, 1}} {
		w := newRealWorld(t, func(_ *realWorld, cfg *Config) { cfg.Record = c.record })
		w.entry(t, w.bank(t, "A", 1), domain.PDQ, exampleHash)
		path := "/m/lookup?signal_type=pdq&signal="
		w.do(http.MethodGet, path+exampleHash)
		if n := len(w.recorder.notes); n != c.known {
			t.Errorf("%s: %d notes of what is known", c.record, n)
		}
		w.do(http.MethodGet, path+fives+"&content_id=post-17")
		if n := len(w.recorder.notes); n != c.known+c.unknown {
			t.Errorf("%s: %d notes", c.record, n)
		}
		w.do(http.MethodGet, "/m/raw_lookup?signal_type=pdq&signal="+exampleHash)
		if n := len(w.recorder.notes); n != c.known+c.unknown {
			t.Errorf("%s: a raw lookup leaves a note", c.record)
		}
		if c.record != RecordAll {
			continue
		}
		first, second := w.recorder.notes[0], w.recorder.notes[1]
		if first.content != "hma:pdq:"+exampleHash || len(first.matches) != 1 || first.matches[0].Bank != "A" || first.matches[0].Part != PartName ||
			len(first.prints) != 1 || first.prints[0].Value != exampleHash {
			t.Errorf("%+v", first)
		}
		if second.content != "post-17" || len(second.matches) != 0 || second.prints[0].Value != fives {
			t.Errorf("%+v", second)
		}
	}
}

func TestWhatIsSuppressedIsNoMatchForTheRecord(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t, func(_ *realWorld, cfg *Config) { cfg.Record = RecordMatches })
	w.entry(t, w.bank(t, "A", 1), domain.PDQ, exampleHash)
	w.entry(t, w.bank(t, "GOOD", 1, func(b *domain.Bank) { b.Kind = domain.Negative }), domain.PDQ, exampleHash)
	w.do(http.MethodGet, "/m/lookup?include=details&signal_type=pdq&signal="+exampleHash)
	if len(w.recorder.notes) != 0 {
		t.Errorf("%+v", w.recorder.notes)
	}
}

func TestALookupThatCannotBeRecordedIsNotAnswered(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t, func(w *realWorld, cfg *Config) {
		cfg.Record, w.recorder.fail = RecordAll, errors.New("the disk is full")
	})
	wants(t, "no record", w.do(http.MethodGet, "/m/lookup?signal_type=pdq&signal="+exampleHash), http.StatusServiceUnavailable, message(textBusy))
}

func TestIndexThatIsNotReady(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t, func(w *realWorld, cfg *Config) { cfg.Index = w.match }) // it has never caught up
	for _, path := range []string{"/m/lookup", "/m/raw_lookup"} {
		got := w.do(http.MethodGet, path+"?signal_type=pdq&signal="+exampleHash)
		wants(t, path, got, http.StatusServiceUnavailable, message("index not yet ready"))
		if got.Header().Get("Retry-After") == "" {
			t.Error("nothing is said of when to come again")
		}
	}
}

// TestCountsOfTheDatabaseWaitForEachOther: each reads all signals, and whoever asks again and again must not keep lookups from the database.
func TestCountsOfTheDatabaseWaitForEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld()
	var running, asked atomic.Int32
	w.banks.count = func() (int64, error) {
		if running.Add(1) > 1 {
			t.Error("two counts at the same time")
		}
		asked.Add(1)
		time.Sleep(time.Millisecond)
		running.Add(-1)
		return 7, nil
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			wants(t, "index", w.do(http.MethodGet, "/c/signal_type/index?signal_type=pdq"), http.StatusOK,
				`{"pdq":{"db_size":7,"index_built_to":0,"index_out_of_date":false,"index_size":7,"newest_db_item":0}}`+"\n")
		})
	}
	all.Wait()
	if n := asked.Load(); n != 8 {
		t.Errorf("counted %d times", n)
	}
	wants(t, "status", w.do(http.MethodGet, "/m/index/status?signal_type=pdq"), http.StatusOK, `{"pdq":{"built_to":0,"present":true,"size":7}}`+"\n")
	if n := asked.Load(); n != 8 {
		t.Error("the status, which says nothing of the database, has it counted")
	}
}

func TestIndexStatus(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	empty := `{"built_to":-1,"present":false,"size":0}`
	wants(t, "empty", w.do(http.MethodGet, "/m/index/status"), 200, `{"pdq":`+empty+`,"video_md5":`+empty+"}\n")
	number := w.entry(t, w.bank(t, "A", 1), domain.PDQ, exampleHash)
	if err := w.match.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, err := w.store.EntryNumbered(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	filled := fmt.Sprintf(`{"built_to":%d,"present":true,"size":1}`, e.CreatedAt.Std().Unix())
	wants(t, "one signal", w.do(http.MethodGet, "/m/index/status"), 200, `{"pdq":`+filled+`,"video_md5":`+empty+"}\n")
	wants(t, "one type", w.do(http.MethodGet, "/m/index/status?signal_type=pdq"), 200, `{"pdq":`+filled+"}\n")
	wants(t, "no type", w.do(http.MethodGet, "/m/index/status?signal_type=x"), 400, message("No such signal type 'x'"))
	wants(t, "an empty type", w.do(http.MethodGet, "/m/index/status?signal_type="), 400, message("No such signal type ''"))
}

func TestCompare(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	const a, b = "facd8bcb2a49bcebdec1985298d5fe84bcd006c187c598c720c3c087b3fdb318", "facd8bcb2a49bcebdec1985228d5ae84bcd006c187c598c720c2b087b3fdb318"
	pair := func(name, x, y string) string { return fmt.Sprintf(`"%s":["%s","%s"]`, name, x, y) }
	for _, c := range []struct {
		sent   string
		status int
		body   string
	}{
		{"{" + pair("pdq", a, b) + "}", 200, `{"pdq":[true,{"distance":9}]}` + "\n"},
		{"{" + pair("pdq", a, apart(t, a, 31)) + "}", 200, `{"pdq":[true,{"distance":31}]}` + "\n"},
		{"{" + pair("pdq", a, apart(t, a, 32)) + "}", 200, `{"pdq":[false,{"distance":32}]}` + "\n"},
		{"{" + pair("video_md5", exampleMD5, strings.ToUpper(exampleMD5)) + "}", 200, `{"video_md5":[true,{}]}` + "\n"},
		{"{" + pair("video_md5", exampleMD5, "d41d8cd98f00b204e9800998ecf8427e") + "," + pair("pdq", a, a) + "}", 200, `{"pdq":[true,{"distance":0}],"video_md5":[false,{}]}` + "\n"},
		{"{}", 200, "{}\n"},
		{"[]", 400, message("Request input was not a dict")},
		{"null", 400, message("Request input was not a dict")},
		{`"x"`, 400, message("Request input was not a dict")},
		{`{"pdq":{}}`, 400, message("Comparison hashes for pdq was not a list")},
		{`{"pdq":null}`, 400, message("Comparison hashes for pdq was not a list")},
		{`{"pdq":["` + a + `"]}`, 400, message("Comparison hash list length must be exactly 2")},
		{`{"x":["a","b"]}`, 400, message("No such SignalType 'x'")},
		{"{" + pair("pdq", a, "x") + "}", 400, message("Invalid pdq hash: invalid PDQ hash")},
		{`{"pdq":[1,2]}`, 400, message("Invalid pdq hash: invalid PDQ hash")},
		{`{"pdq":[null,"` + a + `"]}`, 400, message("Invalid pdq hash: invalid PDQ hash")},
		{"{" + pair("video_md5", "x", "y") + "}", 400, message("Invalid video_md5 hash: 'x' is not a valid MD5 hash")},
		{"{", 400, message(textUnread)},
		{"", 400, message(textUnread)},
	} {
		wants(t, c.sent, w.post("/m/compare", typeJSON, c.sent), c.status, c.body)
	}
	wants(t, "no JSON", w.post("/m/compare", "text/plain", "{}"), http.StatusUnsupportedMediaType, message(textNotJSON))
}

func TestContentsCountOnceNearestFirst(t *testing.T) {
	t.Parallel()
	known := func(number int64, distance int, suppressed domain.EntryID) match.Known {
		return match.Known{Match: domain.Match{Distance: distance, SuppressedBy: suppressed}, Evidence: domain.Evidence{EntryNumber: number}}
	}
	got := contents([]match.Known{known(3, 9, ""), known(1, 4, "x"), known(2, 4, ""), known(1, 5, ""), known(3, 2, "x"), known(4, 1, "x"), known(5, 4, "")})
	var order []string
	for _, k := range got {
		order = append(order, fmt.Sprintf("%d at %d %s", k.Evidence.EntryNumber, k.Distance, k.SuppressedBy))
	}
	want := []string{"2 at 4 ", "5 at 4 ", "1 at 5 ", "3 at 9 ", "4 at 1 x"}
	if !slices.Equal(order, want) {
		t.Errorf("%q, want %q", order, want)
	}
}

// TestRecordsAreBounded: what matches a crowd, and what has many frames, must not make a record that nobody can keep.
func TestRecordsAreBounded(t *testing.T) {
	t.Parallel()
	var found []match.Known
	for i := range 100 {
		found = append(found, match.Known{Match: domain.Match{BankID: domain.BankID([]string{"a", "b"}[i%2]), Distance: i}})
	}
	if got := strongest(found); len(got) != 2*notedPerBank || got[len(got)-1].Distance != 2*notedPerBank-1 {
		t.Errorf("%d matches, the last %+v", len(got), got[len(got)-1])
	}
	var prints []domain.Fingerprint
	for i := range 300 {
		prints = append(prints, domain.Fingerprint{Type: domain.PDQ, Frame: i / 2, View: []string{"", "upright"}[i%2]})
	}
	got := notable(prints, []domain.Match{{SignalType: domain.PDQ, Frame: 140, View: "upright"}})
	if len(got) != notedPrints || got[0].Frame != 140 || got[0].View != "upright" || got[1].Frame != 0 || got[notedPrints-1].Frame != (notedPrints-2)/2 {
		t.Errorf("%d fingerprints: %+v", len(got), got)
	}
	if got := notable(prints[:notedPrints], nil); len(got) != notedPrints || got[0].Frame != 0 {
		t.Errorf("as many as can be kept: %+v", got)
	}
}

func BenchmarkLookup(b *testing.B) {
	w := newRealWorld(b, func(w *realWorld, cfg *Config) { cfg.Index = w.match })
	bank := w.bank(b, "A", 1)
	w.entry(b, bank, domain.PDQ, exampleHash)
	if err := w.match.CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	for name, value := range map[string]string{"match": exampleHash, "nothing": fives} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := w.do(http.MethodGet, "/m/lookup?signal_type=pdq&signal="+value); got.Code != http.StatusOK {
					b.Fatal(got.Body)
				}
			}
		})
	}
}
