package console

import (
	"sync"
	"time"
)

// outage remembers since when the record does not answer. Pages read the record at every visit, so it is no older than the first person who
// noticed.
type outage struct {
	mu    sync.Mutex
	since time.Time
}

// begin notes a failure and returns when the first of the unbroken row of failures was.
func (o *outage) begin(now time.Time) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		o.since = now
	}
	return o.since
}

// end notes that the record answered.
func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.since = time.Time{}
}
