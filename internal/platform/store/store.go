package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Errors that callers switch on. They are wrapped with what was looked for.
var (
	// ErrNotFound means that nothing has the id or name asked for.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that a name or id is already taken.
	ErrConflict = errors.New("already exists")
)

// Config says which database to open.
type Config struct {
	// URL of a PostgreSQL database (postgres://…), version 14 or newer. Empty: the SQLite file at Path.
	URL string
	// Path of the SQLite file, on a local disk; its folder is made if need be. One process at a time may open it.
	Path string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log; nil means silence.
	Log *slog.Logger
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	queries         // reading, outside of any transaction
	write   *sql.DB // SQLite: the one writing connection; PostgreSQL: the pool
	read    *sql.DB
	kept    *statements // of the reading pool; nil: it keeps its own
	log     *slog.Logger
	now     func() time.Time
}

// queries are the reads, the same inside and outside of transactions.
type queries struct {
	q       querier
	dialect *dialect
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Open opens the database and brings its schema up to date. Several processes may do so at once on PostgreSQL.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func connect(ctx context.Context, cfg Config) (*Store, error) {
	s := &Store{log: cfg.Log, now: cfg.Now}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	switch {
	case cfg.URL != "":
		s.dialect = &postgresDialect
		s.write, err = openPostgres(ctx, cfg.URL)
		s.read = s.write
	case cfg.Path != "":
		s.dialect = &sqliteDialect
		s.write, s.read, err = openSQLite(ctx, cfg.Path)
	default:
		err = errors.New("no database: give the URL of a PostgreSQL database or the path of a SQLite file")
	}
	if s.q = s.read; err == nil && s.dialect.prepares {
		s.kept = &statements{plain: s.read}
		s.q = s.kept
	}
	return s, err
}

// Close closes all connections. Running transactions fail.
func (s *Store) Close() error {
	if s.read == s.write {
		return s.write.Close()
	}
	// The last connection that closes tidies the SQLite file up, which only the writer may do.
	return errors.Join(s.kept.Close(), s.read.Close(), s.write.Close())
}

// Engine says which database this is: "sqlite" or "postgres".
func (s *Store) Engine() string { return s.dialect.name }

// Ping asks the database whether it answers.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.Counter(ctx, counterEvent)
	return err
}

// ID returns the identity of this database, made when it was first asked for. Files derived from the database carry it, so that they are
// never used with another one.
func (s *Store) ID(ctx context.Context) (string, error) {
	var id string
	err := s.Tx(ctx, func(tx *Tx) error {
		_, err := tx.q.ExecContext(ctx, `insert into meta (key, value) values ('store_id', $1) on conflict (key) do nothing`, domain.NewID[domain.EventID]())
		if err != nil {
			return err
		}
		return tx.q.QueryRowContext(ctx, `select value from meta where key = 'store_id'`).Scan(&id)
	})
	if err != nil {
		return "", fmt.Errorf("read the identity of the database: %w", err)
	}
	return id, nil
}
