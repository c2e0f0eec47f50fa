package bus

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nats-io/nats.go"

	"github.com/quell-project/quell/internal/domain"
)

// Headers of a message in the event stream, beside Nats-Msg-Id, which holds the event's id.
const (
	headerSeq    = "Quell-Seq"    // position in the outbox
	headerAt     = "Quell-At"     // moment of the event, microseconds since 1970
	headerServer = "Quell-Server" // the run of the server that took it, see Relay.resume
)

// Headers that JetStream itself reads.
const (
	headerMsgID     = nats.MsgIdHdr
	headerLastMsgID = nats.ExpectedLastMsgIdHdr
)

const (
	subjectPrefix = "quell."
	maxSubject    = 256
	maxEventID    = 128
)

// encode gives the message of an event.
func encode(e domain.Event) *nats.Msg {
	m := nats.NewMsg(e.Subject)
	m.Data = e.Body
	m.Header[headerMsgID] = []string{string(e.ID)}
	m.Header[headerSeq] = []string{strconv.FormatInt(e.Seq, 10)}
	m.Header[headerAt] = []string{strconv.FormatInt(int64(e.At), 10)}
	return m
}

// decode gives the event of a message. On an error the event holds what could be read.
func decode(subject string, header nats.Header, body []byte) (domain.Event, error) {
	e := domain.Event{ID: domain.EventID(header.Get(headerMsgID)), Subject: subject, Body: body}
	seq, errSeq := strconv.ParseInt(header.Get(headerSeq), 10, 64)
	at, errAt := strconv.ParseInt(header.Get(headerAt), 10, 64)
	e.Seq, e.At = seq, domain.Time(at)
	switch {
	case e.ID == "":
		return e, errors.New("message without an event id: it was not published by Quell")
	case errSeq != nil || seq <= 0:
		return e, fmt.Errorf("message without a usable %s header", headerSeq)
	case errAt != nil:
		return e, fmt.Errorf("message without a usable %s header", headerAt)
	}
	return e, nil
}

// refusal says why no server could take the event, or "" if it can be sent.
func refusal(e domain.Event) string {
	switch {
	case e.Seq <= 0:
		return fmt.Sprintf("the event has the sequence number %d, the first is 1", e.Seq)
	case !validName(string(e.ID), maxEventID):
		return fmt.Sprintf("the event id must be 1 to %d printable characters", maxEventID)
	case !validSubject(e.Subject):
		return fmt.Sprintf("the subject %q must be %q and words joined by dots, without wildcards", clip(e.Subject, maxSubject), subjectPrefix)
	}
	return ""
}

func validSubject(s string) bool {
	if !validName(s, maxSubject) || !strings.HasPrefix(s, subjectPrefix) || strings.ContainsAny(s, "*>") {
		return false
	}
	for word := range strings.SplitSeq(s, ".") {
		if word == "" {
			return false
		}
	}
	return true
}

// validFilter reports whether s selects events by subject.
func validFilter(s string) bool {
	words := strings.Split(strings.TrimSuffix(s, ".>"), ".")
	for i, word := range words {
		if word == "*" {
			words[i] = "any"
		}
	}
	return validSubject(strings.Join(words, "."))
}

// validName reports whether s is fit for a header or a subject: printable ASCII without blanks.
func validName(s string, longest int) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != "" && len(s) <= longest
}

// clip makes text of any origin fit for one header line of at most n bytes.
func clip(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
