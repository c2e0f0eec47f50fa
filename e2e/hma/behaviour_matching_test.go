package hma

import (
	"fmt"
	"net/url"
	"strings"
)

// examples are the hashes that HMA takes as those of its sample exchange: of edits of one photo, of two other photos and of two drawings.
var examples = []string{
	"f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22",
	"f8f8f0cee0f4a84f06370a2a038f63f0b36e26d596621e1d33e6b39c4e9c9b22",
	"f8f8f0cee0f4a84f0637022a038f67f0b36e26d596621e1d33e6b39c4e9c9b22",
	"f8f8f0cee0f4a84f06370a2a068f67f0b36e26d596621e1d33e6339c4e9c9b22",
	"f8f8f0cee0f4a84f06370a22038f67f0b36e2ed596221e1d33e6b39c4e9c9b22",
	"f8f8f0cee0f4a84f0e370a22038f67f0b36e2ed596221e1d33e6b39c4a9c9b22",
	"d8f8f0cec0f4a84f8e370a22038f67f0b36a2ed597231e1d72e6b39c4a9c9b22",
	"f8f8f0cee0f4a84f06370a22038f67f0b36e2ed596621e1d33e6339c4e9c9b22",
	"d0f8f1ccc0f4a84d0a370a3a228f67f0b36e2ed5b6623e1d33e6339c4e9c9b22",
	"d8f8f1eec0f4a84f0e37022a078f63f0b36e2ed596621e1d33e6239c4e9c9b22",
	"d8f8f0cec4f4a84f0637022a078f67f0b36e2ee5b6621e1d33e6239c4e9c9b22",
	"d8f8f0cec0f4a84f0637022a278f67f0b36e2ed596621e1d33e6339c4e9c9b22",
	"e64cc9d91c623882f8d1f1d9a398e78c9f199b3bd83924f2b7e11e0bf861b064",
	"6227401f601ff4ccafcc9fad4b0d95d371a2eb7265a3285234d228ca94deeb2d",
	"c186f9619659658c4b6916daf934496985f4259c72c39676ab9edb631c3c349c",
	"62c9789627838f69f23cf98c29e37836d61c87c31c59587c4b49a783f496725c",
}

func isReady(s *server) {
	s.get("/status").is(200, "I-AM-ALIVE")
	s.get("/status/live").is(200, "I-AM-ALIVE")
}

func hasTitle(s *server) {
	var document struct {
		OpenAPI string            `json:"openapi"`
		Info    map[string]string `json:"info"`
	}
	s.get("/openapi/openapi.json").has(200).into(&document)
	if document.Info["title"] != "Open Media Match API" || !strings.HasPrefix(document.OpenAPI, "3.") {
		s.t.Errorf("the document begins with %+v", document)
	}
}

func (s *server) indexSize(signalType string) int {
	s.t.Helper()
	var status map[string]struct {
		Present bool `json:"present"`
		Size    int  `json:"size"`
	}
	s.get("/m/index/status").has(200).into(&status)
	if _, there := status[signalType]; !there || status[signalType].Size > 0 != status[signalType].Present {
		s.t.Errorf("the index status is %+v", status)
	}
	return status[signalType].Size
}

// settles waits until the index holds what the banks hold.
func (s *server) settles() {
	s.t.Helper()
	last := ""
	within(s.t, func() bool {
		last = s.get("/c/signal_type/index").has(200).body
		return !strings.Contains(last, `"index_out_of_date":true`)
	}, func() string { return "the index is behind: " + last })
}

func matchesExamples(s *server) {
	s.settles()
	before := s.indexSize("pdq")
	bank := s.newBank("TEST_BANK")
	last := 0
	for _, hash := range examples {
		last = s.addSignal(bank, "pdq", hash)
	}
	hash := examples[len(examples)-1]
	s.comesToSay("/m/lookup?signal_type=pdq&signal="+hash, fmt.Sprintf(`{"%s":[{"bank_content_id":%d,"distance":"0"}]}`, bank, last))
	s.get("/m/lookup?signal_type=pdq&signal="+strings.Repeat("5", 64)).is(200, `{}`)
	s.settles()
	if got := s.indexSize("pdq"); got != before+len(examples) {
		s.t.Errorf("the index holds %d hashes, want %d", got, before+len(examples))
	}
	s.delete("/c/bank/" + bank).has(200)
	s.comesToSay("/m/lookup?signal_type=pdq&signal="+hash, `{}`)
}

// boards makes two banks of one checkerboard each, and a third that holds both under numbers of its own.
func (s *server) boards() (banks [3]string, ids [4]int, hashes [2]string) {
	s.t.Helper()
	for i := range banks {
		banks[i] = s.newBank(fmt.Sprintf("BOARDS_%d", i))
	}
	for i, file := range []string{"board8.png", "board16.png"} {
		a := s.add(banks[i], file, "")
		ids[i], hashes[i] = a.ID, a.Signals["pdq"]
		ids[2+i] = s.add(banks[2], file, "").ID
	}
	return banks, ids, hashes
}

func looksUpRaw(s *server) {
	banks, ids, hashes := s.boards()
	for i, hash := range hashes {
		raw := "/m/raw_lookup?signal_type=pdq&signal=" + hash + "&banks=" + banks[i]
		s.comesToSay(raw, fmt.Sprintf(`{"matches":[%d]}`, ids[i]))
		s.get(raw+"&include_distance=true").is(200, fmt.Sprintf(`{"matches":[{"bank_content_id":%d,"distance":"0"}]}`, ids[i]))
		s.get(raw+"&include_distance=false").is(200, fmt.Sprintf(`{"matches":[%d]}`, ids[i]))
	}
	s.get("/m/raw_lookup?signal_type=pdq&signal=" + hashes[0] + "&include_distance=maybe").has(422)
}

func filtersBanks(s *server) {
	banks, ids, hashes := s.boards()
	raw := "/m/raw_lookup?signal_type=pdq&signal=" + hashes[0] + "&banks="
	s.comesToSay(raw+banks[2], fmt.Sprintf(`{"matches":[%d]}`, ids[2]))
	s.comesToSay(raw+banks[0]+","+banks[2], fmt.Sprintf(`{"matches":[%d,%d]}`, min(ids[0], ids[2]), max(ids[0], ids[2])))
	s.get(raw+banks[1]).is(200, `{"matches":[]}`)
	s.get(raw+"NO_SUCH_BANK").is(200, `{"matches":[]}`)
	found := func(i int) string {
		return fmt.Sprintf(`[{"bank_content_id":%d,"distance":"0"}]`, ids[i])
	}
	lookup := "/m/lookup?signal_type=pdq&signal=" + hashes[0] + "&banks="
	s.get(lookup+banks[0]).is(200, fmt.Sprintf(`{"%s":%s}`, banks[0], found(0)))
	s.get(lookup+banks[0]+","+banks[1]+","+banks[2]).is(200, fmt.Sprintf(`{"%s":%s,"%s":%s}`, banks[0], found(0), banks[2], found(2)))
	s.get(lookup+banks[1]).is(200, `{}`)
	s.get(lookup+"NO_SUCH_BANK").is(200, `{}`)
}

func looksUpFiles(s *server) {
	bank := s.newBank("FILES")
	photo, video := s.add(bank, "art.png", "").ID, s.add(bank, "film.mp4", "").ID
	of := func(id int, distance string) string {
		return fmt.Sprintf(`{"%s":[{"bank_content_id":%d,"distance":"%s"}]}`, bank, id, distance)
	}
	at := func(file string) string { return "/m/lookup?banks=" + bank + "&url=" + s.media.URL + "/" + file }
	s.comesToSay(at("art.png"), `{"pdq":`+of(photo, "0")+`}`)
	s.comesToSay(at("film.mp4"), `{"video_md5":`+of(video, "-")+`}`)
	s.get(at("art.png")+"&signal_type=pdq").is(200, of(photo, "0"))
	s.get(at("art.png")+"&signal_type=video_md5").is(200, `{}`)
	s.form("/m/lookup?banks="+bank, part{field: "photo", file: "art.png"}).is(200, `{"pdq":`+of(photo, "0")+`}`)
	s.form("/m/lookup?banks="+bank, part{field: "video", file: "film.mp4"}).is(200, `{"video_md5":`+of(video, "-")+`}`)
}

// throwsCoins knows what random.Random(seed).random() is in CPython. HMA's tests say nothing of seeds; its clients use them to see the same banks again.
func throwsCoins(s *server) {
	const hash = "c186f9619659658c4b6916daf934496985f4259c72c39676ab9edb631c3c349c"
	shares := map[string]float64{}
	for _, share := range []float64{0, 0.25, 0.5, 0.8} {
		bank := s.newBank("SHARE")
		s.put("/c/bank/"+bank, fmt.Sprintf(`{"enabled_ratio":%v}`, share)).has(200)
		id := s.addSignal(bank, "pdq", hash)
		shares[bank] = share
		s.comesToSay("/m/raw_lookup?signal_type=pdq&signal="+hash+"&banks="+bank, fmt.Sprintf(`{"matches":[%d]}`, id))
	}
	for seed, coin := range map[string]float64{"0": 0.36, "1": 0.478, "2": 0.556, "3": 0.868, "42": 0.474, "1234": 0.248, "abc": 0.772} {
		var found map[string]any
		s.get("/m/lookup?signal_type=pdq&signal=" + hash + "&seed=" + seed).has(200).into(&found)
		for bank, share := range shares {
			if _, counts := found[bank]; counts != (share >= coin) {
				s.t.Errorf("seed %q: the bank of %v counts: %v, want %v", seed, share, counts, share >= coin)
			}
		}
	}
}

func compares(s *server) {
	s.post("/m/compare", `{"pdq":["facd8bcb2a49bcebdec1985298d5fe84bcd006c187c598c720c3c087b3fdb318","facd8bcb2a49bcebdec1985228d5ae84bcd006c187c598c720c2b087b3fdb318"]}`).
		is(200, `{"pdq":[true,{"distance":9}]}`)
	s.post("/m/compare", `{}`).is(200, `{}`)
}

func refusesComparisons(s *server) {
	h := `"` + examples[0] + `"`
	s.post("/m/compare", `["banana"]`).says(400, "Request input was not a dict")
	s.post("/m/compare", `{"pdq":"banana"}`).says(400, "Comparison hashes for pdq was not a list")
	s.post("/m/compare", `{"pdq":[]}`).says(400, "Comparison hash list length must be exactly 2")
	s.post("/m/compare", `{"pdq":["banana","banana"]}`).says(400, "Invalid pdq hash: invalid PDQ hash")
	s.post("/m/compare", `{"pdq":[`+h+`,`+h+`,`+h+`]}`).says(400, "Comparison hash list length must be exactly 2")
}

func refusesURLs(s *server) {
	for _, bad := range []string{
		"ftp://example.com", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "ws://example.com", "wss://example.com",
		"example.com", "//example.com", "http://", "https://", "", "not a url", "http:///example.com", "http://example.com:", "http://example.com:abc",
	} {
		s.get("/h/hash?url="+url.QueryEscape(bad)).says(400, "Invalid or unsafe URL provided")
	}
}

func opensURLs(s *server) {
	want := `{"pdq":"` + s.hashOf("board8.png") + `"}`
	for _, good := range []string{"/board8.png?query=value", "/board8.png#fragment", "/shouted", "/moved"} {
		s.get("/h/hash?url="+url.QueryEscape(s.media.URL+good)).is(200, want)
	}
}

func refusesHuge(s *server) {
	s.get("/h/hash?url="+s.media.URL+"/huge.png").says(413, "Content too large")
}
