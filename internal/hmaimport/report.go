package hmaimport

import (
	"cmp"
	"slices"
)

// Report says what an import did, or would do.
type Report struct {
	DryRun bool `json:"dry_run"`
	// Contents is how many contents of HMA were dealt with, of how many there are; less after an error.
	Contents int `json:"contents_read"`
	Of       int `json:"contents_there"`

	Tallies Tallies `json:"tallies"`
	Groups  []Group `json:"issues"` // what is worst first
}

// Tallies count by kind of thing.
type Tallies struct {
	Exchanges   Tally `json:"exchanges"`
	Banks       Tally `json:"banks"`
	Contents    Tally `json:"contents"`
	Signals     Tally `json:"signals"`
	SignalTypes Tally `json:"signal_types"` // the shares for which they count
	Credentials Tally `json:"credentials"`
}

// Tally says what became of things of one kind.
type Tally struct {
	Taken     int `json:"taken"`     // were not here
	There     int `json:"there"`     // were here already, the same
	Changed   int `json:"changed"`   // were here and are brought in line
	Withdrawn int `json:"withdrawn"` // were here, and are not in HMA any more
	NotTaken  int `json:"not_taken"`
}

func (t *Tally) add(o Tally) {
	t.Taken += o.Taken
	t.There += o.There
	t.Changed += o.Changed
	t.Withdrawn += o.Withdrawn
	t.NotTaken += o.NotTaken
}

func (t *Tallies) add(o Tallies) {
	t.Exchanges.add(o.Exchanges)
	t.Banks.add(o.Banks)
	t.Contents.add(o.Contents)
	t.Signals.add(o.Signals)
	t.SignalTypes.add(o.SignalTypes)
	t.Credentials.add(o.Credentials)
}

// Group is issues of one kind.
type Group struct {
	Outcome  Outcome `json:"outcome"`
	Reason   Reason  `json:"reason"`
	Type     string  `json:"signal_type,omitempty"` // for SignalType
	Count    int     `json:"count"`
	Examples []Issue `json:"examples"` // the first few
}

// Sentence says the reason to people.
func (g Group) Sentence() string { return sentences[g.Reason] }

// Whole reports whether everything was taken as it was.
func (r Report) Whole() bool {
	return !slices.ContainsFunc(r.Groups, func(g Group) bool { return g.Outcome != Noted })
}

const (
	mostExamples = 5
	mostGroups   = 100 // an HMA may have any number of signal types
)

// tell counts an issue.
func (r *Report) tell(i Issue) {
	typ := ""
	if i.Reason == SignalType {
		typ = i.Type
	}
	at := slices.IndexFunc(r.Groups, func(g Group) bool { return g.Outcome == i.Outcome && g.Reason == i.Reason && g.Type == typ })
	if at < 0 && len(r.Groups) >= mostGroups && typ != "" {
		typ = "others"
		at = slices.IndexFunc(r.Groups, func(g Group) bool { return g.Reason == i.Reason && g.Type == typ })
	}
	if at < 0 {
		r.Groups = append(r.Groups, Group{Outcome: i.Outcome, Reason: i.Reason, Type: typ})
		at = len(r.Groups) - 1
	}
	g := &r.Groups[at]
	g.Count++
	if len(g.Examples) < mostExamples {
		g.Examples = append(g.Examples, i)
	}
}

var severity = []Outcome{NotTaken, Altered, Noted}

func (r *Report) sort() {
	slices.SortStableFunc(r.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(slices.Index(severity, a.Outcome), slices.Index(severity, b.Outcome)), cmp.Compare(b.Count, a.Count))
	})
}
