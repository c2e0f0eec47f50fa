package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

const uploadColumns = `id, content_id, digest, account_id, surface, visibility, created_at, attributes, received_at, parts, state, attempts, due_at, account_created_at, language`

// uploadFields are where the uploadColumns of a row go.
func uploadFields(u *domain.Upload) []any {
	return []any{&u.ID, &u.ContentID, &u.Digest, &u.AccountID, &u.Surface, &u.Visibility, &u.CreatedAt, jsonText[map[string]any]{&u.Attributes},
		&u.ReceivedAt, jsonText[[]domain.Part]{&u.Parts}, &u.State, &u.Attempts, &u.DueAt, &u.AccountCreatedAt, &u.Language}
}

func uploadRow(u domain.Upload) ([]any, error) {
	attributes, err := asJSON(u.Attributes)
	if err != nil {
		return nil, err
	}
	parts, err := asJSON(u.Parts)
	if err != nil {
		return nil, err
	}
	return []any{u.ID, u.ContentID, u.Digest, u.AccountID, u.Surface, u.Visibility, u.CreatedAt, attributes, u.ReceivedAt, parts, u.State, u.Attempts, u.DueAt, u.AccountCreatedAt, u.Language}, nil
}

// compareUploads is the order in which every transaction takes rows of uploads, so that no two wait for each other.
func compareUploads(a, b domain.Upload) int {
	return cmp.Or(cmp.Compare(a.ContentID, b.ContentID), cmp.Compare(a.Digest, b.Digest))
}

// insertUploads adds uploads, passing over those whose content and digest are known, and returns the ids that were added.
func (tx *Tx) insertUploads(ctx context.Context, uploads []domain.Upload) (map[domain.UploadID]bool, error) {
	uploads = slices.Clone(uploads)
	slices.SortStableFunc(uploads, compareUploads)
	rows := make([][]any, len(uploads))
	for i, u := range uploads {
		var err error
		if rows[i], err = uploadRow(u); err != nil {
			return nil, err
		}
	}
	added := make(map[domain.UploadID]bool, len(uploads))
	err := tx.insertRows(ctx, `uploads`, uploadColumns, `on conflict (content_id, digest) do nothing returning id`, rows, func(r *sql.Rows) error {
		var id domain.UploadID
		err := r.Scan(&id)
		added[id] = true
		return err
	})
	return added, err
}

// AcceptUploads writes uploads that wait for their decision, each with an event that puts it into the work queue. It returns for each the
// upload that stands for it: itself, or the one already known for the same content and digest.
func (tx *Tx) AcceptUploads(ctx context.Context, uploads []domain.Upload, event func(domain.Upload) domain.Event) ([]domain.Upload, error) {
	added, err := tx.insertUploads(ctx, uploads)
	if err != nil {
		return nil, err
	}
	accepted := make([]domain.Upload, len(uploads))
	for i, u := range uploads {
		if added[u.ID] {
			accepted[i] = u
			tx.Emit(event(u))
			continue
		}
		if accepted[i], err = tx.UploadOf(ctx, u.ContentID, u.Digest); err != nil {
			return nil, err
		}
	}
	return accepted, nil
}

// UploadOf returns the upload of a content with a digest, or ErrNotFound.
func (q queries) UploadOf(ctx context.Context, content domain.ContentID, digest string) (domain.Upload, error) {
	var u domain.Upload
	err := q.q.QueryRowContext(ctx, `select `+uploadColumns+` from uploads where content_id = $1 and digest = $2`, content, digest).Scan(uploadFields(&u)...)
	return u, q.notFound(err, "upload of content", content)
}

// Upload returns an upload by its id, or ErrNotFound.
func (q queries) Upload(ctx context.Context, id domain.UploadID) (domain.Upload, error) {
	var u domain.Upload
	err := q.q.QueryRowContext(ctx, `select `+uploadColumns+` from uploads where id = $1`, id).Scan(uploadFields(&u)...)
	return u, q.notFound(err, "upload", id)
}

// Uploads returns up to limit uploads of a content, newest first; none is ErrNotFound.
func (q queries) Uploads(ctx context.Context, content domain.ContentID, limit int) ([]domain.Upload, error) {
	uploads, err := q.uploads(ctx, `select `+uploadColumns+` from uploads where content_id = $1 order by id desc limit $2`, content, limit)
	if err == nil && len(uploads) == 0 {
		err = sql.ErrNoRows
	}
	return uploads, q.notFound(err, "content", content)
}

// NewestUpload returns the newest upload of a content; found is false where there is none.
func (q queries) NewestUpload(ctx context.Context, content domain.ContentID) (newest domain.Upload, found bool, err error) {
	uploads, err := q.Uploads(ctx, content, 1)
	if errors.Is(err, ErrNotFound) {
		return newest, false, nil
	}
	if err != nil {
		return newest, false, err
	}
	return uploads[0], true, nil
}

func (q queries) uploads(ctx context.Context, query string, args ...any) ([]domain.Upload, error) {
	var uploads []domain.Upload
	err := eachRow(ctx, q.q, query, args, func(r *sql.Rows) error {
		var u domain.Upload
		err := r.Scan(uploadFields(&u)...)
		uploads = append(uploads, u)
		return err
	})
	return uploads, err
}

// RequeueDue puts up to limit uploads whose time has come back into the work queue, and plans the next look at next(attempts) in case that
// try comes to nothing. It returns how many there were.
func (tx *Tx) RequeueDue(ctx context.Context, limit int, next func(attempts int) domain.Time, event func(domain.Upload) domain.Event) (int, error) {
	due, err := tx.uploads(ctx, `select `+uploadColumns+` from uploads where due_at > 0 and due_at <= $1 order by due_at limit $2`, tx.now, limit)
	if err != nil {
		return 0, fmt.Errorf("select due uploads: %w", err)
	}
	slices.SortFunc(due, compareUploads)
	n := 0
	for _, u := range due {
		// Not if it has been decided since it was selected.
		r, err := tx.q.ExecContext(ctx, `update uploads set due_at = $1 where id = $2 and due_at = $3`, next(u.Attempts), u.ID, u.DueAt)
		if err := tx.changed(r, err, "upload", u.ID); errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil {
			return 0, err
		}
		tx.Emit(event(u))
		n++
	}
	return n, nil
}

// PendingUploads counts uploads that wait for their first decision.
func (q queries) PendingUploads(ctx context.Context) (n int64, err error) {
	err = q.q.QueryRowContext(ctx, `select count(*) from uploads where due_at > 0 and state = 'pending'`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count pending uploads: %w", err)
	}
	return n, nil
}
