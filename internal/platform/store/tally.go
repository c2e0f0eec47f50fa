package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Buckets are the spans of time in which things are counted: first short ones, which are merged into long ones when the last hour does not reach
// back to them any more. So each thing stands in one row, and whoever sums up rows counts it once.
const (
	shortBucket = 5 * time.Minute
	longBucket  = time.Hour
	shortKept   = 2 * time.Hour      // how long short buckets stay short
	longKept    = 8 * 24 * time.Hour // how long anything is counted
)

// occurrence is something that happens to a subject and is counted.
type occurrence int

// The occurrences, in the order of tallyColumns.
const (
	occursUpload occurrence = iota
	occursMatch
	occursLabel
	occursLimit
	occursHold
	occursBlock
	occursReport
	occurrences
)

const (
	tallyColumns = `uploads, matches, labels, limits, holds, blocks, reports`
	tallyKey     = `subject, start, width`
)

// verdictOccurrences are how verdicts are counted. Those not in it are not.
var verdictOccurrences = map[domain.Verdict]occurrence{domain.Label: occursLabel, domain.Limit: occursLimit, domain.Hold: occursHold, domain.Block: occursBlock}

// bucket is a span of time of one subject.
type bucket struct {
	subject domain.Subject
	start   domain.Time
	width   time.Duration
}

// bucketAt is the bucket of a width in which a moment lies.
func bucketAt(s domain.Subject, t domain.Time, width time.Duration) bucket {
	return bucket{s, t.Truncate(width), width}
}

// sharing orders subjects by how many others use their rows at the same time. Those that all use are taken last, since whoever takes them keeps
// the others waiting until its transaction ends.
var sharing = []domain.SubjectKind{domain.SubjectContent, domain.SubjectAccount, domain.SubjectSignal, domain.SubjectBank, domain.SubjectSurface, domain.SubjectPolicy}

// compareBuckets is the order in which every transaction takes buckets, so that no two wait for each other.
func compareBuckets(a, b bucket) int {
	return cmp.Or(cmp.Compare(slices.Index(sharing, a.subject.Kind), slices.Index(sharing, b.subject.Kind)),
		cmp.Compare(a.subject.Name, b.subject.Name), cmp.Compare(a.start, b.start))
}

// additions are what is to be added to buckets.
type additions map[bucket]*[occurrences]int64

// add counts one thing once. Subjects without a name are not counted, and neither are those whose name is longer than any that is let in, which an
// index might not hold.
func (a additions) add(b bucket, what occurrence) {
	if n := len(b.subject.Name); n > 0 && n <= domain.MaxExternalID {
		a.row(b)[what]++
	}
}

func (a additions) row(b bucket) *[occurrences]int64 {
	if a[b] == nil {
		a[b] = new([occurrences]int64)
	}
	return a[b]
}

// addToTallies writes additions down.
func (tx *Tx) addToTallies(ctx context.Context, a additions) error {
	var rows [][]any
	buckets := make([]bucket, 0, len(a))
	for b := range a {
		buckets = append(buckets, b)
	}
	slices.SortFunc(buckets, compareBuckets)
	for _, b := range buckets {
		row := []any{subjectKey(b.subject), b.start, b.width.Microseconds()}
		for _, n := range a[b] {
			row = append(row, n)
		}
		rows = append(rows, row)
	}
	return tx.insertRows(ctx, `tallies`, tallyKey+`, `+tallyColumns, `on conflict (subject, start, width) do update set uploads = tallies.uploads + excluded.uploads,
		matches = tallies.matches + excluded.matches, labels = tallies.labels + excluded.labels, limits = tallies.limits + excluded.limits,
		holds = tallies.holds + excluded.holds, blocks = tallies.blocks + excluded.blocks, reports = tallies.reports + excluded.reports`, rows, nil)
}

// subjectKey is a subject in one text. No kind has a colon in it.
func subjectKey(s domain.Subject) string { return string(s.Kind) + ":" + s.Name }

// subjectText scans the text of a subject.
type subjectText struct{ to *domain.Subject }

// Scan implements sql.Scanner.
func (s subjectText) Scan(src any) error {
	text, _ := src.(string)
	kind, name, ok := strings.Cut(text, ":")
	if !ok {
		return fmt.Errorf("a subject expected, found %.80q", fmt.Sprint(src))
	}
	*s.to = domain.Subject{Kind: domain.SubjectKind(kind), Name: name}
	return nil
}

// tallyDecisions counts new decisions: the upload with the first one, a match when it first counts, a verdict when it is another than before.
func (tx *Tx) tallyDecisions(ctx context.Context, recordings []*domain.Recording) error {
	earlier, err := tx.earlierRounds(ctx, recordings)
	if err != nil {
		return err
	}
	a := additions{}
	for _, r := range recordings {
		before, counted := domain.Verdict(""), map[domain.Subject]bool{}
		for _, e := range earlier[r.Upload.ID] { // in their order
			if e.Round >= r.Decision.Round {
				break
			}
			before = e.Verdict
			for s := range matched(e.Matches) {
				counted[s] = true
			}
		}
		tx.tallyDecision(a, r, before, counted)
	}
	return tx.addToTallies(ctx, a)
}

// tallyDecision counts one decision. before is the verdict of the round before, and counted is what matched in any.
func (tx *Tx) tallyDecision(a additions, r *domain.Recording, before domain.Verdict, counted map[domain.Subject]bool) {
	count := func(s domain.Subject, what occurrence) { a.add(bucketAt(s, tx.now, shortBucket), what) }
	matches := matched(r.Decision.Matches)
	senders := []domain.Subject{{Kind: domain.SubjectAccount, Name: string(r.Upload.AccountID)}, {Kind: domain.SubjectSurface, Name: r.Upload.Surface}}
	subjects := slices.Clone(senders)
	if r.Decision.By == "" { // what people decide does not use up the quota of a policy
		subjects = append(subjects, domain.Subject{Kind: domain.SubjectPolicy, Name: r.Decision.Policy.ID})
	}
	for s := range matches {
		subjects = append(subjects, s)
		if !counted[s] {
			count(s, occursMatch)
		}
	}
	if len(matches) > 0 && len(counted) == 0 {
		for _, s := range senders {
			count(s, occursMatch)
		}
	}
	verdict, counts := verdictOccurrences[r.Decision.Verdict]
	for _, s := range subjects {
		if r.Decision.Round == 1 {
			count(s, occursUpload)
		}
		if counts && r.Decision.Verdict != before {
			count(s, verdict)
		}
	}
}

// matched returns the banks and signals of the matches that count.
func matched(matches []domain.Match) map[domain.Subject]bool {
	subjects := map[domain.Subject]bool{}
	for _, m := range matches {
		if m.Counts() {
			subjects[domain.Subject{Kind: domain.SubjectBank, Name: string(m.BankID)}] = true
			subjects[domain.Subject{Kind: domain.SubjectSignal, Name: string(m.Signal)}] = true
		}
	}
	return subjects
}

// earlierRounds returns the decisions about the uploads of recordings that are of a later round, in the order of their rounds: those that are
// being recorded too.
func (tx *Tx) earlierRounds(ctx context.Context, recordings []*domain.Recording) (map[domain.UploadID][]domain.Decision, error) {
	var ids []domain.UploadID
	for _, r := range recordings {
		if r.Decision.Round > 1 {
			ids = append(ids, r.Upload.ID)
		}
	}
	slices.Sort(ids)
	var decisions []domain.Decision
	err := eachRowIn(ctx, tx.queries, `select id, upload_id, round, verdict from decisions where upload_id in %s order by upload_id, round`, nil, slices.Compact(ids), func(r *sql.Rows) error {
		var d domain.Decision
		err := r.Scan(&d.ID, &d.UploadID, &d.Round, &d.Verdict)
		decisions = append(decisions, d)
		return err
	})
	if err == nil {
		err = tx.fillMatches(ctx, decisions)
	}
	if err != nil {
		return nil, fmt.Errorf("read earlier decisions: %w", err)
	}
	rounds := map[domain.UploadID][]domain.Decision{}
	for _, d := range decisions {
		rounds[d.UploadID] = append(rounds[d.UploadID], d)
	}
	return rounds, nil
}

// CountReports counts reports by users of the service, one of each upload named, for its content, account and surface.
func (tx *Tx) CountReports(ctx context.Context, reported []domain.Upload) error {
	a := additions{}
	for _, u := range reported {
		for _, s := range []domain.Subject{
			{Kind: domain.SubjectContent, Name: string(u.ContentID)}, {Kind: domain.SubjectAccount, Name: string(u.AccountID)}, {Kind: domain.SubjectSurface, Name: u.Surface},
		} {
			a.add(bucketAt(s, tx.now, shortBucket), occursReport)
		}
	}
	return tx.addToTallies(ctx, a)
}
