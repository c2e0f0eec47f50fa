package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// says checks that a page holds some texts and none of others.
func says(t *testing.T, page string, want []string, not ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	for _, w := range not {
		if strings.Contains(page, w) {
			t.Errorf("the page says %q", w)
		}
	}
}

func TestPoliciesAreListed(t *testing.T) {
	t.Parallel()
	s := governed(t)
	list := body(t, s.get("/policies"), http.StatusOK)
	says(t, list, []string{
		`href="/policies/young-accounts"`, "v3 live", "v4 shadow", "v2 canary for 10 %", "1,204", "1 change waits for a second person", "1 emergency to be reviewed", "Flood.",
		`action="/alarms/` + id(8, 30) + `/acknowledge"`,
	}, "v5 checked")
	s.policies.failOnly = errors.New("counters gone")
	says(t, body(t, s.get("/policies"), http.StatusOK), []string{"not counted"}, "1,204")
}

func TestAPolicyShowsWhatWaitsAndWhatIsDifferent(t *testing.T) {
	t.Parallel()
	s := governed(t)
	page := body(t, s.get("/policies/young-accounts"), http.StatusOK) // the version that somebody has to say something about
	says(t, page, []string{
		"Version 5 is to be live", "The queue fills with exact copies", "Rules of version 5", "young-exact", "rule young-exact added", "m.distance &lt;= 24 → m.distance &lt;= 28",
		"became live without a second person", "press-office", "agreed by mara", "Emergency, not reviewed yet", "becomes retired at", "notice removed", "kept for P180D",
		"/decisions/" + id(2, 2), "48,438", "Roll back to version 2",
	}, "over</bdi>", "You have asked for this yourself")
	live := body(t, s.get("/policies/young-accounts?version=3"), http.StatusOK)
	says(t, live, []string{"Rules of version 3", "Look at version 5 first"}, "What differs from the live version", "young-exact")
}

func TestFaultsOfATextStandAtTheirLines(t *testing.T) {
	t.Parallel()
	page := body(t, governed(t).get("/policies/young-accounts?version=6"), http.StatusOK)
	says(t, page, []string{"did you mean", "&lt;script&gt;alert(1)"}, "<script>alert")
	line := strings.Index(page, `id="line-4"`)
	if line < 0 || !strings.Contains(page[line:strings.Index(page, `id="line-5"`)], "there is no field") {
		t.Error("the fault of line 4 does not stand below it")
	}
}

func TestEveryUnknownMeansSomethingForARule(t *testing.T) {
	t.Parallel()
	text := readText(readyText(t, "young-accounts"))
	means := map[string]policy.Treatment{}
	for _, r := range text.Rules {
		means[r.ID] = r.Unknown
	}
	want := map[string]policy.Treatment{"young-part": policy.TreatHold, "young-repeater": policy.TreatHold, "new-burst": policy.TreatIgnore}
	if diff := cmp.Diff(want, means); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPeopleActOnPolicies(t *testing.T) {
	t.Parallel()
	s := governed(t)
	for _, test := range []struct {
		path, want string
		form       url.Values
	}{
		{"/policies/young-accounts/requests/" + id(8, 1), "approve 5 by Mara Lind: Seen.", url.Values{"answer": {"approve"}, "reason": {"Seen."}}},
		{"/policies/young-accounts/requests/" + id(8, 2), "refuse " + id(8, 2) + " by Mara Lind: No.", url.Values{"answer": {"refuse"}, "reason": {"No."}}},
		{"/policies/young-accounts/rollback", "roll back young-accounts by Mara Lind: Too much.", url.Values{"reason": {"Too much."}}},
		{"/policies/young-accounts/steps/" + id(8, 3) + "/review", "review " + id(8, 3) + " of young-accounts by Mara Lind", nil},
		{"/policies/young-accounts/snoozes/" + id(8, 20) + "/end", "end " + id(8, 20) + " by Mara Lind", nil},
	} {
		w := s.post(test.path, test.form)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/policies/young-accounts" {
			t.Errorf("%s answers %d and leads to %q", test.path, w.Code, w.Header().Get("Location"))
		}
		if got := s.policies.done[len(s.policies.done)-1]; got != test.want {
			t.Errorf("%s: got %q, want %q", test.path, got, test.want)
		}
	}
	if w := s.post("/alarms/"+id(8, 30)+"/acknowledge", url.Values{"from": {"https://elsewhere.test/"}}); w.Header().Get("Location") != "/" || s.policies.alarms[0].AckedBy != "Mara Lind" {
		t.Errorf("acknowledged by %q, and led to %q", s.policies.alarms[0].AckedBy, w.Header().Get("Location"))
	}
	says(t, body(t, s.get("/"), http.StatusOK), []string{"Quota."}, "Flood.")
}

func TestWhatMayNotBeIsSaid(t *testing.T) {
	t.Parallel()
	s := governed(t)
	s.policies.lives[1].Moves[0].By = "Mara Lind"
	says(t, body(t, s.get("/policies/young-accounts"), http.StatusOK), []string{"You have asked for this yourself"})
	path := "/policies/young-accounts/requests/" + id(8, 1)
	says(t, body(t, s.post(path, url.Values{"answer": {"approve"}}), http.StatusConflict), []string{`role="alert"`, "Mara Lind has asked for it", "somebody else has to agree"})
	says(t, body(t, s.post(path, nil), http.StatusConflict), []string{"neither approve nor refuse"})
	gone := body(t, s.post("/policies/young-accounts/requests/"+id(8, 99), url.Values{"answer": {"approve"}}), http.StatusConflict)
	says(t, gone, []string{"somebody else may have been faster"})
	if v := s.policies.lives[1]; in(v, domain.PolicyLive).Number != 3 || len(s.policies.done) > 0 {
		t.Errorf("something was done: %v", s.policies.done)
	}
	body(t, s.post(path, url.Values{"reason": {strings.Repeat("x", 2*maxAct)}}), http.StatusBadRequest)
	body(t, s.get("/policies/none"), http.StatusNotFound)
	body(t, s.get("/policies/young-accounts?version=99"), http.StatusNotFound)
	body(t, s.get("/policies/young-accounts?version=x"), http.StatusNotFound)
	s.policies.fail = errors.New("disk gone")
	for _, path := range []string{"/policies", "/policies/young-accounts"} {
		body(t, s.get(path), http.StatusServiceUnavailable)
	}
}

func TestADecisionExplainsItself(t *testing.T) {
	t.Parallel()
	s := governed(t)
	d := explainedDecision(t).Decision
	path := "/decisions/" + string(d.ID)
	says(t, body(t, s.get(path), http.StatusOK), []string{"is not kept", "young-part", "overturned by mara"}, "<details class=\"explanation\"")
	s.policies.facts = map[domain.DecisionID]domain.KeptFacts{d.ID: factsOf(t, d.ID)}
	says(t, body(t, s.get(path), http.StatusOK), []string{
		"young-accounts v3", "known-content v0", "match 1", "grey-heron", "had nothing to say", "Version 7 of policy old-policy cannot be read any more",
		"3 · 9 · 31", "12 · 260 · 1,911", "what matches in clip.mp4 is not known", "/policies/old-policy?version=7",
	})
	s.policies.facts[d.ID] = domain.KeptFacts{Body: []byte("\xff")}
	says(t, body(t, s.get(path), http.StatusOK), []string{s.words().Explain.FactsBroken})
}

func TestTheCatalogueKnowsEveryValueOfPolicies(t *testing.T) {
	t.Parallel()
	w := english()
	for _, s := range domain.PolicyStates() {
		if w.Policies.State[s] == "" {
			t.Errorf("no word for the state %s", s)
		}
	}
	for _, k := range domain.AlarmKinds() {
		if w.Policies.AlarmKind[k] == "" {
			t.Errorf("no word for the alarm %s", k)
		}
	}
	for _, v := range []domain.Value{domain.True, domain.False, domain.Unknown, domain.Errored} {
		if w.Explain.Values[v] == "" {
			t.Errorf("no word for the value %s", v)
		}
	}
	for _, v := range []policy.Treatment{policy.TreatHold, policy.TreatIgnore, policy.TreatTrue} {
		if w.Policies.Treatment[v] == "" {
			t.Errorf("no word for the treatment %s", v)
		}
	}
}

// TestBrowserPolicies looks at the pages about policies, and at a decision that is explained.
func TestBrowserPolicies(t *testing.T) {
	s, refused := governed(t), governed(t)
	d := explainedDecision(t).Decision.ID
	s.policies.facts = map[domain.DecisionID]domain.KeptFacts{d: factsOf(t, d)}
	refused.policies.lives[1].Moves[0].By = "Mara Lind"
	lookAt(t, []visited{
		{"policies", s, "/policies"}, {"policy", s, "/policies/young-accounts"}, {"policy-broken", s, "/policies/young-accounts?version=6"},
		{"policy-ready", s, "/policies/known-content"}, {"policy-canary", s, "/policies/flood"}, {"policy-none", s, "/policies/none"},
		{"policy-own", refused, "/policies/young-accounts"},
		{"decision-explained", s, "/decisions/" + string(d)}, {"overview-alarms", s, "/"},
	})
}

// A person agrees to what another one has asked for, sees that version live, and is told why what they cannot do is not done.
func TestBrowserASecondPersonAgrees(t *testing.T) {
	s := governed(t)
	address := serve(t, s)
	b := open(t)
	b.enter(address)
	b.as(1280, "light")
	b.do(chromedp.Navigate(address + "/policies"))
	b.do(chromedp.Click(chromedp.CSS(`a[href="/policies/young-accounts"]`)))
	b.until(`location.pathname === "/policies/young-accounts" && document.querySelector(".ask") !== null`)
	b.do(chromedp.SendKeys(chromedp.CSS(`.ask input[name="reason"]`), "I have looked at it."))
	b.do(chromedp.Click(chromedp.CSS(`.ask button[value="approve"]`)))
	b.until(`document.querySelector("h1").textContent.replace(/\s+/g, " ").includes("Version 5 decides")`)
	if diff := cmp.Diff([]string{"approve 5 by Mara Lind: I have looked at it."}, s.policies.done); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %q", got)
	}
}

// The explanation of a decision opens and closes by keyboard.
func TestBrowserOpensAnExplanation(t *testing.T) {
	s := governed(t)
	d := explainedDecision(t).Decision.ID
	s.policies.facts = map[domain.DecisionID]domain.KeptFacts{d: factsOf(t, d)}
	address := serve(t, s)
	b := open(t)
	b.enter(address)
	b.as(1280, "light")
	b.do(chromedp.Navigate(address + "/decisions/" + string(d)))
	if got := ask[string](b, `document.querySelector(".explanation .tree details[open] summary code").textContent`); got != "young-part" {
		t.Errorf("the rule that is open is %q, want the one that decided", got)
	}
	ask[bool](b, `(document.querySelectorAll(".explanation > summary")[1].focus(), true)`)
	b.do(chromedp.KeyEvent("\r"))
	b.until(`document.querySelectorAll(".explanation")[1].open`)
	b.do(chromedp.KeyEvent("\r"))
	b.until(`!document.querySelectorAll(".explanation")[1].open`)
}
