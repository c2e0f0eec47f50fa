package console

import (
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// policyWords is the part of the catalogue about policies.
type policyWords struct {
	Room    string
	Summary func(s policiesSummary) []phrase
	Facts   policyFacts
	LastDay func(verdict string) string
	Waits   func(n int) string // for a second person

	ToReview  func(n int) string
	NoneAsked string
	None      said

	State     map[domain.PolicyState]string
	Version   func(number int) string
	VersionIs func(v domain.PolicyVersion) string // with its state
	StateOf   func(v domain.PolicyVersion) string
	Of        func(s policySummary) []phrase
	Did       func(t *domain.Tally) string // in the last day

	NotDone, Gone, NoAnswer             string
	BadForm                             said
	Wants                               func(m domain.PolicyMove) string
	AskedBy                             func(by, ago string) string
	Starts, Ends, Lapses                func(exact string) string
	LookAt                              func(number int) string
	YouAsked, Approve, Refuse, Reason   string
	Emergency                           func(s domain.PolicyStep) string
	Reviewed                            string
	RulesOf                             func(v domain.PolicyVersion) string
	Wrote                               func(by, state string) string
	Rules, Exemptions                   string
	Consequence                         func(c domain.Consequence) string
	Treatment                           map[policy.Treatment]string
	AnError                             func(treatment string) string
	Differs, SameMeaning, Text, Faulty  string
	Versions, Back, History, NoHistory  string
	Planned                             func(m domain.PolicyMove, exact string) string
	BackMeans, RollBackTo               func(number int) string
	Snoozes, EndSnooze                  string
	SnoozeOf                            func(s domain.Snooze) string
	Until                               func(exact, by string) string
	Became                              func(s domain.PolicyStep) string
	Who                                 func(by, second string) string
	WasEmergency                        func(reviewed string) string
	ShadowOf                            func(number int) string
	ShadowSays                          func(s *shadow) []phrase
	MatrixMeans, ShadowChanges, WouldBe string
	Alarms, Acknowledge                 string
	AlarmKind                           map[domain.AlarmKind]string
}

// policyFacts are the names of what is known of policies and their rules.
type policyFacts struct {
	Policy, Asked, Changed, Rule, When, Then, Unknown, Stood string
}

// explainWords is the part of the catalogue about why a policy said what it said.
type explainWords struct {
	Value, Asked, Effect string
	Of                   func(name string, version int) string
	Values               map[domain.Value]string
	NoFacts, FactsBroken string
	NoVersion            func(name string, version int) string
	Silent, LeftOut      func(n int) string
	MoreElements         func(n int) string
	Means                func(treatment string) string

	Counts, CountsMean, Counted, Uploads, Blocks, Reports string
	Over                                                  func(c domain.Counts) string
	Subject                                               map[domain.SubjectKind]string
}
