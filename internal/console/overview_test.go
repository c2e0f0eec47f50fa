package console

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

var rowID = regexp.MustCompile(`<li class="row" id="d-([^"]+)">`)

// rowsOf returns the decisions that a page lists.
func rowsOf(page string) []string {
	var ids []string
	for _, m := range rowID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestPagingVisitsEveryDecisionOnce(t *testing.T) {
	t.Parallel()
	const total = 2*pageSize + 3
	var rows []domain.Recorded
	for n := total; n > 0; n-- {
		rows = append(rows, at(clean(n), n, time.Duration(total-n)*time.Minute))
	}
	s := visit(t, rows...)
	var seen []string
	path, pages := "/?verdict=allow&span=hour", 0
	older := regexp.MustCompile(`<a rel="next" href="([^"]+)">`)
	for path != "" {
		page := body(t, s.get(path), http.StatusOK)
		seen = append(seen, rowsOf(page)...)
		pages++
		next := older.FindStringSubmatch(page)
		if live := strings.Contains(page, "data-live"); live != (pages == 1) {
			t.Errorf("page %d refreshes itself: %v; only the newest changes", pages, live)
		}
		if path = ""; next != nil {
			path = strings.ReplaceAll(next[1], "&amp;", "&")
			if !strings.Contains(path, "verdict=allow") || !strings.Contains(path, "span=hour") {
				t.Errorf("the way to older ones forgets the list: %s", path)
			}
		}
	}
	var want []string
	for n := total; n > 0; n-- {
		want = append(want, id(2, n))
	}
	if diff := cmp.Diff(want, seen); diff != "" || pages != 3 {
		t.Errorf("%d pages (-want +got):\n%s", pages, diff)
	}
}

func TestListIsNarrowed(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 5, 0), at(unfetched(), 4, 0), at(marked(domain.Label), 3, 0), at(undecodable(), 2, 0), at(clean(1), 1, 0))
	for path, want := range map[string][]string{
		"/":                          {id(2, 5), id(2, 4), id(2, 3), id(2, 2), id(2, 1)},
		"/?verdict=block":            {id(2, 5)},
		"/?verdict=hold":             {id(2, 4), id(2, 2)},
		"/?checks=incomplete":        {id(2, 4), id(2, 2)},
		"/?verdict=limit":            nil,
		"/?before=" + id(2, 3):       {id(2, 2), id(2, 1)},
		"/?verdict=allow&utm=ignore": {id(2, 1)},
	} {
		if diff := cmp.Diff(want, rowsOf(body(t, s.get(path), http.StatusOK))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestUnknownListsAreRefused(t *testing.T) {
	t.Parallel()
	s := visit(t)
	for _, query := range []string{"verdict=ban", "checks=all", "before=1%27--", "before=" + strings.Repeat("9", 999), "span=year"} {
		for _, path := range []string{"/?", "/latest?"} {
			if page := body(t, s.get(path+query), http.StatusBadRequest); !strings.Contains(page, s.words().BadQuery.Title) {
				t.Errorf("%s%s:\n%s", path, query, page)
			}
		}
	}
}

func TestFirstLineIsTheSumOfTheChart(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 4, time.Minute), at(unfetched(), 3, time.Hour), at(clean(2), 2, 23*time.Hour), at(near(), 1, 25*time.Hour))
	page := body(t, s.get("/"), http.StatusOK)
	h1 := regexp.MustCompile(`(?s)<h1>(.*?)</h1>`).FindStringSubmatch(page)[1]
	got := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(h1, "")), " ")
	if want := "In the last 24 h 3 uploads were checked; 1 was blocked, 1 was held for a person, 1 could not be checked fully."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, link := range []string{`href="/"`, `href="/?verdict=block"`, `href="/?verdict=hold"`, `href="/?checks=incomplete"`} {
		if !strings.Contains(h1, link) {
			t.Errorf("no number leads to %s:\n%s", link, h1)
		}
	}
	for _, total := range []string{`Checked<tspan class="chart-total" dx="8">3<`, `Blocked<tspan class="chart-total" dx="8">1<`} {
		if !strings.Contains(page, total) {
			t.Errorf("the chart does not say %q", total)
		}
	}
}

// A store may name a span by its beginning or by any moment within it, and clocks may differ a little: no decision gets lost by that.
func TestCountsLoseNothing(t *testing.T) {
	t.Parallel()
	for _, s := range spans() {
		c := newCounts(s, now)
		if from := c.From.Std(); from.After(now.Add(-s.Length)) || from.Before(now.Add(-s.Length-s.Bucket)) || !c.to().Std().After(now) {
			t.Errorf("%s: from %v to %v does not hold the last %v", s.Name, from, c.to().Std(), s.Length)
		}
		moments := []domain.Time{c.From - 1, c.From, c.From.Add(s.Bucket) - 1, c.From.Add(s.Bucket), domain.At(now), c.to(), c.to().Add(time.Hour)}
		for _, m := range moments {
			c.add([]domain.VerdictCount{{From: m, Verdict: domain.Block, Count: 2}}, []domain.VerdictCount{{From: m, Verdict: domain.Block, Count: 1}})
		}
		want := summary{Span: s.Name, Checked: 14, Blocked: 14, Unchecked: 7}
		if diff := cmp.Diff(want, c.summary(s)); diff != "" || c.Checked[0] != 6 || c.Checked[1] != 2 {
			t.Errorf("%s: first spans %v (-want +got):\n%s", s.Name, c.Checked[:2], diff)
		}
	}
}

func TestEmptyPlaceSaysWhatToDoFirst(t *testing.T) {
	t.Parallel()
	s := visit(t)
	page := body(t, s.get("/"), http.StatusOK)
	for _, want := range []string{s.words().NothingYet.Title, "curl http://example.com/api/v1/check", "quell check picture.jpg", "data-live="} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	s.open(Config{SecureCookies: true})
	s.cookie = "__Host-quell=session-0"
	if page := body(t, s.get("/"), http.StatusOK); !strings.Contains(page, "curl https://example.com/") {
		t.Error("the example leads past HTTPS")
	}
	if page := body(t, s.get("/?verdict=label"), http.StatusOK); !strings.Contains(page, s.words().NoneOf("Label")) {
		t.Error("an empty list does not say that it is empty")
	}
}

func TestFailuresAreSaidWhereTheyAre(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 1, time.Minute))
	w := s.words()

	s.record.failCounts = errors.New("counts: timeout")
	page := body(t, s.get("/"), http.StatusOK)
	if !strings.Contains(page, w.CountsBroken.Title) || len(rowsOf(page)) != 1 {
		t.Errorf("counts fail:\n%s", page)
	}
	s.record.failCounts, s.record.failRows = nil, errors.New("rows: timeout")
	page = body(t, s.get("/"), http.StatusOK)
	if !strings.Contains(page, w.ListBroken) || !strings.Contains(page, `class="chart"`) {
		t.Errorf("decisions fail:\n%s", page)
	}
	for _, line := range []string{"counts: timeout", "rows: timeout"} {
		if !strings.Contains(s.log.String(), line) {
			t.Errorf("the log does not hold %q", line)
		}
	}
}

func TestOutageIsSaidWithItsBeginning(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 1, time.Minute))
	clock := now
	s.open(Config{Now: func() time.Time { return clock }})
	s.record.fail = errors.New("disk gone")

	body(t, s.get("/"), http.StatusServiceUnavailable)
	clock = clock.Add(3 * time.Minute)
	answer := s.get("/?verdict=block")
	page := body(t, answer, http.StatusServiceUnavailable)
	for _, want := range []string{"since 4 Nov 2026, 14:07:12 UTC (3 min ago)", `href="/?verdict=block"`, `data-live="/latest?verdict=block"`} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing:\n%s", want, page)
		}
	}
	if strings.Contains(page, "disk gone") || answer.Header().Get("Retry-After") == "" {
		t.Error("the page tells the inside story, or not when to come back")
	}

	s.record.fail = nil
	body(t, s.get("/"), http.StatusOK)
	s.record.fail = errors.New("disk gone again")
	if page := body(t, s.get("/"), http.StatusServiceUnavailable); !strings.Contains(page, "14:10:12 UTC (just now)") {
		t.Errorf("an old outage goes on after it ended:\n%s", page)
	}
}

// Somebody who closes the page while it is being made is no sign of an outage.
func TestLeavingIsNoOutage(t *testing.T) {
	t.Parallel()
	s := visit(t)
	s.record.fail = context.Canceled
	ctx, leave := context.WithCancel(t.Context())
	leave()
	s.do(httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	s.record.fail = errors.New("disk gone")
	s.get("/")
	if n := strings.Count(s.log.String(), "no answer from the record"); n != 1 {
		t.Errorf("%d outages in the log, want 1:\n%s", n, s.log.String())
	}
}

func TestPartIsTheMainPartOfThePage(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 2, time.Minute), at(unfetched(), 1, time.Minute))
	whole := body(t, s.get("/?verdict=hold"), http.StatusOK)
	part := body(t, s.get("/latest?verdict=hold"), http.StatusOK)
	if !strings.Contains(whole, part) || strings.Contains(part, "<html") {
		t.Errorf("the part is not what the page holds:\n%s", part)
	}
}

// BenchmarkOverview makes the whole first page with a full list, without the time that a store would take to read it.
func BenchmarkOverview(b *testing.B) {
	s := visit(b, lively()[:pageSize+1]...)
	b.ReportAllocs()
	var size int
	for b.Loop() {
		size = s.get("/").Body.Len()
	}
	b.ReportMetric(float64(size), "bytes/page")
}
