package domain

import "encoding/json"

// ListRecord is one line of a list of known content: one signal of one entry, or its withdrawal.
type ListRecord struct {
	Ref        string // the list's own name for the item; records with one Ref in one bank are one entry
	Type       SignalType
	Value      string
	Provenance Provenance
	Note       string
	ExpiresAt  Time
	Withdrawn  bool // a tombstone; without Type and Value it withdraws the whole entry

	// What lists of other systems may say of the item; nil or zero leaves it as it is.
	Number      int64 // that the entry gets if it is new and the number is free
	Metadata    json.RawMessage
	PausedUntil *Time
}

// ListOutcome counts what applying records to a bank changed, in signals.
type ListOutcome struct {
	Added, Updated, Unchanged, Withdrawn int
}

// Add sums two outcomes.
func (o ListOutcome) Add(p ListOutcome) ListOutcome {
	return ListOutcome{o.Added + p.Added, o.Updated + p.Updated, o.Unchanged + p.Unchanged, o.Withdrawn + p.Withdrawn}
}

// SignalChange is the newest state of one signal, as the live index needs it.
type SignalChange struct {
	Seq    int64 // number of the change: changes are applied in this order
	Number int64 // number of the signal, for good
	Bank   int64 // number of its bank, for good
	Value  string
	Live   bool // false: withdrawn
}

// Evidence is what is known about a live signal that matched.
type Evidence struct {
	Number      int64
	Signal      SignalID
	Value       string
	Provenance  Provenance
	Entry       EntryID
	EntryNumber int64
	Note        string          // of the entry
	Metadata    json.RawMessage // of the entry; empty: none
	PausedUntil Time            // of the entry
}
