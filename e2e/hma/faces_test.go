package hma

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// api is the other face of the server.
func (s *server) api() client { return client{t: s.t, base: s.app.Address(), key: key} }

// check has the other face check a hash and returns the verdict.
func (s *server) check(name, hash string) (verdict string) {
	s.t.Helper()
	var decision struct{ Verdict string }
	s.api().post("/api/v1/check", `{"content_id":"`+name+`","signals":[{"type":"pdq","value":"`+hash+`"}]}`).has(200).into(&decision)
	return decision.Verdict
}

// decisions returns what the other face knows of decisions, newest first, in words.
func (s *server) decisions() (all []string) {
	s.t.Helper()
	var page struct {
		Decisions []struct {
			Content string `json:"content_id"`
			Verdict string
			Matches []struct{ Bank string }
		}
	}
	s.api().get("/api/v1/decisions").has(200).into(&page)
	for _, d := range page.Decisions {
		all = append(all, fmt.Sprintf("%s %s %v", d.Content, d.Verdict, d.Matches))
	}
	return all
}

// TestFacesShareBanks makes banks on one face and uses them on the other.
func TestFacesShareBanks(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	for _, e := range storetest.Engines() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.Fresh(t), nil)

			theirs := s.newBank("MADE_THERE")
			number := s.addSignal(theirs, "pdq", examples[0])
			bank := map[string]any{}
			s.api().get("/api/v1/banks/" + theirs).has(200).into(&bank)
			if bank["kind"] != "known" || bank["enabled_share"] != 1.0 {
				t.Errorf("a bank of HMA is %v", bank)
			}
			tries := 0
			comesTo := func(hash, verdict string) {
				t.Helper()
				last := ""
				within(t, func() bool { tries++; last = s.check(fmt.Sprintf("try-%d", tries), hash); return last == verdict },
					func() string { return fmt.Sprintf("the verdict is %s, want %s", last, verdict) })
			}
			comesTo(examples[0], "block")
			s.put(fmt.Sprintf("/c/bank/%s/content/%d", theirs, number), `{"disable_until_ts":0}`).has(200)
			comesTo(examples[0], "allow")
			s.put(fmt.Sprintf("/c/bank/%s/content/%d", theirs, number), `{"disable_until_ts":1}`).has(200)
			comesTo(examples[0], "block")
			s.delete("/c/bank/" + theirs).has(200)
			comesTo(examples[0], "allow")
			s.api().get("/api/v1/banks/" + theirs).has(404)

			s.api().post("/api/v1/banks", `{"name":"made-here","kind":"known"}`).has(201)
			s.api().post("/api/v1/banks/made-here/entries", `{"signals":[{"type":"pdq","value":"`+examples[15]+`"}],"source":"test","note":"ours"}`).has(201)
			s.get("/c/bank/made-here").is(200, `{"matching_enabled_ratio":1.0,"name":"made-here"}`)
			var found map[string][]struct {
				ID       int    `json:"bank_content_id"`
				Distance string `json:"distance"`
			}
			within(t, func() bool {
				s.get("/m/lookup?signal_type=pdq&signal=" + examples[15]).has(200).into(&found)
				return len(found["made-here"]) == 1
			}, func() string { return fmt.Sprintf("found %v", found) })
			s.get(fmt.Sprintf("/c/bank/made-here/content/%d?include_signals=true", found["made-here"][0].ID)).is(200, fmt.Sprintf(
				`{"bank":{"matching_enabled_ratio":1.0,"name":"made-here"},"disable_until_ts":1,"id":%d,"note":"ours","original_media_uri":null,"signals":{"pdq":"%s"}}`,
				found["made-here"][0].ID, examples[15]))
			if got := s.decisions(); slices.ContainsFunc(got, func(d string) bool { return !strings.HasPrefix(d, "try-") }) {
				t.Errorf("lookups left records although hma.record is none: %q", got)
			}
		})
	}
}

// TestLookupsLeaveTheRecordsThatAreAskedFor looks one hash up that is known and one that is not.
func TestLookupsLeaveTheRecordsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	unknown := strings.Repeat("5", 64)
	for record, want := range map[string]int{"matches": 3, "all": 5} {
		t.Run(record, func(t *testing.T) {
			t.Parallel()
			s := start(t, storetest.Engines()[0].Fresh(t), map[string]string{"hma.record": record})
			bank := s.newBank("KNOWN")
			id := s.addSignal(bank, "pdq", examples[0])
			raw := "/m/raw_lookup?signal_type=pdq&signal=" + examples[0] // leaves no record
			s.comesToSay(raw, fmt.Sprintf(`{"matches":[%d]}`, id))
			s.get("/m/lookup?signal_type=pdq&signal=" + examples[0] + "&content_id=post-17").has(200)
			s.get("/m/lookup?signal_type=pdq&signal=" + unknown + "&content_id=post-18").has(200)
			s.get("/m/lookup?signal_type=pdq&signal=" + examples[0]).has(200)
			s.add(bank, "board8.png", "")
			s.comesToSay("/m/raw_lookup?signal_type=pdq&signal="+s.hashOf("board8.png")+"&include_distance=f", fmt.Sprintf(`{"matches":[%d]}`, id+1))
			s.form("/m/lookup?content_id=post-19", part{field: "photo", file: "board8.png"}).has(200)
			s.get("/m/lookup?content_id=post-20&url=" + url.QueryEscape(s.media.URL+"/art.png")).has(200)

			got := s.decisions()
			if len(got) != want {
				t.Errorf("%d records, want %d: %q", len(got), want, got)
			}
			known := fmt.Sprintf(" block [{%s}]", bank)
			for _, d := range []string{"post-17" + known, "hma:pdq:" + examples[0] + known, "post-19" + known} {
				if !slices.Contains(got, d) {
					t.Errorf("%q is not among %q", d, got)
				}
			}
			for _, name := range []string{"post-18", "post-20"} {
				if slices.Contains(got, name+" allow []") != (record == "all") {
					t.Errorf("%s: records are %q", name, got)
				}
			}
			var content struct {
				Surface string
				Uploads []struct {
					Parts []struct {
						Fingerprints []struct{ Type, Value string }
					}
				}
			}
			s.api().get("/api/v1/contents/post-17").has(200).into(&content)
			if content.Surface != "hma" || len(content.Uploads) != 1 || content.Uploads[0].Parts[0].Fingerprints[0].Value != examples[0] {
				t.Errorf("the record says %+v", content)
			}
		})
	}
}

// TestChangesCountWithinASecond measures how long what curators do takes to have its effect on lookups.
func TestChangesCountWithinASecond(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	s := start(t, storetest.Engines()[0].Fresh(t), nil)
	bank := s.newBank("QUICK")
	took := map[string][]time.Duration{}
	for i, hash := range examples[14:] {
		id := 0
		content := func() string { return fmt.Sprintf("/c/bank/%s/content/%d", bank, id) }
		disableUntil := func(at int64) { s.put(content(), fmt.Sprintf(`{"disable_until_ts":%d}`, at)).has(200) }
		for _, step := range []struct {
			name  string
			do    func()
			found bool
		}{
			{"add", func() { id = s.addSignal(bank, "pdq", hash) }, true},
			{"disable", func() { disableUntil(0) }, false},
			{"enable", func() { disableUntil(1) }, true},
			{"disable for a year", func() { disableUntil(time.Now().AddDate(1, 0, 0).Unix()) }, false},
			{"enable since a while", func() { disableUntil(time.Now().Unix() - 5) }, true},
			{"share 0", func() { s.put("/c/bank/"+bank, `{"enabled_ratio":0}`).has(200) }, false},
			{"share 1", func() { s.put("/c/bank/"+bank, `{"enabled_ratio":1}`).has(200) }, true},
			{"rename", func() {
				renamed := fmt.Sprintf("%s_%d", bank, i)
				s.put("/c/bank/"+bank, `{"name":"`+renamed+`"}`).has(200)
				bank = renamed
			}, true},
			{"delete", func() { s.delete(content()).is(200, `{"deleted":1}`) }, false},
		} {
			step.do()
			took[step.name] = append(took[step.name], eventually(t, *patience, step.name+" has its effect", func() bool {
				return strings.Contains(s.get("/m/lookup?signal_type=pdq&signal="+hash).has(200).body, `"`+bank+`"`) == step.found
			}))
		}
	}
	for name, all := range took {
		slices.Sort(all)
		t.Logf("%-20s longest of %d: %v", name, len(all), all[len(all)-1])
	}
}

// TestThePrefixIsOneOfAPath mounts the face beside the other.
func TestThePrefixIsOneOfAPath(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	s := start(t, storetest.Engines()[0].Fresh(t), map[string]string{"hma.prefix": "/hma/v1", "hma.listen": ""})
	if s.base != "" {
		t.Errorf("there is an address at %s although hma.listen is empty", s.base)
	}
	main := client{t: t, base: s.app.Address()}
	for _, path := range []string{"/hma/v1/status", "/hma/v1//status", "/hma/v1///status"} {
		main.get(path).is(200, "I-AM-ALIVE")
	}
	main.post("/hma/v1//c/banks", `{"name":"A"}`).has(201)
	main.get("/hma/v1/c/banks").is(200, `[{"matching_enabled_ratio":1.0,"name":"A"}]`)
	if to := main.get("/hma/v1/").has(302).header.Get("Location"); to != "/hma/v1/status" {
		t.Errorf("the root leads to %s", to)
	}
	var document struct{ Servers []struct{ URL string } }
	main.get("/hma/v1/openapi/openapi.json").has(200).into(&document)
	if len(document.Servers) != 1 || document.Servers[0].URL != "/hma/v1" {
		t.Errorf("the document says of servers %+v", document.Servers)
	}
	// The rest is where it was.
	main.get("/healthz").has(200)
	main.get("/hma/v10/status").has(404)
	main.get("/c/banks").has(404)
	s.api().get("/api/v1/banks/A").has(200)
}
