package console

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// hunted is a site on which past uploads were searched.
func hunted(t testing.TB) *site {
	t.Helper()
	var rows []domain.Recorded
	for n := 3; n > 0; n-- {
		r := at(near(), n, time.Duration(4-n)*time.Minute)
		r.Decision.Cause, r.Decision.Round = domain.CauseRetro, 2
		rows = append(rows, r)
	}
	s := visit(t, rows...)
	for n, h := range []domain.Hunt{
		{Reason: domain.HuntSignals, State: domain.HuntSearching, Signals: 41_207, Progress: domain.HuntProgress{Fingerprints: 12_000_000, Compared: 7_000_000, Found: 3}},
		{Reason: domain.HuntSignals, State: domain.HuntFollowing, Signals: 1, Progress: domain.HuntProgress{Fingerprints: 12_000_000, Found: 5, Decided: 3, Unchanged: 1, Gone: 1}},
		{Reason: domain.HuntBank, BankName: "grey-heron", State: domain.HuntHalted, Signals: 900, Most: 100_000, FinishedAt: domain.At(now.Add(-time.Hour)), Progress: domain.HuntProgress{Found: 2_400_312}},
		{Reason: domain.HuntAsked, By: "api", Bank: "b", BankName: "heron-trial", Entry: "e", State: domain.HuntDone, Signals: 2, FinishedAt: domain.At(now.Add(-3 * time.Hour))},
		{Reason: domain.HuntAsked, BankName: "<b>\u202eevil", State: domain.HuntCancelled, Signals: 2},
	} {
		h.ID, h.CreatedAt, h.StartedAt = domain.HuntID(id(6, 9-n)), domain.At(now.Add(-time.Duration(n*n)*time.Hour)), domain.At(now.Add(-time.Duration(n*n)*time.Hour))
		s.record.hunts = append(s.record.hunts, h)
	}
	return s
}

func TestSearchesAreTold(t *testing.T) {
	t.Parallel()
	s := hunted(t)
	list := body(t, s.get("/retrohunts"), http.StatusOK)
	for _, want := range []string{"2,400,320", "New signals", "58 %", "halted", "The bank &lt;b&gt;[U+202E]evil", "/retrohunts/" + id(6, 9)} {
		if !strings.Contains(list, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	one := body(t, s.get("/retrohunts/"+id(6, 8)), http.StatusOK)
	for _, want := range []string{"A new signal", "/decisions/" + id(2, 3), "No longer on record", "12,000,000"} {
		if !strings.Contains(one, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if d := body(t, s.get("/decisions/"+id(2, 3)), http.StatusOK); !strings.Contains(d, s.words().Later[domain.CauseRetro]) {
		t.Error("the decision does not say why it was made")
	}
	older := body(t, s.get("/retrohunts?before="+id(6, 8)), http.StatusOK)
	if strings.Contains(older, id(6, 8)) || !strings.Contains(older, id(6, 7)) || !strings.Contains(older, s.words().Newest) {
		t.Error("the older page shows something else")
	}
}

func TestSearchesThatCannotBeShown(t *testing.T) {
	t.Parallel()
	s := hunted(t)
	for path, status := range map[string]int{"/retrohunts/none": http.StatusNotFound, "/retrohunts/" + id(6, 99): http.StatusNotFound, "/retrohunts?before=x": http.StatusBadRequest} {
		body(t, s.get(path), status)
	}
	s.record.fail = errors.New("disk gone")
	for _, path := range []string{"/retrohunts", "/retrohunts/" + id(6, 8)} {
		body(t, s.get(path), http.StatusServiceUnavailable)
	}
}

func TestTheCatalogueKnowsEveryStateOfASearch(t *testing.T) {
	t.Parallel()
	w := english()
	for _, s := range domain.HuntStates() {
		if w.HuntState[s] == "" {
			t.Errorf("no word for the state %s", s)
		}
	}
	for _, r := range []domain.HuntReason{domain.HuntSignals, domain.HuntBank, domain.HuntEntry, domain.HuntAsked} {
		if w.HuntReason[r] == "" {
			t.Errorf("no word for the reason %s", r)
		}
	}
}

// TestBrowserHunts looks at every state of the pages about searches.
func TestBrowserHunts(t *testing.T) {
	s, empty := hunted(t), visit(t)
	lookAt(t, []visited{
		{"hunts", s, "/retrohunts"}, {"hunts-empty", empty, "/retrohunts"}, {"hunt", s, "/retrohunts/" + id(6, 8)},
		{"hunt-halted", s, "/retrohunts/" + id(6, 7)}, {"hunt-none", s, "/retrohunts/none"},
	})
}
