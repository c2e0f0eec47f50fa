package hmaimport

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/exchange"
)

// source names contents that came from no exchange.
const source = "hma"

const refPrefix = "hma:"

// refOf is the reference of the entry that stands for a content.
func refOf(content int64) string { return refPrefix + strconv.FormatInt(content, 10) }

// contentOf is the opposite. References that were not made here are none of a content.
func contentOf(ref string) (content int64, ok bool) {
	digits, ok := strings.CutPrefix(ref, refPrefix)
	if !ok {
		return 0, false
	}
	content, err := strconv.ParseInt(digits, 10, 64)
	return content, err == nil && refOf(content) == ref
}

// recordsOf makes of a content one record for each of its signals that can be taken, all with what belongs to the entry, and tells of
// everything that is lost or changed on the way. The records are canonical.
func recordsOf(c contentRow, bankName string, tell func(Issue)) []domain.ListRecord {
	told := func(outcome Outcome, reason Reason, detail string) {
		tell(Issue{Outcome: outcome, Reason: reason, Bank: bankName, Content: c.id, Detail: detail})
	}
	entry := domain.ListRecord{Ref: refOf(c.id), Provenance: domain.Provenance{Source: source, Confidence: 1}}
	if wants(c.id) {
		entry.Number = c.id
	}
	if c.exchange != nil {
		entry.Provenance.Source = cmp.Or(strings.TrimSpace(clip(plain(*c.exchange), domain.MaxSource)), source)
	}
	var ok bool
	if entry.Note, ok = noteOf(c.note); !ok {
		told(Altered, NoteChanged, "")
	}
	until, ok := pausedUntil(c.disabledUntil)
	if !ok {
		told(Altered, PauseClamped, strconv.FormatInt(c.disabledUntil, 10))
	}
	entry.PausedUntil = &until
	var lost []string
	entry.Metadata, lost = metadataOf(c)
	for _, l := range lost {
		told(Altered, MetadataDropped, l)
	}

	var records []domain.ListRecord
	for _, s := range c.signals {
		rec := entry
		rec.Type, _ = exchange.SignalType(s.typ)
		rec.Value = s.value
		if rec.Provenance.AddedAt, ok = momentOf(s.created); !ok {
			tell(Issue{Outcome: Altered, Reason: TimeUnusable, Bank: bankName, Content: c.id, Type: s.typ})
		}
		rec, err := bank.Canonical(rec)
		switch {
		case err != nil:
			tell(Issue{Outcome: NotTaken, Reason: SignalValue, Bank: bankName, Content: c.id, Type: s.typ, Detail: plain(err.Error())})
			continue
		case rec.Value != s.value:
			tell(Issue{Outcome: Noted, Reason: ValueMended, Bank: bankName, Content: c.id, Type: s.typ})
		}
		records = append(records, rec)
	}
	if len(records) == 0 {
		told(NotTaken, ContentEmpty, "")
	}
	return records
}

// shareOf brings a ratio inside of 0 to 1, where it works the same: HMA compares it with a number of that range.
func shareOf(ratio float64) (share float64, ok bool) {
	if math.IsNaN(ratio) { // nothing is below it
		return 0, false
	}
	share = min(max(ratio, 0), 1)
	return share, share == ratio
}

// pausedUntil reads disable_until_ts: 0 is disabled, 1 enabled, everything else a time in Unix seconds up to which the content is disabled.
func pausedUntil(ts int64) (until domain.Time, ok bool) {
	switch {
	case ts == 0:
		return domain.Forever, true
	case ts == 1:
		return 0, true
	case ts < 0: // has passed
		return 0, false
	case ts > domain.Forever.Std().Unix():
		return domain.Forever, false
	}
	return domain.At(time.Unix(ts, 0)), true
}

// momentOf reads seconds since 1970. What cannot be written as a date becomes no moment.
func momentOf(seconds float64) (at domain.Time, ok bool) {
	micros := math.Round(seconds * 1e6)
	if !(micros > 0 && micros <= float64(domain.Forever)) { // not so written that NaN passes
		return 0, false
	}
	return domain.Time(micros), true
}

// noteOf brings a note into the form that a note has here.
func noteOf(note *string) (text string, ok bool) {
	if note == nil {
		return "", true
	}
	text = plain(*note)
	ok = text == *note && len(text) <= domain.MaxNote
	return strings.TrimSpace(clip(text, domain.MaxNote)), ok
}

// plain puts spaces in the place of control characters.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// clip cuts a text to at most so many bytes, between two characters.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// metadata is the metadata of an entry in the words of HMA's API.
type metadata struct {
	ContentID  string              `json:"content_id,omitempty"`
	ContentURI string              `json:"content_uri,omitempty"`
	JSON       json.RawMessage     `json:"json,omitempty"`
	Collab     map[string][]string `json:"collab,omitempty"` // by exchange, its own names of the record
}

// metadataOf gathers what HMA knows of a content beside its note, and says what of it was lost.
func metadataOf(c contentRow) (m json.RawMessage, lost []string) {
	var all metadata
	switch {
	case c.metadata != nil:
		lost = all.read(*c.metadata)
	case c.metadataBytes > 0:
		lost = append(lost, fmt.Sprintf("all of it is lost: it has %d bytes", c.metadataBytes))
	}
	if c.uri != nil {
		all.ContentURI = cmp.Or(all.ContentURI, *c.uri)
	}
	if c.exchange != nil && c.fetchID != nil {
		all.Collab = map[string][]string{*c.exchange: {*c.fetchID}}
	}
	for m = all.write(); len(m) > domain.MaxMetadata; m = all.write() {
		lost = append(lost, fmt.Sprintf("%s is lost: all of it together is more than %d bytes", all.dropLargest(), domain.MaxMetadata))
	}
	return m, lost
}

// dropLargest drops the part that takes the most room, and names it.
func (m *metadata) dropLargest() string {
	parts := []struct {
		name string
		size int
		drop func()
	}{
		{"json", len(m.JSON), func() { m.JSON = nil }},
		{"content_uri", len(m.ContentURI), func() { m.ContentURI = "" }},
		{"content_id", len(m.ContentID), func() { m.ContentID = "" }},
		{"collab", len((&metadata{Collab: m.Collab}).write()), func() { m.Collab = nil }},
	}
	largest := parts[0]
	for _, p := range parts[1:] {
		if p.size > largest.size {
			largest = p
		}
	}
	largest.drop()
	return largest.name
}

// read takes the parts that HMA defines out of a document, and says which of it were lost.
func (m *metadata) read(document string) (lost []string) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal([]byte(document), &parts); err != nil {
		return []string{"all of it is lost: no JSON object"}
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part, ok := parts[name], true
		switch name {
		case "content_id":
			ok = json.Unmarshal(part, &m.ContentID) == nil
		case "content_uri":
			ok = json.Unmarshal(part, &m.ContentURI) == nil
		case "json", "json_data":
			if string(part) == "null" {
				break
			}
			var object map[string]json.RawMessage
			if ok = json.Unmarshal(part, &object) == nil; ok {
				m.JSON = part
			}
		case "collab": // HMA leaves it out and makes it anew, and so do we
		default:
			ok = string(part) == "null"
		}
		if !ok {
			lost = append(lost, fmt.Sprintf("%s is lost: not what HMA defines", strconv.Quote(domain.Clip(name, 40))))
		}
	}
	return lost
}

// write returns the document; no parts are none.
func (m *metadata) write() json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil { // cannot be: each part was read as JSON
		return nil
	}
	if text := bytes.TrimSpace(b.Bytes()); string(text) != "{}" {
		return text
	}
	return nil
}
