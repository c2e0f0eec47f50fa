package hma

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// TestCoop makes the calls that Coop makes, in its very form: its base URL ends with a slash and its paths begin with one, shares of banks are texts in
// one call and numbers in another, and whatever /h/hash returns is looked up.
func TestCoop(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	s := start(t, storetest.Engines()[0].Fresh(t), map[string]string{"hma.prefix": "/hma"})
	for name, base := range map[string]string{"on an address of its own": s.base + "/", "under a path": s.app.Address() + "/hma/"} {
		t.Run(name, func(t *testing.T) {
			c := *s
			c.t, c.client = t, client{t: t, base: base}
			c.curates(t)
			c.exchanges(t)
		})
	}
}

// curates is calls 1 to 6 and 14.
func (s *server) curates(t *testing.T) {
	const bank = "COOP_E7C9_BANK_1"
	s.post("/c/banks", `{"name":"`+bank+`","enabled_ratio":"1"}`).is(201, `{"matching_enabled_ratio":1.0,"name":"`+bank+`"}`)
	s.get("/c/bank/"+bank).is(200, `{"matching_enabled_ratio":1.0,"name":"`+bank+`"}`)
	var byURL, byFile added
	s.send(http.MethodPost, "/c/bank/"+bank+"/content?url="+url.QueryEscape(s.media.URL+"/board8.png"), "", "").has(200).into(&byURL)
	s.form("/c/bank/"+bank+"/content", part{field: "photo", file: "art.png"}, part{field: "content_id", value: "1"},
		part{field: "content_uri", value: "https://example.com/1"}, part{field: "metadata", value: `{"json":{"reviewer":"r"}}`}).has(200).into(&byFile)
	if byURL.ID == 0 || byFile.ID == 0 || byURL.Signals["pdq"] == "" || byFile.Signals["pdq"] == "" {
		t.Fatalf("added %+v and %+v", byURL, byFile)
	}
	eventually(t, *patience, "both are found", func() bool {
		found := s.looksUp(t, "board8.png") + s.looksUp(t, "art.png")
		return strings.Count(found, bank) == 2
	})
	// With a share of one half the same picture is answered the same way every time, once the share counts.
	s.put("/c/bank/"+bank, `{"enabled_ratio":0.5}`).is(200, `{"matching_enabled_ratio":0.5,"name":"`+bank+`"}`)
	eventually(t, *patience, "the same pictures get the same answers", func() bool {
		first := s.looksUp(t, "board8.png") + s.looksUp(t, "art.png")
		for range 20 {
			if s.looksUp(t, "board8.png")+s.looksUp(t, "art.png") != first {
				return false
			}
		}
		return true
	})
	for _, file := range []string{"film.mp4", "blank.png"} {
		if found := s.looksUp(t, file); strings.Contains(found, bank) {
			t.Errorf("%s is found: %s", file, found)
		}
	}
	s.delete("/c/bank/" + bank).has(200)
	s.get("/c/bank/" + bank).has(404)
}

// looksUp hashes a file and looks up all that was returned. Every lookup must be answered: Coop gives up a picture of which one is not.
func (s *server) looksUp(t *testing.T, file string) (found string) {
	t.Helper()
	var hashes map[string]string
	s.get("/h/hash?url=" + url.QueryEscape(s.media.URL+"/"+file)).has(200).into(&hashes)
	if len(hashes) == 0 {
		t.Errorf("%s has no hash", file)
	}
	for signalType, hash := range hashes {
		got := s.get("/m/lookup?signal_type=" + url.QueryEscape(signalType) + "&signal=" + url.QueryEscape(hash)).has(200)
		var byBank map[string][]struct {
			ID       int    `json:"bank_content_id"`
			Distance string `json:"distance"`
		}
		got.into(&byBank)
		found += got.body
	}
	return found
}

// exchanges is calls 7 to 13.
func (s *server) exchanges(t *testing.T) {
	var apis []string
	s.get("/c/exchanges/apis").has(200).into(&apis)
	for _, api := range []string{"fb_threatexchange", "ncmec", "stop_ncii"} {
		s.get("/c/exchanges/api/"+api).is(200, `{"supports_authentification":true,"has_set_authentification":false}`)
		var schema struct {
			Config      *struct{ Fields []map[string]any } `json:"config_schema"`
			Credentials *struct{ Fields []map[string]any } `json:"credentials_schema"`
		}
		s.get("/c/exchanges/api/" + api + "/schema").has(200).into(&schema)
		if schema.Config == nil || schema.Credentials == nil {
			t.Fatalf("%s is described as %+v", api, schema)
		}
		for _, f := range append(schema.Config.Fields, schema.Credentials.Fields...) {
			for _, member := range []string{"name", "type", "required", "default", "help", "choices"} {
				if _, there := f[member]; !there || len(f) != 6 {
					t.Errorf("a field of %s is %v", api, f)
				}
			}
		}
	}
	s.post("/c/exchanges/api/ncmec", `{"credential_json":{"user":"u","password":"p"}}`).has(200)
	s.get("/c/exchanges/api/ncmec").is(200, `{"supports_authentification":true,"has_set_authentification":true}`)
	s.post("/c/exchanges", `{"bank":"COOP_E7C9_NCMEC","api":"ncmec","api_json":{"environment":"https://hashsharing.ncmec.org/npo"}}`).has(201)
	exchange := map[string]any{}
	s.get("/c/exchange/COOP_E7C9_NCMEC").has(200).into(&exchange)
	if exchange["name"] != "COOP_E7C9_NCMEC" || exchange["api"] != "ncmec" || exchange["enabled"] != true {
		t.Errorf("the exchange is %v", exchange)
	}
	s.get("/c/exchange/COOP_E7C9_NCMEC/status").is(200,
		`{"last_fetch_succeeded":null,"last_fetch_complete_ts":null,"up_to_date":false,"fetched_items":0,"running_fetch_start_ts":null,"checkpoint_ts":null}`)
	s.get("/c/exchange/COOP_E7C9_NONE").has(404)
	s.delete("/c/exchange/COOP_E7C9_NCMEC").has(200)
	s.post("/c/exchanges/api/ncmec", `{"credential_json":{}}`).has(200)
}

// TestAnOutagePasses starts a server on a database that is away and brings it back. Until then Coop hears 503 and tries again; at no time is it told 404
// of a bank that is there.
func TestAnOutagePasses(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	for _, e := range storetest.Engines() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			s := open(t, e.Fresh(t), nil)
			back := s.loseDatabase()
			s.run()
			eventually(t, time.Minute, "the server listens", func() bool {
				answer, err := http.Get(s.base + "/status/live")
				if err != nil {
					return false
				}
				answer.Body.Close()
				return true
			})
			for _, c := range conversations(t, "outage") {
				s.holds(c)
			}
			back()
			eventually(t, 30*time.Second, "it is ready", func() bool { return s.get("/status").status == 200 })
			s.newBank("BACK")
			s.get("/m/lookup?signal_type=pdq&signal="+examples[0]).is(200, `{}`)
		})
	}
}

// TestTheDatabaseIsLostWhileTheServerRuns asks for a bank that is there, before, while and after the database is away.
func TestTheDatabaseIsLostWhileTheServerRuns(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	s := start(t, storetest.Engines()[0].Fresh(t), nil)
	bank := s.newBank("THERE")
	id := s.addSignal(bank, "pdq", examples[0])
	lookup := "/m/lookup?signal_type=pdq&signal=" + examples[0]
	s.comesToSay(lookup, string(mustJSON(t, map[string]any{bank: []any{map[string]any{"bank_content_id": id, "distance": "0"}}})))
	back := s.loseDatabase()
	for range 3 {
		s.get("/c/bank/" + bank).has(503)
		s.get("/c/banks").has(503)
		if got := s.get(lookup); got.status != 503 && (got.status != 200 || !strings.Contains(got.body, bank)) {
			t.Errorf("a lookup is answered with %d %s", got.status, got.body)
		}
	}
	back()
	s.get("/c/bank/" + bank).has(200)
	eventually(t, *patience, "lookups are answered again", func() bool { return strings.Contains(s.get(lookup).body, bank) })
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
