package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/policies/policiestest"
)

// rules are policies, snoozes and alarms in memory, by the keeper of the program.
type rules struct {
	*policies.Keeper[string]
	desk   *policiestest.Desk
	counts []domain.ShadowCount
	differ []domain.ShadowChange
}

func newRules() *rules {
	desk := policiestest.NewDesk(func() domain.Time { return noon })
	return &rules{desk: desk, Keeper: &policies.Keeper[string]{
		Desk: desk, Language: policiestest.Language{}, Ready: []policies.Ready{{Name: "known-content", Text: "policy 0"}},
		Rules: policies.Rules{SecondPerson: true, Lapses: 24 * time.Hour}, Now: func() time.Time { return noon.Std() },
	}}
}

func (r *rules) Policies(ctx context.Context) (all []domain.PolicyLife, _ error) {
	for _, name := range []string{"known-content", "night-watch"} {
		if l, err := r.Policy(ctx, name); err == nil {
			all = append(all, l)
		}
	}
	return all, nil
}

func (r *rules) Policy(_ context.Context, name string) (domain.PolicyLife, error) {
	l := r.desk.Lives[name]
	l.Policy.Name = name
	return r.Look(l)
}

func (r *rules) PolicyVersion(ctx context.Context, name string, number int) (domain.PolicyVersion, error) {
	if name == "known-content" && number == 0 { // comes with the program
		return domain.PolicyVersion{Text: "policy: known-content\nrules: [{id: near, when: size(matches) > 0, decide: block}]"}, nil
	}
	return r.desk.PolicyVersion(ctx, name, number)
}

func (r *rules) PolicySteps(ctx context.Context, name string, before domain.EventID, limit int) ([]domain.PolicyStep, error) {
	steps, err := r.desk.PolicySteps(ctx, name, "", 1000)
	steps = slices.DeleteFunc(steps, func(s domain.PolicyStep) bool { return before != "" && s.ID >= before })
	return steps[:min(limit, len(steps))], err
}

func (r *rules) PolicyMoves(_ context.Context, name string, _ int) ([]domain.PolicyMove, error) {
	return append(slices.Clone(r.desk.Lives[name].Moves), r.desk.Past...), nil
}

func (r *rules) ShadowCounts(context.Context, string, int, domain.Time, domain.Time) ([]domain.ShadowCount, error) {
	return r.counts, nil
}

func (r *rules) ShadowChanges(_ context.Context, _ string, _ int, before domain.DecisionID, limit int) (page []domain.ShadowChange, _ error) {
	for _, c := range r.differ {
		if before == "" || c.Decision < before {
			page = append(page, c)
		}
	}
	return page[:min(limit, len(page))], nil
}

func (r *rules) Snoozes(_ context.Context, before domain.EventID, limit int) (page []domain.Snooze, _ error) {
	for _, s := range slices.Backward(r.desk.Sleep) {
		if before == "" || s.ID < before {
			page = append(page, s)
		}
	}
	return page[:min(limit, len(page))], nil
}

func (r *rules) AddSnooze(_ context.Context, s domain.Snooze) (domain.Snooze, error) {
	s.ID, s.At = domain.EventID(fmt.Sprint("snooze-", len(r.desk.Sleep)+1)), noon
	r.desk.Sleep = append(r.desk.Sleep, s)
	return s, nil
}

func (r *rules) EndSnooze(_ context.Context, id domain.EventID, by string) (domain.Snooze, error) {
	for i := range r.desk.Sleep {
		if s := &r.desk.Sleep[i]; s.ID == id {
			if s.EndedBy != "" {
				return *s, fmt.Errorf("snooze %s is over: %w", id, errConflict)
			}
			s.EndedBy, s.Until = by, noon
			return *s, nil
		}
	}
	return domain.Snooze{}, fmt.Errorf("snooze %q: %w", id, errNotFound)
}

func (r *rules) Alarms(_ context.Context, open bool, before domain.EventID, limit int) (page []domain.Alarm, _ error) {
	for _, a := range slices.Backward(r.desk.Alarms) {
		if (before == "" || a.ID < before) && (!open || a.AckedAt == 0) {
			page = append(page, a)
		}
	}
	return page[:min(limit, len(page))], nil
}

func (r *rules) AckAlarm(_ context.Context, id domain.EventID, by string) (domain.Alarm, error) {
	for i := range r.desk.Alarms {
		if a := &r.desk.Alarms[i]; a.ID == id {
			a.AckedBy, a.AckedAt = by, noon
			return *a, nil
		}
	}
	return domain.Alarm{}, fmt.Errorf("alarm %q: %w", id, errNotFound)
}

const watch = "/api/v1/policies/night-watch"

// TestAPolicyIsBroughtToLiveByTwoKeys walks one version through its life: who asks cannot agree.
func TestAPolicyIsBroughtToLiveByTwoKeys(t *testing.T) {
	t.Parallel()
	w := newWorld()
	v := postJSON(w, watch+"/versions", `{"text":"policy 1","note":"first"}`).object(t, http.StatusCreated)
	if v["state"] != "draft" || v["by"] != "test" || v["number"] != 1.0 {
		t.Errorf("written %v", v)
	}
	postJSON(w, watch+"/versions/1/move", `{"to":"live"}`).problem(t, http.StatusConflict)
	if v := send(w, "POST", watch+"/versions/1/check", "", nil).object(t, http.StatusOK); v["state"] != "checked" || v["text"] != "policy 1" {
		t.Errorf("checked %v", v)
	}
	m := postJSON(w, watch+"/versions/1/move", `{"to":"live","reason":"why"}`).object(t, http.StatusOK)
	if m["state"] != "asked" {
		t.Fatalf("moved %v", m)
	}
	request := fmt.Sprint("/api/v1/policy-requests/", m["id"])
	postJSON(w, request+"/approve", `{}`).problem(t, http.StatusConflict)
	w.keys.valid[goodKey] = "ben"
	if m := postJSON(w, request+"/approve", `{"reason":"fine"}`).object(t, http.StatusOK); m["state"] != "done" || m["second"] != "ben" {
		t.Errorf("approved %v", m)
	}
	one := get(w, watch).object(t, http.StatusOK)
	if one["versions"].([]any)[0].(map[string]any)["state"] != "live" {
		t.Errorf("the policy is %v", one)
	}
	if h := get(w, watch+"/history?limit=2").object(t, http.StatusOK); len(h["steps"].([]any)) != 2 || h["next"] == nil {
		t.Errorf("history %v", h)
	}
	if l := get(w, "/api/v1/policies").object(t, http.StatusOK); len(l["policies"].([]any)) != 2 {
		t.Errorf("all policies: %v", l)
	}
	postJSON(w, watch+"/rollback", `{}`).problem(t, http.StatusConflict)
	postJSON(w, "/api/v1/policies/other/rollback", `{}`).problem(t, http.StatusNotFound)
	get(w, "/api/v1/policies/other").problem(t, http.StatusNotFound)
	if r := get(w, watch+"/requests").object(t, http.StatusOK); len(r["requests"].([]any)) != 1 {
		t.Errorf("requests %v", r)
	}
}

func TestFaultsOfAPolicyNameLineAndColumn(t *testing.T) {
	t.Parallel()
	a := postJSON(newWorld(), watch+"/versions", `{"text":"policy\n  bad"}`)
	if a.status != http.StatusUnprocessableEntity {
		t.Errorf("answered %d", a.status)
	}
	golden(t, "answers/policy-fault.json", a.body)
	for path, says := range map[string]string{"/api/v1/policies/Night/versions": "small letters"} {
		a := postJSON(newWorld(), path, `{"text":"policy"}`)
		a.problem(t, http.StatusUnprocessableEntity)
		if !strings.Contains(string(a.body), says) {
			t.Errorf("%s: %s", path, a.body)
		}
	}
}

func TestEmergenciesAreReviewedAndPoliciesPlaced(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, watch+"/versions", `{"text":"policy 1"}`).object(t, http.StatusCreated)
	send(w, "POST", watch+"/versions/1/check", "", nil).object(t, http.StatusOK)
	postJSON(w, watch+"/versions/1/move", `{"to":"canary","share":0.5,"emergency":true}`).problem(t, http.StatusUnprocessableEntity)
	postJSON(w, watch+"/versions/1/move", `{"to":"canary","share":0.5,"emergency":true,"reason":"a flood"}`).object(t, http.StatusOK)
	flagged := get(w, watch).object(t, http.StatusOK)["to_review"].([]any)[0].(map[string]any)
	w.keys.valid[goodKey] = "ben"
	review := fmt.Sprint(watch, "/emergencies/", flagged["id"], "/review")
	if l := send(w, "POST", review, "", nil).object(t, http.StatusOK); len(l["to_review"].([]any)) != 0 {
		t.Errorf("after the review: %v", l)
	}
	send(w, "POST", review, "", nil).problem(t, http.StatusNotFound)
	if l := send(w, "PATCH", watch, "application/json", strings.NewReader(`{"position":-4}`)).object(t, http.StatusOK); l["position"] != -4.0 {
		t.Errorf("placed %v", l)
	}
	m := postJSON(w, watch+"/versions/1/move", `{"to":"live","starts_at":"2026-12-01T00:00:00Z","ends_at":"2026-12-02T00:00:00Z"}`).object(t, http.StatusOK)
	postJSON(w, fmt.Sprint("/api/v1/policy-requests/", m["id"], "/refuse"), `{}`).problem(t, http.StatusUnprocessableEntity)
	if m := postJSON(w, fmt.Sprint("/api/v1/policy-requests/", m["id"], "/refuse"), `{"reason":"no"}`).object(t, http.StatusOK); m["state"] != "refused" || m["answer"] != "no" {
		t.Errorf("refused %v", m)
	}
}

func TestShadowAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	postJSON(w, watch+"/versions", `{"text":"policy 1"}`).object(t, http.StatusCreated)
	w.rules.counts = []domain.ShadowCount{{Hour: noon, Stood: domain.Block, Verdict: domain.Hold, Count: 2}, {Hour: noon, Stood: domain.Allow, Verdict: domain.Allow, Count: 7}, {Hour: noon + 1, Stood: domain.Block, Verdict: domain.Hold, Count: 3}}
	w.rules.differ = []domain.ShadowChange{{Decision: "d-2", Stood: domain.Block, Verdict: domain.Hold, Rule: "young"}, {Decision: "d-1", Stood: domain.Block, Verdict: domain.Hold, Rule: "young"}}
	a := get(w, watch+"/versions/1/shadow?limit=1")
	a.object(t, http.StatusOK)
	golden(t, "answers/policy-shadow.json", a.body)
	get(w, watch+"/versions/2/shadow").problem(t, http.StatusNotFound)
}

func TestSnoozesAndAlarms(t *testing.T) {
	t.Parallel()
	w := newWorld()
	snooze := func(policy string, days int) answer {
		return postJSON(w, "/api/v1/snoozes", fmt.Sprintf(`{"policy":%q,"rule":"near","subject_kind":"account","subject":"user-4","until":%q,"reason":"a museum"}`, policy, time.Now().AddDate(0, 0, days).Format(time.RFC3339)))
	}
	z := snooze("known-content", 3).object(t, http.StatusCreated)
	if z["by"] != "test" || z["subject"] != "user-4" {
		t.Errorf("snoozed %v", z)
	}
	snooze("known-content", -1).problem(t, http.StatusUnprocessableEntity, "body.until")
	snooze("known-content", 100).problem(t, http.StatusUnprocessableEntity, "body.until")
	snooze("nobody", 3).problem(t, http.StatusNotFound)
	slip := fmt.Sprintf(`{"policy":"known-content","rule":"naer","subject_kind":"account","subject":"user-4","until":%q,"reason":"a museum"}`, time.Now().Add(time.Hour).Format(time.RFC3339))
	postJSON(w, "/api/v1/snoozes", slip).problem(t, http.StatusUnprocessableEntity, "body.rule")
	snooze("known-content", 4).object(t, http.StatusCreated)
	if l := get(w, "/api/v1/snoozes?limit=1").object(t, http.StatusOK); len(l["snoozes"].([]any)) != 1 || l["next"] != "snooze-2" {
		t.Errorf("snoozes %v", l)
	}
	send(w, "POST", "/api/v1/snoozes/snooze-1/end", "", nil).object(t, http.StatusOK)
	send(w, "POST", "/api/v1/snoozes/snooze-1/end", "", nil).problem(t, http.StatusConflict)
	send(w, "POST", "/api/v1/snoozes/none/end", "", nil).problem(t, http.StatusNotFound)

	w.rules.desk.Alarms = []domain.Alarm{{ID: "a-1", At: noon, Kind: domain.AlarmFlood, Policy: "known-content", Subject: domain.Subject{Kind: domain.SubjectSignal, Name: "s-1"}, Text: "A flood."}, {ID: "a-2", At: noon, Kind: domain.AlarmQuota, Policy: "known-content", Text: "Too much."}}
	send(w, "POST", "/api/v1/alarms/a-2/acknowledge", "", nil).object(t, http.StatusOK)
	send(w, "POST", "/api/v1/alarms/none/acknowledge", "", nil).problem(t, http.StatusNotFound)
	for query, want := range map[string]int{"": 1, "?all=true": 2} {
		if l := get(w, "/api/v1/alarms"+query).object(t, http.StatusOK); len(l["alarms"].([]any)) != want {
			t.Errorf("alarms%s: %v", query, l)
		}
	}
}
