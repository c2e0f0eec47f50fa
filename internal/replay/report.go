package replay

import (
	"github.com/quell-project/quell/internal/domain"
)

// Report is what a replay has found out.
type Report struct {
	Versions  []string    `json:"versions"` // that were asked, "name@number"
	From      domain.Time `json:"from"`     // of the first decision that was replayed, microseconds since 1970
	Last      domain.Time `json:"last"`
	Share     float64     `json:"share"` // of decisions that were replayed
	Seed      string      `json:"seed,omitempty"`
	Decisions int64       `json:"decisions"`
	// Unreadable are decisions whose facts this program cannot read; they are in no count. Trouble says why, of the first.
	Unreadable int64  `json:"unreadable,omitempty"`
	Trouble    string `json:"trouble,omitempty"`
	Digest     string `json:"digest"` // SHA-256, hex, over every outcome in the order of decisions

	// Recorded counts the versions that made the decisions on record. Others are those that were made by a version of another policy that is not
	// among those asked: there the difference is not that of the replayed policy alone.
	Recorded []Named `json:"recorded"`
	Others   int64   `json:"others,omitempty"`

	Verdicts     []Cell     `json:"verdicts"` // was × would be, where there are any
	Changed      int64      `json:"changed"`  // decisions with another verdict
	Reworded     int64      `json:"reworded"` // with the same verdict by another rule
	Changes      []Change   `json:"changes"`  // the first of those with another verdict
	Acted        Comparison `json:"acted"`    // held or blocked
	Breakdowns   []Group    `json:"breakdowns"`
	Agreement    Agreement  `json:"agreement"`
	HoursPerWeek float64    `json:"review_hours_per_week"` // more that people review, of all decisions
	Notices      []Named    `json:"notices"`               // that would have gone out, by the name of the text
	Accounts     []Hit      `json:"accounts"`              // that would have been hit harder most often
}

// Named counts something that has a name.
type Named struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Cell counts decisions by what was and what would have been decided.
type Cell struct {
	Was   domain.Verdict `json:"was"`
	Now   domain.Verdict `json:"now"`
	Count int64          `json:"count"`
}

// Change is a decision that would have been made otherwise.
type Change struct {
	Decision domain.DecisionID `json:"decision_id"`
	At       domain.Time       `json:"at"`
	Was      domain.Verdict    `json:"was"`
	WasBy    domain.PolicyRef  `json:"was_by"`
	Now      domain.Verdict    `json:"now"`
	NowBy    domain.PolicyRef  `json:"now_by"`
	Reason   string            `json:"reason"`
	Evidence []string          `json:"evidence,omitempty"`
}

// Comparison is how often uploads were and would have been held or blocked.
type Comparison struct {
	Was  Rate       `json:"was"`
	Now  Rate       `json:"now"`
	Diff Difference `json:"difference"`
}

// Group compares uploads by what they have in common.
type Group struct {
	By    string `json:"by"` // "bank", "surface", "account age", "language"
	Lines []Line `json:"lines"`
}

// Line compares uploads that have something in common.
type Line struct {
	Name string `json:"name"`
	Comparison
}

// Agreement compares verdicts with those of people.
type Agreement struct {
	Reviewed     int64   `json:"reviewed"` // decisions of which a person has said something
	Blocks       Precise `json:"blocks"`   // of which people say that they should be
	Acts         Precise `json:"acts"`     // holds and blocks of which people say that one or the other should be
	Sample       int64   `json:"sample"`   // reviewed ones that were drawn at random
	RecallBefore *Rate   `json:"recall_before,omitempty"`
	RecallAfter  *Rate   `json:"recall_after,omitempty"`
	Note         string  `json:"note"`
}

// Precise is how many of the reviewed ones are right.
type Precise struct {
	Was Rate `json:"was"`
	Now Rate `json:"now"`
	// Unreviewed are those that would newly be so and of which nobody has said anything.
	Unreviewed int64 `json:"unreviewed"`
}

// Hit is an account that would be hit harder. The number means nothing outside of the report.
type Hit struct {
	Number int   `json:"number"`
	Count  int64 `json:"count"`
}
