package banktest

import (
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// start is the moment of the first transaction of a case; each further step is a microsecond later.
const start = domain.Time(1_772_366_400_000_000) // 2026-03-01 12:00 UTC

// record is signal number n of an entry as a list would have it.
func record(ref string, n int) domain.ListRecord {
	return domain.ListRecord{
		Ref: ref, Type: domain.MD5, Value: fmt.Sprintf("%032x", n),
		Provenance: domain.Provenance{Source: "marsh watch", AddedAt: start - 1, Labels: []string{"poster"}, Confidence: 1},
	}
}

// tombstone withdraws signal number n of an entry, or for 0 the entry.
func tombstone(ref string, n int) domain.ListRecord {
	if n == 0 {
		return domain.ListRecord{Ref: ref, Provenance: domain.Provenance{Confidence: 1}, Withdrawn: true}
	}
	r := record(ref, n)
	r.Withdrawn = true
	return r
}

// with returns a record with something changed.
func with(r domain.ListRecord, change func(*domain.ListRecord)) domain.ListRecord {
	change(&r)
	return r
}

func noted(r domain.ListRecord, note string) domain.ListRecord {
	return with(r, func(r *domain.ListRecord) { r.Note = note })
}

func addedAt(r domain.ListRecord, at domain.Time) domain.ListRecord {
	return with(r, func(r *domain.ListRecord) { r.Provenance.AddedAt = at })
}

type step struct {
	records []domain.ListRecord
	want    domain.ListOutcome
}

type list = []domain.ListRecord

var cases = []struct {
	name  string
	steps []step
	want  list // what the bank holds in the end
}{
	{
		name:  "no records change nothing",
		steps: []step{{nil, domain.ListOutcome{}}},
	},
	{
		name: "records with one reference are one entry",
		steps: []step{
			{list{record("heron", 1), record("heron", 2), record("egret", 1)}, domain.ListOutcome{Added: 3}},
			{list{tombstone("heron", 0)}, domain.ListOutcome{Withdrawn: 2}},
		},
		want: list{tombstone("heron", 1), tombstone("heron", 2), record("egret", 1)},
	},
	{
		name: "the same records again change nothing",
		steps: []step{
			{list{record("heron", 1), addedAt(record("heron", 2), 0)}, domain.ListOutcome{Added: 2}},
			{list{record("heron", 1), addedAt(record("heron", 2), 0)}, domain.ListOutcome{Unchanged: 2}},
		},
		want: list{record("heron", 1), addedAt(record("heron", 2), start)},
	},
	{
		name: "one record twice in a batch is one signal",
		steps: []step{
			{list{record("heron", 1), record("heron", 1)}, domain.ListOutcome{Added: 1, Unchanged: 1}},
		},
		want: list{record("heron", 1)},
	},
	{
		name: "provenance is taken over",
		steps: []step{
			{list{record("heron", 1), record("heron", 2), record("heron", 3), record("heron", 4), record("heron", 5)}, domain.ListOutcome{Added: 5}},
			{list{
				with(record("heron", 1), func(r *domain.ListRecord) { r.Provenance.Source = "reed watch" }),
				with(record("heron", 2), func(r *domain.ListRecord) { r.Provenance.Labels = nil }),
				with(record("heron", 3), func(r *domain.ListRecord) { r.Provenance.Confidence = 0 }),
				with(record("heron", 4), func(r *domain.ListRecord) { r.ExpiresAt = start + 1_000_000 }),
				addedAt(record("heron", 5), start-9),
			}, domain.ListOutcome{Updated: 5}},
		},
		want: list{
			with(record("heron", 1), func(r *domain.ListRecord) { r.Provenance.Source = "reed watch" }),
			with(record("heron", 2), func(r *domain.ListRecord) { r.Provenance.Labels = nil }),
			with(record("heron", 3), func(r *domain.ListRecord) { r.Provenance.Confidence = 0 }),
			with(record("heron", 4), func(r *domain.ListRecord) { r.ExpiresAt = start + 1_000_000 }),
			addedAt(record("heron", 5), start-9),
		},
	},
	{
		name: "a note is the entry's, and no note leaves it",
		steps: []step{
			{list{noted(record("heron", 1), "first"), record("heron", 2)}, domain.ListOutcome{Added: 2}},
			{list{noted(record("heron", 2), "second")}, domain.ListOutcome{Unchanged: 1}},
			{list{record("heron", 1), noted(tombstone("heron", 2), "third")}, domain.ListOutcome{Unchanged: 1, Withdrawn: 1}},
		},
		want: list{noted(record("heron", 1), "second"), noted(tombstone("heron", 2), "second")},
	},
	{
		name: "a tombstone withdraws once",
		steps: []step{
			{list{record("heron", 1), record("heron", 2)}, domain.ListOutcome{Added: 2}},
			{list{tombstone("heron", 1), tombstone("heron", 1)}, domain.ListOutcome{Withdrawn: 1, Unchanged: 1}},
			{list{tombstone("heron", 0)}, domain.ListOutcome{Withdrawn: 1}},
			{list{tombstone("heron", 0), tombstone("heron", 2)}, domain.ListOutcome{Unchanged: 2}},
		},
		want: list{tombstone("heron", 1), tombstone("heron", 2)},
	},
	{
		name: "the tombstone of an entry without live signals counts once",
		steps: []step{
			{list{record("heron", 1), tombstone("heron", 1)}, domain.ListOutcome{Added: 1, Withdrawn: 1}},
			{list{tombstone("heron", 0)}, domain.ListOutcome{Unchanged: 1}},
			{list{tombstone("heron", 0)}, domain.ListOutcome{Unchanged: 1}},
		},
		want: list{tombstone("heron", 1)},
	},
	{
		name: "a tombstone takes nothing from its record",
		steps: []step{
			{list{record("heron", 1)}, domain.ListOutcome{Added: 1}},
			{list{with(tombstone("heron", 1), func(r *domain.ListRecord) {
				r.Provenance, r.ExpiresAt = domain.Provenance{Source: "reed watch", AddedAt: 5, Confidence: 0.1}, start+5
			})}, domain.ListOutcome{Withdrawn: 1}},
		},
		want: list{tombstone("heron", 1)},
	},
	{
		name: "a tombstone for what is absent makes nothing",
		steps: []step{
			{list{tombstone("heron", 1), tombstone("heron", 0)}, domain.ListOutcome{Unchanged: 2}},
			{list{record("heron", 2)}, domain.ListOutcome{Added: 1}},
			{list{tombstone("heron", 1)}, domain.ListOutcome{Unchanged: 1}},
		},
		want: list{record("heron", 2)},
	},
	{
		name: "what is withdrawn and listed again is live again, and it alone",
		steps: []step{
			{list{record("heron", 1), record("heron", 2)}, domain.ListOutcome{Added: 2}},
			{list{tombstone("heron", 0)}, domain.ListOutcome{Withdrawn: 2}},
			{list{addedAt(record("heron", 1), 0)}, domain.ListOutcome{Updated: 1}},
			{list{tombstone("heron", 0)}, domain.ListOutcome{Withdrawn: 1}},
			{list{record("heron", 1)}, domain.ListOutcome{Updated: 1}},
		},
		want: list{record("heron", 1), tombstone("heron", 2)},
	},
	{
		name: "records of one batch follow each other",
		steps: []step{
			{list{record("heron", 1), tombstone("heron", 0), record("heron", 1), tombstone("heron", 1), record("heron", 2)},
				domain.ListOutcome{Added: 2, Withdrawn: 2, Updated: 1}},
		},
		want: list{tombstone("heron", 1), record("heron", 2)},
	},
}
