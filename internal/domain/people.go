package domain

// Review is what a person made of the decision that stood about an upload.
type Review struct {
	Decision DecisionID // that it has made
	Judged   DecisionID // that stood before
	Upload   UploadID
	Policy   PolicyRef // the rule that was judged
	Machine  Verdict   // what the policies had said, whatever other people said since
	Verdict  Verdict   // what the person says
	Sample   bool      // what was judged was drawn at random, so that it may be counted for recall
	By       string
	Reason   string // one sentence
	At       Time

	Overturned []Overturn // rules that asked for more than the person
	Upheld     []RuleName // rules that did not: what other people have said of them is over
}

// RuleName names a rule, whatever the version of its policy.
type RuleName struct {
	Policy string
	Rule   string
}

// Agrees reports whether the person says what the policies had said.
func (r Review) Agrees() bool { return r.Verdict == r.Machine }

// Report is a user's complaint about a content, as policies see it.
type Report struct {
	ID        ReportID
	ContentID ContentID
	Reason    string // a short code of the service: "spam"
	At        Time   // when the user made it
}

// Complaint is a report as it came in, with what policies do not see.
type Complaint struct {
	Report
	Row        EventID   // orders reports by the time at which they came in
	By         AccountID // who complains; empty: not said
	Text       string    // in the user's own words
	ReceivedAt Time
}

// Limits of reports.
const (
	MaxReportReason = 64   // bytes
	MaxReportText   = 1000 // characters
	// MaxReportsSeen is how many reports of a content a policy sees, the newest ones.
	MaxReportsSeen = 100
)
