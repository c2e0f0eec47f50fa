package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

const alarmColumns = `id, raised_at, kind, policy, version, rule, subject_kind, subject_name, text, acked_by, acked_at`

// alarmRaised is the body of the event about an alarm. It does not say about whom.
type alarmRaised struct {
	ID      domain.EventID   `json:"alarm_id"`
	Kind    domain.AlarmKind `json:"kind"`
	Policy  string           `json:"policy"`
	Version int              `json:"version"`
	Rule    string           `json:"rule"`
}

// RaiseAlarms writes alarms down; ids and times are given here. Of one thing there is one alarm an hour: those that say it again are passed over.
// It returns the alarms that are new.
func (tx *Tx) RaiseAlarms(ctx context.Context, alarms []domain.Alarm) ([]domain.Alarm, error) {
	byID := map[domain.EventID]domain.Alarm{}
	rows := make([][]any, len(alarms))
	for i, a := range alarms {
		a.ID, a.At = domain.NewID[domain.EventID](), tx.now
		byID[a.ID] = a
		rows[i] = []any{a.ID, a.At, a.Kind, a.Policy, a.Version, a.Rule, a.Subject.Kind, a.Subject.Name, a.Text, "", 0, a.At.Truncate(time.Hour)}
	}
	inOrder(rows, 2, 3, 5, 6, 7)
	var fresh []domain.Alarm
	err := tx.insertRows(ctx, `alarms`, alarmColumns+`, hour`, `on conflict (kind, policy, rule, subject_kind, subject_name, hour) do nothing returning id`, rows, func(r *sql.Rows) error {
		var id domain.EventID
		err := r.Scan(&id)
		fresh = append(fresh, byID[id])
		return err
	})
	for _, a := range fresh {
		body, err := json.Marshal(alarmRaised{a.ID, a.Kind, a.Policy, a.Version, a.Rule})
		if err != nil {
			return nil, err
		}
		tx.Emit(domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectAlarmRaised, Body: body})
	}
	return fresh, err
}

// inOrder sorts rows by some of their columns, so that two processes that write the same ones cannot wait for each other.
func inOrder(rows [][]any, columns ...int) {
	slices.SortStableFunc(rows, func(a, b []any) int {
		for _, c := range columns {
			if order := strings.Compare(fmt.Sprint(a[c]), fmt.Sprint(b[c])); order != 0 {
				return order
			}
		}
		return 0
	})
}

// Alarms returns up to limit alarms that are older than one (empty: all), newest first: all, or only those that nobody has taken note of.
func (q queries) Alarms(ctx context.Context, open bool, before domain.EventID, limit int) ([]domain.Alarm, error) {
	query, args := alarmQuery(open, before, limit)
	alarms := []domain.Alarm{}
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		a, err := scanAlarm(r)
		alarms = append(alarms, a)
		return err
	})
	return alarms, q.notFound(err, "alarms before alarm", before)
}

func alarmQuery(open bool, before domain.EventID, limit int) (query string, args []any) {
	query = `select ` + alarmColumns + ` from alarms where true`
	if open {
		query += ` and acked_at = 0`
	}
	return newestFirst(query, nil, `id`, before, limit)
}

func scanAlarm(row interface{ Scan(...any) error }) (a domain.Alarm, err error) {
	err = row.Scan(&a.ID, &a.At, &a.Kind, &a.Policy, &a.Version, &a.Rule, &a.Subject.Kind, &a.Subject.Name, &a.Text, &a.AckedBy, &a.AckedAt)
	return a, err
}

// OpenAlarms counts the alarms that nobody has taken note of, by kind.
func (q queries) OpenAlarms(ctx context.Context) (map[domain.AlarmKind]int64, error) {
	open := map[domain.AlarmKind]int64{}
	err := eachRow(ctx, q.q, `select kind, count(*) from alarms where acked_at = 0 group by kind`, nil, func(r *sql.Rows) error {
		var kind domain.AlarmKind
		var n int64
		err := r.Scan(&kind, &n)
		open[kind] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count alarms: %w", err)
	}
	return open, nil
}

// AckAlarm notes who has taken note of an alarm, or is ErrNotFound. Who was the first stays.
func (tx *Tx) AckAlarm(ctx context.Context, id domain.EventID, by string) (domain.Alarm, error) {
	_, err := tx.q.ExecContext(ctx, `update alarms set acked_by = $1, acked_at = $2 where id = $3 and acked_at = 0`, by, tx.now, id)
	if err != nil {
		return domain.Alarm{}, tx.notFound(err, "alarm", id)
	}
	a, err := scanAlarm(tx.q.QueryRowContext(ctx, `select `+alarmColumns+` from alarms where id = $1`, id))
	return a, tx.notFound(err, "alarm", id)
}
