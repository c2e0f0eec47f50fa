package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Tallies returns what was counted of some subjects, each named once, up to now; those of which nothing was counted are absent. The last hour, day
// and week are made of whole buckets, and one counts as long as any of it lies in the span.
func (q queries) Tallies(ctx context.Context, now domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	keys := make([]string, len(subjects))
	for i, s := range subjects {
		keys[i] = subjectKey(s)
	}
	const query = `select subject, case when start + width > $1 then 0 when start + width > $2 then 1 else 2 end,
		cast(sum(uploads) as bigint), cast(sum(matches) as bigint), cast(sum(labels) as bigint), cast(sum(limits) as bigint), cast(sum(holds) as bigint), cast(sum(blocks) as bigint),
		cast(sum(reports) as bigint) from tallies where start + width > $3 and subject in %s group by 1, 2`
	spans := []any{now.Add(-time.Hour), now.Add(-24 * time.Hour), now.Add(-7 * 24 * time.Hour)}
	tallies := make(map[domain.Subject]domain.Tally, len(subjects))
	err := eachRowIn(ctx, q, query, spans, keys, func(r *sql.Rows) error {
		var s domain.Subject
		var age int
		var n [occurrences]int64
		if err := r.Scan(append([]any{subjectText{&s}, &age}, pointers(&n)...)...); err != nil {
			return err
		}
		t := tallies[s]
		for i, c := range countsOf(&t) {
			c.Week += n[i]
			if age <= 1 {
				c.Day += n[i]
			}
			if age == 0 {
				c.Hour += n[i]
			}
		}
		tallies[s] = t
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read tallies: %w", err)
	}
	return tallies, nil
}

// countsOf are the counts of a tally in the order of the occurrences.
func countsOf(t *domain.Tally) [occurrences]*domain.Counts {
	return [occurrences]*domain.Counts{
		occursUpload: &t.Uploads, occursMatch: &t.Matches, occursLabel: &t.Labels, occursLimit: &t.Limits, occursHold: &t.Holds, occursBlock: &t.Blocks, occursReport: &t.Reports,
	}
}

func pointers(n *[occurrences]int64) []any {
	to := make([]any, len(n))
	for i := range n {
		to[i] = &n[i]
	}
	return to
}

// MergeTallies merges up to limit short buckets that are old into long ones, and says how many there were.
func (tx *Tx) MergeTallies(ctx context.Context, limit int) (int, error) {
	a, merged := additions{}, 0
	err := eachRow(ctx, tx.q, `delete from tallies where (subject, start, width) in (select subject, start, width from tallies where width = $1 and start < $2 order by start limit $3)
		returning subject, start, `+tallyColumns, []any{shortBucket.Microseconds(), tx.now.Add(-shortKept), limit}, func(r *sql.Rows) error {
		var s domain.Subject
		var start domain.Time
		var n [occurrences]int64
		if err := r.Scan(append([]any{subjectText{&s}, &start}, pointers(&n)...)...); err != nil {
			return err
		}
		merged++
		row := a.row(bucketAt(s, start, longBucket))
		for i := range n {
			row[i] += n[i]
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("merge tallies: %w", err)
	}
	return merged, tx.addToTallies(ctx, a)
}

// PruneTallies drops up to limit buckets that no span reaches any more, and says how many there were.
func (tx *Tx) PruneTallies(ctx context.Context, limit int) (int, error) {
	return tx.changedRows(ctx, "prune tallies", `delete from tallies where (subject, start, width) in (select subject, start, width from tallies where width = $1 and start < $2 order by start limit $3)`,
		longBucket.Microseconds(), tx.now.Add(-longKept), limit)
}
