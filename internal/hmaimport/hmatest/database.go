package hmatest

import (
	"crypto/rand"
	"database/sql"
	_ "embed"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

//go:embed schema.sql
var schema string

//go:embed rows.sql
var rows string

// Database is a database of HMA on the PostgreSQL of the tests.
type Database struct {
	*sql.DB        // as its owner
	URL     string // for a role that may read what an import needs, and not the pickles
}

// Password is that of the reading role: it has all that must be escaped in a URL.
const Password = `p@ss/w#rd?:%&`

// Empty makes a database with the tables and no rows, which is gone after the test. It skips the test where there is no PostgreSQL.
func Empty(t testing.TB) Database {
	t.Helper()
	cfg := storetest.Engines()[1].Fresh(t)
	d := Database{DB: storetest.SQL(t, cfg)}
	d.Run(t, schema)

	role := "hma_reader_" + strings.ToLower(rand.Text())
	d.Run(t, `create role `+role+` login password '`+Password+`'`)
	t.Cleanup(func() {
		for _, drop := range []string{`drop owned by ` + role, `drop role ` + role} {
			if _, err := d.Exec(drop); err != nil { // the context of the test has ended by now
				t.Errorf("%s: %v", drop, err)
			}
		}
	})
	d.Run(t, fmt.Sprintf(`grant select on all tables in schema public to %[1]s; revoke select on exchange_data, signal_index from %[1]s;
		grant select (id, collab_id, fetch_id) on exchange_data to %[1]s`, role))
	u, err := url.Parse(cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, Password)
	d.URL = u.String()
	return d
}

// Sample is Empty with rows: what every HMA has, and what none should have.
func Sample(t testing.TB) Database {
	t.Helper()
	d := Empty(t)
	d.Run(t, rows)
	return d
}

// Many is Empty with a bank MANY of n contents, each with a picture's hash, and with a video's every tenth.
func Many(t testing.TB, n int) Database {
	t.Helper()
	d := Empty(t)
	d.Run(t, `insert into bank (id, name, enabled_ratio) values (1, 'MANY', 1)`)
	d.Run(t, fmt.Sprintf(`insert into bank_content (id, bank_id, disable_until_ts, note, bank_content_metadata)
		select i, 1, 1, case when i %% 3 = 0 then 'note ' || i end, case when i %% 2 = 0 then json_build_object('content_id', 'post-' || i) end
		from generate_series(1, %d) i`, n))
	d.Run(t, `insert into content_signal (content_id, signal_type, signal_val) select id, 'pdq', encode(sha256(id::text::bytea), 'hex') from bank_content`)
	d.Run(t, `insert into content_signal (content_id, signal_type, signal_val) select id, 'video_md5', md5(id::text) from bank_content where id % 10 = 0`)
	d.Run(t, `analyze`)
	return d
}

// Run runs statements as the owner of the database.
func (d Database) Run(t testing.TB, statements string) {
	t.Helper()
	if _, err := d.ExecContext(t.Context(), statements); err != nil {
		t.Fatalf("%.200s: %v", statements, err)
	}
}
