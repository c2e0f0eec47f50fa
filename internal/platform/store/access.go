package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// APIKey is what is kept of an API key: never the key itself.
type APIKey struct {
	ID        domain.KeyID
	Name      string
	CreatedAt domain.Time
	RevokedAt domain.Time // zero: valid
}

// PutKey adds an API key by the hash of its secret. A hash that is known is left as it is.
func (tx *Tx) PutKey(ctx context.Context, name, hash string) error {
	_, err := tx.q.ExecContext(ctx, `insert into api_keys (id, name, hash, created_at, revoked_at) values ($1, $2, $3, $4, 0) on conflict (hash) do nothing`,
		domain.NewID[domain.KeyID](), name, hash, tx.now)
	if err != nil {
		return fmt.Errorf("add API key %q: %w", name, err)
	}
	return nil
}

// KeyByHash returns the valid API key with a hash, or ErrNotFound.
func (q queries) KeyByHash(ctx context.Context, hash string) (APIKey, error) {
	var k APIKey
	err := q.q.QueryRowContext(ctx, `select id, name, created_at, revoked_at from api_keys where hash = $1 and revoked_at = 0`, hash).
		Scan(&k.ID, &k.Name, &k.CreatedAt, &k.RevokedAt)
	return k, q.notFound(err, "API key", "")
}

// Keys returns all API keys, oldest first.
func (q queries) Keys(ctx context.Context) ([]APIKey, error) {
	var keys []APIKey
	err := eachRow(ctx, q.q, `select id, name, created_at, revoked_at from api_keys order by id`, nil, func(r *sql.Rows) error {
		var k APIKey
		err := r.Scan(&k.ID, &k.Name, &k.CreatedAt, &k.RevokedAt)
		keys = append(keys, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return keys, nil
}

// RevokeKey makes an API key invalid for good, or is ErrNotFound.
func (tx *Tx) RevokeKey(ctx context.Context, id domain.KeyID) error {
	r, err := tx.q.ExecContext(ctx, `update api_keys set revoked_at = case when revoked_at = 0 then $1 else revoked_at end where id = $2`, tx.now, id)
	return tx.changed(r, err, "API key", id)
}

// PutSignInLink adds a one-time sign-in link by the hash of its token.
func (tx *Tx) PutSignInLink(ctx context.Context, hash, person string, expires domain.Time) error {
	_, err := tx.q.ExecContext(ctx, `insert into sign_in_links (hash, person, created_at, expires_at, used_at) values ($1, $2, $3, $4, 0)`, hash, person, tx.now, expires)
	if err != nil {
		return fmt.Errorf("add a sign-in link: %w", err)
	}
	return nil
}

// UseSignInLink marks a link as used and returns whom it signs in. A link that is unknown, used or expired is ErrNotFound.
func (tx *Tx) UseSignInLink(ctx context.Context, hash string) (person string, err error) {
	err = tx.q.QueryRowContext(ctx, `update sign_in_links set used_at = $1 where hash = $2 and used_at = 0 and expires_at > $1 returning person`, tx.now, hash).Scan(&person)
	return person, tx.notFound(err, "sign-in link", "")
}

// PutSession adds a session by the hash of its token.
func (tx *Tx) PutSession(ctx context.Context, hash, person string, expires domain.Time) error {
	if _, err := tx.q.ExecContext(ctx, `delete from sessions where expires_at < $1`, tx.now); err != nil {
		return fmt.Errorf("drop old sessions: %w", err)
	}
	_, err := tx.q.ExecContext(ctx, `insert into sessions (hash, person, created_at, expires_at) values ($1, $2, $3, $4)`, hash, person, tx.now, expires)
	if err != nil {
		return fmt.Errorf("add a session: %w", err)
	}
	return nil
}

// PersonOfSession returns who is signed in by a session that has not expired, or ErrNotFound.
func (q queries) PersonOfSession(ctx context.Context, hash string, now domain.Time) (person string, err error) {
	err = q.q.QueryRowContext(ctx, `select person from sessions where hash = $1 and expires_at > $2`, hash, now).Scan(&person)
	return person, q.notFound(err, "session", "")
}

// EndSession removes a session.
func (tx *Tx) EndSession(ctx context.Context, hash string) error {
	if _, err := tx.q.ExecContext(ctx, `delete from sessions where hash = $1`, hash); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
