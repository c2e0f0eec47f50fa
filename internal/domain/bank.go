package domain

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"regexp"
)

// BankKind says what a match with a bank means.
type BankKind string

const (
	// Known banks hold content that is not wanted.
	Known BankKind = "known"
	// Negative banks hold content that is known to be good: a match here suppresses matches that are no nearer.
	Negative BankKind = "negative"
	// KnownCSAM banks hold hashes of child-abuse imagery: matched like Known, and nothing that could show the picture is ever made or kept.
	KnownCSAM BankKind = "known-csam"
)

// BankKinds lists the kinds of bank.
func BankKinds() []BankKind { return []BankKind{Known, Negative, KnownCSAM} }

// Bank is a curated list of known content.
type Bank struct {
	ID           BankID
	Name         string
	Kind         BankKind
	Limits       map[SignalType]int // largest distance that still matches, per signal type; absent: the type's default
	EnabledShare float64            // share of contents, 0..1, for which this bank counts: for trying a new bank out
	Description  string
	CreatedAt    Time
	Number       int64 // small number for the live index, given by the store
}

// Entry is one known item of a bank with the signals that stand for it.
type Entry struct {
	ID          EntryID
	Number      int64 // the same in one number, for programs that want one: counted over all banks from 1, given by the store
	BankID      BankID
	Labels      []string
	Note        string
	Metadata    json.RawMessage // a JSON object in the words of whoever added the item; empty: none
	CreatedAt   Time
	PausedUntil Time // before this moment its signals do not count; Forever: until somebody says otherwise
	WithdrawnAt Time
	Signals     []Signal
}

// EntryChange is what people may change of an entry; nil leaves a thing as it is.
type EntryChange struct {
	Note        *string
	PausedUntil *Time
	Metadata    json.RawMessage
}

// Bounds of what a bank may be called and carry.
const (
	MaxBankName    = 255
	MaxDescription = 4096
	MaxLabels      = 32
	MaxLabel       = 64
	MaxNote        = 4096
	MaxSource      = 128
	MaxMetadata    = 16 << 10
)

var bankName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// CheckBankName returns an error that says what is wrong with a name for a bank.
func CheckBankName(name string) error {
	if len(name) > MaxBankName || !bankName.MatchString(name) {
		return fmt.Errorf("bank name %q: use 1 to %d letters, digits, '_', '-' or '.', not starting with '-' or '.'", Clip(name, 80), MaxBankName)
	}
	return nil
}

// CheckDescription returns what is wrong with the description of a bank.
func CheckDescription(text string) error {
	if err := CheckText(text, MaxDescription); err != nil {
		return fmt.Errorf("description: %w", err)
	}
	return nil
}

// CheckMetadata returns what is wrong with the metadata of an entry.
func CheckMetadata(m json.RawMessage) error {
	if len(m) == 0 {
		return nil
	}
	if len(m) > MaxMetadata {
		return fmt.Errorf("metadata: %d bytes, at most %d are allowed", len(m), MaxMetadata)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(m, &object); err != nil || object == nil {
		return errors.New("metadata: not a JSON object")
	}
	return nil
}

// CheckLabels returns an error that says which label is unusable and why.
func CheckLabels(labels []string) error {
	if len(labels) > MaxLabels {
		return fmt.Errorf("%d labels, at most %d are allowed", len(labels), MaxLabels)
	}
	for i, l := range labels {
		if l == "" {
			return fmt.Errorf("label %d is empty", i+1)
		}
		if err := CheckText(l, MaxLabel); err != nil {
			return fmt.Errorf("label %d: %w", i+1, err)
		}
	}
	return nil
}

// AppliesTo reports whether the bank counts for a content. The answer is a fixed function of bank and content, so that the same content is
// always treated the same way.
func (b Bank) AppliesTo(c ContentID) bool {
	return c.InShare(string(b.ID), b.EnabledShare)
}

// Random returns a number that looks random and is always the same for a content.
func (c ContentID) Random() uint32 { return uint32(spread(string(c), "random") >> 32) }

// InShare reports whether a content is in a share of all contents, 0..1, for a purpose. The answer is a fixed function of both, and a larger share
// has all that a smaller one has.
func (c ContentID) InShare(purpose string, share float64) bool {
	return inShare(string(c), purpose, share)
}

func inShare(name, purpose string, share float64) bool {
	return share >= 1 || float64(spread(name, purpose))/math.MaxUint64 < share
}

// spread hashes a name for a purpose.
func spread(name, purpose string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write([]byte(name))
	return mix(h.Sum64())
}

// mix spreads the bits of a hash (the finaliser of SplitMix64): FNV alone leaves the high bits of short inputs uneven.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
