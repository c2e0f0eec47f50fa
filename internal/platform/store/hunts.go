package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

const huntColumns = `id, reason, asked_by, bank_id, bank_name, entry_id, from_seq, to_seq, most, state, note, signals, created_at, started_at, finished_at,
	searched, after_number, shelf, part, tail, fingerprints, compared, found, decided, unchanged, gone, failed`

// huntFields are where the huntColumns of a row go.
func huntFields(h *domain.Hunt) []any {
	p := &h.Progress
	return []any{&h.ID, &h.Reason, &h.By, &h.Bank, &h.BankName, &h.Entry, &h.From, &h.To, &h.Most, &h.State, &h.Note, &h.Signals, &h.CreatedAt, &h.StartedAt, &h.FinishedAt,
		&p.Searched, &p.After, &p.Shelf, &p.Part, &p.Tail, &p.Fingerprints, &p.Compared, &p.Found, &p.Decided, &p.Unchanged, &p.Gone, &p.Failed}
}

// CreateHunt adds a hunt that waits for its turn; id and time are given here.
func (tx *Tx) CreateHunt(ctx context.Context, h domain.Hunt) (domain.Hunt, error) {
	h.ID, h.State, h.CreatedAt = domain.NewID[domain.HuntID](), domain.HuntWaiting, tx.now
	h.Progress.After = h.From
	p := h.Progress
	row := []any{h.ID, h.Reason, h.By, h.Bank, h.BankName, h.Entry, h.From, h.To, h.Most, h.State, h.Note, h.Signals, h.CreatedAt, h.StartedAt, h.FinishedAt,
		p.Searched, p.After, p.Shelf, p.Part, p.Tail, p.Fingerprints, p.Compared, p.Found, p.Decided, p.Unchanged, p.Gone, p.Failed}
	return h, tx.insertRows(ctx, `hunts`, huntColumns, ``, [][]any{row}, nil)
}

// Hunt returns a hunt, or ErrNotFound.
func (q queries) Hunt(ctx context.Context, id domain.HuntID) (domain.Hunt, error) {
	var h domain.Hunt
	err := q.q.QueryRowContext(ctx, `select `+huntColumns+` from hunts where id = $1`, id).Scan(huntFields(&h)...)
	return h, q.notFound(err, "hunt", id)
}

// Hunts returns up to limit hunts that are older than one (empty: all), newest first.
func (q queries) Hunts(ctx context.Context, before domain.HuntID, limit int) ([]domain.Hunt, error) {
	query, args := newestFirst(`select `+huntColumns+` from hunts where true`, nil, `id`, before, limit)
	found, err := q.hunts(ctx, query, args...)
	return found, q.notFound(err, "hunts before hunt", before)
}

// UnfinishedHunts returns the hunts that are not over, oldest first.
func (q queries) UnfinishedHunts(ctx context.Context) ([]domain.Hunt, error) {
	return q.hunts(ctx, `select `+huntColumns+` from hunts where finished_at = 0 order by id`)
}

func (q queries) hunts(ctx context.Context, query string, args ...any) ([]domain.Hunt, error) {
	hunts := []domain.Hunt{}
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var h domain.Hunt
		err := r.Scan(huntFields(&h)...)
		hunts = append(hunts, h)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read hunts: %w", err)
	}
	return hunts, nil
}

// UpdateHunt writes down how far a hunt has come, and reports whether it goes on: one that is over, because somebody has cancelled it, stays as
// it is.
func (tx *Tx) UpdateHunt(ctx context.Context, h domain.Hunt) (goesOn bool, err error) {
	p := h.Progress
	n, err := tx.changedRows(ctx, fmt.Sprintf("write down how far hunt %s has come", h.ID), `update hunts set state = $1, note = $2, signals = $3, started_at = $4, finished_at = $5, searched = $6, after_number = $7, shelf = $8,
		part = $9, tail = $10, fingerprints = $11, compared = $12, found = $13, decided = $14, unchanged = $15, gone = $16, failed = $17 where id = $18 and finished_at = 0`,
		h.State, h.Note, h.Signals, h.StartedAt, h.FinishedAt, p.Searched, p.After, p.Shelf, p.Part, p.Tail, p.Fingerprints, p.Compared, p.Found, p.Decided, p.Unchanged, p.Gone, p.Failed, h.ID)
	return n > 0, err
}

// CancelHunt ends a hunt where it is; what it has decided stays. No such hunt is ErrNotFound, one that is over is ErrConflict.
func (tx *Tx) CancelHunt(ctx context.Context, id domain.HuntID) (domain.Hunt, error) {
	n, err := tx.changedRows(ctx, fmt.Sprintf("cancel hunt %s", id), `update hunts set state = $1, finished_at = $2 where id = $3 and finished_at = 0`, domain.HuntCancelled, tx.now, id)
	if err != nil {
		return domain.Hunt{}, err
	}
	h, err := tx.Hunt(ctx, id)
	if err != nil {
		return h, err
	}
	if n == 0 {
		return h, fmt.Errorf("hunt %s is over (%s), and that %w", id, h.State, ErrConflict)
	}
	return h, nil
}

// AddFinds notes uploads that a hunt has found and says how many of them are new to it.
func (tx *Tx) AddFinds(ctx context.Context, id domain.HuntID, uploads []domain.UploadID) (added int, err error) {
	rows := make([][]any, len(uploads))
	for i, u := range uploads {
		rows[i] = []any{id, u, 1, domain.FindWaiting, ""}
	}
	err = tx.insertRows(ctx, `hunt_finds`, `hunt_id, upload_id, open, outcome, decision_id`, `on conflict (hunt_id, upload_id) do nothing returning upload_id`, rows, func(r *sql.Rows) error {
		added++
		return nil
	})
	return added, err
}

// WaitingFinds returns up to limit uploads that a hunt has found and about which nothing is decided yet.
func (q queries) WaitingFinds(ctx context.Context, id domain.HuntID, limit int) ([]domain.Find, error) {
	var finds []domain.Find
	err := eachRow(ctx, q.q, `select upload_id from hunt_finds where hunt_id = $1 and open = 1 order by upload_id limit $2`, []any{id, limit}, func(r *sql.Rows) error {
		f := domain.Find{Hunt: id}
		err := r.Scan(&f.Upload)
		finds = append(finds, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what hunt %s has found: %w", id, err)
	}
	return finds, nil
}

// SettleFinds writes down what became of finds, and returns it: nothing for one that was settled before. A decision belongs to one hunt; for another
// that found the same upload meanwhile nothing has changed.
func (tx *Tx) SettleFinds(ctx context.Context, finds []domain.Find) (outcomes []domain.FindOutcome, err error) {
	for _, f := range finds {
		if f.Decision != "" {
			var taken int
			if err := tx.q.QueryRowContext(ctx, `select count(*) from hunt_finds where decision_id = $1 and hunt_id <> $2`, f.Decision, f.Hunt).Scan(&taken); err != nil {
				return nil, fmt.Errorf("ask which hunt has led to decision %s: %w", f.Decision, err)
			}
			if taken > 0 {
				f.Outcome, f.Decision = domain.FindUnchanged, ""
			}
		}
		n, err := tx.changedRows(ctx, "write down what became of a find", `update hunt_finds set open = 0, outcome = $1, decision_id = $2 where hunt_id = $3 and upload_id = $4 and open = 1`,
			f.Outcome, f.Decision, f.Hunt, f.Upload)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			f.Outcome = domain.FindWaiting
		}
		outcomes = append(outcomes, f.Outcome)
	}
	return outcomes, nil
}

// HuntDecisions returns up to limit decisions that a hunt has led to, older than one (empty: all), newest first.
func (q queries) HuntDecisions(ctx context.Context, id domain.HuntID, before domain.DecisionID, limit int) ([]domain.Recorded, error) {
	query, args := newestFirst(`select `+recordedColumns+` from decisions d join uploads u on u.id = d.upload_id
		where d.id in (select decision_id from hunt_finds where hunt_id = $1 and outcome = 'decided')`, []any{id}, `d.id`, before, limit)
	found, err := q.recorded(ctx, query, args...)
	return found, q.notFound(err, "decisions of hunt", id)
}
