package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// AddReport writes down what a user complains of, with an event, and reports whether it was new: one that is on record already is returned as it
// is. The same name for another content or reason is ErrConflict.
func (tx *Tx) AddReport(ctx context.Context, c domain.Complaint, event func(domain.Complaint) domain.Event) (kept domain.Complaint, added bool, err error) {
	c.ReceivedAt = tx.now
	row := []any{c.Row, c.ID, c.ContentID, c.Reason, c.At, c.ReceivedAt}
	err = tx.insertRows(ctx, `reports`, `id, report_id, content_id, reason, created_at, received_at`, `on conflict (report_id) do nothing returning id`, [][]any{row},
		func(*sql.Rows) error {
			added = true
			return nil
		})
	if err != nil {
		return c, false, err
	}
	if !added {
		kept, err = tx.reportNamed(ctx, c.ID)
		if err == nil && (kept.ContentID != c.ContentID || kept.Reason != c.Reason) {
			err = fmt.Errorf("report %.80q is about another content or for another reason, and that %w", c.ID, ErrConflict)
		}
		return kept, false, err
	}
	if c.By != "" || c.Text != "" {
		if err := tx.insertRows(ctx, `report_texts`, `id, account_id, body`, ``, [][]any{{c.Row, c.By, c.Text}}, nil); err != nil {
			return c, false, err
		}
	}
	tx.Emit(event(c))
	return c, true, nil
}

// ReportsOf returns up to limit reports of a content, newest first.
func (q queries) ReportsOf(ctx context.Context, content domain.ContentID, limit int) ([]domain.Report, error) {
	var reports []domain.Report
	err := eachRow(ctx, q.q, `select report_id, content_id, reason, created_at from reports where content_id = $1 order by id desc limit $2`, []any{content, limit}, func(r *sql.Rows) error {
		var p domain.Report
		err := r.Scan(&p.ID, &p.ContentID, &p.Reason, &p.At)
		reports = append(reports, p)
		return err
	})
	return reports, q.notFound(err, "reports of content", content)
}

const complaintColumns = `r.id, r.report_id, r.content_id, r.reason, r.created_at, r.received_at, coalesce(t.account_id, ''), coalesce(t.body, '')`

// complaintFields are where the complaintColumns of a row go.
func complaintFields(c *domain.Complaint) []any {
	return []any{&c.Row, &c.ID, &c.ContentID, &c.Reason, &c.At, &c.ReceivedAt, &c.By, &c.Text}
}

func (q queries) reportNamed(ctx context.Context, id domain.ReportID) (domain.Complaint, error) {
	var c domain.Complaint
	err := q.q.QueryRowContext(ctx, `select `+complaintColumns+` from reports r left join report_texts t on t.id = r.id where r.report_id = $1`, id).Scan(complaintFields(&c)...)
	return c, q.notFound(err, "report", id)
}

// ReportSelection says which reports are wanted; zero values mean "any".
type ReportSelection struct {
	Content domain.ContentID
	Before  domain.EventID // only those that came in before this row
	Limit   int            // at most so many
}

// Reports returns reports with what policies do not see of them, newest first.
func (q queries) Reports(ctx context.Context, s ReportSelection) ([]domain.Complaint, error) {
	query, args := s.query()
	var all []domain.Complaint
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var c domain.Complaint
		err := r.Scan(complaintFields(&c)...)
		all = append(all, c)
		return err
	})
	return all, q.notFound(err, "reports of content", s.Content)
}

func (s ReportSelection) query() (query string, args []any) {
	query = `select ` + complaintColumns + ` from reports r left join report_texts t on t.id = r.id where true`
	if s.Content != "" {
		args = append(args, s.Content)
		query += fmt.Sprintf(` and r.content_id = $%d`, len(args))
	}
	return newestFirst(query, args, `r.id`, s.Before, s.Limit)
}
