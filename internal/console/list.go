package console

import (
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/quell-project/quell/internal/domain"
)

// pageSize is how many decisions stand on one page of the list.
const pageSize = 25

// span is a stretch of time to look back over, and the shorter ones it is counted in.
type span struct {
	Name           string
	Length, Bucket time.Duration
}

// spans are the stretches on offer, the usual one second.
func spans() []span {
	const day = 24 * time.Hour
	return []span{
		{"hour", time.Hour, time.Minute},
		{"day", day, 30 * time.Minute},
		{"week", 7 * day, 3 * time.Hour},
		{"month", 30 * day, 12 * time.Hour},
	}
}

// list says what a person wants to see on the overview. It is the query of the page's address and nothing else, so that every list can be
// linked to.
type list struct {
	Verdict   domain.Verdict
	Unchecked bool
	Before    domain.DecisionID
	Span      span
}

// parseList reads a query. Parameters it does not know are left alone.
func parseList(q url.Values) (list, error) {
	l := list{Verdict: domain.Verdict(q.Get("verdict")), Before: domain.DecisionID(q.Get("before")), Span: spans()[1]}
	if l.Verdict != "" && !l.Verdict.Valid() {
		return l, errors.New("unknown verdict")
	}
	switch q.Get("checks") {
	case "":
	case "incomplete":
		l.Unchecked = true
	default:
		return l, errors.New("unknown state of checks")
	}
	if l.Before != "" && !isID(string(l.Before)) {
		return l, errors.New("not the id of a decision")
	}
	if name := q.Get("span"); name != "" {
		at := slices.IndexFunc(spans(), func(s span) bool { return s.Name == name })
		if at < 0 {
			return l, errors.New("unknown span of time")
		}
		l.Span = spans()[at]
	}
	return l, nil
}

// query returns the list as the query of an address, with "?" where there is anything to say.
func (l list) query() string {
	q := url.Values{}
	if l.Verdict != "" {
		q.Set("verdict", string(l.Verdict))
	}
	if l.Unchecked {
		q.Set("checks", "incomplete")
	}
	if l.Before != "" {
		q.Set("before", string(l.Before))
	}
	if l.Span.Name != spans()[1].Name {
		q.Set("span", l.Span.Name)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// all returns the list without any filter, from its beginning.
func (l list) all() list { return list{Span: l.Span} }

// of returns the list of one verdict, or with "unchecked" of what was not fully checked, or with "all" of everything, from its beginning.
func (l list) of(name string) list {
	l = l.all()
	switch name {
	case "all":
	case "unchecked":
		l.Unchecked = true
	default:
		l.Verdict = domain.Verdict(name)
	}
	return l
}

// name is the inverse of of.
func (l list) name() string {
	switch {
	case l.Unchecked:
		return "unchecked"
	case l.Verdict != "":
		return string(l.Verdict)
	default:
		return "all"
	}
}

// from returns the part of the list that is older than a decision; with "", its beginning.
func (l list) from(before domain.DecisionID) list {
	l.Before = before
	return l
}

// over returns the same list beside the counts of another span.
func (l list) over(s span) list {
	l.Span = s
	return l
}

// isID reports whether s has the form of the identifiers that Quell gives out.
func isID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }
