package store_test

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestBothEnginesHaveOneSchema migrates from nothing and compares everything that can be asked of a schema with one golden file.
func TestBothEnginesHaveOneSchema(t *testing.T) {
	t.Parallel()
	golden := filepath.Join("testdata", "schema.txt")
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		storetest.Open(t, cfg)
		got := schemaOf(t, cfg)
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("schema (-want +got):\n%s\nIf this is meant, run the test with -update.", diff)
		}
	})
}

// schemaOf describes a schema, one line a thing, in words that both engines share.
func schemaOf(t *testing.T, cfg store.Config) string {
	t.Helper()
	db := storetest.SQL(t, cfg)
	queries := sqliteSchema
	if cfg.URL != "" {
		queries = postgresSchema
	}
	var lines []string
	for _, q := range queries {
		rows, err := db.QueryContext(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, textsOf(t, rows)...)
	}
	for i, l := range lines {
		if head, where, ok := strings.Cut(l, " where "); ok { // the engines print a condition with other brackets and quotes
			lines[i] = head + " where " + strings.ToLower(strings.NewReplacer("(", "", ")", "", `"`, "").Replace(where))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func textsOf(t *testing.T, rows *sql.Rows) []string {
	t.Helper()
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}

// tables that goose and SQLite keep for themselves are left out.
const sqliteTables = `(select name as t, sql from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'goose_db_version')`

var sqliteSchema = []string{
	`select t || ' column ' || c.name || ' ' || lower(c.type) || case when c."notnull" then ' not null' else '' end || coalesce(' default ' || c.dflt_value, '')
		from ` + sqliteTables + `, pragma_table_info(t) c`,
	`select t || case i.origin when 'pk' then ' primary key (' when 'u' then ' unique (' else case when i."unique" then ' unique index ' else ' index ' end || i.name || ' (' end
			|| (select group_concat(name, ', ') from (select name from pragma_index_info(i.name) order by seqno)) || ')'
			|| case when i.partial then (select substr(m.sql, instr(m.sql, ' where ')) from sqlite_master m where m.name = i.name) else '' end
		from ` + sqliteTables + `, pragma_index_list(t) i`,
	`select t || ' foreign key (' || f."from" || ') references ' || f."table" || ' (' || f."to" || ')' from ` + sqliteTables + `, pragma_foreign_key_list(t) f`,
}

const postgresTables = `(select c.oid, c.relname::text as t from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'goose_db_version') tables`

var postgresSchema = []string{
	`select t || ' column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
			|| coalesce(' default ' || replace(pg_get_expr(d.adbin, d.adrelid), '::text', ''), '')
		from ` + postgresTables + ` join pg_attribute a on a.attrelid = tables.oid and a.attnum > 0 left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum`,
	`select t || case when i.indisprimary then ' primary key (' when c.oid is not null then ' unique (' else case when i.indisunique then ' unique index ' else ' index ' end || x.relname || ' (' end
			|| (select string_agg(a.attname, ', ' order by k.o) from unnest(i.indkey) with ordinality k (n, o) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n) || ')'
			|| coalesce(' where ' || replace(pg_get_expr(i.indpred, i.indrelid), '::text', ''), '')
		from ` + postgresTables + ` join pg_index i on i.indrelid = tables.oid join pg_class x on x.oid = i.indexrelid left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'u'`,
	`select t || ' foreign key (' || a.attname || ') references ' || f.relname || ' (' || b.attname || ')'
		from ` + postgresTables + ` join pg_constraint c on c.conrelid = tables.oid and c.contype = 'f' join pg_class f on f.oid = c.confrelid
		join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]`,
}
