package hma

import (
	"fmt"
	"strings"
	"time"
)

func makesBanks(s *server) {
	s.post("/c/banks", `{"name":"01_TEST_BANK"}`).says(400, "Bank names must be UPPER_WITH_UNDERSCORE")
	s.post("/c/banks", `{"name":"my_test_bank"}`).says(400, "Bank names must be UPPER_WITH_UNDERSCORE")
	bank := s.newBank("MY_TEST_BANK_01")
	if got := s.ours(bank, "01_TEST_BANK", "my_test_bank"); got != bank+" 1;" {
		s.t.Errorf("banks are %q", got)
	}
	s.post("/c/banks", `{"name":"`+bank+`"}`).says(403, "Bank already exists")
	s.get("/c/bank/"+bank).is(200, `{"matching_enabled_ratio":1.0,"name":"`+bank+`"}`)
}

func changesBanks(s *server) {
	bank := s.newBank("MY_TEST_BANK")
	s.put("/c/bank/"+bank, `{"name":"1_invalid_name"}`).says(400, "Bank names must be UPPER_WITH_UNDERSCORE")
	renamed := bank + "_RENAMED"
	s.put("/c/bank/"+bank, `{"name":"`+renamed+`"}`).is(200, `{"matching_enabled_ratio":1.0,"name":"`+renamed+`"}`)
	s.put("/c/bank/"+renamed, `{"enabled":false}`).is(200, `{"matching_enabled_ratio":0,"name":"`+renamed+`"}`)
	s.put("/c/bank/"+renamed, `{"enabled_ratio":0.5}`).is(200, `{"matching_enabled_ratio":0.5,"name":"`+renamed+`"}`)
	if got := s.ours(bank, renamed); got != renamed+" 0.5;" {
		s.t.Errorf("banks are %q", got)
	}
}

func deletesBanks(s *server) {
	bank := s.newBank("MY_TEST_BANK")
	s.delete("/c/bank/"+bank).is(200, `{"message":"Done"}`)
	s.delete("/c/bank/"+bank).is(200, `{"message":"Done"}`)
	s.get("/c/bank/"+bank).says(404, "bank '"+bank+"' not found")
	if got := s.ours(bank); got != "" {
		s.t.Errorf("banks are %q", got)
	}
}

func addsByURL(s *server) {
	bank := s.newBank("NEW_BANK")
	got := s.add(bank, "board8.png", "")
	if got.Signals["pdq"] != s.hashOf("board8.png") {
		s.t.Errorf("added %+v", got)
	}
	content := fmt.Sprintf("/c/bank/%s/content/%d", bank, got.ID)
	plain := fmt.Sprintf(`"bank":{"matching_enabled_ratio":1.0,"name":"%s"},"disable_until_ts":1,"id":%d,"original_media_uri":null`, bank, got.ID)
	s.get(content).is(200, `{`+plain+`}`)
	s.get(content+"?include_signals=true").is(200, `{`+plain+`,"signals":{"pdq":"`+got.Signals["pdq"]+`"}}`)
}

// hashOf returns the PDQ hash of a file, as the server makes it.
func (s *server) hashOf(file string) string {
	s.t.Helper()
	var hashes map[string]string
	s.get("/h/hash?url=" + s.media.URL + "/" + file).has(200).into(&hashes)
	if len(hashes["pdq"]) != 64 {
		s.t.Fatalf("the hashes of %s are %v", file, hashes)
	}
	return hashes["pdq"]
}

func findsNoContent(s *server) {
	s.get("/c/bank/TEST_BANK_GET/content/1").says(404, "bank 'TEST_BANK_GET' not found")
	bank := s.newBank("TEST_BANK_GET")
	s.get("/c/bank/"+bank+"/content/999999").says(404, "content '999999' not found")
}

func disablesContent(s *server) {
	bank := s.newBank("TEST_BANK_UPDATE")
	content := fmt.Sprintf("/c/bank/%s/content/%d", bank, s.add(bank, "board8.png", "").ID)
	inAYear := time.Now().AddDate(1, 0, 0).Unix()
	var changed struct {
		Until int64 `json:"disable_until_ts"`
	}
	s.put(content, fmt.Sprintf(`{"disable_until_ts":%d}`, inAYear)).has(200).into(&changed)
	if changed.Until != inAYear {
		s.t.Errorf("disabled until %d, want %d", changed.Until, inAYear)
	}
	s.put(content, `{"disable_until_ts":9999999999}`).says(400, "disable_until_ts must be less than 5 years in the future")
	s.get(content).has(200).into(&changed)
	if changed.Until != inAYear {
		s.t.Errorf("disabled until %d, want %d", changed.Until, inAYear)
	}
}

func deletesContent(s *server) {
	bank := s.newBank("NEW_BANK")
	content := fmt.Sprintf("/c/bank/%s/content/%d", bank, s.add(bank, "board8.png", "").ID)
	s.delete(content).is(200, `{"deleted":1}`)
	s.delete(content).is(200, `{"deleted":0}`)
	s.get(content).has(404)
}

func refusesMetadata(s *server) {
	bank := s.newBank("NEW_BANK")
	got := s.post("/c/bank/"+bank+"/content?content_type=photo&url="+s.media.URL+"/board8.png", `{"metadata":{"invalid_metadata":5}}`).has(400)
	if !strings.Contains(got.body, "Invalid metadata: 1 validation error for BankedContentMetadata") {
		s.t.Error(got.body)
	}
	s.add(bank, "board8.png", `{"metadata":{"content_id":"1197433091","json":{"asdf":{}}}}`)
}

func keepsMetadata(s *server) {
	bank := s.newBank("NEW_BANK")
	id := s.add(bank, "board8.png", `{"metadata":{"content_id":"1197433091","content_uri":"https://example.com/a","json":{"asdf":{"b":[1,null,"ü"]}}},"note":"seen"}`).ID
	content := fmt.Sprintf("/c/bank/%s/content/%d", bank, id)
	plain := fmt.Sprintf(`"bank":{"matching_enabled_ratio":1.0,"name":"%s"},"disable_until_ts":1,"id":%d,"original_media_uri":null,"note":"seen"`, bank, id)
	s.get(content).is(200, `{`+plain+`,"metadata":{"collab":null,"content_id":"1197433091","content_uri":"https://example.com/a","json":{"asdf":{"b":[1,null,"ü"]}}}}`)
	s.get(content+"?include_metadata=false").is(200, `{`+plain+`}`)
}

func keepsNotes(s *server) {
	bank := s.newBank("NOTES")
	content := fmt.Sprintf("/c/bank/%s/content/%d", bank, s.add(bank, "board8.png", `{"note":"first"}`).ID)
	note := func(want string) {
		s.t.Helper()
		got := map[string]any{}
		s.get(content).has(200).into(&got)
		if fmt.Sprint(got["note"]) != want {
			s.t.Errorf("the note is %v, want %s", got["note"], want)
		}
	}
	note("first")
	s.put(content, `{"note":"second"}`).has(200)
	note("second")
	s.put(content, `{"disable_until_ts":1}`).has(200)
	note("second")
	s.put(content, `{"note":""}`).has(200)
	note("<nil>")
	s.put(content, `{"note":"`+strings.Repeat("ü", 255)+`"}`).has(200)
	s.put(content, `{"note":"`+strings.Repeat("x", 256)+`"}`).says(400, "note must be at most 255 characters")
	note(strings.Repeat("ü", 255))
	s.post("/c/bank/"+bank+"/content?url="+s.media.URL+"/board8.png", `{"note":"`+strings.Repeat("x", 256)+`"}`).says(400, "note must be at most 255 characters")
	s.post("/c/bank/"+bank+"/content?url="+s.media.URL+"/board8.png", `{"note":7}`).says(400, "note should be a string")
	var a added
	s.post("/c/bank/"+bank+"/signal", `{"pdq":"`+examples[0]+`","note":"of a signal"}`).has(200).into(&a)
	content = fmt.Sprintf("/c/bank/%s/content/%d", bank, a.ID)
	note("of a signal")
}
