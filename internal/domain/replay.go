package domain

import "encoding/json"

// Replay is a look at what a version of a policy would have decided about what is on record.
type Replay struct {
	ID       EventID
	Policy   string // its name
	Version  int    // a version on record; with a Text: 0
	Text     string // of a policy that is no version yet; empty: the version is meant
	From, To Time   // decisions made from one moment to before another
	Share    float64
	Seed     string
	Minutes  float64 // that a person takes for a case that is held
	By       string
	At       Time

	Done       float64 // share that is done, 0..1
	FinishedAt Time    // zero: it waits or runs
	Failed     string  // why there is no report
	Digest     string  // over all outcomes: the same for the same facts and versions
	Report     json.RawMessage
}
