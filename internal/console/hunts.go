package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/quell-project/quell/internal/domain"
)

// hunts is what the list of searches shows.
type hunts struct {
	Rows   []domain.Hunt
	Before domain.HuntID
	Older  domain.HuntID // where the next page begins; "": there is none
}

// hunt is what the page of one search shows.
type hunt struct {
	domain.Hunt
	Rows []domain.Recorded // the newest decisions it has led to
}

// huntsSummary is what the first line of the list of searches says.
type huntsSummary struct{ Searches, Open, Found, Decided int64 }

// huntsPage shows searches for what became known later.
func (c *console) huntsPage(w http.ResponseWriter, r *http.Request, person string) {
	v := hunts{Before: domain.HuntID(r.URL.Query().Get("before"))}
	if v.Before != "" && !isID(string(v.Before)) {
		c.show(w, r, http.StatusBadRequest, notice{Said: c.words.BadHunts, Person: person, Room: huntsRoom, Home: true})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	rows, err := c.Record.Hunts(ctx, v.Before, pageSize+1)
	if err != nil {
		c.broken(w, r, person, err)
		return
	}
	c.outage.end()
	if v.Rows = rows; len(rows) > pageSize {
		v.Rows, v.Older = rows[:pageSize], rows[pageSize-1].ID
	}
	f := c.frame(person).in(huntsRoom)
	c.render(w, r, http.StatusOK, page(f, f.Hunts, "", huntsMain(f, v)))
}

// summary adds up what is shown.
func (v hunts) summary() (s huntsSummary) {
	for _, h := range v.Rows {
		s.Searches++
		if !h.Over() {
			s.Open++
		}
		s.Found += h.Progress.Found
		s.Decided += h.Progress.Decided
	}
	return s
}

// huntPage shows one search and what it has led to.
func (c *console) huntPage(w http.ResponseWriter, r *http.Request, person string) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	id := r.PathValue("id")
	v, err := hunt{}, ErrNotFound
	if isID(id) {
		v.Hunt, err = c.Record.Hunt(ctx, domain.HuntID(id))
	}
	if err == nil {
		v.Rows, err = c.Record.HuntDecisions(ctx, v.ID, pageSize)
	}
	switch {
	case errors.Is(err, ErrNotFound):
		c.show(w, r, http.StatusNotFound, notice{Said: c.words.NoHunt, Person: person, Room: huntsRoom, Home: true})
	case err != nil:
		c.broken(w, r, person, err)
	default:
		c.outage.end()
		f := c.frame(person).in(huntsRoom)
		c.render(w, r, http.StatusOK, page(f, f.HuntFor(v.Hunt), "", huntMain(f, v)))
	}
}
