package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/platform/store"
)

// crowd is a policy beside the built-in one that holds what two users have reported.
func crowd(t *testing.T, a *App) *gate.Gate {
	t.Helper()
	p, found := policy.Load([]byte("policy: crowd\nrules: [{id: reported, when: size(reports) >= 2, decide: hold, say: Users have reported it.}]"))
	if p == nil {
		t.Fatal(found)
	}
	lines := append([]gate.Line{{Name: "crowd", Live: &gate.Version{Number: 1, Program: p}}}, a.policies.Lines()...)
	g := *a.policies
	g.Lines = func() []gate.Line { return lines }
	return &g
}

// moderator is somebody who uses the API with a key of their own.
type moderator struct{ address, key string }

func newModerator(t *testing.T, a *App, name string) moderator {
	t.Helper()
	key, err := a.Auth().NewKey(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return moderator{a.Address(), key}
}

// post sends a document and returns the answer.
func (m moderator) post(t *testing.T, path, document string, status int) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.address+path, strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+m.key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil || answer.StatusCode != status {
		t.Fatalf("POST %s answered %s, %v, %v", path, answer.Status, v, err)
	}
	return v
}

func TestAPersonsDecisionStandsUntilSomethingElseIsKnown(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	c := curation{a.store, a.bus, a.index}
	bank, err := c.CreateBank(t.Context(), domain.Bank{Name: "known", Kind: domain.Known, EnabledShare: 1})
	if err != nil {
		t.Fatal(err)
	}
	md5 := domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("ab", 16)}
	list(t, c, bank.ID, md5)
	if err := a.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := submit(t, a, "post-17", md5)
	ana, ben := newModerator(t, a, "ana"), newModerator(t, a, "ben")
	review := "/api/v1/decisions/" + string(first.ID) + "/review"
	made := ana.post(t, review, `{"verdict":"allow","reason":"It is news."}`, http.StatusOK)
	if made["by"] != "ana" || made["verdict"] != "allow" || made["cause"] != "review" || first.Verdict != domain.Block {
		t.Errorf("%v after %+v", made, first)
	}
	if p := ben.post(t, review, `{"verdict":"block","reason":"It is not."}`, http.StatusConflict); !strings.Contains(p["detail"].(string), made["decision_id"].(string)) {
		t.Errorf("the problem does not say which is the newest: %v", p)
	}
	ben.post(t, "/api/v1/decisions/none/review", `{"verdict":"block","reason":"It is not."}`, http.StatusNotFound)
	if again := submit(t, a, "post-17", md5); string(again.ID) != made["decision_id"] {
		t.Errorf("sent again: %+v", again)
	}
	other := submit(t, a, "post-18", md5)
	if other.Verdict != domain.Allow || len(other.Rules) != 1 || other.Rules[0].Effect != domain.EffectExcused || !strings.HasPrefix(other.Rules[0].Note, "overturned by ana") {
		t.Errorf("the same file of another content: %+v", other)
	}
	u, err := a.store.Upload(t.Context(), first.UploadID)
	if err != nil {
		t.Fatal(err)
	}
	overturned, err := a.store.OverturnsOf(t.Context(), u.Digest)
	if err != nil || len(overturned) != 1 || overturned[0].Rule != "known-exact" || len(overturned[0].Signals) != 1 || overturned[0].By != "ana" {
		t.Errorf("overturned %+v, %v", overturned, err)
	}
	list(t, c, bank.ID, md5) // another item with the same bytes: a signal that ana has not seen
	if err := a.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if third := submit(t, a, "post-19", md5); third.Verdict != domain.Block {
		t.Errorf("the same file, with a signal that ana has not seen: %+v", third)
	}
	eventually(t, "what became known since is blocked", func() bool { d := newest(t, a, first.UploadID); return d.Verdict == domain.Block && d.By == "" })
}

func TestReportsOfUsersReachThePolicies(t *testing.T) {
	t.Parallel()
	a := running(t, nil, func(a *App) { a.pipeline.Policy = crowd(t, a) })
	forum := newModerator(t, a, "forum")
	first := submit(t, a, "post-17", domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("ab", 16)})
	for _, id := range []string{"1", "1", "2"} { // the first is sent twice
		forum.post(t, "/api/v1/reports", `{"content_id":"post-17","reason":"hate","report_id":"`+id+`","created_at":"2999-01-01T00:00:00Z"}`, http.StatusAccepted)
	}
	eventually(t, "it is held", func() bool { return newest(t, a, first.UploadID).Verdict == domain.Hold })
	if d := newest(t, a, first.UploadID); d.Round != 2 || d.Cause != domain.CauseReport || d.Policy.Rule != "reported" {
		t.Errorf("%+v", d)
	}
	kept, err := a.store.Reports(t.Context(), store.ReportSelection{Limit: 9})
	if err != nil || len(kept) != 2 || kept[0].At > kept[0].ReceivedAt {
		t.Errorf("kept %+v, %v", kept, err)
	}
	err = a.store.Tx(t.Context(), func(tx *store.Tx) error {
		for _, body := range []string{`{"content_id":7}`, `{}`} {
			tx.Emit(domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectReportMade, Body: []byte(body)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "what is no report lies in the dead-letter stream", func() bool {
		dead, err := a.bus.DeadLetters(t.Context(), 10)
		return err == nil && len(dead) == 2
	})
}
