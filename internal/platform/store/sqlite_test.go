package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

func openFile(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// settings are the pragmas that durability and isolation hang on.
func settings(t *testing.T, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, name := range []string{"journal_mode", "synchronous", "foreign_keys", "query_only", "busy_timeout"} {
		var v string
		if err := db.QueryRowContext(t.Context(), "pragma "+name).Scan(&v); err != nil {
			t.Fatal(err)
		}
		got[name] = v
	}
	return got
}

func TestEveryWritingConnectionIsDurableAndNoOtherWrites(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "quell.db"))
	writer := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "query_only": "0", "busy_timeout": "10000"}
	if diff := cmp.Diff(writer, settings(t, s.write)); diff != "" {
		t.Errorf("the writer (-want +got):\n%s", diff)
	}
	// A cancelled transaction costs the connection; the next one must be like it.
	ctx, cancel := context.WithCancel(t.Context())
	_ = s.Tx(ctx, func(tx *Tx) error {
		cancel()
		_, err := tx.take(ctx, counterEvent, 1)
		return err
	})
	if diff := cmp.Diff(writer, settings(t, s.write)); diff != "" {
		t.Errorf("the next writer (-want +got):\n%s", diff)
	}

	writer["query_only"] = "1"
	for range sqliteReaders {
		conn, err := s.read.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() // only at the end, so that each is another one
		if diff := cmp.Diff(writer, settings(t, conn)); diff != "" {
			t.Errorf("a reader (-want +got):\n%s", diff)
		}
		if _, err := conn.ExecContext(t.Context(), `update counters set value = 7`); err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("writing on a reading connection: %v", err)
		}
	}
}

func TestThereIsOneWriter(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "quell.db"))
	if n := s.write.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections may write, want 1", n)
	}
}

func TestFilesMayHaveAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "50%", "what?", "a#b", "x&_pragma=synchronous(off)", "ä", "%41", "file:x"} {
		path := filepath.Join(t.TempDir(), name, name+".db")
		s := openFile(t, path)
		if err := s.Tx(t.Context(), func(tx *Tx) error { _, err := tx.CreateBank(t.Context(), domain.Bank{Name: "heron"}); return err }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff("2", settings(t, s.write)["synchronous"]); diff != "" {
			t.Errorf("%s: synchronous (-want +got):\n%s", name, diff)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: the file is not where it should be: %v", name, err)
		}
	}
}

func TestClosingLeavesOneFileThatOnlyItsOwnerReads(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	s := openFile(t, filepath.Join(folder, "quell.db"))
	if _, err := s.Banks(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "quell.db", "quell.db-wal", "quell.db-shm"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q may be read by others: %v, %v", name, info.Mode(), err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Errorf("closing left %v, %v, want the database alone", files, err)
	}
}

func TestOpeningSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	notADatabase := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(notADatabase, []byte(strings.Repeat("dear diary ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"nothing", Config{}, "give the URL of a PostgreSQL database or the path of a SQLite file"},
		{"a file that is no database", Config{Path: notADatabase}, "file is not a database"},
		{"a folder", Config{Path: t.TempDir()}, "is a directory"},
		{"a folder below a file", Config{Path: filepath.Join(notADatabase, "x", "quell.db")}, "make the folder for the database"},
		{"an odd URL", Config{URL: "postgres://user:secret@host:port/name"}, "expected postgres://user:password@host:5432/name"},
		{"a server that is not there", Config{URL: "postgres://user:secret@127.0.0.1:1/name"}, "reach PostgreSQL at 127.0.0.1:1, database name"},
	} {
		s, err := Open(t.Context(), c.cfg)
		if err == nil {
			s.Close()
			t.Errorf("%s was opened", c.name)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %q, want it to say %q and no password", c.name, err, c.want)
		}
	}
}
