package bank

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// MaxRef is the longest reference of an entry, in bytes.
const MaxRef = 256

// Canonical returns the one spelling of a record, or an error that names the field and says what is wrong with it.
//
// Space around texts is dropped, type and value take the form that package signal gives them, labels are sorted and each kept once, and an
// empty reference becomes "type:value", or "type:" and the SHA-256 of the value where that is too long. Canonical of a canonical record is the same record. The result shares no memory with rec.
func Canonical(rec domain.ListRecord) (domain.ListRecord, error) {
	p := &rec.Provenance
	rec.Ref, rec.Note, p.Source = tidy(rec.Ref), tidy(rec.Note), tidy(p.Source)
	rec.Type, rec.Value = domain.SignalType(strings.ToLower(tidy(string(rec.Type)))), tidy(rec.Value)
	p.Labels = tidyLabels(p.Labels)

	if !withdrawsEntry(rec) {
		t, err := signal.Lookup(rec.Type)
		if err != nil {
			return rec, err
		}
		if rec.Value, err = t.Parse(rec.Value); err != nil {
			return rec, err
		}
		if rec.Ref == "" {
			rec.Ref = refOf(rec)
		}
	}
	if rec.Ref == "" {
		return rec, errors.New("entry: empty, but a tombstone without type and value must name the entry that it withdraws")
	}
	return rec, check(rec)
}

// refOf returns the reference of an entry that has none of its own.
func refOf(rec domain.ListRecord) string {
	ref := string(rec.Type) + ":" + rec.Value
	if len(ref) > MaxRef { // the points of a picture
		ref = fmt.Sprintf("%s:%x", rec.Type, sha256.Sum256([]byte(rec.Value)))
	}
	return ref
}

// withdrawsEntry reports whether a record is the tombstone of an entire entry.
func withdrawsEntry(rec domain.ListRecord) bool {
	return rec.Withdrawn && rec.Type == "" && rec.Value == ""
}

func check(rec domain.ListRecord) error {
	p := rec.Provenance
	if err := checkText("entry", rec.Ref, MaxRef); err != nil {
		return err
	}
	if err := checkText("source", p.Source, domain.MaxSource); err != nil {
		return err
	}
	if err := checkText("note", rec.Note, domain.MaxNote); err != nil {
		return err
	}
	if err := domain.CheckLabels(p.Labels); err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	if !(p.Confidence >= 0 && p.Confidence <= 1) { // not so written that NaN passes
		return fmt.Errorf("confidence: %v is not from 0 to 1", p.Confidence)
	}
	if err := checkTime("added_at", p.AddedAt); err != nil {
		return err
	}
	return checkTime("expires_at", rec.ExpiresAt)
}

func checkText(field, s string, most int) error {
	if err := domain.CheckText(s, most); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

// lastMoment is the last that RFC 3339 can write.
var lastMoment = domain.At(time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC))

func checkTime(field string, t domain.Time) error {
	if t < 0 || t > lastMoment {
		return fmt.Errorf("%s: outside of the years 1970 to 9999", field)
	}
	return nil
}

// tidy drops the space around s. The copy keeps a short text from holding on to the long line it was cut from.
func tidy(s string) string { return strings.Clone(strings.TrimSpace(s)) }

// tidyLabels gives a set of labels its one order; no labels are nil.
func tidyLabels(labels []string) []string {
	if len(labels) == 0 {
		return nil
	}
	tidied := make([]string, len(labels))
	for i, l := range labels {
		tidied[i] = tidy(l)
	}
	slices.Sort(tidied)
	return slices.Compact(tidied)
}
