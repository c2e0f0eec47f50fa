package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is everything that differs between the two engines once they are open.
type dialect struct {
	name  string
	goose goose.Dialect
	// isolation of transactions, whatever the operator has made the default of the server.
	isolation sql.IsolationLevel
	// params is how many parameters a statement should have at most.
	params int
	// prepares says that queries should be prepared and kept, because the driver does not do that.
	prepares bool
	// conflict reports whether a transaction failed only because another one was in its way, so that it may be run again.
	conflict func(error) bool
	// unique reports whether err says that a unique value is taken.
	unique func(error) bool
	// badText reports whether err says that a text cannot be held.
	badText func(error) bool
	// lead tries to become the one leader for a name among all processes on this database.
	lead func(ctx context.Context, db *sql.DB, name string) (l *leadership, held bool, err error)
}

var sqliteDialect = dialect{
	name:  "sqlite",
	goose: goose.DialectSQLite3,
	// SQLite looks each name up among all that came before it: the time for one statement grows with the square of this, and
	// many statements cost little, because nothing travels.
	params:   150,
	prepares: true,
	conflict: func(err error) bool {
		code := sqliteCode(err) & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	},
	unique: func(err error) bool {
		code := sqliteCode(err)
		return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	},
	badText: func(err error) bool { return errors.Is(err, errText) },
	lead:    leadAlone,
}

var postgresDialect = dialect{
	name:      "postgres",
	goose:     goose.DialectPostgres,
	isolation: sql.LevelReadCommitted,
	params:    2000,
	conflict: func(err error) bool {
		code := postgresCode(err)
		return code == "40001" || code == "40P01" // serialisation failure, deadlock
	},
	unique:  func(err error) bool { return postgresCode(err) == "23505" },
	badText: func(err error) bool { return errors.Is(err, errText) || postgresCode(err) == "22021" },
	lead:    leadByAdvisoryLock,
}

func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}
