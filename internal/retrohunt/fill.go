package retrohunt

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// filler keeps a shelf in line with what was decided.
type filler struct {
	*Config
	shelf *daybook.Shelf
	keys  map[daybook.Day][]byte
	// While decisions are read by their ids: the newest event when that began, from which on events are read afterwards.
	from int64
}

// errForeign means that the shelf is complete up to an event that has not happened: the database was put back to an earlier state.
var errForeign = errors.New("they are newer than the database, which was put back to an earlier state")

// How much is read at a time, and how far before the last decision that was seen reading by ids begins again: ids are not in the order of commits.
const (
	fillEvents    = 1000
	fillDecisions = 500
	fillOverlap   = 10 * 60 * 1_000_000 // microseconds
)

// fill reads the next decisions into the shelf and reports whether there may be more.
func (f *filler) fill(ctx context.Context) (more bool, err error) {
	place, _ := f.shelf.Place()
	if place.Position == 0 {
		return f.byIDs(ctx, place)
	}
	events, err := f.Past.EventsAfter(ctx, place.Position, fillEvents)
	if err != nil {
		return false, err
	}
	if len(events) == 0 {
		last, err := f.Past.LastEventSeq(ctx)
		switch {
		case err != nil || last == place.Position:
			return false, err
		case last < place.Position:
			return false, errForeign
		}
	}
	if len(events) == 0 || events[0].Seq != place.Position+1 { // those between are gone from the outbox
		f.from = 0
		_, err := f.shelf.Append(nil, daybook.Place{Decision: place.Decision}, f.today())
		return true, err
	}
	return len(events) == fillEvents, f.byEvents(ctx, place, events)
}

func (f *filler) today() daybook.Day { return daybook.DayOf(domain.At(f.Now())) }

// begin is the first day of which fingerprints are kept.
func (f *filler) begin() daybook.Day {
	return daybook.DayOf(domain.At(f.Now().Add(-f.Window)))
}

// byIDs reads the next decisions in the order of their ids: that is how a new shelf is filled, or one that was without a leader for long.
func (f *filler) byIDs(ctx context.Context, place daybook.Place) (more bool, err error) {
	after := domain.DecisionID(place.Decision)
	if f.from == 0 {
		// Before any is read: what is committed later, with whatever id, is among the events behind this one. What was committed before it, but after
		// those that were read by an earlier process, may have an id before theirs.
		if f.from, err = f.Past.LastEventSeq(ctx); err != nil || f.from == 0 {
			return false, err // nothing was ever decided
		}
		after = domain.FirstID[domain.DecisionID](max(domain.TimeOf(after)-fillOverlap, 0))
	}
	after = max(after, domain.FirstID[domain.DecisionID](f.begin().Start()))
	decided, err := f.Past.DecidedAfter(ctx, after, fillDecisions)
	if err != nil {
		return false, err
	}
	var entries []daybook.Entry
	day := daybook.Day(0)
	for _, d := range decided {
		after = d.Decision
		day = daybook.DayOf(domain.TimeOf(d.Decision))
		if entries, err = f.enter(ctx, entries, day, d.Upload); err != nil {
			return false, err
		}
	}
	place = daybook.Place{Decision: string(after)}
	if len(decided) < fillDecisions { // it is up to date, but for the events since it began
		place.Position = f.from
		f.from, day = 0, f.today()
	}
	return true, f.append(entries, place, day)
}

// byEvents adds the uploads of which events say that they were decided.
func (f *filler) byEvents(ctx context.Context, place daybook.Place, events []domain.Event) error {
	type made struct {
		Upload   domain.UploadID   `json:"upload_id"`
		Decision domain.DecisionID `json:"decision_id"`
		Cause    domain.Cause      `json:"cause"`
	}
	var ids []domain.UploadID
	days := map[domain.UploadID]daybook.Day{}
	for _, e := range events {
		place.Position = e.Seq
		var d made
		if e.Subject != domain.SubjectDecisionMade || json.Unmarshal(e.Body, &d) != nil || d.Upload == "" {
			continue
		}
		place.Decision = string(d.Decision)
		if _, twice := days[d.Upload]; d.Cause.Looked() && !twice { // otherwise its fingerprints are here already
			days[d.Upload] = daybook.DayOf(e.At)
			ids = append(ids, d.Upload)
		}
	}
	uploads, err := f.Past.UploadsByID(ctx, ids)
	if err != nil {
		return err
	}
	byID := make(map[domain.UploadID]domain.Upload, len(uploads))
	for _, u := range uploads {
		byID[u.ID] = u
	}
	var entries []daybook.Entry
	for _, id := range ids {
		u, there := byID[id]
		if !there {
			continue // erased meanwhile
		}
		if entries, err = f.enter(ctx, entries, days[id], u); err != nil {
			return err
		}
	}
	return f.append(entries, place, daybook.DayOf(events[len(events)-1].At))
}

// enter adds an upload to entries, unless it has no fingerprints or its day is no longer kept.
func (f *filler) enter(ctx context.Context, entries []daybook.Entry, day daybook.Day, u domain.Upload) ([]daybook.Entry, error) {
	id, err := daybook.ParseUpload(u.ID)
	prints := f.Prints(u)
	open, _ := f.shelf.Open()
	day = max(day, open) // rows never go to a part of an earlier day, and are found again by the key of their part's
	if n := len(entries); n > 0 {
		day = max(day, entries[n-1].Day)
	}
	if err != nil || len(prints) == 0 || day < f.begin() {
		return entries, nil
	}
	key, err := f.key(ctx, day)
	if err != nil {
		return entries, err
	}
	return append(entries, daybook.Entry{Day: day, Owner: daybook.Owner{Upload: id, Account: hashAccount(key, u.AccountID)}, Prints: prints}), nil
}

func (f *filler) append(entries []daybook.Entry, place daybook.Place, day daybook.Day) error {
	bad, err := f.shelf.Append(entries, place, day)
	if bad > 0 {
		f.Log.Error("fingerprints on record cannot be read and are not kept", "uploads", bad)
	}
	return err
}

// key returns the key of a day.
func (f *filler) key(ctx context.Context, day daybook.Day) ([]byte, error) {
	if key, known := f.keys[day]; known {
		return key, nil
	}
	var fresh [32]byte
	rand.Read(fresh[:]) // never fails
	text, err := f.Past.HuntKey(ctx, int64(day), hex.EncodeToString(fresh[:]))
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the key of %s is damaged: %w", day, err)
	}
	if f.keys == nil {
		f.keys = map[daybook.Day][]byte{}
	}
	f.keys[day] = key
	return key, nil
}

// hashAccount stands for an account among those of one day. With the key of the day it is lost whose it was.
func hashAccount(key []byte, account domain.AccountID) (short [8]byte) {
	if account == "" {
		return short
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(account))
	copy(short[:], h.Sum(nil))
	return short
}

// age deletes days that are no longer kept, and their keys.
func (f *filler) age(ctx context.Context) error {
	begin := f.begin()
	n, err := f.shelf.Drop(begin)
	if n > 0 {
		f.Log.Info("fingerprints have aged out and are deleted", "files", n, "before", begin)
	}
	if err != nil {
		return err
	}
	for day := range f.keys {
		if day < begin {
			delete(f.keys, day)
		}
	}
	return f.Past.DropHuntKeys(ctx, int64(begin))
}

// forget deletes the fingerprints of accounts where that was asked for.
func (f *filler) forget(ctx context.Context) error {
	accounts, err := f.Past.AskedToForget(ctx)
	if err != nil || len(accounts) == 0 {
		return err
	}
	texts, err := f.Past.HuntKeys(ctx)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		hashes := map[daybook.Day][8]byte{}
		for day, text := range texts {
			key, err := hex.DecodeString(text)
			if err != nil {
				return fmt.Errorf("the key of a day is damaged: %w", err)
			}
			hashes[daybook.Day(day)] = hashAccount(key, account)
		}
		gone, err := f.shelf.Forget(func(day daybook.Day, o daybook.Owner) bool {
			hash, known := hashes[day]
			return known && o.Account == hash
		})
		if err != nil {
			return err
		}
		f.Log.Info("the fingerprints of an account are deleted", "uploads", gone)
		if err := f.Past.Forgotten(ctx, account); err != nil {
			return err
		}
	}
	return nil
}
