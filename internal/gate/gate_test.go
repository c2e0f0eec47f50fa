package gate_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

const noon = domain.Time(1_767_268_800_000_000)

// world is what the gate stands on.
type world struct {
	lines   []gate.Line
	counts  map[domain.Subject]domain.Tally
	excuses []policy.Excuse
	fails   error
	alarms  []domain.Alarm
}

func (w *world) Of(_ context.Context, _ domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	if w.fails != nil {
		return nil, w.fails
	}
	told := map[domain.Subject]domain.Tally{}
	for _, s := range subjects {
		told[s] = w.counts[s]
	}
	return told, nil
}

func (w *world) Excuses(context.Context, policy.Input) ([]policy.Excuse, error) {
	return w.excuses, w.fails
}

func (w *world) decide(content domain.ContentID) policy.Decided {
	g := gate.Gate{
		Lines: func() []gate.Line { return w.lines }, Tallies: w, Memory: w, Log: slog.New(slog.DiscardHandler),
		Alarm: func(a domain.Alarm) { w.alarms = append(w.alarms, a) },
	}
	return g.Decide(context.Background(), policy.Input{
		Upload: domain.Upload{ContentID: content, AccountID: "user-4", Surface: "post", Parts: []domain.Part{{Name: "file-1"}}}, Cause: domain.CauseUpload, Round: 1,
		Checks:  []domain.Check{{Detector: "pdq", Part: "file-1", Status: domain.Complete}},
		Matches: []domain.Match{{Bank: "heron", BankID: "b", BankKind: domain.Known, Signal: "s", SignalType: domain.PDQ, Distance: 6, Limit: 31, Part: "file-1"}},
		Now:     noon,
	})
}

func version(t *testing.T, number int, name, rest string) *gate.Version {
	t.Helper()
	p, found := policy.Load([]byte("policy: " + name + "\n" + rest))
	if p == nil {
		t.Fatal(found)
	}
	return &gate.Version{Number: number, Program: p}
}

func always(t *testing.T, number int, name string, v domain.Verdict) *gate.Version {
	t.Helper()
	return version(t, number, name, fmt.Sprintf("rules: [{id: always, when: 'true', decide: %s}]", v))
}

func TestTheStrongestOfThePoliciesInForceDecides(t *testing.T) {
	t.Parallel()
	w := &world{lines: []gate.Line{
		{Name: "a", Live: always(t, 1, "a", domain.Label)}, {Name: "b", Live: always(t, 4, "b", domain.Hold)}, {Name: "c", Live: always(t, 2, "c", domain.Hold)},
	}}
	d := w.decide("post-1")
	if want := (domain.PolicyRef{ID: "b", Version: 4, Rule: "always"}); d.Verdict != domain.Hold || d.Policy != want {
		t.Errorf("%s by %+v", d.Verdict, d.Policy)
	}
	var effects []string
	for _, h := range d.Hits {
		effects = append(effects, h.Policy+" "+string(h.Effect))
	}
	if diff := cmp.Diff([]string{"a agreed", "b decided", "c agreed"}, effects); diff != "" {
		t.Error(diff)
	}
}

// TestWhatIsInShadowOnlyGoesOnRecord has a version in shadow of a policy that is in force, and one of a policy that is not.
func TestWhatIsInShadowOnlyGoesOnRecord(t *testing.T) {
	t.Parallel()
	w := &world{lines: []gate.Line{
		{Name: "a", Live: always(t, 1, "a", domain.Block), Shadow: always(t, 2, "a", domain.Label)},
		{Name: "b", Live: always(t, 1, "b", domain.Limit)},
		{Name: "c", Shadow: always(t, 1, "c", domain.Block)},
	}}
	d := w.decide("post-1")
	want := []domain.ShadowResult{
		{Policy: "a", Version: 2, Verdict: domain.Limit, Rule: "always", Stood: domain.Block}, // what b says is left
		{Policy: "c", Version: 1, Verdict: domain.Block, Rule: "always", Stood: domain.Block},
	}
	if diff := cmp.Diff(want, d.Shadows); diff != "" || d.Verdict != domain.Block || len(d.Hits) != 2 {
		t.Errorf("%s, %d hits\n%s", d.Verdict, len(d.Hits), diff)
	}
}

// TestACanaryDecidesForItsShare also asks, of every content, the version that does not decide.
func TestACanaryDecidesForItsShare(t *testing.T) {
	t.Parallel()
	w := &world{lines: []gate.Line{{Name: "a", Live: always(t, 1, "a", domain.Allow), Canary: always(t, 2, "a", domain.Hold), Share: 0.25}}}
	const n = 4000
	held := 0
	for i := range n {
		content := domain.ContentID(fmt.Sprint("post-", i))
		d := w.decide(content)
		other := domain.ShadowResult{Policy: "a", Version: 2, Verdict: domain.Hold, Rule: "always", Stood: domain.Allow}
		if d.Verdict == domain.Hold {
			held++
			other = domain.ShadowResult{Policy: "a", Version: 1, Verdict: domain.Allow, Rule: "always", Stood: domain.Hold}
		}
		if diff := cmp.Diff([]domain.ShadowResult{other}, d.Shadows); diff != "" || d.Policy.Version == other.Version {
			t.Fatalf("%s: version %d\n%s", content, d.Policy.Version, diff)
		}
		if again := w.decide(content); again.Verdict != d.Verdict {
			t.Fatalf("%s is treated in two ways", content)
		}
	}
	if held < n*22/100 || held > n*28/100 {
		t.Errorf("%d of %d", held, n)
	}
}

const byCounts = `
unknown: hold
limits: {block: {per_hour: 10, over: hold}}
rules: [{id: busy, when: 'account.uploads.hour > 3 && surface.uploads.day >= 0 && matches.all(m, m.bank.matches.week == 7 && m.signal.matches.week == 8)', decide: block}]`

func TestCountsAreFacts(t *testing.T) {
	t.Parallel()
	w := &world{lines: []gate.Line{{Name: "a", Live: version(t, 1, "a", byCounts)}}, counts: map[domain.Subject]domain.Tally{
		{Kind: domain.SubjectAccount, Name: "user-4"}: {Uploads: domain.Counts{Hour: 4}},
		{Kind: domain.SubjectBank, Name: "b"}:         {Matches: domain.Counts{Week: 7}},
		{Kind: domain.SubjectSignal, Name: "s"}:       {Matches: domain.Counts{Week: 8}},
		{Kind: domain.SubjectPolicy, Name: "a"}:       {Blocks: domain.Counts{Hour: 9}},
	}}
	if d := w.decide("post-1"); d.Verdict != domain.Block || len(w.alarms) != 0 {
		t.Errorf("%+v, alarms %+v", d.Outcome, w.alarms)
	}
	w.counts[domain.Subject{Kind: domain.SubjectPolicy, Name: "a"}] = domain.Tally{Blocks: domain.Counts{Hour: 10}}
	if d := w.decide("post-1"); d.Verdict != domain.Hold || d.Hits[0].Effect != domain.EffectGuarded || len(w.alarms) != 1 || w.alarms[0].Kind != domain.AlarmQuota {
		t.Errorf("%+v, alarms %+v", d.Outcome, w.alarms)
	}
}

func TestCountsThatCannotBeReadAreUnknown(t *testing.T) {
	t.Parallel()
	w := &world{fails: errors.New("no database"), excuses: []policy.Excuse{{Policy: "a", Always: true}}, lines: []gate.Line{{Name: "a", Live: version(t, 1, "a", byCounts)}}}
	if d := w.decide("post-1"); d.Verdict != domain.Hold || d.Hits[0].Value != domain.Unknown {
		t.Errorf("%+v", d.Outcome)
	}
}

func TestExcusedRulesDoNotAct(t *testing.T) {
	t.Parallel()
	w := &world{
		lines:   []gate.Line{{Name: "a", Live: always(t, 1, "a", domain.Block)}, {Name: "b", Live: always(t, 1, "b", domain.Label)}},
		excuses: []policy.Excuse{{Policy: "a", Rule: "always", Why: "overturned by eva", Overturned: true}},
	}
	d := w.decide("post-1")
	if d.Verdict != domain.Label || d.Hits[0].Effect != domain.EffectExcused || d.Hits[0].Note != "overturned by eva" {
		t.Errorf("%+v", d.Outcome)
	}
}

// TestTheRecordedFactsGiveTheSameOutcome encodes the facts and asks again.
func TestTheRecordedFactsGiveTheSameOutcome(t *testing.T) {
	t.Parallel()
	v := version(t, 1, "a", byCounts)
	w := &world{lines: []gate.Line{{Name: "a", Live: v}}, counts: map[domain.Subject]domain.Tally{{Kind: domain.SubjectAccount, Name: "user-4"}: {Uploads: domain.Counts{Hour: 4}}}}
	d := w.decide("post-1")
	b, err := d.Facts.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var facts policy.Facts
	if err := facts.Decode(b); err != nil {
		t.Fatal(err)
	}
	again := policy.Combine([]policy.Judged{{Name: "a", Version: 1, Ruling: v.Program.Judge(&facts, 1)}})
	if diff := cmp.Diff(d.Outcome, again); diff != "" {
		t.Error(diff)
	}
}
