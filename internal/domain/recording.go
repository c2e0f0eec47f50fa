package domain

// Recording is what is written down, all or nothing, when an upload has been decided.
type Recording struct {
	Upload     Upload
	Decision   Decision
	Renditions []Rendition
	Facts      []byte         // what policies saw, as package policy encodes it
	Shadows    []ShadowResult // what would have been decided with versions that are not in force
	Review     *Review        // that made the decision; nil: no person did
	Alarms     []Alarm        // that policies have raised
	// Seal makes the audit leaf and the event of the decision as it is written: the upload may turn out to be known under another id.
	Seal func(Decision) (Leaf, Event, error)
}

// Rendition is a veiled picture of a part, for people who look at the decision.
type Rendition struct {
	Part      string
	MediaType string
	Data      []byte
}

// Leaf is an entry of the audit log: it commits to a record without holding any of it, so that the record can be erased.
type Leaf struct {
	ID     EventID
	Kind   string // what is recorded: "decision", "policy"
	Salt   string // hex
	Digest string // SHA-256, hex, over salt and record
}
