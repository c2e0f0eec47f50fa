package console

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// tab is a tab of a Chromium of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	mistakes []string // what the browser complained about
}

// open starts a Chromium, or skips the test where there is none.
func open(t *testing.T) *tab {
	t.Helper()
	path := os.Getenv("QUELL_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		t.Skip("no Chromium found: install it, or set QUELL_CHROMIUM to its path, to look at the pages in a browser")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("host-resolver-rules", "MAP quell.test 127.0.0.1"),
		chromedp.UserDataDir(t.TempDir()))
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &tab{t: t}
	b.must(chromedp.Listen(ctx, func(event any) { // also starts the browser, which lives as long as the context
		if e, ok := event.(*log.EventEntryAdded); ok && e.Entry.Level != log.EntryLevelVerbose {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.mistakes = append(b.mistakes, e.Entry.Text)
		}
	}))
	b.ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	return b
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// do lets the browser do something.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, steps...))
}

// until waits for an expression to become true. It does not mind that the page is left meanwhile, which ends whatever runs in it.
func (b *tab) until(expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		if is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression)); err == nil && is {
			return
		}
	}
	h1, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href + ": " + document.querySelector("h1")?.textContent`))
	b.t.Fatalf("%s did not become true; the page is %s; the browser complains: %q", expression, h1, b.complaints())
}

// ask returns what an expression gives.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// complaints returns what the browser complained about since the last call.
func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := b.mistakes
	b.mistakes = nil
	return found
}

// enter gives the browser the cookie of somebody who is signed in.
func (b *tab) enter(address string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: "quell", Value: "session-0", URL: address})
	b.must(err)
}

// as makes the browser look like another device, in the light or the dark theme.
func (b *tab) as(width int64, scheme string) {
	b.t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	b.must(err)
	if width < 600 {
		b.do(chromedp.EmulateViewport(width, 844, chromedp.EmulateMobile))
	} else {
		b.do(chromedp.EmulateViewport(width, 900))
	}
}

// picture leaves a picture of the page with the artifacts of the test.
func (b *tab) picture(name string, take chromedp.Action[[]byte]) {
	b.t.Helper()
	b.until(`[...document.images].every((image) => image.complete)`)
	png, err := chromedp.Run(b.ctx, take)
	b.must(err)
	b.must(os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), png, 0o644))
}

// serve puts a site on a port of this machine and returns its address under a host name. To a browser that is a place without HTTPS like any
// other in a network, unlike the bare address of this machine, which browsers trust.
func serve(t *testing.T, s *site) string {
	t.Helper()
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "http://quell.test:" + port
}

// faults finds what a page must not have: more than one first heading, ids twice, pictures without words, things to press without a name or
// too small to hit, and a page wider than its window.
const faults = `(() => {
	const found = [], ids = new Set()
	if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1")
	for (const e of document.querySelectorAll("[id]")) ids.has(e.id) ? found.push("id twice: " + e.id) : ids.add(e.id)
	for (const e of document.images) if (!e.alt) found.push("picture without words: " + e.src)
	for (const e of document.querySelectorAll("a, button, summary")) {
		if (!e.textContent.trim()) found.push("no name: " + e.outerHTML)
		if (e.getBoundingClientRect().height < 24 && !e.closest("h1")) found.push("too small: " + e.outerHTML)
	}
	for (const e of document.querySelectorAll("nav, [role=region]")) if (!e.getAttribute("aria-label")) found.push("place without a name: " + e.outerHTML)
	for (const e of document.querySelectorAll("[aria-labelledby]")) {
		for (const id of e.getAttribute("aria-labelledby").split(" ")) if (!document.getElementById(id)) found.push("named by nothing: " + id)
	}
	const over = document.documentElement.scrollWidth - document.documentElement.clientWidth
	if (over > 0) found.push("wider than the window by " + over + " px")
	return found
})()`

// visited is a page in a state worth looking at.
type visited struct {
	name string
	site *site
	path string
}

// TestBrowserPages looks at every state of the pages about decisions in both themes and on a phone.
func TestBrowserPages(t *testing.T) {
	busy := visit(t, lively()...)
	edge := visit(t, at(hostile(), 3, time.Minute), at(long(), 2, time.Hour), at(near(), 1, 50*time.Hour))
	empty, broken, halfBroken, stranger := visit(t), visit(t), visit(t, lively()[:30]...), visit(t)
	broken.record.fail = errors.New("disk gone")
	halfBroken.record.failCounts = errors.New("too slow")
	stranger.signIn.session = "another"
	lookAt(t, []visited{
		{"overview", busy, "/"},
		{"filtered", busy, "/?verdict=hold&span=week"},
		{"edge", edge, "/"},
		{"empty", empty, "/"},
		{"none", edge, "/?verdict=label"},
		{"broken", broken, "/"},
		{"half-broken", halfBroken, "/"},
		{"stranger", stranger, "/"},
		{"sign-in", stranger, "/sign-in?token=token-1"},
		{"decision", busy, "/decisions/" + id(2, 2200)},
		{"decision-unchecked", busy, "/decisions/" + id(2, 2198)},
		{"decision-edge", edge, "/decisions/" + id(2, 3)},
		{"decision-many", edge, "/decisions/" + id(2, 2)},
	})
}

// TestBrowserBanks looks at every state of the pages about banks.
func TestBrowserBanks(t *testing.T) {
	banks, siege, empty := curated(t), besieged(t), visit(t)
	lookAt(t, []visited{
		{"decision-linked", banks, "/decisions/" + id(2, 59)},
		{"banks", banks, "/banks"},
		{"banks-edge", siege, "/banks"},
		{"banks-empty", empty, "/banks"},
		{"bank", banks, "/banks/grey-heron"},
		{"bank-entry", banks, "/banks/id/" + string(bankID(2)) + entryQuery(entry(2, 34, 0).ID)},
		{"bank-csam", banks, "/banks/csam-hashes"},
		{"bank-off", banks, "/banks/old-import"},
		{"bank-edge", siege, bankPath(siege.record.banks[0].Name)},
		{"bank-long", siege, bankPath(siege.record.banks[1].Name)},
		{"bank-none", banks, "/banks/nowhere"},
	})
}

// lookAt looks at pages in both themes and on a phone.
func lookAt(t *testing.T, pages []visited) {
	t.Helper()
	b := open(t)
	for _, p := range pages {
		address := serve(t, p.site)
		b.enter(address)
		for _, look := range []struct {
			name, scheme string
			width        int64
		}{{"light", "light", 1280}, {"dark", "dark", 1280}, {"phone", "light", 390}} {
			b.as(look.width, look.scheme)
			b.do(chromedp.Navigate(address + p.path))
			for _, fault := range ask[[]string](b, faults) {
				t.Errorf("%s, %s: %s", p.name, look.name, fault)
			}
			for _, complaint := range b.complaints() {
				if !strings.Contains(complaint, "Failed to load resource") { // the status of the page itself
					t.Errorf("%s, %s: the browser complains: %s", p.name, look.name, complaint)
				}
			}
			b.picture(p.name+"-"+look.name, chromedp.FullScreenshot(100))
		}
	}
}
