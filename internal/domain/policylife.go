package domain

import (
	"cmp"
	"fmt"
)

// Policy is a policy with its place among the others.
type Policy struct {
	Name     string
	Position int   // policies are asked in the order of their positions, of equals in that of their names
	Before   []int // the versions that were live before the one that is, oldest first: a rollback takes the last
	At       Time  // when it came to be
}

// ComparePolicies is the order in which policies are asked.
func ComparePolicies(a, b Policy) int {
	return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Name, b.Name))
}

// PolicyLife is a policy with everything that its life depends on. The versions are in the order of their numbers, and without their texts.
type PolicyLife struct {
	Policy   Policy
	Versions []PolicyVersion
	Moves    []PolicyMove // that are not over, oldest first
	Flagged  []PolicyStep // emergencies that nobody has reviewed yet
}

// PolicyChange is what an act has changed in the life of a policy: all of it is written in one transaction.
type PolicyChange struct {
	Policy   Policy
	Versions []PolicyVersion // that are new or have changed; where Text is empty the text stays as it is
	Moves    []PolicyMove    // that are new or have changed
	Steps    []PolicyStep    // that were taken
	Reviewed []PolicyStep    // emergencies that somebody has reviewed
	Alarms   []Alarm         // about what could not happen
}

// PolicyMove is what somebody wants to become of a version, where that does not happen at once.
type PolicyMove struct {
	ID        EventID
	Policy    string
	Number    int
	To        PolicyState
	Share     float64 // of contents, where it is to be a canary
	StartsAt  Time    // zero: as soon as it may
	EndsAt    Time    // zero: for good
	By        string
	Reason    string
	Emergency bool // without a second person
	Ends      bool // To is what becomes of the version at the end that somebody set for it
	State     MoveState
	At        Time   // when it was asked for
	DueAt     Time   // when it lapses or happens; zero: it is over
	Second    string // who agreed or refused
	Answer    string // why
}

// MoveState says what became of a move.
type MoveState string

// The states of moves.
const (
	MoveAsked   MoveState = "asked"   // waits for a second person
	MovePlanned MoveState = "planned" // waits for its time
	MoveDone    MoveState = "done"
	MoveRefused MoveState = "refused"
	MoveLapsed  MoveState = "lapsed" // nobody has answered in time
	MoveVoid    MoveState = "void"   // it had no meaning any more when its time came
)

// Open reports whether the move may still happen.
func (m PolicyMove) Open() bool { return m.State == MoveAsked || m.State == MovePlanned }

// PolicyFault is something that is wrong with the text of a policy.
type PolicyFault struct {
	Line, Column int // counted from 1; 0: the whole text
	Message      string
	Hint         string // how to mend it
}

// PolicyFaults are the faults of a text, at least one. As an error they say why it cannot be taken.
type PolicyFaults []PolicyFault

// Error names the first fault and how many there are.
func (f PolicyFaults) Error() string {
	if len(f) == 0 {
		return "the policy has no faults"
	}
	text := f[0].Message
	if f[0].Line > 0 {
		text = fmt.Sprintf("line %d, column %d: %s", f[0].Line, f[0].Column, text)
	}
	if f[0].Hint != "" {
		text += "; " + f[0].Hint
	}
	if len(f) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(f)-1)
	}
	return text
}

// ShadowCount says how often a version would have given a verdict where another one stood, in the hour that begins at Hour.
type ShadowCount struct {
	Hour    Time
	Stood   Verdict
	Verdict Verdict
	Count   int64
}

// ShadowChange is a decision that a version which looks on would have made otherwise.
type ShadowChange struct {
	Decision DecisionID
	Stood    Verdict
	Verdict  Verdict
	Rule     string
}

// PolicyStanding is what is asked of policies: the policies on record in their order, with the versions that are asked, and all versions 0.
type PolicyStanding struct {
	Seq      int64 // of the last change that is in it; there may be some of later ones too
	Policies []Policy
	Versions []PolicyVersion
	Snoozes  []Snooze // that are not over
}

// Alarm is something that a person should look at soon. Within an hour there is one about the same thing.
type Alarm struct {
	ID      EventID
	At      Time
	Kind    AlarmKind
	Policy  string
	Version int
	Rule    string
	Subject Subject // empty: none in particular
	Text    string  // one sentence for people
	AckedBy string  // who has taken note
	AckedAt Time    // zero: nobody yet
}

// AlarmKind says what an alarm is about.
type AlarmKind string

// The kinds of alarms.
const (
	AlarmQuota    AlarmKind = "quota"    // a policy has decided more than its limits let it
	AlarmFlood    AlarmKind = "flood"    // a signal matches far more than its history
	AlarmEdition  AlarmKind = "edition"  // a version that is asked cannot be read by this program
	AlarmSchedule AlarmKind = "schedule" // what was planned for a version could not happen when its time came
)

// AlarmKinds lists the kinds of alarms.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{AlarmQuota, AlarmFlood, AlarmEdition, AlarmSchedule}
}
