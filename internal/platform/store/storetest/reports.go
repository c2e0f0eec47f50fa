package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// complaint is a made-up report.
func complaint(content string) domain.Complaint {
	row := domain.NewID[domain.EventID]()
	return domain.Complaint{
		Report: domain.Report{ID: domain.ReportID(row), ContentID: domain.ContentID(content), Reason: "spam", At: start - 7}, Row: row, By: "user-9", Text: "Look,\nanother one.",
	}
}

// reported is the event of a report.
func reported(c domain.Complaint) domain.Event {
	return domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectReportMade, Body: fmt.Appendf(nil, `{"report_id":%q}`, c.ID)}
}

// report writes a report down.
func report(t testing.TB, s *store.Store, c domain.Complaint) (kept domain.Complaint, added bool) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, added, err = tx.AddReport(ctx, c, reported)
		return err
	})
	return kept, added
}

var reportTests = []test{
	{"are kept once, with an event", func(t *testing.T, cfg store.Config) {
		cfg, clock := stopped(cfg)
		s := Open(t, cfg)
		c := complaint("post")
		c.ID = "report-1"
		want := c
		want.ReceivedAt = start
		if kept, added := report(t, s, c); !added || cmp.Diff(want, kept) != "" {
			t.Errorf("added %v, (-want +got):\n%s", added, cmp.Diff(want, kept))
		}
		clock.advance(time.Minute)
		again := complaint("post")
		again.ID = c.ID
		if kept, added := report(t, s, again); added || cmp.Diff(want, kept) != "" {
			t.Errorf("again: added %v, (-want +got):\n%s", added, cmp.Diff(want, kept))
		}
		if events := eventsOf(t, s, domain.SubjectReportMade); len(events) != 1 {
			t.Errorf("events are %+v", events)
		}
		other := complaint("another")
		other.ID = c.ID
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			_, _, err := tx.AddReport(t.Context(), other, reported)
			return err
		})
		wantError(t, err, store.ErrConflict, "AddReport under a name that is taken")
	}},
	{"show policies the newest ones of a content, and nothing of who complains", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var want []domain.Report
		for i := range 5 {
			c := complaint("post")
			c.Reason = fmt.Sprint("reason-", i)
			report(t, s, c)
			report(t, s, complaint("another"))
			want = append([]domain.Report{c.Report}, want...)
		}
		if diff := cmp.Diff(want[:3], must(s.ReportsOf(t.Context(), "post", 3))(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := must(s.ReportsOf(t.Context(), "nothing", 3))(t); len(got) != 0 {
			t.Errorf("of what was not reported: %+v", got)
		}
	}},
	{"are pages, newest first, of all or of a content", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var all, some []domain.EventID
		for i := range 6 {
			c := complaint(fmt.Sprint("post-", i%2))
			if i == 3 {
				c.By, c.Text = "", ""
			}
			report(t, s, c)
			if all = append([]domain.EventID{c.Row}, all...); i%2 == 0 {
				some = append([]domain.EventID{c.Row}, some...)
			}
		}
		for content, want := range map[domain.ContentID][]domain.EventID{"": all, "post-0": some} {
			var got []domain.EventID
			sel := store.ReportSelection{Content: content, Limit: 2}
			for {
				page := must(s.Reports(t.Context(), sel))(t)
				for _, c := range page {
					got = append(got, c.Row)
					sel.Before = c.Row
				}
				if len(page) < sel.Limit {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("of content %q (-want +got):\n%s", content, diff)
			}
		}
		if n := rowCounts(t, cfg, "reports", "report_texts"); n["reports"] != 6 || n["report_texts"] != 5 {
			t.Errorf("rows are %v, want no text of a report that has none", n)
		}
	}},
	{"lead to the newest upload of a content", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		older, newer := recordingOf(upload("post"), 1, domain.Allow), recordingOf(upload("post"), 1, domain.Allow)
		newer.Upload.Digest = digest(99)
		record(t, s, older)
		record(t, s, newer)
		if u, found, err := s.NewestUpload(t.Context(), "post"); u.ID != newer.Upload.ID || !found || err != nil {
			t.Errorf("%s, %v, %v", u.ID, found, err)
		}
		if u, found, err := s.NewestUpload(t.Context(), "none"); u.ID != "" || found || err != nil {
			t.Errorf("of what is not there: %s, %v, %v", u.ID, found, err)
		}
	}},
}
