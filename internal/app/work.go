package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/store"
)

// site is what answers at an address.
type site struct {
	handler  http.Handler
	listener net.Listener
	log      *slog.Logger
}

// serve answers requests; at the end it finishes those that have begun.
func (w site) serve(ctx context.Context) error {
	s := &http.Server{
		Handler: w.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 3 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(w.log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(w.listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(finish); err != nil {
		w.log.Warn("some requests were cut off at the end", "error", err)
		return s.Close()
	}
	return nil
}

// listenForBanks nudges the index whenever a bank has changed anywhere.
func (a *App) listenForBanks(ctx context.Context) error {
	nudge := func() {
		select {
		case a.nudge <- struct{}{}:
		default:
		}
	}
	return a.bus.Listen(ctx, domain.SubjectBankChanged, func(domain.Event) { nudge() }, nudge)
}

// snapshotEvery is how often the index is written down while running, so that a start after a crash is quick too.
const snapshotEvery = 15 * time.Minute

func (a *App) keepSnapshots(ctx context.Context) error {
	tick := time.NewTicker(snapshotEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := a.index.Save(); err != nil {
				a.log.Warn("no snapshot of the index was kept", "error", err)
			}
		}
	}
}

// accepted is the body of the event that puts an upload into the work queue.
type accepted struct {
	UploadID domain.UploadID `json:"upload_id"`
}

func acceptedEvent(u domain.Upload) domain.Event {
	body, _ := json.Marshal(accepted{u.ID}) // a struct of one string always encodes
	return domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectUploadAccepted, Body: body}
}

// workOff decides uploads that were accepted or are due again. Whether one still has anything to do is asked of SQL, so an event that comes
// twice does no harm.
func (a *App) workOff(ctx context.Context) error {
	return a.bus.Consume(ctx, bus.Consumer{
		Name: "uploads", Subject: domain.SubjectUploadAccepted, Concurrency: a.cfg.CheckWorkers,
		Handle: func(ctx context.Context, e domain.Event) error {
			id, err := uploadOf(e)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(ctx, time.Duration(a.cfg.CheckTime))
			defer cancel()
			err = a.pipeline.Resume(ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				return bus.Permanent(err)
			}
			return err
		},
		OnDead: func(ctx context.Context, e domain.Event, reason string) error {
			id, err := uploadOf(e)
			if err != nil {
				return nil // nothing to hold: the dead letter says what came
			}
			a.log.Error("an upload could not be decided and is held", "upload", id, "reason", reason)
			err = a.pipeline.Abandon(ctx, id, "It could not be decided, however often it was tried.")
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		},
	})
}

func uploadOf(e domain.Event) (domain.UploadID, error) {
	var body accepted
	if err := json.Unmarshal(e.Body, &body); err != nil || body.UploadID == "" {
		return "", bus.Permanent(fmt.Errorf("event %s names no upload", e.ID))
	}
	return body.UploadID, nil
}

// How often the leader looks for what is due, and how much it takes at a time.
const (
	dueEvery   = 500 * time.Millisecond
	dueBatch   = 500
	pruneEvery = time.Minute
	tallyBatch = 1000
)

// lead does what one process among all must do: carry events to the bus, and keep the clocks.
func (a *App) lead(ctx context.Context) error {
	return a.store.Lead(ctx, "corridor", func(ctx context.Context) error {
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return a.relay.Run(ctx) })
		g.Go(func() error { return a.repeat(ctx, dueEvery, "look for what is due", a.due) })
		g.Go(func() error { return a.repeat(ctx, dueEvery, "take the steps of policies that are due", a.keeper.Due) })
		g.Go(func() error { return a.repeat(ctx, pruneEvery, "prune the outbox", a.prune) })
		g.Go(func() error { return a.repeat(ctx, pruneEvery, "merge and drop old tallies", a.tidyTallies) })
		g.Go(func() error { return a.repeat(ctx, pruneEvery, "remove old facts", a.dropFacts) })
		g.Go(func() error { return a.repeat(ctx, dueEvery, "run replays", replays{a.store}.next) })
		if a.hunter != nil {
			g.Go(func() error { return a.hunter.Run(ctx) })
		}
		return g.Wait()
	})
}

// repeat does something again and again until ctx ends. A failure is logged once until it succeeds again.
func (a *App) repeat(ctx context.Context, every time.Duration, what string, do func(context.Context) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for {
		err := do(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			a.log.Error("a regular task fails; trying again", "task", what, "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// due withdraws signals whose time has passed, and the next ones of banks that were removed, which count no more already; and it puts uploads
// whose time has come into the work queue. That is one transaction, because this is done again and again, and a writer keeps others waiting.
func (a *App) due(ctx context.Context) error {
	changed := 0
	err := a.store.Tx(ctx, func(tx *store.Tx) error {
		expired, err := tx.WithdrawExpired(ctx, dueBatch)
		if err != nil {
			return err
		}
		emptied, err := tx.EmptyRemoved(ctx, dueBatch)
		if err != nil {
			return err
		}
		now := domain.At(time.Now())
		requeued, err := tx.RequeueDue(ctx, dueBatch, func(attempts int) domain.Time { return pipeline.RetryAt(now, attempts) }, acceptedEvent)
		changed = expired + emptied + requeued
		return err
	})
	if err == nil && changed > 0 {
		a.bus.Wake(bus.WakeOutbox)
	}
	return err
}

// prune drops events that have been on the bus for long enough.
func (a *App) prune(ctx context.Context) error {
	published, err := a.bus.LastSeq(ctx)
	if err != nil {
		return err
	}
	if a.hunter != nil {
		if kept, is := a.hunter.Kept(); is {
			published = min(published, kept) // fingerprints are read from the events behind
		}
	}
	before := domain.At(time.Now().Add(-time.Duration(a.cfg.OutboxKeep)))
	return a.store.Tx(ctx, func(tx *store.Tx) error {
		_, err := tx.PruneOutbox(ctx, before, published)
		return err
	})
}

// tidyTallies merges tallies that need not be as fine any more and drops those that nobody asks for, a few in each transaction: in between,
// others have their turn.
func (a *App) tidyTallies(ctx context.Context) error {
	for {
		var tidied int
		err := a.store.Tx(ctx, func(tx *store.Tx) error {
			merged, err := tx.MergeTallies(ctx, tallyBatch)
			if err != nil {
				return err
			}
			dropped, err := tx.PruneTallies(ctx, tallyBatch)
			tidied = max(merged, dropped)
			return err
		})
		if err != nil || tidied < tallyBatch {
			return err
		}
	}
}

// factsBatch is how many facts are removed in a transaction.
const factsBatch = 500

// dropFacts removes what policies saw longer ago than it is kept, a few in each transaction.
func (a *App) dropFacts(ctx context.Context) error {
	window := time.Duration(a.cfg.PolicyFacts)
	for left := window > 0; left; {
		err := a.store.Tx(ctx, func(tx *store.Tx) error {
			n, err := tx.DropFacts(ctx, domain.At(time.Now().Add(-window)), factsBatch)
			left = n == factsBatch
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// watch adds the metrics that are read from the parts.
func (a *App) watch() {
	m := a.metrics
	for _, t := range signal.All() {
		m.Gauge("quell_index_signals", "Live signals in the index, by type.", map[string]string{"type": string(t.Name())}, func() float64 { return float64(a.index.Size(t.Name())) })
	}
	m.Counter("quell_index_refused_total", "Signals that could not be indexed.", nil, func() float64 { return float64(a.index.Refused()) })
	m.Gauge("quell_outbox_lag", "Events that are recorded and not yet on the bus; -1: could not be asked.", nil, asked(a.relay.Lag))
	m.Gauge("quell_uploads_pending", "Uploads that wait for their first decision; -1: could not be asked.", nil, asked(a.store.PendingUploads))
	if a.hunter != nil {
		m.Gauge("quell_retrohunt_fingerprints", "Fingerprints of past uploads that this process keeps; only the one that leads keeps any.", nil, func() float64 { return float64(a.hunter.Fingerprints()) })
		m.Gauge("quell_retrohunt_running", "Hunts that are not over.", nil, func() float64 { return float64(a.hunter.Running()) })
		m.Gauge("quell_retrohunt_waiting_signals", "Changes of signals that are not hunted for yet; -1: could not be asked.", nil, asked(a.waitingSignals))
	}
	m.Gauge("quell_policies_unreadable", "Versions of policies that should be asked and cannot be read by this process.", nil, a.unreadable)
	for _, kind := range domain.AlarmKinds() {
		m.Gauge("quell_alarms_open", "Alarms that nobody has taken note of, by kind; -1: could not be asked.", map[string]string{"kind": string(kind)}, asked(a.openAlarms(kind)))
	}
	m.Counter("quell_bus_published_total", "Events published by this process.", nil, func() float64 { return float64(a.bus.Stats().Published) })
	m.Counter("quell_bus_redelivered_total", "Events that were handed out again.", nil, func() float64 { return float64(a.bus.Stats().Redelivered) })
	m.Counter("quell_bus_dead_total", "Events that were given up and lie in the dead-letter stream.", nil, func() float64 { return float64(a.bus.Stats().Dead) })
}

// asked reads a metric by a question that takes a moment and may fail.
func asked(ask func(context.Context) (int64, error)) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		n, err := ask(ctx)
		if err != nil {
			return -1
		}
		return float64(n)
	}
}
