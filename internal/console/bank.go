package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"github.com/quell-project/quell/internal/domain"
)

// signalsInRow is how many signals of an entry the list shows; more are counted.
const signalsInRow = 4

// bankContents is what the page of one bank shows.
type bankContents struct {
	bankView
	Types   []SignalType
	Behind  bool           // the index does not hold what the record holds
	Week    matched        // decisions of the last 7 days with a match
	From    domain.EntryID // the entry that the list was asked to begin with; "": the newest
	Entries []domain.Entry
	Fail    bool           // the entries could not be read
	Older   domain.EntryID // the first one behind the page
}

// bankPage shows one bank with its entries, newest first. Nothing on it is a picture or leads to one, whatever the bank holds.
func (c *console) bankPage(w http.ResponseWriter, r *http.Request, person string) {
	from := domain.EntryID(r.URL.Query().Get("from"))
	if from != "" && !isID(string(from)) {
		c.show(w, r, http.StatusBadRequest, notice{Said: c.words.BadEntries, Person: person, Room: banksRoom, Home: true})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	b, err := c.Record.BankNamed(ctx, r.PathValue("name"))
	if err != nil {
		c.noBank(w, r, person, err)
		return
	}
	v := bankContents{
		bankView: bankView{Bank: b, Live: c.Index.Counts(b.Number), Day: c.matched(ctx, day)(b.ID)},
		Week:     c.matched(ctx, 7*day)(b.ID), Types: c.Types, Behind: !c.Index.Ready(), From: from,
	}
	if err := c.readEntries(ctx, &v); err != nil {
		if r.Context().Err() != nil {
			return
		}
		c.Log.ErrorContext(ctx, "console: entries of a bank cannot be read", "bank", b.Name, "err", err)
		v.Fail = true
	} else {
		c.outage.end()
	}
	f := c.frame(person).in(banksRoom)
	c.render(w, r, http.StatusOK, page(f, short(plain(b.Name), 40), "", bankMain(f, v)))
}

// noBank answers where a bank cannot be shown.
func (c *console) noBank(w http.ResponseWriter, r *http.Request, person string, err error) {
	if errors.Is(err, ErrNotFound) {
		c.show(w, r, http.StatusNotFound, notice{Said: c.words.NoBank, Person: person, Room: banksRoom, Banks: true})
		return
	}
	c.broken(w, r, person, err)
}

// readEntries reads one entry more than a page holds, to know where the next page begins.
func (c *console) readEntries(ctx context.Context, v *bankContents) error {
	entries, err := c.Record.Entries(ctx, v.ID, v.From, pageSize+1)
	if err != nil {
		return err
	}
	if len(entries) > pageSize {
		v.Older = entries[pageSize].ID
		entries = entries[:pageSize]
	}
	v.Entries = entries
	added, err := c.Record.Additions(ctx)
	v.Added = added[v.ID]
	return err
}

// bankByID leads from the id of a bank, which never changes, to its page. Records of what matched name banks by it.
func (c *console) bankByID(w http.ResponseWriter, r *http.Request, person string) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	all, err := c.Record.Banks(ctx)
	at := slices.IndexFunc(all, func(b domain.Bank) bool { return string(b.ID) == r.PathValue("id") })
	if err == nil && at < 0 {
		err = ErrNotFound
	}
	if err != nil {
		c.noBank(w, r, person, err)
		return
	}
	to := bankPath(all[at].Name)
	if q := r.URL.RawQuery; q != "" {
		to += "?" + q
	}
	http.Redirect(w, r, to, http.StatusFound) // the browser keeps the place on the page, the part behind "#"
}

// bankPath returns where a bank is shown.
func bankPath(name string) string { return "/banks/" + url.PathEscape(name) }

// bankByIDPath returns an address that leads to a bank and, where one is named, to an entry of it.
func bankByIDPath(bank domain.BankID, entry domain.EntryID) templ.SafeURL {
	path := "/banks/id/" + url.PathEscape(string(bank))
	if entry != "" {
		path += entryQuery(entry)
	}
	return templ.SafeURL(path)
}

// entryQuery returns the rest of the address of a bank that shows one of its entries first.
func entryQuery(e domain.EntryID) string {
	return "?from=" + url.QueryEscape(string(e)) + "#" + entryAnchor(e)
}

// entryAnchor is the place of an entry on the page of its bank.
func entryAnchor(e domain.EntryID) string { return "e-" + string(e) }

// summary is what there is to say first.
func (v bankContents) summary() bankSummary {
	return bankSummary{Signals: v.total(), Share: v.EnabledShare}
}

// importCommand puts a list into a bank.
func importCommand(bank string) string { return "quell bank import " + bank + " list.csv" }

// entryState is what an entry is at a moment.
type entryState string

const (
	entryLive      entryState = "live"
	entryPaused    entryState = "paused"
	entrySpent     entryState = "spent" // not withdrawn, but none of its signals counts
	entryWithdrawn entryState = "withdrawn"
)

func (f frame) entryState(e domain.Entry) entryState {
	switch {
	case e.WithdrawnAt != 0:
		return entryWithdrawn
	case e.PausedUntil > domain.At(f.Now):
		return entryPaused
	case !slices.ContainsFunc(e.Signals, func(s domain.Signal) bool { return s.LiveAt(domain.At(f.Now)) }):
		return entrySpent
	default:
		return entryLive
	}
}

// stateSays tells the state of an entry in words.
func (f frame) stateSays(e domain.Entry) string {
	switch f.entryState(e) {
	case entryWithdrawn:
		return f.WithdrawnAgo(f.ago(e.WithdrawnAt))
	case entryPaused:
		if e.PausedUntil >= domain.Forever {
			return f.PausedForever
		}
		return f.Paused(f.exact(e.PausedUntil))
	case entrySpent:
		return f.SpentEntry
	default:
		return f.LiveEntry
	}
}

// signalState says of a signal of a live entry why it does not count, or "".
func (f frame) signalState(e domain.Entry, s domain.Signal) string {
	switch {
	case e.WithdrawnAt != 0 || s.LiveAt(domain.At(f.Now)):
		return ""
	case s.WithdrawnAt != 0:
		return f.Withdrawn
	default:
		return f.Expired
	}
}

// signalsOf returns the signals of an entry in the order of the types.
func signalsOf(e domain.Entry, types []SignalType) []domain.Signal {
	place := func(s domain.Signal) int {
		return slices.IndexFunc(types, func(t SignalType) bool { return t.Name == s.Type })
	}
	sorted := slices.Clone(e.Signals)
	slices.SortStableFunc(sorted, func(a, b domain.Signal) int { return cmp.Compare(place(a), place(b)) })
	return sorted
}

// labelsOf returns the labels of an entry and of its signals, each once.
func labelsOf(e domain.Entry) []string {
	all := slices.Clone(e.Labels)
	for _, s := range e.Signals {
		all = append(all, s.Provenance.Labels...)
	}
	return each(all)
}

// sourcesOf returns where the signals of an entry come from, each source once.
func sourcesOf(e domain.Entry) []string {
	var all []string
	for _, s := range e.Signals {
		all = append(all, s.Provenance.Source)
	}
	return each(all)
}

// each returns the texts without those that are empty or were there before.
func each(texts []string) []string {
	var once []string
	for _, t := range texts {
		if t != "" && !slices.Contains(once, t) {
			once = append(once, t)
		}
	}
	return once
}
