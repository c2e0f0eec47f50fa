package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// recordedColumns are a decision with the upload it is about.
var recordedColumns = qualified("d", decisionColumns) + ", " + qualified("u", uploadColumns)

func qualified(table, columns string) string {
	return table + "." + strings.ReplaceAll(columns, ", ", ", "+table+".")
}

// Selection says which decisions are wanted; zero values mean "any".
type Selection struct {
	Verdict   domain.Verdict
	Unchecked bool              // only those with a check that is not complete
	Before    domain.DecisionID // only those older than this one
	Limit     int               // at most so many
}

// RecordedPage returns decisions with their uploads, newest first.
func (q queries) RecordedPage(ctx context.Context, s Selection) ([]domain.Recorded, error) {
	query, args := s.query()
	found, err := q.recorded(ctx, query, args...)
	return found, q.notFound(err, "decisions before decision", s.Before)
}

func (s Selection) query() (query string, args []any) {
	query = `select ` + recordedColumns + ` from decisions d join uploads u on u.id = d.upload_id where true`
	if s.Verdict != "" {
		args = append(args, s.Verdict)
		query += fmt.Sprintf(` and d.verdict = $%d`, len(args))
	}
	if s.Unchecked {
		query += ` and d.unchecked = 1`
	}
	return newestFirst(query, args, `d.id`, s.Before, s.Limit)
}

// RecordedOf returns all decisions about an upload, newest first.
func (q queries) RecordedOf(ctx context.Context, upload domain.UploadID) ([]domain.Recorded, error) {
	found, err := q.recorded(ctx, `select `+recordedColumns+` from decisions d join uploads u on u.id = d.upload_id where d.upload_id = $1 order by d.round desc`, upload)
	return found, q.notFound(err, "decisions about upload", upload)
}

// Recorded returns one decision with its upload, or ErrNotFound.
func (q queries) Recorded(ctx context.Context, id domain.DecisionID) (domain.Recorded, error) {
	found, err := q.recorded(ctx, `select `+recordedColumns+` from decisions d join uploads u on u.id = d.upload_id where d.id = $1`, id)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return domain.Recorded{}, q.notFound(err, "decision", id)
	}
	return found[0], nil
}

func (q queries) recorded(ctx context.Context, query string, args ...any) ([]domain.Recorded, error) {
	var decisions []domain.Decision
	var uploads []domain.Upload
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var d domain.Decision
		var u domain.Upload
		err := r.Scan(append(decisionFields(&d), uploadFields(&u)...)...)
		decisions, uploads = append(decisions, d), append(uploads, u)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := q.fillMatches(ctx, decisions); err != nil {
		return nil, err
	}
	renditions, err := q.renditionsOf(ctx, uploads)
	if err != nil {
		return nil, err
	}
	recorded := make([]domain.Recorded, len(decisions))
	for i, d := range decisions {
		recorded[i] = domain.Recorded{Upload: uploads[i], Decision: d, Renditions: renditions[uploads[i].ID]}
	}
	return recorded, nil
}

// renditionsOf returns for some uploads the parts of which a rendition is kept, in order.
func (q queries) renditionsOf(ctx context.Context, uploads []domain.Upload) (map[domain.UploadID][]string, error) {
	ids := make([]domain.UploadID, len(uploads))
	for i, u := range uploads {
		ids[i] = u.ID
	}
	slices.Sort(ids)
	parts := map[domain.UploadID][]string{}
	err := eachRowIn(ctx, q, `select upload_id, part from renditions where upload_id in %s`, nil, slices.Compact(ids), func(r *sql.Rows) error {
		var id domain.UploadID
		var part string
		err := r.Scan(&id, &part)
		parts[id] = append(parts[id], part)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list renditions: %w", err)
	}
	for _, p := range parts {
		slices.Sort(p)
	}
	return parts, nil
}

// Rendition returns the veiled rendition of a part, or ErrNotFound.
func (q queries) Rendition(ctx context.Context, upload domain.UploadID, part string) (domain.Rendition, error) {
	r := domain.Rendition{Part: part}
	err := q.q.QueryRowContext(ctx, `select media_type, data from renditions where upload_id = $1 and part = $2`, upload, part).Scan(&r.MediaType, &r.Data)
	return r, q.notFound(err, "rendition of part", part)
}

// unchecked is the name under which decisions with an incomplete check are counted.
const unchecked = "unchecked"

// countDecisions adds new decisions to the counts of the running minute.
func (tx *Tx) countDecisions(ctx context.Context, recordings []*domain.Recording) error {
	counts := map[string]int{}
	for _, r := range recordings {
		counts[string(r.Decision.Verdict)]++
		if r.Decision.Unchecked() {
			counts[unchecked]++
		}
	}
	minute := tx.now.Truncate(time.Minute)
	var rows [][]any
	for name, n := range counts {
		rows = append(rows, []any{minute, name, n})
	}
	slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(a[1].(string), b[1].(string)) })
	return tx.insertRows(ctx, `decision_counts`, `minute, name, count`,
		`on conflict (minute, name) do update set count = decision_counts.count + excluded.count`, rows, nil)
}

// VerdictCounts returns how many decisions of each verdict were made from one moment to before another, per span of time of whole minutes.
// The first span begins at from; a decision counts for the minute it fell into. Spans without decisions are absent.
func (q queries) VerdictCounts(ctx context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error) {
	return q.counts(ctx, `name <> 'unchecked'`, from, to, bucket)
}

// UncheckedCounts returns in the same way how many decisions had a check that was not complete; the verdict of the counts is empty.
func (q queries) UncheckedCounts(ctx context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error) {
	counts, err := q.counts(ctx, `name = 'unchecked'`, from, to, bucket)
	for i := range counts {
		counts[i].Verdict = ""
	}
	return counts, err
}

func (q queries) counts(ctx context.Context, names string, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error) {
	span := max(bucket, time.Minute).Microseconds()
	query := fmt.Sprintf(`select %d + (minute - %d) / %d * %d, name, cast(sum(count) as bigint) from decision_counts where minute >= $1 and minute < $2 and %s group by 1, 2 order by 1, 2`,
		from, from, span, span, names)
	var counts []domain.VerdictCount
	err := eachRow(ctx, q.q, query, []any{from, to}, func(r *sql.Rows) error {
		var c domain.VerdictCount
		err := r.Scan(&c.From, &c.Verdict, &c.Count)
		counts = append(counts, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	return counts, nil
}
