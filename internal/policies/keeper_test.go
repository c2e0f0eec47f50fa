package policies_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/policies/policiestest"
)

const name = policiestest.Name

// room is a keeper over a desk in memory, with a clock that stands.
type room struct {
	*policies.Keeper[string]
	t    *testing.T
	desk *policiestest.Desk
	now  domain.Time
}

func newRoom(t *testing.T, ready ...policies.Ready) *room {
	r := &room{t: t, now: 1_772_366_400_000_000}
	r.desk = policiestest.NewDesk(func() domain.Time { return r.now })
	r.Keeper = &policies.Keeper[string]{
		Desk: r.desk, Language: policiestest.Language{}, Ready: ready, Rules: policies.Rules{SecondPerson: true, Lapses: 7 * 24 * time.Hour},
		Now: func() time.Time { return r.now.Std() },
	}
	return r
}

// checked writes a version and checks it.
func (r *room) checked(text, by string) int {
	r.t.Helper()
	v, err := r.Draft(r.t.Context(), name, text, "", by)
	if err == nil {
		err = r.Check(r.t.Context(), name, v.Number, by)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return v.Number
}

// ask asks as ana.
func (r *room) ask(m domain.PolicyMove) domain.PolicyMove {
	r.t.Helper()
	m.Policy, m.By = name, "ana"
	done, err := r.Ask(r.t.Context(), m)
	if err != nil {
		r.t.Fatal(err)
	}
	return done
}

// live brings a version to live as ana, and ben agrees.
func (r *room) live(number int) {
	r.t.Helper()
	m := r.ask(domain.PolicyMove{Number: number, To: domain.PolicyLive})
	if _, err := r.Approve(r.t.Context(), m.ID, "ben", ""); err != nil {
		r.t.Fatal(err)
	}
}

// states tells the states of all versions.
func (r *room) states() string {
	var b strings.Builder
	for _, v := range r.desk.Lives[name].Versions {
		fmt.Fprintf(&b, "%d %s", v.Number, v.State)
		if v.Share > 0 {
			fmt.Fprintf(&b, " %v", v.Share)
		}
		b.WriteString(", ")
	}
	return strings.TrimSuffix(b.String(), ", ")
}

func (r *room) want(states string) {
	r.t.Helper()
	if got := r.states(); got != states {
		r.t.Errorf("versions are %q, want %q", got, states)
	}
}

// refused wants an error of a kind that says something.
func refused(t *testing.T, err, kind error, says string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want %v that says %q", err, kind, says)
	}
}

func TestAVersionIsBroughtToLive(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one := r.checked("policy 1", "ana")
	r.want("1 checked")
	r.ask(domain.PolicyMove{Number: one, To: domain.PolicyShadow})
	r.want("1 shadow") // looking on changes nothing, and needs nobody's consent
	m := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyCanary, Share: 0.25})
	r.want("1 shadow")
	if m.State != domain.MoveAsked {
		t.Errorf("to be a canary is %s, want it asked for", m.State)
	}
	for by, says := range map[string]string{"ana": "it was asked for by ana", "": "nobody cannot agree"} {
		_, err := r.Approve(t.Context(), m.ID, by, "")
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q agrees: %v", by, err)
		}
	}
	if _, err := r.Approve(t.Context(), m.ID, "ben", "looks good"); err != nil {
		t.Fatal(err)
	}
	r.want("1 canary 0.25")
	r.live(one)
	r.want("1 live")
	two := r.checked("policy 2", "cyd")
	r.live(two)
	r.want("1 retired, 2 live")
	v, err := r.Rollback(t.Context(), name, "cyd", "it blocks too much")
	if err != nil || v.Number != one {
		t.Errorf("rolled back to %+v, %v", v, err)
	}
	r.want("1 live, 2 retired")
	_, err = r.Rollback(t.Context(), name, "cyd", "")
	refused(t, err, policies.ErrRefused, "no version of policy")
	var seconds []string
	for _, s := range r.desk.Steps {
		if s.To == domain.PolicyLive || s.To == domain.PolicyCanary {
			seconds = append(seconds, fmt.Sprintf("%d %s by %s with %q", s.Number, s.To, s.By, s.Second))
		}
	}
	if diff := cmp.Diff([]string{`1 canary by ana with "ben"`, `1 live by ana with "ben"`, `2 live by ana with "ben"`, `1 live by cyd with ""`}, seconds); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhoWroteAVersionDoesNotAgreeToIt(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one := r.checked("policy 1", "cyd")
	m := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyLive})
	_, err := r.Approve(t.Context(), m.ID, "cyd", "")
	refused(t, err, policies.ErrRefused, "the version was written by cyd")
}

// TestATextIsNobodyElses: whoever changes another's draft begins a new version, else they could agree to what they wrote themselves.
func TestATextIsNobodyElses(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for _, d := range []struct {
		text, by string
		number   int
	}{{"policy 1", "ana", 1}, {"policy 2", "ana", 1}, {"policy 3", "ben", 2}, {"policy 3", "ana", 2}, {"policy 4", "ana", 3}} {
		v, err := r.Draft(t.Context(), name, d.text, "", d.by)
		if err != nil || v.Number != d.number {
			t.Errorf("%q by %s is version %d (%v), want %d", d.text, d.by, v.Number, err, d.number)
		}
	}
	if v, err := r.desk.PolicyVersion(t.Context(), name, 1); err != nil || v.Text != "policy 2" {
		t.Errorf("version 1 is %+v, %v", v, err)
	}
}

func TestOnlyWhatIsGoodIsChecked(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, err := r.Draft(t.Context(), name, "policy\n  bad", "", "ana")
	if diff := cmp.Diff(error(domain.PolicyFaults{{Line: 2, Column: 3, Message: "bad is not known", Hint: "write good"}}), err); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	v, err := r.Draft(t.Context(), name, "policy red", "", "ana")
	if err != nil {
		t.Fatal(err)
	}
	err = r.Check(t.Context(), name, v.Number, "ana")
	if err == nil || !strings.Contains(err.Error(), "a test of the policy fails") {
		t.Errorf("checked with a test that fails: %v", err)
	}
	_, err = r.Ask(t.Context(), domain.PolicyMove{Policy: name, Number: 1, To: domain.PolicyLive, By: "ana"})
	refused(t, err, policies.ErrRefused, "is a draft")
	_, err = r.Draft(t.Context(), "Night Watch", "policy", "", "ana")
	refused(t, err, policies.ErrMalformed, "small letters")
	_, err = r.Draft(t.Context(), name, strings.Repeat("policy", policies.MaxText), "", "ana")
	refused(t, err, policies.ErrMalformed, "at most")
	refused(t, r.Check(t.Context(), name, 9, "ana"), policies.ErrNotThere, "version 9")
}

func TestRequests(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one := r.checked("policy 1", "ana")
	m := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyLive})
	_, err := r.Ask(t.Context(), domain.PolicyMove{Policy: name, Number: one, To: domain.PolicyCanary, Share: .5, By: "ben"})
	refused(t, err, policies.ErrRefused, "refuse that first")
	if _, err := r.Refuse(t.Context(), m.ID, "ben", "not before the weekend"); err != nil {
		t.Fatal(err)
	}
	_, err = r.Approve(t.Context(), m.ID, "cyd", "")
	refused(t, err, policies.ErrNotThere, "open request")

	late := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyLive})
	r.now = r.now.Add(7 * 24 * time.Hour)
	_, err = r.Approve(t.Context(), late.ID, "ben", "")
	refused(t, err, policies.ErrRefused, "in time")
	for range 2 { // once more changes nothing
		if err := r.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var past []string
	for _, m := range r.desk.Past {
		past = append(past, fmt.Sprintf("%s: %s", m.State, m.Answer))
	}
	if diff := cmp.Diff([]string{"refused: not before the weekend", "lapsed: Nobody has answered in time."}, past); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	r.want("1 checked")
}

func TestPlans(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one, two := r.checked("policy 1", "ana"), r.checked("policy 2", "ana")
	r.live(one)
	m := r.ask(domain.PolicyMove{Number: two, To: domain.PolicyLive, StartsAt: r.now.Add(time.Hour), EndsAt: r.now.Add(3 * time.Hour)})
	m, err := r.Approve(t.Context(), m.ID, "ben", "")
	if err != nil || m.State != domain.MovePlanned {
		t.Fatalf("the plan is %+v, %v", m, err)
	}
	for _, want := range []string{"1 live, 2 checked", "1 retired, 2 live", "1 retired, 2 live", "1 live, 2 retired", "1 live, 2 retired"} {
		for range 2 {
			if err := r.Due(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.want(want)
		}
		r.now = r.now.Add(time.Hour)
	}
}

// TestAPlanWithoutAMeaningRaisesAnAlarm plans for a version that has gone another way meanwhile.
func TestAPlanWithoutAMeaningRaisesAnAlarm(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one := r.checked("policy 1", "ana")
	r.live(one)
	m := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyRetired, StartsAt: r.now.Add(time.Hour)})
	if _, err := r.Approve(t.Context(), m.ID, "ben", ""); err != nil {
		t.Fatal(err)
	}
	life := r.desk.Lives[name]
	life.Versions[0].State = domain.PolicyRetired // as if somebody had done so beside the keeper
	r.now = r.now.Add(time.Hour)
	if err := r.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(r.desk.Alarms) != 1 || r.desk.Alarms[0].Kind != domain.AlarmSchedule || !strings.Contains(r.desk.Alarms[0].Text, "could not") {
		t.Errorf("alarms %+v", r.desk.Alarms)
	}
}

// TestAPlanForWhatOnlyLooksOnDoesNotEndWhatDecides plans without anybody else to retire a version that is in shadow, and that is live when the time comes.
func TestAPlanForWhatOnlyLooksOnDoesNotEndWhatDecides(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one := r.checked("policy 1", "ana")
	r.ask(domain.PolicyMove{Number: one, To: domain.PolicyShadow})
	m := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyLive})
	if plan := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyRetired, StartsAt: r.now.Add(time.Hour)}); plan.State != domain.MovePlanned {
		t.Fatalf("to retire a shadow is %s", plan.State)
	}
	if _, err := r.Approve(t.Context(), m.ID, "ben", ""); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Hour)
	if err := r.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.want("1 live")
	if len(r.desk.Alarms) != 1 || !strings.Contains(r.desk.Alarms[0].Text, "nobody else has agreed") {
		t.Errorf("alarms %+v", r.desk.Alarms)
	}
}

func TestEmergencies(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one, two := r.checked("policy 1", "ben"), r.checked("policy 2", "ben")
	m := r.ask(domain.PolicyMove{Number: one, To: domain.PolicyLive})
	_, err := r.Ask(t.Context(), domain.PolicyMove{Policy: name, Number: two, To: domain.PolicyLive, Emergency: true, By: "ana"})
	refused(t, err, policies.ErrMalformed, "say why")
	r.ask(domain.PolicyMove{Number: two, To: domain.PolicyLive, Emergency: true, Reason: "a flood"})
	r.want("1 checked, 2 live")
	_, err = r.Approve(t.Context(), m.ID, "cyd", "")
	refused(t, err, policies.ErrNotThere, "open request") // what was asked before is void: nobody could want both
	flagged := r.desk.Lives[name].Flagged
	if len(flagged) != 1 {
		t.Fatalf("flagged are %+v", flagged)
	}
	refused(t, r.Review(t.Context(), name, flagged[0].ID, "ana"), policies.ErrRefused, "asked for by ana")
	refused(t, r.Review(t.Context(), name, flagged[0].ID, "ben"), policies.ErrRefused, "written by ben")
	if err := r.Review(t.Context(), name, flagged[0].ID, "cyd"); err != nil {
		t.Fatal(err)
	}
	refused(t, r.Review(t.Context(), name, flagged[0].ID, "cyd"), policies.ErrNotThere, "waits for a review")
}

func TestWhatComesWithTheProgram(t *testing.T) {
	t.Parallel()
	r := newRoom(t, policies.Ready{Name: name, Text: policiestest.Comes})
	one := r.checked("policy 1", "ana")
	r.want("0 live, 1 checked")
	r.live(one)
	r.want("0 retired, 1 live")
	if _, err := r.Rollback(t.Context(), name, "ana", ""); err != nil {
		t.Fatal(err)
	}
	r.want("0 live, 1 retired")
	m := r.ask(domain.PolicyMove{Number: 0, To: domain.PolicyRetired})
	if m.State != domain.MoveAsked {
		t.Errorf("to take a policy away is %s, want it asked for", m.State)
	}
	if _, err := r.Approve(t.Context(), m.ID, "ben", ""); err != nil {
		t.Fatal(err)
	}
	r.want("0 retired, 1 retired")
}

// TestALaterProgramBringsNothingIntoAPolicyThatPeopleMade: a name that people took first stays theirs.
func TestALaterProgramBringsNothingIntoAPolicyThatPeopleMade(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.live(r.checked("policy 1", "ana"))
	r.Ready = []policies.Ready{{Name: name, Text: policiestest.Comes}}
	r.checked("policy 2", "ana")
	r.want("1 live, 2 checked")
}

func TestMovesWithoutAMeaning(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	one := r.checked("policy 1", "ana")
	for says, m := range map[string]domain.PolicyMove{
		"write a share above 0": {To: domain.PolicyCanary},
		"below 1":               {To: domain.PolicyCanary, Share: 1},
		"what is no canary":     {To: domain.PolicyLive, Share: .5},
		"cannot be moved to":    {To: domain.PolicyDraft},
		"before the beginning":  {To: domain.PolicyLive, StartsAt: r.now + 9, EndsAt: r.now + 8},
		"is retired":            {To: domain.PolicyRetired, EndsAt: r.now + 8},
		"a reason of":           {To: domain.PolicyLive, Reason: strings.Repeat("x", policies.MaxReason+1)},
	} {
		m.Policy, m.Number, m.By = name, one, "ana"
		_, err := r.Ask(t.Context(), m)
		refused(t, err, policies.ErrMalformed, says)
	}
	_, err := r.Ask(t.Context(), domain.PolicyMove{Policy: "other", Number: 1, To: domain.PolicyRetired, By: "ana"})
	refused(t, err, policies.ErrNotThere, `policy "other"`)
}
