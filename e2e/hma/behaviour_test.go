package hma

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// TestHMA asserts over HTTP what HMA's own tests assert, on a Quell on each database, or on the server of -base. The tests run one after the other on
// one server that keeps what they leave; each has banks of its own.
func TestHMA(t *testing.T) {
	t.Parallel()
	all := func(t *testing.T, s *server) {
		for _, b := range behaviours {
			t.Run(b.name, func(t *testing.T) {
				of := *s
				of.t, of.client.t = t, t
				b.test(&of)
			})
		}
	}
	if *base != "" {
		all(t, &server{client: client{t: t, base: strings.TrimRight(*base, "/")}, media: serveMedia(t)})
		return
	}
	for _, e := range storetest.Engines() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			all(t, start(t, e.Fresh(t), nil))
		})
	}
}

var behaviours = []struct {
	name string
	test func(*server)
}{
	{"a server that is ready says so", isReady},
	{"the document of the API has HMA's title", hasTitle},

	{"banks are listed as they are made", makesBanks},
	{"banks are renamed, switched off and given a share", changesBanks},
	{"a bank can be deleted twice", deletesBanks},

	{"content at a URL is hashed and kept", addsByURL},
	{"content that is not there is not found", findsNoContent},
	{"content is disabled until a time", disablesContent},
	{"content is deleted once", deletesContent},
	{"metadata of a wrong name are refused", refusesMetadata},
	{"metadata come back as they were sent", keepsMetadata},
	{"a note is set, changed and cleared", keepsNotes},

	{"sixteen hashes are found after a moment", matchesExamples},
	{"raw lookups tell numbers, or numbers and distances", looksUpRaw},
	{"lookups are limited to banks", filtersBanks},
	{"a seed decides which banks count", throwsCoins},
	{"URLs and files are looked up", looksUpFiles},
	{"hashes are compared", compares},
	{"comparisons that make no sense are refused", refusesComparisons},

	{"APIs of exchanges are listed", listsAPIs},
	{"credentials are set and unset", setsCredentials},
	{"settings of APIs are described", describesAPIs},
	{"an exchange lives and dies with its bank", keepsExchanges},

	{"URLs that are none are refused", refusesURLs},
	{"URLs of all forms are opened", opensURLs},
	{"what is larger than a hundred mebibytes is not taken", refusesHuge},
}

// newBank makes a bank of a name that no other has.
func (s *server) newBank(name string) string {
	s.t.Helper()
	name = fmt.Sprintf("%s_%08X", name, rand.Uint32())
	s.post("/c/banks", `{"name":"`+name+`"}`).is(201, `{"matching_enabled_ratio":1.0,"name":"`+name+`"}`)
	return name
}

// ours returns the banks that are there under the names given.
func (s *server) ours(names ...string) (list string) {
	s.t.Helper()
	var all []struct {
		Name  string  `json:"name"`
		Ratio float64 `json:"matching_enabled_ratio"`
	}
	s.get("/c/banks").has(200).into(&all)
	for _, b := range all {
		for _, name := range names {
			if b.Name == name {
				list += fmt.Sprintf("%s %v;", b.Name, b.Ratio)
			}
		}
	}
	return list
}

// added is what an answer says of content that was added.
type added struct {
	ID      int               `json:"id"`
	Signals map[string]string `json:"signals"`
}

// add adds a file of the media server to a bank, with a JSON document that may be empty.
func (s *server) add(bank, file, document string) (a added) {
	s.t.Helper()
	mediaType := ""
	if document != "" {
		mediaType = "application/json"
	}
	s.send(http.MethodPost, "/c/bank/"+bank+"/content?url="+s.media.URL+"/"+file, mediaType, document).has(200).into(&a)
	if a.ID <= 0 || len(a.Signals) != 1 {
		s.t.Fatalf("added %+v", a)
	}
	return a
}

// addSignal adds a hash to a bank.
func (s *server) addSignal(bank, signalType, hash string) int {
	s.t.Helper()
	var a added
	got := s.post("/c/bank/"+bank+"/signal", `{"`+signalType+`":"`+hash+`"}`)
	got.into(&a)
	got.is(200, fmt.Sprintf(`{"id":%d,"signals":{"%s":"%s"}}`, a.ID, signalType, hash))
	return a.ID
}

// comesToSay waits until a GET is answered so.
func (s *server) comesToSay(target, want string) {
	s.t.Helper()
	last := ""
	within(s.t, func() bool {
		last = s.get(target).has(200).body
		return fmt.Sprint(value(last)) == fmt.Sprint(value(want))
	}, func() string { return fmt.Sprintf("%s is answered with %s, want %s", target, last, want) })
}
