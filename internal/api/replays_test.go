package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// replays keeps what is asked for; r-1 is done.
type replays struct{ asked []domain.Replay }

var doneReplay = domain.Replay{
	ID: "r-1", Policy: "known-content", From: noon - 1000, To: noon, Share: 1, By: "eva", At: noon, Done: 1, FinishedAt: noon, Digest: "abc", Report: []byte(`{"decisions":7}`),
}

func (p *replays) Replays(_ context.Context, before domain.EventID, _ int) ([]domain.Replay, error) {
	if before != "" {
		return nil, nil
	}
	return slices.Concat(p.asked, []domain.Replay{doneReplay}), nil
}

func (p *replays) Replay(_ context.Context, id domain.EventID) (domain.Replay, error) {
	if id != "r-1" {
		return domain.Replay{}, errNotFound
	}
	return doneReplay, nil
}

func (p *replays) StartReplay(_ context.Context, r domain.Replay) (domain.Replay, error) {
	if r.Policy == "nobody" {
		return r, errNotFound
	}
	if r.Text != "" {
		program, found := policy.Load([]byte(r.Text))
		if program == nil {
			return r, found
		}
		r.Policy = program.Document.Name
	}
	r.ID, r.At = "r-2", noon
	p.asked = append(p.asked, r)
	return r, nil
}

func (p *replays) CancelReplay(_ context.Context, id domain.EventID, by string) (domain.Replay, error) {
	switch id {
	case "r-1":
		return domain.Replay{}, errConflict
	case "r-2":
		return domain.Replay{ID: id, Failed: "cancelled by " + by, FinishedAt: noon}, nil
	}
	return domain.Replay{}, errNotFound
}

func TestReplays(t *testing.T) {
	t.Parallel()
	const path = "/api/v1/policy-replays"
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", path, `{"policy":"known-content","version":3,"share":0.5}`, http.StatusAccepted, `"state":"waiting"`},
		{"POST", path, `{"text":"policy: new\nrules: [{id: a, when: 'true', decide: hold}]"}`, http.StatusAccepted, `"policy":"new"`},
		{"POST", path, `{"text":"policy: new\nrules: [{id: a, when: tru, decide: hold}]"}`, http.StatusUnprocessableEntity, `body.text:2:`},
		{"POST", path, `{}`, http.StatusUnprocessableEntity, "name a policy"},
		{"POST", path, `{"policy":"a","text":"policy: a"}`, http.StatusUnprocessableEntity, "name a policy"},
		{"POST", path, `{"policy":"nobody"}`, http.StatusNotFound, "not found"},
		{"POST", path, `{"policy":"a","share":0}`, http.StatusUnprocessableEntity, "share"},
		{"POST", path, `{"policy":"a","from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}`, http.StatusUnprocessableEntity, "later than from"},
		{"GET", path, ``, http.StatusOK, `"id":"r-1"`},
		{"GET", path + "/r-1", ``, http.StatusOK, `"report":{"decisions":7}`},
		{"GET", path + "/r-9", ``, http.StatusNotFound, "not found"},
		{"POST", path + "/r-1/cancel", ``, http.StatusConflict, "conflict"},
		{"POST", path + "/r-2/cancel", ``, http.StatusOK, `"failed":"cancelled by test"`},
	} {
		a := send(newWorld(), c.method, c.path, "application/json", strings.NewReader(c.body))
		if a.status != c.status || !strings.Contains(strings.ToLower(string(a.body)), strings.ToLower(c.says)) {
			t.Errorf("%s %s %s: %d %.600s", c.method, c.path, c.body, a.status, a.body)
		}
	}
}
