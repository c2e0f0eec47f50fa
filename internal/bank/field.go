package bank

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// field is one field of a record as both formats name it.
type field struct {
	name string
	kind kind
	// set takes the value from its text, which is not empty. What Canonical checks is not checked here.
	set func(rec *domain.ListRecord, text string) error
	// get is the opposite: the text of the value, "" where there is none.
	get func(rec *domain.ListRecord) string
}

// kind is the JSON type of a field. CSV has only text.
type kind string

const (
	text   kind = "text"
	number kind = "a number"
	truth  kind = "true or false"
	list   kind = "an array"
	object kind = "an object" // an entire record
	null   kind = "null"      // the same as no field
)

// fields are all fields, in the order in which they are written. The first is never one that could begin with '#': such a line would be
// read as a comment.
var fields = []field{
	{"type", text,
		func(r *domain.ListRecord, s string) error { r.Type = domain.SignalType(s); return nil },
		func(r *domain.ListRecord) string { return string(r.Type) }},
	{"value", text,
		func(r *domain.ListRecord, s string) error { r.Value = s; return nil },
		func(r *domain.ListRecord) string { return r.Value }},
	{"entry", text,
		func(r *domain.ListRecord, s string) error { r.Ref = s; return nil },
		func(r *domain.ListRecord) string { return r.Ref }},
	{"source", text,
		func(r *domain.ListRecord, s string) error { r.Provenance.Source = s; return nil },
		func(r *domain.ListRecord) string { return r.Provenance.Source }},
	{"added_at", text,
		func(r *domain.ListRecord, s string) (err error) { r.Provenance.AddedAt, err = moment(s); return err },
		func(r *domain.ListRecord) string { return r.Provenance.AddedAt.String() }},
	{"labels", list,
		func(r *domain.ListRecord, s string) error { r.Provenance.Labels = splitLabels(s); return nil },
		func(r *domain.ListRecord) string { return joinLabels(r.Provenance.Labels) }},
	{"confidence", number,
		func(r *domain.ListRecord, s string) (err error) { r.Provenance.Confidence, err = share(s); return err },
		func(r *domain.ListRecord) string { return strconv.FormatFloat(r.Provenance.Confidence, 'g', -1, 64) }},
	{"expires_at", text,
		func(r *domain.ListRecord, s string) (err error) { r.ExpiresAt, err = moment(s); return err },
		func(r *domain.ListRecord) string { return r.ExpiresAt.String() }},
	{"note", text,
		func(r *domain.ListRecord, s string) error { r.Note = s; return nil },
		func(r *domain.ListRecord) string { return r.Note }},
	{"withdrawn", truth,
		func(r *domain.ListRecord, s string) (err error) { r.Withdrawn, err = yesNo(s); return err },
		func(r *domain.ListRecord) string { return strconv.FormatBool(r.Withdrawn) }},
}

// fieldIndex finds a field by its name; -1 if there is none.
func fieldIndex(name string) int {
	return slices.IndexFunc(fields, func(f field) bool { return f.name == name })
}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// moment reads an RFC 3339 time. What would become "no moment" is refused: an expiry in 1970 must not turn into none.
func moment(s string) (domain.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time as in RFC 3339, such as 2026-03-01T12:00:00Z", domain.Clip(s, mostTold))
	}
	if at := domain.At(t); at != 0 {
		return at, nil
	}
	return 0, fmt.Errorf("%q means no time to most programs: give a real one or leave it out", domain.Clip(s, mostTold))
}

func share(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number from 0 to 1", domain.Clip(s, mostTold))
	}
	return v, nil
}

func yesNo(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, fmt.Errorf("%q is not true or false", domain.Clip(s, mostTold))
}

// splitLabels reads labels in one text: '|' stands between them; a label's own '|' and '\' are written '\|' and '\\'.
func splitLabels(s string) []string {
	var labels []string
	var label strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '|' || s[i+1] == '\\'):
			i++
			label.WriteByte(s[i])
		case s[i] == '|':
			labels = append(labels, label.String())
			label.Reset()
		default:
			label.WriteByte(s[i])
		}
	}
	return append(labels, label.String())
}

var escapeLabel = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

func joinLabels(labels []string) string {
	escaped := make([]string, len(labels))
	for i, l := range labels {
		escaped[i] = escapeLabel.Replace(l)
	}
	return strings.Join(escaped, "|")
}

// mostTold is how many bytes of a text from outside a message repeats.
const mostTold = 80
