package console

import (
	"context"
	"net/http"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Policies is what the console reads of policies, and what people may do about them there. Where something is not on record the errors wrap
// ErrNotFound; what may not be is a Refusal. It MUST be safe for concurrent use.
type Policies interface {
	// Policies returns all policies in the order in which they are asked, those that come with the program too.
	Policies(ctx context.Context) ([]domain.PolicyLife, error)
	// Policy returns one policy.
	Policy(ctx context.Context, name string) (domain.PolicyLife, error)
	// PolicyVersion returns a version with its text.
	PolicyVersion(ctx context.Context, name string, number int) (domain.PolicyVersion, error)
	// PolicySteps returns at most limit steps of a policy that are older than one, newest first; with "", from the newest.
	PolicySteps(ctx context.Context, name string, before domain.EventID, limit int) ([]domain.PolicyStep, error)
	// ShadowCounts returns by the hour what a version would have decided beside what was decided, from one moment to before another.
	ShadowCounts(ctx context.Context, name string, version int, from, to domain.Time) ([]domain.ShadowCount, error)
	// ShadowChanges returns at most limit decisions older than one that a version would have made otherwise, newest first.
	ShadowChanges(ctx context.Context, name string, version int, before domain.DecisionID, limit int) ([]domain.ShadowChange, error)
	// Snoozes returns at most limit snoozes of all policies that are older than one, newest first, those that are over too.
	Snoozes(ctx context.Context, before domain.EventID, limit int) ([]domain.Snooze, error)
	// Alarms returns at most limit alarms older than one, newest first; open ones only, or all.
	Alarms(ctx context.Context, open bool, before domain.EventID, limit int) ([]domain.Alarm, error)
	// Tallies returns what happened lately to subjects. Those to which nothing happened may be absent.
	Tallies(ctx context.Context, now domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error)

	// Approve lets happen what another person has asked for, and Refuse ends it.
	Approve(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error)
	Refuse(ctx context.Context, id domain.EventID, by, answer string) (domain.PolicyMove, error)
	// Rollback brings the version back that was live before.
	Rollback(ctx context.Context, name, by, reason string) (domain.PolicyVersion, error)
	// Review notes that somebody else has looked at an emergency.
	Review(ctx context.Context, name string, step domain.EventID, by string) error
	// EndSnooze ends a snooze before its time.
	EndSnooze(ctx context.Context, id domain.EventID, by string) (domain.Snooze, error)
	// AckAlarm notes who has taken note of an alarm.
	AckAlarm(ctx context.Context, id domain.EventID, by string) (domain.Alarm, error)
}

// Facts knows what policies saw of uploads, and what they make of it. It MUST be safe for concurrent use.
type Facts interface {
	// FactsOf returns what policies saw when a decision was made. The error wraps ErrNotFound where that is not kept.
	FactsOf(ctx context.Context, id domain.DecisionID) (*policy.Facts, error)
	// Program returns a version that can be asked. The error says why it cannot.
	Program(ctx context.Context, name string, version int) (*policy.Program, error)
}

// Refusal says why something was not done, in a sentence for the person who wanted it.
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }

// alarmsShown is how many alarms a page shows at once, the newest.
const alarmsShown = 10

// policyList is what the list of policies shows.
type policyList struct {
	Rows   []policyRow
	Alarms []domain.Alarm
}

// policyRow is a policy with what it has decided in the last day.
type policyRow struct {
	domain.PolicyLife
	Tally *domain.Tally // nil: could not be read
}

// policiesSummary is what the first line of the list of policies says.
type policiesSummary struct{ Live, Waiting, Flagged, Alarms int64 }

// policiesPage shows all policies.
func (c *console) policiesPage(w http.ResponseWriter, r *http.Request, person string) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	v, err := c.readPolicies(ctx)
	if err != nil {
		c.broken(w, r, person, err)
		return
	}
	c.outage.end()
	f := c.frame(person).in(policiesRoom)
	c.render(w, r, http.StatusOK, page(f, f.Policies.Room, "", policiesMain(f, v)))
}

func (c *console) readPolicies(ctx context.Context) (v policyList, err error) {
	lives, err := c.Policies.Policies(ctx)
	if err != nil {
		return v, err
	}
	if v.Alarms, err = c.Policies.Alarms(ctx, true, "", alarmsShown); err != nil {
		return v, err
	}
	tallyOf := c.tallies(ctx, lives)
	for _, l := range lives {
		v.Rows = append(v.Rows, policyRow{l, tallyOf(l.Policy.Name)})
	}
	return v, nil
}

// tallies returns what policies have decided lately, by name; nil where that cannot be read, which is no reason to show nothing else.
func (c *console) tallies(ctx context.Context, lives []domain.PolicyLife) func(name string) *domain.Tally {
	var subjects []domain.Subject
	for _, l := range lives {
		subjects = append(subjects, domain.Subject{Kind: domain.SubjectPolicy, Name: l.Policy.Name})
	}
	of, err := c.Policies.Tallies(ctx, domain.At(c.Now()), subjects)
	if err != nil {
		c.Log.ErrorContext(ctx, "console: what policies have decided cannot be counted", "err", err)
		return func(string) *domain.Tally { return nil }
	}
	return func(name string) *domain.Tally {
		t := of[domain.Subject{Kind: domain.SubjectPolicy, Name: name}]
		return &t
	}
}

// summary adds up.
func (v policyList) summary() policiesSummary {
	s := policiesSummary{Alarms: int64(len(v.Alarms))}
	for _, row := range v.Rows {
		if in(row.PolicyLife, domain.PolicyLive) != nil {
			s.Live++
		}
		s.Waiting += int64(len(waiting(row.PolicyLife)))
		s.Flagged += int64(len(row.Flagged))
	}
	return s
}

// in returns the version of a policy that is in a state, the newest of them, or nil.
func in(l domain.PolicyLife, s domain.PolicyState) *domain.PolicyVersion {
	for i := len(l.Versions) - 1; i >= 0; i-- {
		if l.Versions[i].State == s {
			return &l.Versions[i]
		}
	}
	return nil
}

// asked returns the versions that are asked about uploads: what decides first.
func asked(l domain.PolicyLife) (all []domain.PolicyVersion) {
	for _, s := range []domain.PolicyState{domain.PolicyLive, domain.PolicyCanary, domain.PolicyShadow} {
		if v := in(l, s); v != nil {
			all = append(all, *v)
		}
	}
	return all
}

// waiting returns what waits for a second person, oldest first.
func waiting(l domain.PolicyLife) []domain.PolicyMove { return moves(l, domain.MoveAsked) }

// planned returns what happens at a time that somebody has set, oldest first.
func planned(l domain.PolicyLife) []domain.PolicyMove { return moves(l, domain.MovePlanned) }

func moves(l domain.PolicyLife, s domain.MoveState) (all []domain.PolicyMove) {
	for _, m := range l.Moves {
		if m.State == s {
			all = append(all, m)
		}
	}
	return all
}

// acted are the verdicts that policies are counted by, the strongest first.
func acted() []domain.Verdict {
	return []domain.Verdict{domain.Block, domain.Hold, domain.Limit, domain.Label}
}

// policyPath is the address of a policy.
func policyPath(name string) string { return "/policies/" + name }
