package bus

import (
	"context"
	"log/slog"
	"time"
)

// outage logs a lasting trouble twice: when it begins and when it is over, however often it was tried in between.
type outage struct {
	log   *slog.Logger
	what  string
	since time.Time
}

func (o *outage) begin(err error) {
	if o.since.IsZero() {
		o.since = time.Now()
		o.log.Warn(o.what+"; trying again until it works", "error", err)
	}
}

func (o *outage) end() {
	if !o.since.IsZero() {
		o.log.Info("over: "+o.what, "after", time.Since(o.since).Round(time.Millisecond))
		o.since = time.Time{}
	}
}

// pause waits for d and returns ctx's error when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
