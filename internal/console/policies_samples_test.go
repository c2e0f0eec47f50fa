package console

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// fakePolicies are policies in memory. Its steps are newest first.
type fakePolicies struct {
	lives    []domain.PolicyLife
	texts    map[string]string // by name and number
	steps    []domain.PolicyStep
	counts   []domain.ShadowCount
	changes  []domain.ShadowChange
	snoozes  []domain.Snooze
	alarms   []domain.Alarm
	tallies  map[domain.Subject]domain.Tally
	facts    map[domain.DecisionID]domain.KeptFacts
	done     []string // what was done, in words
	fail     error    // everything
	failOnly error    // only the counts
}

func (f *fakePolicies) Policies(context.Context) ([]domain.PolicyLife, error) { return f.lives, f.fail }

func (f *fakePolicies) life(name string) *domain.PolicyLife {
	for i := range f.lives {
		if f.lives[i].Policy.Name == name {
			return &f.lives[i]
		}
	}
	return nil
}

func (f *fakePolicies) Policy(_ context.Context, name string) (domain.PolicyLife, error) {
	if l := f.life(name); l != nil {
		return *l, f.fail
	}
	return domain.PolicyLife{}, errors.Join(f.fail, ErrNotFound)
}

func (f *fakePolicies) PolicyVersion(_ context.Context, name string, number int) (domain.PolicyVersion, error) {
	if l := f.life(name); l != nil {
		for _, v := range l.Versions {
			if v.Number == number {
				v.Text = f.texts[fmt.Sprint(name, number)]
				return v, f.fail
			}
		}
	}
	return domain.PolicyVersion{}, errors.Join(f.fail, ErrNotFound)
}

func (f *fakePolicies) PolicySteps(_ context.Context, name string, _ domain.EventID, limit int) (steps []domain.PolicyStep, _ error) {
	for _, s := range f.steps {
		if s.Policy == name && len(steps) < limit {
			steps = append(steps, s)
		}
	}
	return steps, f.fail
}

func (f *fakePolicies) ShadowCounts(context.Context, string, int, domain.Time, domain.Time) ([]domain.ShadowCount, error) {
	return f.counts, f.fail
}

func (f *fakePolicies) ShadowChanges(context.Context, string, int, domain.DecisionID, int) ([]domain.ShadowChange, error) {
	return f.changes, f.fail
}

func (f *fakePolicies) Snoozes(context.Context, domain.EventID, int) ([]domain.Snooze, error) {
	return f.snoozes, f.fail
}

func (f *fakePolicies) Alarms(context.Context, bool, domain.EventID, int) (open []domain.Alarm, _ error) {
	for _, a := range f.alarms {
		if a.AckedAt == 0 {
			open = append(open, a)
		}
	}
	return open, f.fail
}

func (f *fakePolicies) Tallies(context.Context, domain.Time, []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	return f.tallies, errors.Join(f.fail, f.failOnly)
}

func (f *fakePolicies) FactsOf(_ context.Context, id domain.DecisionID) (*policy.Facts, error) {
	kept, ok := f.facts[id]
	if !ok {
		return nil, errors.Join(f.fail, ErrNotFound)
	}
	facts := &policy.Facts{AccountID: kept.Account}
	return facts, errors.Join(f.fail, facts.Decode(kept.Body))
}

func (f *fakePolicies) Program(ctx context.Context, name string, version int) (*policy.Program, error) {
	v, err := f.PolicyVersion(ctx, name, version)
	if err != nil {
		return nil, err
	}
	program, found := policy.Load([]byte(v.Text))
	if program == nil {
		return nil, found
	}
	return program, nil
}

// Approve makes the version live, as the keeper would, if another person agrees than the one who has asked.
func (f *fakePolicies) Approve(_ context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	for i := range f.lives {
		l := &f.lives[i]
		for j, m := range l.Moves {
			switch {
			case m.ID != id:
				continue
			case m.By == by:
				return m, Refusal(by + " has asked for it: not possible; somebody else has to agree")
			}
			for k := range l.Versions {
				if v := &l.Versions[k]; v.State == domain.PolicyLive {
					v.State = domain.PolicyRetired
					l.Policy.Before = append(l.Policy.Before, v.Number)
				} else if v.Number == m.Number {
					v.State, v.Changed = domain.PolicyLive, domain.At(now)
				}
			}
			f.done = append(f.done, fmt.Sprintf("approve %d by %s: %s", m.Number, by, answer))
			l.Moves = slices.Delete(l.Moves, j, j+1)
			return m, f.fail
		}
	}
	return domain.PolicyMove{}, errors.Join(f.fail, ErrNotFound)
}

func (f *fakePolicies) Refuse(_ context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error) {
	f.done = append(f.done, fmt.Sprintf("refuse %s by %s: %s", id, by, answer))
	return domain.PolicyMove{}, f.fail
}

func (f *fakePolicies) Rollback(_ context.Context, name, by, reason string) (domain.PolicyVersion, error) {
	f.done = append(f.done, fmt.Sprintf("roll back %s by %s: %s", name, by, reason))
	return domain.PolicyVersion{}, f.fail
}

func (f *fakePolicies) Review(_ context.Context, name string, step domain.EventID, by string) error {
	f.done = append(f.done, fmt.Sprintf("review %s of %s by %s", step, name, by))
	return f.fail
}

func (f *fakePolicies) EndSnooze(_ context.Context, id domain.EventID, by string) (domain.Snooze, error) {
	f.done = append(f.done, fmt.Sprintf("end %s by %s", id, by))
	return domain.Snooze{}, f.fail
}

func (f *fakePolicies) AckAlarm(_ context.Context, id domain.EventID, by string) (domain.Alarm, error) {
	for i := range f.alarms {
		if f.alarms[i].ID == id {
			f.alarms[i].AckedBy, f.alarms[i].AckedAt = by, domain.At(now)
			return f.alarms[i], f.fail
		}
	}
	return domain.Alarm{}, errors.Join(f.fail, ErrNotFound)
}

// readyText is the text of a policy that comes with the program.
func readyText(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "policies", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stricter is the next version of young-accounts: one limit is another, and one rule is new.
func stricter(t testing.TB) string {
	t.Helper()
	text := strings.Replace(readyText(t, "young-accounts"), "m.distance <= 24)", "m.distance <= 28)", 1)
	return strings.Replace(text, "rules:\n", "rules:\n  - id: young-exact\n    when: young && matches.exists(m, m.signal.type == \"sha256\")\n    decide: {outcome: block, reason: known-content, notice: removed, preserve: P180D}\n\n", 1)
}

// broken is a draft that is no policy.
const brokenPolicy = "policy: young-accounts\nrules:\n  - id: a\n    when: account.aeg < duration(\"24h\")\n    decide: hold\n    say: <script>alert(1)</script>\n"

// governed is a site on which policies have a life: one has a version that waits for a second person, one that looks on, and one that will not do.
func governed(t testing.TB) *site {
	t.Helper()
	ago := func(hours int) domain.Time { return domain.At(now.Add(-time.Duration(hours) * time.Hour)) }
	event := func(n int) domain.EventID { return domain.EventID(id(8, n)) }
	young := domain.PolicyLife{
		Policy: domain.Policy{Name: "young-accounts", Position: 3, Before: []int{2}, At: ago(900)},
		Versions: []domain.PolicyVersion{
			{Number: 0, Note: "comes with Quell", State: domain.PolicyRetired, By: "quell", Changed: ago(700)},
			{Number: 2, Note: "first-day limits", State: domain.PolicyRetired, By: "ines", At: ago(720), Changed: ago(300)},
			{Number: 3, Note: "points count too", State: domain.PolicyLive, By: "ines", At: ago(320), Changed: ago(300)},
			{Number: 4, Note: "one more list is trusted", State: domain.PolicyShadow, By: "tomas", At: ago(60), Changed: ago(50)},
			{Number: 5, Note: "exact copies are blocked", State: domain.PolicyChecked, By: "tomas", At: ago(5), Changed: ago(4)},
			{Number: 6, Note: "half done", State: domain.PolicyDraft, By: "tomas", At: ago(1), Changed: ago(1)},
		},
		Moves: []domain.PolicyMove{
			{ID: event(1), Policy: "young-accounts", Number: 5, To: domain.PolicyLive, By: "tomas", Reason: "The queue fills with exact copies that nobody doubts.", State: domain.MoveAsked, At: ago(3), DueAt: domain.At(now.Add(69 * time.Hour))},
			{ID: event(2), Policy: "young-accounts", Number: 4, To: domain.PolicyRetired, By: "tomas", State: domain.MovePlanned, At: ago(50), DueAt: domain.At(now.Add(118 * time.Hour))},
		},
		Flagged: []domain.PolicyStep{{ID: event(3), Policy: "young-accounts", Number: 3, From: domain.PolicyShadow, To: domain.PolicyLive, By: "ines", Reason: "A raid is on, and nobody else is up.", Emergency: true, At: ago(300)}},
	}
	known := domain.PolicyLife{
		Policy:   domain.Policy{Name: "known-content", Position: 1},
		Versions: []domain.PolicyVersion{{Policy: "known-content", Number: 0, Note: "comes with Quell", State: domain.PolicyLive, By: "quell"}},
	}
	flood := domain.PolicyLife{
		Policy: domain.Policy{Name: "flood", Position: 5, At: ago(80)},
		Versions: []domain.PolicyVersion{
			{Number: 1, State: domain.PolicyLive, By: "ines", At: ago(80), Changed: ago(75)}, {Number: 2, State: domain.PolicyCanary, Share: 0.1, By: "ines", At: ago(30), Changed: ago(28)},
		},
	}
	s := visit(t, explainedDecision(t), at(near(), 2, time.Hour), at(clean(1), 1, 2*time.Hour))
	for _, l := range []*domain.PolicyLife{&young, &known, &flood} {
		for i := range l.Versions {
			l.Versions[i].Policy = l.Policy.Name
		}
	}
	s.policies.lives = []domain.PolicyLife{known, young, flood}
	s.policies.texts = map[string]string{
		"known-content0": readyText(t, "known-content"), "flood1": readyText(t, "flood"), "flood2": readyText(t, "flood"),
		"young-accounts0": readyText(t, "young-accounts"), "young-accounts2": readyText(t, "young-accounts"), "young-accounts3": readyText(t, "young-accounts"),
		"young-accounts4": readyText(t, "young-accounts"), "young-accounts5": stricter(t), "young-accounts6": brokenPolicy,
	}
	s.policies.steps = []domain.PolicyStep{
		{ID: event(9), Policy: "young-accounts", Number: 5, From: domain.PolicyDraft, To: domain.PolicyChecked, By: "tomas", At: ago(4)},
		{ID: event(8), Policy: "young-accounts", Number: 4, From: domain.PolicyChecked, To: domain.PolicyShadow, By: "tomas", Reason: "To see how often newsrooms would be hit.", At: ago(50)},
		young.Flagged[0],
		{ID: event(6), Policy: "young-accounts", Number: 2, From: domain.PolicyChecked, To: domain.PolicyLive, By: "ines", Second: "mara", At: ago(700)},
	}
	s.policies.counts = []domain.ShadowCount{
		{Stood: domain.Allow, Verdict: domain.Allow, Count: 48_213}, {Stood: domain.Block, Verdict: domain.Block, Count: 131}, {Stood: domain.Hold, Verdict: domain.Hold, Count: 77},
		{Stood: domain.Hold, Verdict: domain.Allow, Count: 14}, {Stood: domain.Allow, Verdict: domain.Limit, Count: 3},
	}
	s.policies.changes = []domain.ShadowChange{
		{Decision: domain.DecisionID(id(2, 2)), Stood: domain.Hold, Verdict: domain.Allow, Rule: "trusted-account"},
		{Decision: domain.DecisionID(id(2, 1)), Stood: domain.Allow, Verdict: domain.Limit, Rule: "new-burst"},
	}
	s.policies.snoozes = []domain.Snooze{
		{ID: event(20), Policy: "young-accounts", Rule: "new-burst", Subject: domain.Subject{Kind: domain.SubjectAccount, Name: "press-office"}, Until: domain.At(now.Add(30 * time.Hour)), By: "mara", Reason: "They upload the pictures of a whole day."},
		{ID: event(21), Policy: "young-accounts", Subject: domain.Subject{Kind: domain.SubjectAccount, Name: "over"}, Until: ago(1), By: "mara"},
	}
	s.policies.alarms = []domain.Alarm{
		{ID: event(30), At: ago(1), Kind: domain.AlarmFlood, Policy: "flood", Version: 1, Rule: "x", Text: "A signal of bank grey-heron has matched 412 times in an hour; its usual hour has 2. What only it would have decided is held."},
		{ID: event(31), At: ago(2), Kind: domain.AlarmQuota, Policy: "known-content", Text: "The policy has blocked 200 uploads within the hour, as many as its limits let it."},
	}
	s.policies.tallies = map[domain.Subject]domain.Tally{
		{Kind: domain.SubjectPolicy, Name: "known-content"}:  {Blocks: domain.Counts{Day: 1_204}, Holds: domain.Counts{Day: 88}, Labels: domain.Counts{Day: 3}},
		{Kind: domain.SubjectPolicy, Name: "young-accounts"}: {Holds: domain.Counts{Day: 41}, Limits: domain.Counts{Day: 17}},
	}
	return s
}

// explainedDecision is a decision by two policies, whose facts are kept.
func explainedDecision(t testing.TB) domain.Recorded {
	t.Helper()
	r := at(near(), 3, 10*time.Minute)
	r.Decision.Verdict, r.Decision.Policy = domain.Hold, domain.PolicyRef{ID: "young-accounts", Version: 3, Rule: "young-part"}
	r.Decision.Rules = []domain.RuleHit{
		{Policy: "young-accounts", Version: 3, Rule: "young-part", Value: domain.True, Verdict: domain.Hold, Effect: domain.EffectDecided, Match: 1},
		{Policy: "known-content", Version: 0, Rule: "near-known", Value: domain.Unknown, Verdict: domain.Label, Effect: domain.EffectIgnored, Note: "what matches in clip.mp4 is not known"},
		{Policy: "old-policy", Version: 7, Rule: "gone", Value: domain.True, Verdict: domain.Hold, Effect: domain.EffectExcused, Note: "overturned by mara"},
	}
	return r
}

// factsOf are what policies saw of explainedDecision.
func factsOf(t testing.TB, d domain.DecisionID) domain.KeptFacts {
	t.Helper()
	counts := domain.Tally{Uploads: domain.Counts{Hour: 3, Day: 9, Week: 31}, Blocks: domain.Counts{Week: 1}, Reports: domain.Counts{Day: 2, Week: 2}}
	bank := domain.Tally{Uploads: domain.Counts{Hour: 12, Day: 260, Week: 1_911}, Blocks: domain.Counts{Hour: 4, Day: 73, Week: 612}}
	f := policy.Facts{
		Env: policy.EnvVersion, Now: domain.At(now), Cause: "upload", Round: 1, Content: policy.Content{Surface: "post", Language: "de"},
		Account: &policy.Account{CreatedAt: domain.At(now.Add(-51 * time.Hour)), Tally: &counts}, Surface: &bank,
		Media: []policy.Part{{Name: "file-1", Type: "image/jpeg", Check: "complete"}, {Name: "clip.mp4", Type: "video/mp4", Check: "failed", By: "frames", Reason: "the file ends in the middle"}},
		Matches: []policy.Match{
			{Bank: policy.Bank{Name: "grey-heron", Kind: "known", Tally: &bank}, Signal: policy.Signal{ID: domain.SignalID(id(4, 1)), Type: "keypoints"}, Distance: 18, Limit: 40, Part: "file-1", Sources: []string{"partner-list"}},
		},
	}
	body, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return domain.KeptFacts{Decision: d, Account: "u-1", Body: body}
}
