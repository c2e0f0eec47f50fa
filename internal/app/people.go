package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/quell-project/quell/internal/api"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/store"
)

// people is the corridor and the store as people use them.
type people struct {
	*pipeline.Pipeline
	store *store.Store
	bus   *bus.Bus
}

// Sample implements api.People.
func (p people) Sample(ctx context.Context, q api.SampleQuery) ([]domain.Recorded, map[domain.UploadID]domain.DecisionID, error) {
	return p.store.DrawFirst(ctx, store.Sample(q))
}

// Report implements api.People. The report is written down with the event that has its content decided again.
func (p people) Report(ctx context.Context, c domain.Complaint) (kept domain.Complaint, err error) {
	c.Row = domain.NewID[domain.EventID]()
	c.ID = cmp.Or(c.ID, domain.ReportID(c.Row))
	if now := domain.At(time.Now()); c.At == 0 || c.At > now { // clocks differ, and nobody complains in the future
		c.At = now
	}
	err = p.store.Tx(ctx, func(tx *store.Tx) error {
		var added bool
		if kept, added, err = tx.AddReport(ctx, c, reportedEvent); err != nil || !added {
			return err
		}
		newest, known, err := tx.NewestUpload(ctx, c.ContentID)
		if err != nil || !known {
			return err
		}
		return tx.CountReports(ctx, []domain.Upload{newest})
	})
	if err == nil {
		p.bus.Wake(bus.WakeOutbox)
	}
	return kept, err
}

// Reports implements api.People.
func (p people) Reports(ctx context.Context, q api.ReportQuery) ([]domain.Complaint, error) {
	return p.store.Reports(ctx, store.ReportSelection(q))
}

// reported is the body of the event of a report.
type reported struct {
	Report  domain.ReportID  `json:"report_id"`
	Content domain.ContentID `json:"content_id"`
}

func reportedEvent(c domain.Complaint) domain.Event {
	body, _ := json.Marshal(reported{c.ID, c.ContentID}) // a struct of strings always encodes
	return domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectReportMade, Body: body}
}

// hearReports has contents decided again that users have reported. Whether that leads to anything is asked of what is on record, so an event that
// comes twice does no harm.
func (a *App) hearReports(ctx context.Context) error {
	return a.bus.Consume(ctx, bus.Consumer{
		Name: "reports", Subject: domain.SubjectReportMade, Concurrency: a.cfg.CheckWorkers,
		Handle: func(ctx context.Context, e domain.Event) error {
			var body reported
			if err := json.Unmarshal(e.Body, &body); err != nil || body.Content == "" {
				return bus.Permanent(fmt.Errorf("event %s names no content", e.ID))
			}
			ctx, cancel := context.WithTimeout(ctx, time.Duration(a.cfg.CheckTime))
			defer cancel()
			_, _, err := a.pipeline.Reported(ctx, body.Content)
			if errors.Is(err, store.ErrNotFound) { // it was erased meanwhile
				return nil
			}
			return err
		},
	})
}
