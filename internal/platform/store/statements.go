package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// maxStatements is how many texts are kept prepared. There are fewer in the program; those beyond run as they come.
const maxStatements = 300

// statements runs each query as a prepared statement, which is kept for the next time: SQLite takes longer to understand a short query than to
// answer it. (The driver for PostgreSQL does the same by itself.) Inside of a transaction, a query must not be run again while its own rows are read.
type statements struct {
	plain interface {
		querier
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	mu       sync.RWMutex
	prepared map[string]*sql.Stmt
}

// prepare returns the statement of a text, or nil if it is to run as it is.
func (s *statements) prepare(ctx context.Context, query string) *sql.Stmt {
	s.mu.RLock()
	known, full := s.prepared[query], len(s.prepared) >= maxStatements
	s.mu.RUnlock()
	if known != nil || full {
		return known
	}
	made, err := s.plain.PrepareContext(ctx, query)
	if err != nil {
		return nil // running it will say why
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known = s.prepared[query]; known != nil || len(s.prepared) >= maxStatements { // somebody was faster
		made.Close()
		return known
	}
	if s.prepared == nil {
		s.prepared = map[string]*sql.Stmt{}
	}
	s.prepared[query] = made
	return made
}

// ExecContext implements querier.
func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if p := s.prepare(ctx, query); p != nil {
		return p.ExecContext(ctx, args...)
	}
	return s.plain.ExecContext(ctx, query, args...)
}

// QueryContext implements querier.
func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if p := s.prepare(ctx, query); p != nil {
		return p.QueryContext(ctx, args...)
	}
	return s.plain.QueryContext(ctx, query, args...)
}

// QueryRowContext implements querier.
func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if p := s.prepare(ctx, query); p != nil {
		return p.QueryRowContext(ctx, args...)
	}
	return s.plain.QueryRowContext(ctx, query, args...)
}

// Close lets all statements go. Those of a transaction end with it.
func (s *statements) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, p := range s.prepared {
		errs = append(errs, p.Close())
	}
	s.prepared = nil
	return errors.Join(errs...)
}
