package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// decisionPage shows everything on record about one decision.
func (c *console) decisionPage(w http.ResponseWriter, r *http.Request, person string) {
	id := r.PathValue("id")
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	recorded, err := domain.Recorded{}, ErrNotFound
	if isID(id) {
		recorded, err = c.Record.Decision(ctx, domain.DecisionID(id))
	}
	switch {
	case errors.Is(err, ErrNotFound):
		c.show(w, r, http.StatusNotFound, notice{Said: c.words.NoDecision, Person: person, Home: true})
	case err != nil:
		c.broken(w, r, person, err)
	default:
		c.outage.end()
		f := c.frame(person).in(overviewRoom)
		d := newEvidence(recorded)
		c.render(w, r, http.StatusOK, page(f, f.verdict(d.Decision.Verdict)+" · "+short(plain(string(d.Upload.ContentID)), 40), "", decisionMain(f, d, c.explain(ctx, recorded.Decision))))
	}
}

// evidence is a decision arranged in the order in which people ask: what counts before what does not, what is missing apart from what is done.
type evidence struct {
	domain.Recorded
	Ordered []domain.Match // what counts first, nearest first
	Done    []domain.Check // complete
	Undone  []domain.Check // everything else
	Never   bool           // no picture may be shown, whatever the record holds
}

func newEvidence(r domain.Recorded) evidence {
	e := evidence{Recorded: r, Ordered: slices.Clone(r.Decision.Matches)}
	slices.SortStableFunc(e.Ordered, func(a, b domain.Match) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Distance, b.Distance))
	})
	for _, check := range r.Decision.Checks {
		if check.Status == domain.Complete {
			e.Done = append(e.Done, check)
		} else {
			e.Undone = append(e.Undone, check)
		}
	}
	e.Never = slices.ContainsFunc(r.Decision.Matches, func(m domain.Match) bool { return m.BankKind == domain.KnownCSAM })
	return e
}

// weight puts matches that count before those that are suppressed, and these before the known-good items that suppress them.
func weight(m domain.Match) int {
	switch {
	case m.BankKind == domain.Negative:
		return 2
	case m.SuppressedBy != "":
		return 1
	default:
		return 0
	}
}

// shows reports whether there is a veiled picture of a part to show.
func (e evidence) shows(part string) bool { return !e.Never && slices.Contains(e.Renditions, part) }

// plain reports whether there is nothing to say beyond the reason.
func (e evidence) plain() bool { return len(e.Ordered) == 0 && len(e.Undone) == 0 }

// frames returns how many frames of a part a type of signal tells apart: those that stand for a whole file know of none.
func (e evidence) frames(part string, t domain.SignalType) int {
	for _, p := range e.Upload.Parts {
		if p.Name == part && t == domain.PDQ {
			return p.Frames
		}
	}
	return 0
}

// detectors returns the names of the detectors that completed, each once, in the order of the record.
func (e evidence) detectors() []string {
	var names []string
	for _, check := range e.Done {
		if !slices.Contains(names, check.Detector) {
			names = append(names, check.Detector)
		}
	}
	return names
}

// pictures returns the parts that have a rendition to show, in the order of the upload.
func (e evidence) pictures() []string {
	var names []string
	for _, p := range e.Upload.Parts {
		if e.shows(p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// attribute is one of the service's own notes about an upload.
type attribute struct{ Name, Value string }

// attributes returns the notes in the order of their names: text as it is, anything else as JSON.
func (e evidence) attributes() []attribute {
	var all []attribute
	for _, name := range slices.Sorted(maps.Keys(e.Upload.Attributes)) {
		text, ok := e.Upload.Attributes[name].(string)
		if !ok {
			text = asJSON(e.Upload.Attributes[name])
		}
		all = append(all, attribute{name, text})
	}
	return all
}

// asJSON writes a value so that people can read it; one that JSON cannot hold is replaced by the reason.
func asJSON(value any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the templates escape
	if err := enc.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}
