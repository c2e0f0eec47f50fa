package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestStatementsAreKeptUpToABound(t *testing.T) {
	t.Parallel()
	s, err := connect(t.Context(), Config{Path: filepath.Join(t.TempDir(), "quell.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 2 * maxStatements {
				n := i % (maxStatements + 50)
				var got int
				if err := s.q.QueryRowContext(t.Context(), fmt.Sprintf("select %d + $1", n), 1).Scan(&got); err != nil || got != n+1 {
					t.Errorf("%d + 1 is %d, %v", n, got, err)
					return
				}
			}
		})
	}
	all.Wait()
	if n := len(s.kept.prepared); n != maxStatements {
		t.Errorf("%d statements are kept, want %d", n, maxStatements)
	}
}

func TestAStatementThatCannotBePreparedSaysWhy(t *testing.T) {
	t.Parallel()
	s, err := connect(t.Context(), Config{Path: filepath.Join(t.TempDir(), "quell.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.q.QueryContext(t.Context(), "select from nowhere"); err == nil || !strings.Contains(err.Error(), "syntax error") {
		t.Errorf("a query that is none: %v", err)
	}
	if len(s.kept.prepared) != 0 {
		t.Errorf("it is kept")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.q.QueryContext(gone, "select 1"); err == nil {
		t.Error("a query of somebody who has gone is answered")
	}
}

func TestAListOfAnyLengthFindsItsValuesOnce(t *testing.T) {
	t.Parallel()
	s, err := connect(t.Context(), Config{Path: filepath.Join(t.TempDir(), "quell.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.write.ExecContext(t.Context(), "create table numbers as with recursive c(n) as (select 1 union all select n + 1 from c where n < 1000) select n from c"); err != nil {
		t.Fatal(err)
	}
	for _, length := range []int{1, 2, 3, 5, 127, 128, 129, 150, 151, 449, 1000} {
		var wanted []int
		for i := range length {
			wanted = append(wanted, i+1)
		}
		seen := map[int]int{}
		err := eachRowIn(t.Context(), s.queries, "select n from numbers where n >= $1 and n in %s", []any{1}, wanted, func(r *sql.Rows) error {
			var n int
			err := r.Scan(&n)
			seen[n]++
			return err
		})
		if err != nil || len(seen) != length {
			t.Errorf("a list of %d finds %d, %v", length, len(seen), err)
		}
		for n, times := range seen {
			if times != 1 {
				t.Errorf("a list of %d finds %d %d times", length, n, times)
			}
		}
	}
}
