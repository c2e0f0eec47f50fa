package console

import (
	"bytes"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/quell-project/quell/internal/domain"
)

// frame is what every template needs: the words, the moment, the person and where the assets are.
type frame struct {
	*words
	Now       time.Time
	Person    string // "": nobody is signed in
	Room      room
	Assets    map[string]string
	Release   string
	CanReplay bool // there is a room for replays
}

func (c *console) frame(person string) frame {
	return frame{words: c.words, Now: c.Now(), Person: person, Assets: c.assets.href, Release: c.Version, CanReplay: c.Replays != nil}
}

// room is a part of the console that the menu leads to.
type room string

const (
	noRoom       room = ""
	overviewRoom room = "overview"
	banksRoom    room = "banks"
	huntsRoom    room = "retrohunts"
	policiesRoom room = "policies"
	replaysRoom  room = "replays"
)

// in returns the frame of a page of a room.
func (f frame) in(r room) frame {
	f.Room = r
	return f
}

// ago says how long ago something was, in words.
func (f frame) ago(t domain.Time) string { return f.Ago(max(f.Now.Sub(t.Std()), 0)) }

// exact says when something was.
func (f frame) exact(t domain.Time) string { return f.Exact(t.Std()) }

// verdict returns the word for a verdict; one that the catalogue does not know stands for itself.
func (f frame) verdict(v domain.Verdict) string { return known(f.Verdict, v) }

// known returns the word that a catalogue has for a value, or else the value.
func known[T ~string](catalogue map[T]string, value T) string {
	if word, ok := catalogue[value]; ok {
		return word
	}
	return plain(string(value))
}

// notice is a page that only says something.
type notice struct {
	Said    said
	Command string // to be run elsewhere, in full
	Button  string // sends the form, where there is an Action
	Action  string
	Token   string // goes with the form
	Again   string // address to try again
	Home    bool   // offer the way to the overview
	Banks   bool   // offer the way to the banks
	Live    string // address of which a fresh rendering may take the place of the notice
	Person  string
	Room    room
}

// show answers with a notice.
func (c *console) show(w http.ResponseWriter, r *http.Request, status int, n notice) {
	f := c.frame(n.Person).in(n.Room)
	c.render(w, r, status, page(f, n.Said.Title, n.Live, noticeMain(f, n)))
}

func (c *console) notFound(w http.ResponseWriter, r *http.Request, person string) {
	c.show(w, r, http.StatusNotFound, notice{Said: c.words.NotFound, Person: person, Home: true})
}

// broken answers when the record or the sign-in is out of order, and says since when.
func (c *console) broken(w http.ResponseWriter, r *http.Request, person string, err error) {
	if r.Context().Err() != nil {
		return // whoever asked has gone, and the failure may be no more than that
	}
	now := c.Now()
	since := c.outage.begin(now)
	c.Log.ErrorContext(r.Context(), "console: no answer from the record", "path", r.URL.Path, "since", since, "err", err)
	n := notice{Said: c.words.Broken, Person: person}
	n.Said.Text = append([]string{c.words.BrokenSince(c.words.Exact(since), c.words.Ago(now.Sub(since)))}, n.Said.Text...)
	if r.Method == http.MethodGet {
		n.Again = r.URL.RequestURI()
	}
	if r.URL.Path == "/" {
		if l, err := parseList(r.URL.Query()); err == nil {
			n.Live = l.live()
		}
	}
	w.Header().Set("Retry-After", "10")
	c.show(w, r, http.StatusServiceUnavailable, n)
}

// render writes a page. It is made in full before the first byte goes out, so that a fault cannot leave half of one.
func (c *console) render(w http.ResponseWriter, r *http.Request, status int, body templ.Component) {
	var b bytes.Buffer
	if err := body.Render(r.Context(), &b); err != nil {
		c.Log.ErrorContext(r.Context(), "console: page not made", "path", r.URL.Path, "err", err)
		http.Error(w, "The page could not be made. The log of Quell says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(b.Bytes()); err != nil {
		c.Log.DebugContext(r.Context(), "console: page not sent", "path", r.URL.Path, "err", err)
	}
}
