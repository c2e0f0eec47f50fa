package bus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/quell-project/quell/internal/domain"
)

func TestSubjects(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]struct{ event, filter bool }{
		"quell.upload.accepted":             {true, true},
		"quell.a":                           {true, true},
		"quell.upload.>":                    {false, true},
		"quell.*.accepted":                  {false, true},
		"quell.*.*":                         {false, true},
		"quell":                             {},
		"quell.":                            {},
		"quell..a":                          {},
		"quell.a.":                          {},
		"quell.a b":                         {},
		"quell.a\n":                         {},
		"quell.ä":                           {},
		"quell.a*":                          {},
		"quell.>.a":                         {},
		"other.upload.accepted":             {},
		"":                                  {},
		"quell." + strings.Repeat("a", 300): {},
	} {
		if got := validSubject(subject); got != want.event {
			t.Errorf("validSubject(%q) = %v", subject, got)
		}
		if got := validFilter(subject); got != want.filter {
			t.Errorf("validFilter(%q) = %v", subject, got)
		}
	}
}

// FuzzSubject: what we take for a subject, the server does too, and the event stream listens to it.
func FuzzSubject(f *testing.F) {
	for _, s := range []string{"quell.a", "quell.a.b", "quell.*", "quell.>", "quell..", "quell.\x00", "quell.a\tb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if validSubject(s) && (!server.IsValidPublishSubject(s) || !server.SubjectsCollide(s, eventSubjects)) {
			t.Errorf("%q is accepted, but not by the server", s)
		}
		if validFilter(s) && (!server.IsValidSubject(s) || !server.SubjectsCollide(s, eventSubjects)) {
			t.Errorf("filter %q is accepted, but not by the server", s)
		}
	})
}

// FuzzMessage: every event that can be sent survives the way through a message.
func FuzzMessage(f *testing.F) {
	f.Add(int64(1), "0190-id", "quell.a", []byte("{}"), int64(1_700_000_000_000_000))
	f.Add(int64(-1), "", "elsewhere", []byte(nil), int64(0))
	f.Add(int64(9), "two\r\nlines", "quell.b", []byte{0xff}, int64(-5))
	f.Fuzz(func(t *testing.T, seq int64, id, subject string, body []byte, at int64) {
		e := domain.Event{Seq: seq, ID: domain.EventID(id), Subject: subject, Body: body, At: domain.Time(at)}
		if refusal(e) != "" {
			return
		}
		m := encode(e)
		got, err := decode(m.Subject, m.Header, m.Data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzDecode: headers from anywhere give an event that can be told apart by its id, or an error.
func FuzzDecode(f *testing.F) {
	f.Add("id", "1", "2")
	f.Add("", "x", "")
	f.Add("id", "-1", "99999999999999999999")
	f.Fuzz(func(t *testing.T, id, seq, at string) {
		header := nats.Header{headerMsgID: {id}, headerSeq: {seq}, headerAt: {at}}
		if e, err := decode("quell.a", header, nil); err == nil && (e.ID == "" || e.Seq <= 0) {
			t.Errorf("accepted %+v", e)
		}
	})
}

func TestClip(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":            "plain",
		"two\r\nline":      "two  line",
		"much too long":    "much too …",
		"bad \xff":         "bad \ufffd",
		"umlauts äöüäöüäö": "umlauts …",
	} {
		if got := clip(in, 9); got != want {
			t.Errorf("clip(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"nats://host:4222":                     "nats://host:4222",
		"nats://user:secret@host:4222":         "nats://…@host:4222",
		"nats://secret@host":                   "nats://…@host",
		"nats://u:secret@a,tls://u:secret@b:1": "nats://…@a,tls://…@b:1",
		"nats://secret@ho st":                  "(unreadable address)",
		"":                                     "",
	} {
		if got := redact(in); got != want {
			t.Errorf("redact(%q) = %q, want %q", in, got, want)
		}
	}
}
