package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/domain"
)

// A person opens a link from elsewhere in the network, without HTTPS, presses the button and is in; and gets out again.
func TestBrowserSignsIn(t *testing.T) {
	s := visit(t, at(near(), 1, time.Minute))
	s.signIn.expires = time.Now().Add(time.Hour) // browsers go by their own clock
	address := serve(t, s)
	b := open(t)
	b.do(chromedp.Navigate(address + "/sign-in?token=token-1"))
	if cookie := ask[string](b, `document.cookie`); cookie != "" {
		t.Errorf("looking at the link gave a cookie: %s", cookie)
	}
	b.do(chromedp.Click(chromedp.CSS("main button")))
	b.until(`location.pathname === "/" && document.querySelector("#rows li") !== null`)
	if cookie := ask[string](b, `document.cookie`); cookie != "" {
		t.Errorf("scripts can read the session: %s", cookie)
	}
	b.do(chromedp.Click(chromedp.CSS(".person button")))
	b.until(`document.querySelector("h1")?.textContent === "You are signed out."`)
	b.do(chromedp.Navigate(address + "/"))
	b.until(`document.querySelector("h1")?.textContent === "You are not signed in."`)
}

// look makes the module look for news, as it does when somebody comes back to the tab.
const look = `document.dispatchEvent(new Event("visibilitychange"))`

// The page keeps itself fresh, and nothing moves under somebody who reads.
func TestBrowserRefreshes(t *testing.T) {
	s := visit(t, at(near(), 1, time.Minute))
	address := serve(t, s)
	b := open(t)
	b.enter(address)
	b.do(chromedp.Navigate(address + "/"))
	b.until(`document.images[0]?.complete`)
	ask[bool](b, `document.images[0].mark = true`)
	arrive := func(r domain.Recorded) {
		s.record.Lock()
		defer s.record.Unlock()
		s.record.rows = append([]domain.Recorded{r}, s.record.rows...)
	}
	fail := func(err error) {
		s.record.Lock()
		defer s.record.Unlock()
		s.record.fail = err
	}
	again := func() { ask[bool](b, look) }

	arrive(at(unfetched(), 2, time.Second))
	again()
	b.until(`document.querySelectorAll("#rows > li").length === 2`)
	if !ask[bool](b, `document.images[0].mark === true && document.querySelector("#rows > li").id.endsWith("2")`) {
		t.Error("the row that was there is not the same element, or the order is wrong")
	}
	if h1 := ask[string](b, `document.querySelector("h1").textContent.replace(/\s+/g, " ").trim()`); !strings.HasPrefix(h1, "In the last 24 h 2 uploads") {
		t.Errorf("the first line stays behind: %s", h1)
	}

	ask[bool](b, `document.querySelector("details").open = true`)
	arrive(at(clean(3), 3, 0))
	again()
	fail(errors.New("disk gone"))
	ask[bool](b, `!(document.querySelector("details").open = false)`)
	again()
	b.until(`document.getElementById("status").textContent !== ""`)
	if n := ask[int](b, `document.querySelectorAll("#rows > li").length`); n != 2 {
		t.Errorf("%d rows: the list moved under somebody who reads the table, or went away when the record failed", n)
	}
	fail(nil)
	again()
	b.until(`document.querySelectorAll("#rows > li").length === 3 && document.getElementById("status").textContent === ""`)

	s.record.Lock()
	s.signIn.session = "another"
	s.record.Unlock()
	again()
	b.until(`document.querySelector("h1").textContent === "You are not signed in."`)
}

// A pointer over the chart brings up the counts of that moment in all rows; the keyboard reaches everything and shows where it is.
func TestBrowserPointsAndTypes(t *testing.T) {
	s := visit(t, lively()...)
	address := serve(t, s)
	b := open(t)
	b.enter(address)
	b.as(1280, "light")
	b.do(chromedp.Navigate(address + "/"))

	spot := ask[[]float64](b, `(() => { const box = document.querySelector(".chart").getBoundingClientRect(); return [box.x + box.width * 0.3, box.y + 80] })()`)
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, spot[0], spot[1]))
	visible := ask[[]string](b, `[...document.querySelectorAll(".chart-cursors text")].filter((e) => getComputedStyle(e).visibility === "visible").map((e) => e.textContent)`)
	if len(visible) != 5 || !strings.Contains(visible[4], "–") {
		t.Errorf("the cursor shows %q, want four counts and a time", visible)
	}
	b.picture("cursor", chromedp.CaptureScreenshot())

	b.do(chromedp.KeyEvent(kb.Tab))
	if got := ask[string](b, `document.activeElement.className`); got != "skip" {
		t.Errorf("the first stop of the keyboard is %q, want the way past the head", got)
	}
	ask[bool](b, `(document.querySelector(".row a").focus(), true)`)
	b.do(chromedp.KeyEvent(kb.Tab))
	if got := ask[string](b, `document.querySelectorAll(".row")[1].querySelector("time").innerText`); got != "4 Nov 2026, 14:06:59 UTC" {
		t.Errorf("a row with the focus tells the time as %q, want the exact one", got)
	}
	b.picture("keyboard", chromedp.CaptureScreenshot())
	b.do(chromedp.Click(chromedp.CSS("summary")))
	b.picture("table", chromedp.CaptureScreenshot())
	b.do(chromedp.KeyEvent(kb.Tab))
	if got := ask[string](b, `document.activeElement.className`); got != "scroll" {
		t.Errorf("the table cannot be scrolled by keyboard: the focus is on %q", got)
	}
}

// A page in a language that is written from right to left is the same page mirrored.
func TestBrowserMirrors(t *testing.T) {
	s := curated(t)
	s.record.rows = []domain.Recorded{at(hostile(), 3, time.Minute), at(long(), 2, time.Hour), at(suppressed(), 1, 2*time.Hour)}
	address := serve(t, s)
	b := open(t)
	b.enter(address)
	for _, path := range []string{"/", "/decisions/" + id(2, 2), "/banks", "/banks/grey-heron"} {
		for _, width := range []int64{1280, 390} {
			b.as(width, "light")
			b.do(chromedp.Navigate(address + path))
			sides := func() []float64 {
				return ask[[]float64](b, `(() => {
					const wide = innerWidth, box = (at) => document.querySelector(at).getBoundingClientRect()
					return [".brand", ".verdict, .badge", ".facts, .name a"].map((at) => document.dir === "rtl" ? wide - box(at).right : box(at).left)
				})()`)
			}
			before := sides()
			ask[string](b, `document.dir = "rtl"`)
			if diff := cmp.Diff(before, sides(), cmpopts.EquateApprox(0, 0.5)); diff != "" {
				t.Errorf("%s at %d px is not mirrored (-left to right +right to left):\n%s", path, width, diff)
			}
			for _, fault := range ask[[]string](b, faults) {
				t.Errorf("%s at %d px, mirrored: %s", path, width, fault)
			}
			b.picture(fmt.Sprintf("mirrored%s-%d", strings.ReplaceAll(path, "/", "-"), width), chromedp.CaptureScreenshot())
		}
	}
}

// A person goes from a decision to the entry that matched: the entry is in view, with its signals in full, and from there to all banks.
func TestBrowserFollowsAMatchToItsBank(t *testing.T) {
	address := serve(t, curated(t))
	b := open(t)
	b.enter(address)
	b.as(1280, "light")
	b.do(chromedp.Navigate(address + "/decisions/" + id(2, 59)))
	b.do(chromedp.Click(chromedp.CSS("a.id[href*='/banks/']")))
	b.until(`location.pathname === "/banks/grey-heron" && document.querySelector("tr:target") !== null`)
	if free := ask[float64](b, `document.querySelector("tr:target").getBoundingClientRect().top - document.querySelector("thead th").getBoundingClientRect().bottom`); free < 0 {
		t.Errorf("the head of the table hides %v px of the entry", -free)
	}
	if got := ask[string](b, `document.querySelector("tr:target .signals .id").innerText`); len(got) != 64 {
		t.Errorf("the signal of the entry is %q, want all of it", got)
	}
	if got := ask[string](b, `document.querySelector("tr:not(:target) .signals .id").innerText`); len([]rune(got)) != 13 {
		t.Errorf("the signal of another entry is %q, want its two ends", got)
	}
	b.picture("entry", chromedp.CaptureScreenshot())
	b.do(chromedp.Click(chromedp.CSS(".crumbs a")))
	b.until(`location.pathname === "/banks" && document.querySelector(".rooms [aria-current]").textContent.trim() === "Banks"`)
	b.do(chromedp.Click(chromedp.CSS(".rooms a")))
	b.until(`location.pathname === "/"`)
}

// To those who do not see the page a table is a table, also where there is no room to show it as one.
func TestBrowserTellsTables(t *testing.T) {
	address := serve(t, curated(t))
	b := open(t)
	b.enter(address)
	for _, width := range []int64{1280, 390} {
		b.as(width, "light")
		for path, want := range map[string]map[string]int{
			"/banks":             {"table": 1, "row": 6, "columnheader": 9, "rowheader": 5},
			"/banks/heron-trial": {"table": 1, "row": 13, "columnheader": 6, "rowheader": 12},
		} {
			b.do(chromedp.Navigate(address + path))
			tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
			b.must(err)
			got := map[string]int{}
			for _, node := range tree.Nodes {
				var role string
				if node.Role == nil || node.Ignored {
					continue
				}
				b.must(json.Unmarshal(node.Role.Value, &role))
				if want[role] > 0 {
					got[role]++
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s at %d px (-want +got):\n%s", path, width, diff)
			}
		}
	}
}
