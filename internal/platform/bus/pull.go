package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	pullExpiry  = time.Second     // of one request for an event; also how long an idle consumer takes to stop
	pullSilence = 5 * time.Second // without an answer after this, the server has lost the request
)

// Answers to a request for an event, beside the event itself.
const (
	statusNothing = "404"
	statusExpired = "408"
)

var errSilence = errors.New("the server does not answer requests for events")

// puller asks the server for one event at a time, and never leaves an event behind: what was asked for is waited for, even when stopping.
//
// It speaks the small protocol itself because the client library can do either of two things and neither will do. Its iterator, when it takes one message
// at a time, now and then believes that a request is under way when none is, and waits in vain. Its single request forgets the message
// that arrives while it is given up; that message then lies until the server misses the acknowledgement.
type puller struct {
	nc        *nats.Conn
	subject   string // takes requests
	request   []byte
	sub       *nats.Subscription // takes answers
	answers   chan *nats.Msg
	connected chan nats.Status
}

func newPuller(nc *nats.Conn, stream, consumer string) (*puller, error) {
	request, err := json.Marshal(map[string]any{"batch": 1, "expires": pullExpiry})
	if err != nil {
		return nil, err
	}
	p := &puller{
		nc:      nc,
		subject: "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + consumer,
		request: request,
		answers: make(chan *nats.Msg, 16), // one event, a second one after a reconnection perhaps, and news of requests that have ended
	}
	if p.sub, err = nc.ChanSubscribe(nc.NewInbox(), p.answers); err != nil {
		return nil, err
	}
	p.connected = nc.StatusChanged(nats.CONNECTED, nats.CLOSED)
	return p, nil
}

// next waits for an event. After an error the puller must be closed.
func (p *puller) next(ctx context.Context) (*nats.Msg, error) {
	for ctx.Err() == nil {
		if m := p.left(); m != nil {
			return m, nil
		}
		if err := p.nc.PublishRequest(p.subject, p.sub.Subject, p.request); err != nil {
			return nil, err
		}
		m, err := p.answer()
		if m != nil || err != nil {
			return m, err
		}
	}
	return nil, ctx.Err()
}

// left gives an event that came unasked, because the server answered a request of before a reconnection too.
func (p *puller) left() *nats.Msg {
	for {
		select {
		case m := <-p.answers:
			if isEvent(m) {
				return m
			}
		default:
			return nil
		}
	}
}

// answer waits for the answer to a request, at most pullExpiry if all is well. It returns neither an event nor an error when it is time to ask again.
func (p *puller) answer() (*nats.Msg, error) {
	silence := time.NewTimer(pullSilence)
	defer silence.Stop()
	select {
	case <-silence.C:
		return nil, errSilence
	case <-p.connected: // anew, so the request may be lost; or closed, which the next request finds out
		return nil, nil
	case m := <-p.answers:
		status := m.Header.Get("Status")
		switch {
		case isEvent(m):
			return m, nil
		case status == statusNothing || status == statusExpired:
			return nil, nil
		}
		return nil, fmt.Errorf("the server refuses requests for events: %s %s", status, m.Header.Get("Description"))
	}
}

// close ends the subscription and hands back what nobody took.
func (p *puller) close() {
	p.nc.RemoveStatusListener(p.connected)
	_ = p.sub.Unsubscribe()
	for m := p.left(); m != nil; m = p.left() {
		_ = m.Nak()
	}
}

// isEvent tells messages of the stream from news about a request.
func isEvent(m *nats.Msg) bool { return strings.HasPrefix(m.Reply, "$JS.ACK.") }
