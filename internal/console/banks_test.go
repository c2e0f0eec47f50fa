package console

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

// read returns what people read of a page, or of the part of it that a pattern finds.
func read(t *testing.T, page, part string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)` + part).FindString(page)
	if found == "" {
		t.Fatalf("nothing is %s in:\n%s", part, page)
	}
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(strings.ReplaceAll(found, "</", " </"), "")), " ")
}

func TestListOfBanksSaysWhatUploadsAreComparedWith(t *testing.T) {
	t.Parallel()
	page := body(t, curated(t).get("/banks"), http.StatusOK)
	if got, want := read(t, page, `<h1>.*?</h1>`), "Uploads are compared with 5,468,669 live signals in 5 banks; 1 counts for some contents only; 1 is switched off."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var rows []string
	for _, row := range regexp.MustCompile(`(?s)<tr class=.*?</tr>`).FindAllString(page, -1) {
		rows = append(rows, read(t, row, `.*`))
	}
	want := []string{
		"csam-hashes From two partner lists, exact copies and PDQ. Child-abuse imagery all 2,410,882 0 2,987,104 0 3 h ago 4 Nov 2026, 11:07:12 UTC 1 Nov 2026",
		"grey-heron Posters of the group Grey Heron, official and fan-made. PDQ up to distance 24, usual is 31 Known all 41,207 12,930 0 18 47 min ago 4 Nov 2026, 13:20:12 UTC 1 Oct 2026",
		"heron-trial Known 5 % 318 0 0 0 26 h ago 3 Nov 2026, 12:07:12 UTC 1 Sep 2026",
		"news-photos Pictures that newspapers show, given by the newsroom. Known good all 8,114 8,114 0 6 40 min ago 4 Nov 2026, 13:27:12 UTC 1 Aug 2026",
		"old-import Known none 0 0 0 0 never 1 Jul 2026",
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestNoBanksSayHowToMakeOne(t *testing.T) {
	t.Parallel()
	s := visit(t)
	page := body(t, s.get("/banks"), http.StatusOK)
	for _, want := range []string{s.words().NoBanks.Title, "quell bank create known-posters", "curl http://example.com/api/v1/banks ", "hma.listen"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in:\n%s", want, page)
		}
	}
	s.open(Config{HMA: "http://127.0.0.1:9082"})
	if page := body(t, s.get("/banks"), http.StatusOK); !strings.Contains(page, "curl http://127.0.0.1:9082/c/banks ") {
		t.Errorf("the API that is compatible with HMA is on, and not named:\n%s", page)
	}
	s.open(Config{HMA: "/hma"})
	if page := body(t, s.get("/banks"), http.StatusOK); !strings.Contains(page, "curl http://example.com/hma/c/banks ") {
		t.Errorf("the API that is compatible with HMA is reached by this address too, and not named:\n%s", page)
	}
}

func TestPageOfABankSaysWhatItIsAndHolds(t *testing.T) {
	t.Parallel()
	s := curated(t)
	for name, want := range map[string]string{
		"csam-hashes": "Every upload is compared with its 5,397,986 live signals.",
		"heron-trial": "5 % of contents are compared with its 318 live signals.",
		"old-import":  "There is no live signal in this bank: it finds nothing.",
	} {
		if got := read(t, body(t, s.get("/banks/"+name), http.StatusOK), `<h1>.*?</h1>`); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	page := body(t, s.get("/banks/grey-heron"), http.StatusOK)
	for part, want := range map[string]string{
		`<section aria-labelledby="signals".*?</section>`: "Live signals PDQ 41,207 SHA-256 12,930 MD5 0 Together 54,137",
		`<section aria-labelledby="matched".*?</section>`: "Decisions that match Last 24 h 18 Last 7 days 45",
		`<dt>Matches</dt>.*?</dd>`:                        "Matches PDQ up to distance 24 instead of 31 SHA-256 equal only MD5 equal only",
	} {
		if got := read(t, page, part); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEntriesSayTheirState(t *testing.T) {
	t.Parallel()
	page := body(t, curated(t).get("/banks/grey-heron"), http.StatusOK)
	rows := regexp.MustCompile(`(?s)<tr id="e-.*?</tr>`).FindAllString(page, -1)
	for i, want := range map[int][]string{
		0: {"20,040", " live ", "poster official", "partner-list", "47 min ago"},
		1: {" live ", "Second print of the poster"},
		2: {"paused until 5 Nov 2026, 19:07:12 UTC"},
		3: {"withdrawn 1 h ago"},
		4: {"paused until someone resumes it"},
		5: {"no live signal", " expired ", " withdrawn "},
		7: {"and 5 more signals", "poster official flyer avatar", "partner-list, second-list"},
	} {
		got := read(t, rows[i], `.*`)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("row %d says %q, and not %q", i, got, w)
			}
		}
	}
}

var entryID = regexp.MustCompile(`<tr id="e-([^"]+)"`)

func entriesOf(page string) []string {
	var ids []string
	for _, m := range entryID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestPagingVisitsEveryEntryOnce(t *testing.T) {
	t.Parallel()
	s := curated(t)
	s.record.entries = append(series(2, 2*pageSize+1, time.Minute), series(3, 9, time.Minute)...)
	var got, want []string
	for _, e := range s.record.entries[:2*pageSize+1] {
		want = append(want, string(e.ID))
	}
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	pages := 0
	for path := "/banks/grey-heron"; path != "" && pages < 9; pages++ {
		page := body(t, s.get(path), http.StatusOK)
		got = append(got, entriesOf(page)...)
		if path = ""; next.MatchString(page) {
			path = next.FindStringSubmatch(page)[1]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Errorf("%d pages (-want +got):\n%s", pages, diff)
	}
}

// A match of long ago leads to the bank and to the entry, whatever the bank is called today and however much was added since.
func TestAMatchLeadsToItsEntry(t *testing.T) {
	t.Parallel()
	s := curated(t)
	old := entry(2, 3, 0).ID
	s.record.rows[1].Decision.Matches[0].Entry = old
	links := regexp.MustCompile(`href="(/banks/[^"]+)"`).FindAllStringSubmatch(body(t, s.get("/decisions/"+id(2, 59)), http.StatusOK), -1)
	if len(links) != 2 {
		t.Fatalf("links %v, want one to the bank and one to the entry", links)
	}
	s.record.banks[1].Name = "renamed bank/2"
	for i, want := range []string{"/banks/renamed%20bank%2F2", "/banks/renamed%20bank%2F2?from=" + string(old)} {
		link, anchor, _ := strings.Cut(links[i][1], "#")
		w := s.get(link)
		if w.Code != http.StatusFound || w.Header().Get("Location") != want {
			t.Errorf("%s leads by %d to %s, want %s", link, w.Code, w.Header().Get("Location"), want)
		}
		page := body(t, s.get(w.Header().Get("Location")), http.StatusOK)
		if i == 1 && (entriesOf(page)[0] != string(old) || anchor != "e-"+string(old)) {
			t.Errorf("the page begins with %s and is opened at %s, want both to be %s", entriesOf(page)[0], anchor, old)
		}
	}
}

func TestUnknownBanksAndListsOfEntriesAreRefused(t *testing.T) {
	t.Parallel()
	s := curated(t)
	for _, path := range []string{"/banks/nowhere", "/banks/Grey-Heron", "/banks/id/nowhere", "/banks/id/" + id(5, 99)} {
		if page := body(t, s.get(path), http.StatusNotFound); !strings.Contains(page, s.words().NoBank.Title) {
			t.Errorf("%s:\n%s", path, page)
		}
	}
	for _, from := range []string{"1", "1%27--", strings.Repeat("9", 999)} {
		if page := body(t, s.get("/banks/grey-heron?from="+from), http.StatusBadRequest); !strings.Contains(page, s.words().BadEntries.Title) {
			t.Errorf("from=%.20s:\n%s", from, page)
		}
	}
	if page := body(t, s.get("/banks/old-import?from="+id(9, 9)), http.StatusOK); !strings.Contains(page, s.words().NoOlderEntries) {
		t.Errorf("a list that has ended does not say so:\n%s", page)
	}
}

func TestBanksSayWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := curated(t)
	w := s.words()
	s.record.failMatched = errors.New("too slow")
	for _, path := range []string{"/banks", "/banks/grey-heron"} {
		page := body(t, s.get(path), http.StatusOK)
		if !strings.Contains(page, w.NotCounted) || !strings.Contains(page, "grey-heron") || strings.Contains(page, w.CountsBehind) {
			t.Errorf("%s without counts of matches:\n%s", path, page)
		}
	}
	s.record.failEntries = errors.New("disk gone")
	if page := body(t, s.get("/banks/grey-heron"), http.StatusOK); !strings.Contains(page, w.EntriesBroken) || !strings.Contains(page, "41,207") {
		t.Errorf("a bank without its entries:\n%s", page)
	}
	s.index.behind = true
	s.open(Config{})
	for _, path := range []string{"/banks", "/banks/grey-heron"} {
		if page := body(t, s.get(path), http.StatusOK); !strings.Contains(page, w.CountsBehind) {
			t.Errorf("%s does not say that the index is behind:\n%s", path, page)
		}
	}
	s.record.fail = errors.New("disk gone")
	for _, path := range []string{"/banks", "/banks/grey-heron", "/banks/id/" + string(bankID(2))} {
		body(t, s.get(path), http.StatusServiceUnavailable)
	}
}

// More matches than are read make a number that is too small, and it says so.
func TestCountsOfMatchesAreBounded(t *testing.T) {
	t.Parallel()
	s := curated(t)
	many := linked()
	for len(many.Decision.Matches) <= mostMatches {
		many.Decision.Matches = append(many.Decision.Matches, many.Decision.Matches...)
	}
	s.record.rows = append([]domain.Recorded{at(many, 99, time.Second)}, s.record.rows...)
	if got := read(t, body(t, s.get("/banks/grey-heron"), http.StatusOK), `<section aria-labelledby="matched".*?</section>`); got != "Decisions that match Last 24 h at least 1 Last 7 days at least 1" {
		t.Error(got)
	}
}

// Whatever an entry of a bank holds, its page shows no picture and leads to none.
func TestBanksShowNoPictures(t *testing.T) {
	t.Parallel()
	for _, s := range []*site{curated(t), besieged(t)} {
		paths := []string{"/banks"}
		for _, b := range s.record.banks {
			paths = append(paths, bankPath(b.Name))
		}
		for _, path := range paths {
			page := body(t, s.get(path), http.StatusOK)
			for _, picture := range []string{"<img", "<picture", "<video", "<object", "/renditions/"} {
				if strings.Contains(page, picture) {
					t.Errorf("%s holds %s", path, picture)
				}
			}
		}
	}
}

func TestHostileBanksStayText(t *testing.T) {
	t.Parallel()
	s := besieged(t)
	for _, path := range []string{"/banks", bankPath(s.record.banks[0].Name), bankPath(s.record.banks[1].Name)} {
		page := body(t, s.get(path), http.StatusOK)
		for _, tag := range []string{"<script>", "<b>", "<i ", "<style>", "<img", "\u202E", "\x00"} {
			if strings.Contains(page, tag) {
				t.Errorf("%s: %q got through", path, tag)
			}
		}
		if strings.Contains(page, " style=") || strings.Contains(page, "<script") {
			t.Errorf("%s holds what the policy forbids", path)
		}
	}
}

// Kinds differ in words and in shape, not in colour alone.
func TestKindsOfBanksDifferInWordAndShape(t *testing.T) {
	t.Parallel()
	page := body(t, curated(t).get("/banks"), http.StatusOK)
	var seen []string
	for _, k := range domain.BankKinds() {
		badge := regexp.MustCompile(`(?s)<span class="badge kind-` + string(k) + `">.*?</span>`).FindString(page)
		shape := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindString(badge)
		word := strings.TrimSpace(strings.ReplaceAll(badge, shape, ""))
		if shape == "" || slices.Contains(seen, shape) || slices.Contains(seen, word) {
			t.Errorf("%s is told by %q and %q, of which one is not its own", k, shape, word)
		}
		seen = append(seen, shape, word)
	}
}

func TestShareIsNotRoundedAway(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64]string{
		0: "none", -1: "none", 1: "all", 2: "all", 0.25: "25 %", 0.05: "5 %", 1. / 3: "33 %", 0.005: "0.5 %", 0.0004: "0.04 %", 0.9997: "99.97 %", 0.996: "99.6 %",
		1e-12: "almost none", 0.015: "1.5 %",
	} {
		if got := english().Share(share); got != want {
			t.Errorf("%v is %q, want %q", share, got, want)
		}
	}
}
