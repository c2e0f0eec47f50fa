package domain

// Hunt is a search for what became known lately among what was uploaded before.
type Hunt struct {
	ID     HuntID
	Reason HuntReason
	By     string // who asked for it, where somebody did
	// What is looked for: the signals of an entry, of a bank, or those with changes behind From and up to To.
	Bank     BankID
	BankName string // as it was when the hunt was made
	Entry    EntryID
	From, To int64

	Most       int64 // uploads that it may find; with more it halts; 0: as many as there are
	State      HuntState
	Note       string // why it is halted
	Signals    int64  // that are looked for
	CreatedAt  Time
	StartedAt  Time
	FinishedAt Time
	Progress   HuntProgress
}

// HuntProgress is how far a hunt has come. It is written down at every step, and a hunt goes on from there.
type HuntProgress struct {
	Searched     int64  // signals that were looked for in all that was there
	After        int64  // change, or number in the bank, of the last of these
	Shelf        string // the folder of fingerprints that Part belongs to
	Part         int64  // in which the next signals are looked for next
	Tail         int64  // the part that took uploads when the hunt began
	Fingerprints int64  // that there are to look in
	Compared     int64  // of these, by the next signals
	// Uploads that have something that is looked for, and what became of them.
	Found, Decided, Unchanged, Gone, Failed int64
}

// Count counts what became of a find.
func (p *HuntProgress) Count(o FindOutcome) {
	switch o {
	case FindDecided:
		p.Decided++
	case FindUnchanged:
		p.Unchanged++
	case FindGone:
		p.Gone++
	case FindFailed:
		p.Failed++
	}
}

// HuntSignal is a signal as a hunt looks for it.
type HuntSignal struct {
	At    int64 // its change, or its number: a hunt goes on behind it
	Bank  BankID
	Type  SignalType
	Value string
}

// HuntNews says what there may be to hunt for.
type HuntNews struct {
	Hunted, Newest int64 // the change of signals up to which there are hunts, and the newest one
	Settings       int64 // grows with every change of bank settings
	Resumed        bool  // the pause of some entry is over
}

// PastUpload is an upload with the id of a decision about it.
type PastUpload struct {
	Decision DecisionID
	Upload   Upload
}

// Share returns how much of the search is done, 0 to 1.
func (h Hunt) Share() float64 {
	if h.State == HuntFollowing || h.State == HuntDone {
		return 1
	}
	if h.Signals <= 0 {
		return 0
	}
	batch := min(h.Signals-h.Progress.Searched, MaxHuntBatch)
	done := float64(h.Progress.Searched)
	if h.Progress.Fingerprints > 0 {
		done += float64(max(batch, 0)) * float64(h.Progress.Compared) / float64(h.Progress.Fingerprints)
	}
	return min(done/float64(h.Signals), 1)
}

// Over reports whether nothing more will be done.
func (h Hunt) Over() bool {
	return h.State == HuntDone || h.State == HuntCancelled || h.State == HuntHalted
}

// MaxHuntBatch is how many signals are looked for at the same time.
const MaxHuntBatch = 1 << 18

// HuntReason says what made a hunt.
type HuntReason string

// The reasons of hunts.
const (
	HuntSignals HuntReason = "signals" // new signals, or withdrawn ones that count again
	HuntBank    HuntReason = "bank"    // the settings of a bank let more match than before
	HuntEntry   HuntReason = "entry"   // an entry counts again after a pause
	HuntAsked   HuntReason = "asked"   // somebody asked for it
)

// HuntState says how far a hunt has come.
type HuntState string

// The states of hunts.
const (
	HuntWaiting   HuntState = "waiting"
	HuntSearching HuntState = "searching"
	// HuntFollowing hunts have searched all that was there, and wait for uploads that were being checked when they began.
	HuntFollowing HuntState = "following"
	HuntDone      HuntState = "done"
	HuntCancelled HuntState = "cancelled"
	// HuntHalted hunts have found so much that a person should look before anything is decided.
	HuntHalted HuntState = "halted"
)

// HuntStates lists the states.
func HuntStates() []HuntState {
	return []HuntState{HuntWaiting, HuntSearching, HuntFollowing, HuntDone, HuntCancelled, HuntHalted}
}

// Find is an upload that a hunt has found.
type Find struct {
	Hunt     HuntID
	Upload   UploadID
	Outcome  FindOutcome
	Decision DecisionID // where one was made
}

// FindOutcome says what became of an upload that a hunt has found.
type FindOutcome string

// The outcomes of finds.
const (
	FindWaiting   FindOutcome = ""
	FindDecided   FindOutcome = "decided"   // there is a further decision about it
	FindUnchanged FindOutcome = "unchanged" // it says nothing new: known already, suppressed, out of limits, or the bank does not count for it
	FindGone      FindOutcome = "gone"      // the upload is not on record any more
	FindFailed    FindOutcome = "failed"    // it could not be looked up or recorded, however often it was tried
)
