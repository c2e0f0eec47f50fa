package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/quell-project/quell/internal/console/chart"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/replay"
)

// Replays asks what a version would have decided about uploads of the past. It MUST be safe for concurrent use.
type Replays interface {
	// Replays returns those there are, newest first.
	Replays(ctx context.Context) ([]Replay, error)
	// Replay returns one. The error wraps ErrNotFound where there is none.
	Replay(ctx context.Context, id string) (Replay, error)
	// StartReplay begins one over the last week and returns at once. What may not be is a Refusal.
	StartReplay(ctx context.Context, policy string, version int, by string) (Replay, error)
}

// Replay is a look at what a version would have decided.
type Replay struct {
	ID      string
	Policy  string
	Version int
	By      string
	At      domain.Time
	Share   float64        // that is done, 0..1
	Over    bool           // it is done, or has failed
	Digest  string         // over all outcomes
	Failed  string         // why there is no report
	Report  *replay.Report // nil: it runs, has failed, or is only listed
}

// running reports whether there is still something to come.
func (r Replay) running() bool { return !r.Over }

// replaysPage shows all replays.
func (c *console) replaysPage(w http.ResponseWriter, r *http.Request, person string) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	all, err := c.Replays.Replays(ctx)
	if err != nil {
		c.broken(w, r, person, err)
		return
	}
	c.outage.end()
	f := c.frame(person).in(replaysRoom)
	c.render(w, r, http.StatusOK, page(f, f.Replays.Room, "", replaysMain(f, all)))
}

// replayPage shows one replay; while it runs, the page keeps itself fresh.
func (c *console) replayPage(w http.ResponseWriter, r *http.Request, person string) {
	if v, ok := c.readReplay(w, r, person); ok {
		f, live := c.frame(person).in(replaysRoom), ""
		if v.running() {
			live = replayPath(v.ID) + "/latest"
		}
		c.render(w, r, http.StatusOK, page(f, f.Replays.Title(v.Policy, v.Version), live, replayMain(f, v)))
	}
}

// replayPart serves only what lies between the head and the foot of the page.
func (c *console) replayPart(w http.ResponseWriter, r *http.Request, person string) {
	if v, ok := c.readReplay(w, r, person); ok {
		c.render(w, r, http.StatusOK, replayMain(c.frame(person), v))
	}
}

// readReplay reads the replay that the path names, or answers the request itself.
func (c *console) readReplay(w http.ResponseWriter, r *http.Request, person string) (Replay, bool) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	v, err := c.Replays.Replay(ctx, r.PathValue("id"))
	switch {
	case errors.Is(err, ErrNotFound):
		c.show(w, r, http.StatusNotFound, notice{Said: c.words.Replays.None, Person: person, Room: replaysRoom, Home: true})
	case err != nil:
		c.broken(w, r, person, err)
	default:
		c.outage.end()
	}
	return v, err == nil
}

// startReplay begins a replay of a version and leads to it.
func (c *console) startReplay(w http.ResponseWriter, r *http.Request, person string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxAct)
	version, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		c.show(w, r, http.StatusBadRequest, notice{Said: c.words.Policies.BadForm, Person: person, Room: policiesRoom, Home: true})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	v, err := c.Replays.StartReplay(ctx, r.PathValue("name"), version, person)
	var refusal Refusal
	switch {
	case errors.As(err, &refusal):
		c.showPolicy(w, r, person, http.StatusConflict, string(refusal))
	case errors.Is(err, ErrNotFound):
		c.show(w, r, http.StatusNotFound, notice{Said: c.words.Policies.None, Person: person, Room: policiesRoom, Home: true})
	case err != nil:
		c.broken(w, r, person, err)
	default:
		http.Redirect(w, r, replayPath(v.ID), http.StatusSeeOther)
	}
}

func replayPath(id string) string { return "/replays/" + id }

// matrix arranges the counts of a report.
func (r Replay) matrix() verdictMatrix {
	cells := verdictMatrix{}
	for _, cell := range r.Report.Verdicts {
		cells[change{cell.Was, cell.Now}] += cell.Count
	}
	return cells
}

// agreement is how often people agree, before and after. What nobody has reviewed is left out.
func (f frame) agreement(a replay.Agreement) chart.Intervals {
	d := chart.Intervals{ID: "agreement", Title: f.Replays.Agreement, Most: 1, End: f.Percent(1)}
	add := func(name string, r *replay.Rate, class string) {
		if r != nil && r.Of > 0 {
			d.Rows = append(d.Rows, f.interval(name, *r, class))
		}
	}
	add(f.Replays.BlocksWere, &a.Blocks.Was, "was")
	add(f.Replays.BlocksWould, &a.Blocks.Now, "now")
	add(f.Replays.ActsWere, &a.Acts.Was, "was")
	add(f.Replays.ActsWould, &a.Acts.Now, "now")
	add(f.Replays.RecallWas, a.RecallBefore, "was")
	add(f.Replays.RecallWould, a.RecallAfter, "now")
	return d
}

// breakdown is how often uploads that have something in common were and would be held or blocked.
func (f frame) breakdown(at int, g replay.Group) chart.Intervals {
	d := chart.Intervals{ID: fmt.Sprintf("breakdown-%d", at), Title: f.Replays.By(g.By)}
	for _, l := range g.Lines {
		name := short(plain(l.Name), 32)
		d.Rows = append(d.Rows, f.interval(f.Replays.Was(name), l.Was, "was"), f.interval(f.Replays.Would(name), l.Now, "now"))
		d.Most = max(d.Most, l.Was.High, l.Now.High)
	}
	d.End = f.Replays.Rate(d.Most)
	return d
}

func (f frame) interval(name string, r replay.Rate, class string) chart.Interval {
	return chart.Interval{Class: class, Name: name, Note: f.Replays.RateOf(r), At: r.Share, Low: r.Low, High: r.High}
}
