package domain

import "slices"

// Verdict is what a decision says should happen to a content.
type Verdict string

// The verdicts, weakest first.
const (
	Allow Verdict = "allow" // nothing is done
	Label Verdict = "label" // shown with a mark or a warning
	Limit Verdict = "limit" // shown to fewer people
	Hold  Verdict = "hold"  // not shown until a person or a later check has decided
	Block Verdict = "block" // not shown
)

// Verdicts lists all verdicts, weakest first.
func Verdicts() []Verdict { return []Verdict{Allow, Label, Limit, Hold, Block} }

// Rank orders verdicts: 0 is the weakest, -1 is no verdict at all.
func (v Verdict) Rank() int { return slices.Index(Verdicts(), v) }

// Valid reports whether v is one of the verdicts.
func (v Verdict) Valid() bool { return v.Rank() >= 0 }

// Decision is the outcome for one upload: what, by which rule or person, on what evidence.
type Decision struct {
	ID          DecisionID
	UploadID    UploadID
	ContentID   ContentID
	Round       int // 1 for the first decision about an upload; a later check makes round 2, 3, …
	Cause       Cause
	By          string // the person or the API key whose decision it is; empty: the policies decided
	Verdict     Verdict
	Consequence Consequence
	Policy      PolicyRef // the rule that decided, or that the person has judged
	Reason      string    // one sentence for people
	Rules       []RuleHit // all that had something to say, in the order of policies and rules
	Checks      []Check
	Matches     []Match
	DecidedAt   Time
}

// Cause says why a decision was made when it was.
type Cause string

// The causes of decisions.
const (
	CauseUpload Cause = "upload" // it came in
	CauseRetry  Cause = "retry"  // it was looked at again, since not all of it could be checked before
	CauseRetro  Cause = "retro"  // it had been decided, and what became known since matches it
	CauseReview Cause = "review" // a person has judged the decision that stood
	CauseReport Cause = "report" // it had been decided, and users of the service have reported it since
)

// Causes lists all causes.
func Causes() []Cause {
	return []Cause{CauseUpload, CauseRetry, CauseRetro, CauseReview, CauseReport}
}

// Looked reports whether parts of the upload were looked at for such a decision. All others go by what is on record of them.
func (c Cause) Looked() bool { return c != CauseRetro && c != CauseReview && c != CauseReport }

// PolicyRef says which rule of which version of which policy decided.
type PolicyRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Rule    string `json:"rule"`
}

// CheckStatus says how far a check got.
type CheckStatus string

// The ways a check can end. Anything but Complete means that something known could have been missed.
const (
	Complete    CheckStatus = "complete"
	Partial     CheckStatus = "partial"     // some of the part was checked, the reason says what was not
	Failed      CheckStatus = "failed"      // it could not be checked this time
	Unsupported CheckStatus = "unsupported" // no detector can read this kind of thing
)

// Check reports what one detector did with one part of an upload.
type Check struct {
	Detector  string      `json:"detector"` // a signal type, or the step that failed before any could run: "decode", "fetch"
	Part      string      `json:"part"`
	Status    CheckStatus `json:"status"`
	Reason    string      `json:"reason,omitempty"`    // why it is not complete, or what limits a complete check
	Temporary bool        `json:"temporary,omitempty"` // trying again later may give another result
}

// Match is one known signal found in one part of an upload, with the evidence a person needs to judge it.
type Match struct {
	Bank         string     `json:"bank"` // name of the bank when it matched
	BankID       BankID     `json:"bank_id"`
	BankKind     BankKind   `json:"bank_kind"`
	Entry        EntryID    `json:"entry"`
	Signal       SignalID   `json:"signal"`
	SignalType   SignalType `json:"signal_type"`
	Distance     int        `json:"distance"`
	Limit        int        `json:"limit"` // the bank's limit for this type when it matched
	Part         string     `json:"part"`
	Frame        int        `json:"frame,omitempty"` // of an animation, from 0
	View         string     `json:"view,omitempty"`  // how the picture was turned to match; empty: as stored
	Sources      []string   `json:"sources"`
	Labels       []string   `json:"labels,omitempty"`
	SuppressedBy EntryID    `json:"suppressed_by,omitempty"` // the known-good entry that is as near or nearer
}

// Counts reports whether the match says that something is known: not that it is known to be good, and not outweighed by what is.
func (m Match) Counts() bool { return m.BankKind != Negative && m.SuppressedBy == "" }
