package domain

import "slices"

// Consequence is what a rule says should happen beyond the verdict. Empty fields say nothing.
type Consequence struct {
	Code     string   `json:"code,omitempty"`     // public reason, apart from the name of the rule: what a user may be told
	Queue    string   `json:"queue,omitempty"`    // in which people look at it
	Priority int      `json:"priority,omitempty"` // 0..100, larger is sooner
	Labels   []string `json:"labels,omitempty"`
	Notice   string   `json:"notice,omitempty"`   // name of the text that the user gets
	Preserve string   `json:"preserve,omitempty"` // how long evidence is kept, as an ISO 8601 period: "P180D"
}

// RuleHit is a rule that had something to say about an upload, whether or not it decided.
type RuleHit struct {
	Policy  string  `json:"policy"`
	Version int     `json:"version"`
	Rule    string  `json:"rule"`
	Value   Value   `json:"value"`
	Verdict Verdict `json:"verdict"` // that it asked for
	Effect  Effect  `json:"effect"`
	Match   int     `json:"match,omitempty"` // the match that alone makes it true, counted from 1; 0: no single one
	Part    string  `json:"part,omitempty"`  // the part that alone makes it true, or the one of the match
	Note    string  `json:"note,omitempty"`  // what is not known, what went wrong, or by whom it is excused
}

// Value is what a condition can turn out to be.
type Value string

// The four values.
const (
	True    Value = "true"
	False   Value = "false"
	Unknown Value = "unknown" // something that it depends on is not known
	Errored Value = "error"
)

// Effect says what became of a rule that had something to say.
type Effect string

// The effects of rules.
const (
	EffectDecided  Effect = "decided"  // the decision is its own
	EffectAgreed   Effect = "agreed"   // another rule decided, and this one asked for as much or less
	EffectExcused  Effect = "excused"  // a person has overturned it for this upload, or it is snoozed for this subject
	EffectExempted Effect = "exempted" // an exemption of its policy came first
	EffectGuarded  Effect = "guarded"  // a guard of its policy turned its verdict into hold
	EffectIgnored  Effect = "ignored"  // unknown or an error, which its policy says to ignore
)

// Counts says how often something happened in the last hour, day and week.
type Counts struct {
	Hour int64 `json:"hour" cbor:"1,keyasint,omitempty"`
	Day  int64 `json:"day" cbor:"2,keyasint,omitempty"`
	Week int64 `json:"week" cbor:"3,keyasint,omitempty"`
}

// Tally counts what happened to one subject: uploads of which something was decided for the first time, what they matched and how they were decided.
type Tally struct {
	Uploads Counts `json:"uploads" cbor:"1,keyasint,omitzero"`
	Matches Counts `json:"matches" cbor:"2,keyasint,omitzero"` // uploads with a match that counts
	Labels  Counts `json:"labels" cbor:"3,keyasint,omitzero"`
	Limits  Counts `json:"limits" cbor:"4,keyasint,omitzero"`
	Holds   Counts `json:"holds" cbor:"5,keyasint,omitzero"`
	Blocks  Counts `json:"blocks" cbor:"6,keyasint,omitzero"`
	Reports Counts `json:"reports" cbor:"7,keyasint,omitzero"` // by users of the service
}

// Of returns how often a verdict was given; of Allow it returns nothing.
func (t *Tally) Of(v Verdict) *Counts {
	switch v {
	case Label:
		return &t.Labels
	case Limit:
		return &t.Limits
	case Hold:
		return &t.Holds
	case Block:
		return &t.Blocks
	default:
		return nil
	}
}

// Subject is whatever is counted, snoozed or excused.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	Name string      `json:"name"`
}

// SubjectKind says what a subject is.
type SubjectKind string

// The kinds of subjects.
const (
	SubjectAccount SubjectKind = "account" // AccountID
	SubjectContent SubjectKind = "content" // ContentID
	SubjectSurface SubjectKind = "surface" // name of a surface
	SubjectBank    SubjectKind = "bank"    // BankID
	SubjectSignal  SubjectKind = "signal"  // SignalID
	SubjectPolicy  SubjectKind = "policy"  // name of a policy: what it decided
)

// PolicyState says how far a version of a policy has come.
type PolicyState string

// The states of a version.
const (
	PolicyDraft   PolicyState = "draft"   // may be changed
	PolicyChecked PolicyState = "checked" // types, cost and its own tests are good; never changes any more
	PolicyShadow  PolicyState = "shadow"  // asked beside the live version, and only counted
	PolicyCanary  PolicyState = "canary"  // decides for a share of the contents
	PolicyLive    PolicyState = "live"    // decides
	PolicyRetired PolicyState = "retired"
)

// PolicyStates lists the states in the order of a version's life.
func PolicyStates() []PolicyState {
	return []PolicyState{PolicyDraft, PolicyChecked, PolicyShadow, PolicyCanary, PolicyLive, PolicyRetired}
}

// Asked reports whether a version in this state is asked about uploads.
func (s PolicyState) Asked() bool {
	return slices.Contains([]PolicyState{PolicyShadow, PolicyCanary, PolicyLive}, s)
}

// PolicyVersion is one text of a policy.
type PolicyVersion struct {
	Policy  string // its name
	Number  int    // counted from 1 in each policy
	Text    string // YAML
	Digest  string // SHA-256 of the text, hex
	Note    string // what is new about it
	State   PolicyState
	Share   float64 // of contents, 0..1, while it is a canary
	By      string  // who wrote it
	At      Time    // when
	Changed Time    // when its state last changed
}

// PolicyStep is one step in the life of a version: who took it, when, and why.
type PolicyStep struct {
	ID        EventID
	Policy    string
	Number    int
	From, To  PolicyState
	Share     float64
	By        string
	Second    string // who agreed, where a second person has to
	Reason    string
	Emergency bool // taken without a second person: to be reviewed
	Reviewed  string
	At        Time
}

// Snooze keeps a rule, or all rules of a policy, from acting on one subject for a while.
type Snooze struct {
	ID      EventID
	Policy  string
	Rule    string // empty: all of the policy
	Subject Subject
	Until   Time
	By      string
	Reason  string
	At      Time
	EndedBy string // who has ended it before its time
}

// Overturn remembers that a person has decided otherwise than a rule: the same upload is not decided the same way again by it, unless by a signal
// that did not match then.
type Overturn struct {
	Decision DecisionID // that was overturned
	Digest   string     // of what was judged, Upload.Sameness
	Policy   string
	Rule     string
	Signals  []SignalID // that matched then
	By       string
	At       Time
}

// ShadowResult is what would have been decided with a version of a policy that is not in force.
type ShadowResult struct {
	Policy  string
	Version int
	Verdict Verdict
	Rule    string
	Stood   Verdict // that was given
}
