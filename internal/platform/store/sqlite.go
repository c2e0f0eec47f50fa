package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // SQLite without cgo: the fastest of the pure-Go drivers in our measurements, used by PocketBase and litestream
)

// sqliteReaders is the size of the pool of reading connections. Readers never wait for the writer in WAL mode.
const sqliteReaders = 8

// Settings of every connection. busy_timeout comes first: it must already hold while WAL is switched on. With WAL and synchronous=FULL a commit
// is on the disk before it returns. In temp_store are pages as they were before a statement that may fail in its middle, such as one that inserts
// many rows: they are of no use after a crash.
var (
	sqliteBoth   = []string{"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)"}
	sqliteWriter = append(sqliteBoth[:4:4], "temp_store(memory)", "cache_size(-16000)", "journal_size_limit(67108864)", "wal_autocheckpoint(4000)")
	sqliteReader = append(sqliteBoth[:4:4], "cache_size(-4000)", "query_only(1)")
)

// openSQLite opens the database file with one writing connection and a pool of readers.
//
// The single writer begins each transaction at once (_txlock=immediate), so a transaction never has to be upgraded from reading to writing,
// which is what makes SQLite fail in ways that cannot be retried.
func openSQLite(ctx context.Context, path string) (write, read *sql.DB, err error) {
	if err := prepareFile(path); err != nil {
		return nil, nil, err
	}
	if write, err = openSQLitePool(path, 1, sqliteWriter, "immediate"); err != nil {
		return nil, nil, err
	}
	if read, err = openSQLitePool(path, sqliteReaders, sqliteReader, "deferred"); err != nil {
		write.Close()
		return nil, nil, err
	}
	if err := checkDurable(ctx, write); err != nil {
		read.Close()
		write.Close()
		return nil, nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	return write, read, nil
}

// prepareFile makes the file and its folder if need be, for nobody else to read: SQLite gives its other files the same rights.
func prepareFile(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make the folder for the database: %w", err)
	}
	if err := refuseNetwork(folder); err != nil {
		return fmt.Errorf("open the database %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return f.Close()
}

func openSQLitePool(path string, size int, pragmas []string, lock string) (*sql.DB, error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{"_pragma": pragmas, "_txlock": {lock}}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// checkDurable asks whether commits are really as durable as was asked for: SQLite keeps another mode in silence where WAL cannot work.
func checkDurable(ctx context.Context, write *sql.DB) error {
	var mode, sync string
	if err := write.QueryRowContext(ctx, `pragma journal_mode`).Scan(&mode); err != nil {
		return err
	}
	if err := write.QueryRowContext(ctx, `pragma synchronous`).Scan(&sync); err != nil {
		return err
	}
	if mode != "wal" || sync != "2" {
		return fmt.Errorf("the file system does not let SQLite keep a write-ahead log (journal_mode %s, synchronous %s): use a local disk, or PostgreSQL", mode, sync)
	}
	return nil
}
