package domain

import (
	"fmt"

	"github.com/google/uuid"
)

// Identifiers that Quell gives out are UUIDv7 in text form: unique without coordination and ordered by time of making.
type (
	// UploadID names one submission of a content: the same content submitted with other bytes is another upload.
	UploadID string
	// DecisionID names one decision about an upload.
	DecisionID string
	// BankID names a bank, whatever it is called at the moment.
	BankID string
	// EntryID names one known item in a bank.
	EntryID string
	// SignalID names one signal of an entry.
	SignalID string
	// EventID names one event of the outbox; consumers use it to recognise what they have seen.
	EventID string
	// KeyID names an API key without revealing it.
	KeyID string
	// HuntID names one hunt for what was uploaded before it was known.
	HuntID string
)

// Identifiers that the service gives to Quell are opaque text of at most MaxExternalID bytes.
type (
	// ContentID is the service's own name for an item that a user put on it.
	ContentID string
	// AccountID is the service's own name for whoever put it there.
	AccountID string
	// ReportID is the service's own name for a report of a user; where it has none, Quell gives one.
	ReportID string
)

// MaxExternalID is the longest identifier, in bytes, that a service may use for a content or an account.
const MaxExternalID = 256

// FirstID returns the smallest identifier of a moment: those made before it, to the millisecond, are smaller, and all others are not.
func FirstID[T UploadID | DecisionID | BankID | EntryID | SignalID | EventID | KeyID | HuntID](t Time) T {
	milliseconds := uint64(max(t, 0)) / 1000
	return T(fmt.Sprintf("%08x-%04x-7000-8000-000000000000", milliseconds>>16, milliseconds&0xffff))
}

// TimeOf returns the moment at which an identifier was made, to the millisecond; zero for one that Quell did not give out.
func TimeOf[T UploadID | DecisionID | BankID | EntryID | SignalID | EventID | KeyID | HuntID](id T) Time {
	u, err := uuid.Parse(string(id))
	if err != nil || u.Version() != 7 {
		return 0
	}
	seconds, nanoseconds := u.Time().UnixTime()
	return Time(seconds*1_000_000 + nanoseconds/1000)
}

// NewID returns a fresh identifier of any of the kinds that Quell gives out.
func NewID[T UploadID | DecisionID | BankID | EntryID | SignalID | EventID | KeyID | HuntID]() T {
	return T(uuid.Must(uuid.NewV7()).String())
}
