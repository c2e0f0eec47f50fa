package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresConns is the size of the pool. The leader holds one connection for itself.
const postgresConns = 16

// openPostgres opens one pool that reads and writes. The URL is never repeated in an error: it may carry a password.
func openPostgres(ctx context.Context, url string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database URL: cannot be read; expected postgres://user:password@host:5432/name")
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "quell"
	}
	cfg.StatementCacheCapacity = 128 // a connection: inserts of many rows come in many lengths, and the server keeps a plan of each
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("reach PostgreSQL at %s:%d, database %s: %w", cfg.Host, cfg.Port, cfg.Database, err)
	}
	return db, nil
}
