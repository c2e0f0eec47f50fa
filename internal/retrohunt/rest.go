package retrohunt

import (
	"context"
	"time"
)

// rester makes a search give way to checks: while any are under way, it sleeps several times as long as it worked.
type rester struct {
	busy   func() bool
	worked time.Time // since when
}

// givesWay is how much longer than its work a search rests while checks are under way; longestRest bounds it, so that a hunt comes to an end on a
// service that is never idle.
const (
	givesWay    = 9
	longestRest = 50 * time.Millisecond
	look        = 500 * time.Microsecond // how often it is asked whether there still are any
)

// rest is called after every slice of work.
func (r *rester) rest(ctx context.Context) error {
	now := time.Now()
	until := now.Add(min(givesWay*now.Sub(r.worked), longestRest))
	for r.busy != nil && r.busy() && time.Now().Before(until) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
	r.worked = time.Now()
	return ctx.Err()
}
