package storetest

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // to look beneath the store

	"github.com/quell-project/quell/internal/platform/store"
)

// Variable is the environment variable with the URL of a PostgreSQL server on which the tests may make databases.
const Variable = "QUELL_TEST_POSTGRES"

// Engine is one of the engines a store runs on.
type Engine struct {
	Name string
	// Fresh makes an empty database that is gone after the test. It skips the test where the engine is missing.
	Fresh func(testing.TB) store.Config
}

// Engines returns all engines.
func Engines() []Engine { return []Engine{{"sqlite", freshSQLite}, {"postgres", freshPostgres}} }

// runner is *testing.T or *testing.B.
type runner[T any] interface {
	testing.TB
	Run(name string, f func(T)) bool
}

// Each runs a test or a benchmark on a fresh database of each engine; tests run in parallel.
func Each[T runner[T]](t T, test func(t T, cfg store.Config)) {
	for _, e := range Engines() {
		t.Run(e.Name, func(t T) {
			if p, ok := any(t).(interface{ Parallel() }); ok {
				p.Parallel()
			}
			test(t, e.Fresh(t))
		})
	}
}

// Open opens a store for the length of a test.
func Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// SQL opens the database without the store, to look beneath it.
func SQL(t testing.TB, cfg store.Config) *sql.DB {
	t.Helper()
	driver, dsn := "sqlite", "file:"+cfg.Path
	if cfg.URL != "" {
		driver, dsn = "pgx", cfg.URL
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func freshSQLite(t testing.TB) store.Config {
	return store.Config{Path: filepath.Join(t.TempDir(), "quell.db")}
}

func freshPostgres(t testing.TB) store.Config {
	server := os.Getenv(Variable)
	if server == "" {
		t.Skipf("%s is not set: run `make test`, or scripts/with-postgres go test …", Variable)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", Variable, err)
	}
	admin := SQL(t, store.Config{URL: server})
	name := "quell_test_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(t.Context(), `create database `+name); err != nil {
		t.Fatalf("make a database on the server of %s: %v", Variable, err)
	}
	t.Cleanup(func() {
		// The context of the test has ended by now.
		if _, err := admin.Exec(`drop database ` + name + ` with (force)`); err != nil {
			t.Errorf("drop the database of the test: %v", err)
		}
	})
	u.Path = "/" + name
	return store.Config{URL: u.String()}
}
