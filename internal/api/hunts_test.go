package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/quell-project/quell/internal/domain"
)

// hunts are hunts in memory, oldest first. They find nothing by themselves.
type hunts struct {
	all       []domain.Hunt
	decisions []domain.Recorded
	off       bool
}

func (h *hunts) Hunts(_ context.Context, before domain.HuntID, limit int) (page []domain.Hunt, _ error) {
	for _, one := range slices.Backward(h.all) {
		if before == "" || one.ID < before {
			page = append(page, one)
		}
	}
	return page[:min(limit, len(page))], nil
}

func (h *hunts) Hunt(_ context.Context, id domain.HuntID) (domain.Hunt, error) {
	for _, one := range h.all {
		if one.ID == id {
			return one, nil
		}
	}
	return domain.Hunt{}, fmt.Errorf("hunt %q: %w", id, errNotFound)
}

func (h *hunts) HuntDecisions(_ context.Context, _ domain.HuntID, before domain.DecisionID, limit int) (page []domain.Recorded, _ error) {
	for _, d := range h.decisions {
		if before == "" || d.Decision.ID < before {
			page = append(page, d)
		}
	}
	return page[:min(limit, len(page))], nil
}

func (h *hunts) StartHunt(_ context.Context, one domain.Hunt, bounded bool) (domain.Hunt, error) {
	if h.off {
		return one, fmt.Errorf("no fingerprints are kept: %w", errConflict)
	}
	one.ID, one.State, one.CreatedAt, one.Signals = domain.HuntID(fmt.Sprintf("hunt-%d", len(h.all)+1)), domain.HuntWaiting, noon, 3
	if bounded {
		one.Most = 100
	}
	h.all = append(h.all, one)
	return one, nil
}

func (h *hunts) CancelHunt(ctx context.Context, id domain.HuntID) (domain.Hunt, error) {
	one, err := h.Hunt(ctx, id)
	if err == nil && one.Over() {
		err = fmt.Errorf("hunt %s is over: %w", id, errConflict)
	}
	if err != nil {
		return one, err
	}
	one.State, one.FinishedAt = domain.HuntCancelled, noon
	h.all[slices.IndexFunc(h.all, func(o domain.Hunt) bool { return o.ID == id })] = one
	return one, nil
}

func TestHuntAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	a := postJSON(w, "/api/v1/retrohunts", `{"bank":"grey-heron"}`)
	a.object(t, http.StatusCreated)
	golden(t, "answers/retrohunt-started.json", a.body)
	if w.hunts.all[0].Most != 100 || w.hunts.all[0].Reason != domain.HuntAsked {
		t.Errorf("started %+v", w.hunts.all[0])
	}
	postJSON(w, "/api/v1/retrohunts", `{"bank":"grey-heron","unbounded":true}`).object(t, http.StatusCreated)
	if w.hunts.all[1].Most != 0 {
		t.Errorf("started %+v", w.hunts.all[1])
	}
	one := &w.hunts.all[0]
	one.State, one.Note, one.StartedAt, one.FinishedAt = domain.HuntHalted, "Too much.", noon+1, noon+2
	one.Progress = domain.HuntProgress{Fingerprints: 10, Compared: 5, Found: 4, Decided: 1, Unchanged: 1, Gone: 1, Failed: 1}
	golden(t, "answers/retrohunt.json", get(w, "/api/v1/retrohunts/hunt-1").body)
	w.hunts.decisions = []domain.Recorded{{Decision: domain.Decision{ID: "d-2", Verdict: domain.Block, Round: 2, Cause: domain.CauseRetro, DecidedAt: noon}}, {Decision: domain.Decision{ID: "d-1"}}}
	golden(t, "answers/retrohunt-decisions.json", get(w, "/api/v1/retrohunts/hunt-1/decisions?limit=1").body)
	golden(t, "answers/retrohunts.json", get(w, "/api/v1/retrohunts?limit=1").body)
	if next := get(w, "/api/v1/retrohunts?before=hunt-2").object(t, http.StatusOK); next["next"] != nil || len(next["hunts"].([]any)) != 1 {
		t.Errorf("the next page is %v", next)
	}
	if got := postJSON(w, "/api/v1/retrohunts/hunt-2/cancel", ``).object(t, http.StatusOK); got["state"] != "cancelled" {
		t.Errorf("cancelled: %v", got)
	}
}

func TestHuntsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	postJSON(w, "/api/v1/banks", `{"name":"good","kind":"negative"}`).object(t, http.StatusCreated)
	for document, place := range map[string]string{`{}`: "body", `{"bank":"good"}`: "body.bank", `{"bank":"grey-heron","limit":1}`: "body.limit"} {
		postJSON(w, "/api/v1/retrohunts", document).problem(t, http.StatusUnprocessableEntity, place)
	}
	for _, document := range []string{`{"bank":"none"}`, `{"bank":"grey-heron","entry":"none"}`} {
		postJSON(w, "/api/v1/retrohunts", document).problem(t, http.StatusNotFound)
	}
	for _, path := range []string{"/api/v1/retrohunts/none", "/api/v1/retrohunts/none/decisions"} {
		get(w, path).problem(t, http.StatusNotFound)
	}
	postJSON(w, "/api/v1/retrohunts/none/cancel", ``).problem(t, http.StatusNotFound)
	w.hunts.all = []domain.Hunt{{ID: "over", State: domain.HuntDone}}
	postJSON(w, "/api/v1/retrohunts/over/cancel", ``).problem(t, http.StatusConflict)
	w.hunts.off = true
	postJSON(w, "/api/v1/retrohunts", `{"bank":"grey-heron"}`).problem(t, http.StatusConflict)
}
