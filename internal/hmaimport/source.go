package hmaimport

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Source is the database of an HMA as it was when it was opened. It is not safe for concurrent use.
type Source struct {
	conn    *pgx.Conn
	columns map[string][]string // by table
}

// Bounds of one question to the database: HMA may be at work beside it.
const (
	connectTime   = 15 * time.Second
	statementTime = 2 * time.Minute
	lockTime      = 10 * time.Second
	idleTime      = 15 * time.Minute // between two pages, while the last one is written
)

// needed are the tables and columns without which a database is none of HMA. Others have come with its versions.
var needed = map[string][]string{
	"bank":           {"id", "name", "enabled_ratio", "import_from_exchange_id"},
	"bank_content":   {"id", "bank_id", "imported_from_id", "disable_until_ts", "original_content_uri"},
	"content_signal": {"content_id", "signal_type", "signal_val", "create_time"},
	"exchange":       {"id", "name", "api_cls", "fetching_enabled", "typed_config"},
	"exchange_data":  {"id", "collab_id", "fetch_id"},
}

// optional are tables that not every version of HMA has, or that need not be readable.
var optional = []string{"exchange_api_config", "exchange_fetch_status", "signal_type_override"}

// Open connects and takes a snapshot. The URL is one of PostgreSQL; the form that SQLAlchemy writes, postgresql+psycopg2://…, will do too. No
// error repeats the password in it. The caller must Close the source.
func Open(ctx context.Context, databaseURL string) (*Source, error) {
	cfg, err := configOf(databaseURL)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("reach the database of HMA at %s:%d, database %s: %w", cfg.Host, cfg.Port, cfg.Database, err)
	}
	s := &Source{conn: conn, columns: map[string][]string{}}
	if err := s.begin(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("read the database of HMA: %w", err)
	}
	return s, nil
}

var errURL = errors.New("the URL of the database of HMA cannot be read; expected postgres://user:password@host:5432/name, with %40 for an @, %2F for a / and %23 for a # in the password")

// configOf reads a URL. Where a password has a character that ends it early, its rest would be taken for something that errors may show: such
// a URL is refused.
func configOf(databaseURL string) (*pgx.ConnConfig, error) {
	scheme, rest, _ := strings.Cut(databaseURL, "://")
	dialect, _, _ := strings.Cut(scheme, "+")
	if dialect != "postgres" && dialect != "postgresql" {
		return nil, errURL
	}
	u, err := url.Parse("postgres://" + rest)
	if err != nil || u.Fragment != "" || u.User == nil && strings.Contains(rest, "@") {
		return nil, errURL
	}
	cfg, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, errURL
	}
	cfg.ConnectTimeout = connectTime
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec // no named statements: a pooler may stand in between
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "quell import-hma"
	}
	return cfg, nil
}

// begin starts the one transaction in which everything is read, and looks at what there is.
func (s *Source) begin(ctx context.Context) error {
	for _, set := range []string{
		`begin isolation level repeatable read read only`,
		fmt.Sprintf(`set local statement_timeout = %d`, statementTime.Milliseconds()),
		fmt.Sprintf(`set local lock_timeout = %d`, lockTime.Milliseconds()),
		fmt.Sprintf(`set local idle_in_transaction_session_timeout = %d`, idleTime.Milliseconds()),
	} {
		if _, err := s.conn.Exec(ctx, set); err != nil {
			return err
		}
	}
	tables := slices.Clone(optional)
	for table := range needed {
		tables = append(tables, table)
	}
	err := s.each(ctx, func(r pgx.Rows) error {
		var table, column string
		err := r.Scan(&table, &column)
		s.columns[table] = append(s.columns[table], column)
		return err
	}, `select t.name, a.attname from unnest($1::text[]) t (name) join pg_attribute a on a.attrelid = to_regclass(t.name)
		where a.attnum > 0 and not a.attisdropped and has_column_privilege(a.attrelid, a.attnum, 'select')`, tables)
	if err != nil {
		return err
	}
	for table, columns := range needed {
		for _, c := range columns {
			if !s.has(table, c) {
				return fmt.Errorf("there is no table %s with a column %s that user and search path can see: this is no database of HMA, or the user may not read it", table, c)
			}
		}
	}
	return nil
}

// has reports whether a table has a column that may be read.
func (s *Source) has(table, column string) bool { return slices.Contains(s.columns[table], column) }

// orElse is an expression over a column that not every version has, or what stands for it there.
func (s *Source) orElse(table, column, expression, otherwise string) string {
	if s.has(table, column) {
		return expression
	}
	return otherwise
}

// Close ends the transaction and the connection.
func (s *Source) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx)
}

// each runs a query and calls f for every row.
func (s *Source) each(ctx context.Context, f func(pgx.Rows) error, query string, args ...any) error {
	rows, err := s.conn.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
