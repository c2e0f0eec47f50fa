package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// insertRows inserts rows, many with a statement. Columns are named as in "a, b"; tail may be an "on conflict" or "returning" clause; for
// every row that the tail returns, each is called.
func (tx *Tx) insertRows(ctx context.Context, table, columns, tail string, rows [][]any, each func(*sql.Rows) error) error {
	if len(rows) == 0 {
		return nil
	}
	for chunk := range slices.Chunk(rows, max(1, tx.dialect.params/len(rows[0]))) {
		query, args := multiRow(table, columns, tail, chunk)
		if err := tx.insertChunk(ctx, query, args, each); err != nil {
			return fmt.Errorf("write %s: %w", table, err)
		}
	}
	return nil
}

func (tx *Tx) insertChunk(ctx context.Context, query string, args []any, each func(*sql.Rows) error) error {
	if each == nil {
		_, err := tx.q.ExecContext(ctx, query, args...)
		return err
	}
	return eachRow(ctx, tx.q, query, args, each)
}

// multiRow writes "insert into table (columns) values ($1,$2),($3,$4) tail" and lists the arguments in that order.
func multiRow(table, columns, tail string, rows [][]any) (string, []any) {
	var b strings.Builder
	fmt.Fprintf(&b, "insert into %s (%s) values ", table, columns)
	args := make([]any, 0, len(rows)*len(rows[0]))
	for i, row := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(params(len(args), len(row)))
		args = append(args, row...)
	}
	b.WriteByte(' ')
	b.WriteString(tail)
	return b.String(), args
}

// params writes "($5,$6,$7)" for after = 4 and n = 3.
func params(after, n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", after+i+1)
	}
	b.WriteByte(')')
	return b.String()
}

// eachRow runs a query and calls f for every row.
func eachRow(ctx context.Context, q querier, query string, args []any, f func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
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

// eachRowIn runs a query that ends in "… in %s order by …" for a list of values, as often as the engine needs for so many, and calls f for
// every row. args are the parameters before the list. The order holds for the rows of one value only.
func eachRowIn[T any](ctx context.Context, q queries, query string, args []any, values []T, f func(*sql.Rows) error) error {
	for chunk := range slices.Chunk(values, q.dialect.params) {
		list, all := listOf(args, chunk, q.dialect.params)
		if err := eachRow(ctx, q.q, fmt.Sprintf(query, list), all, f); err != nil {
			return err
		}
	}
	return nil
}

// listOf writes a list of at most most values as parameters behind args, and returns all parameters.
func listOf[T any](args []any, values []T, most int) (list string, all []any) {
	all = slices.Clone(args)
	for i := range listSize(len(values), most) {
		all = append(all, values[min(i, len(values)-1)])
	}
	return params(len(args), len(all)-len(args)), all
}

// listSize is how long a list of n values is made by naming the last one again: few lengths are few texts to prepare.
func listSize(n, most int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return min(size, most)
}

// newestFirst ends a query whose condition is written already, and whose parameters are args: up to limit rows, those with the largest ids, or with
// the largest that are less than before (empty: any).
func newestFirst[T ~string](query string, args []any, id string, before T, limit int) (string, []any) {
	if before != "" {
		args = append(args, before)
		query += fmt.Sprintf(` and %s < $%d`, id, len(args))
	}
	args = append(args, limit)
	return query + fmt.Sprintf(` order by %s desc limit $%d`, id, len(args)), args
}

// asBit is how a truth is kept.
func asBit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// asJSON is a value that is kept as JSON text.
func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store as JSON: %w", err)
	}
	return string(b), nil
}

// jsonText scans JSON text into a value.
type jsonText[T any] struct{ to *T }

// Scan implements sql.Scanner.
func (j jsonText[T]) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return json.Unmarshal([]byte(v), j.to)
	case []byte:
		return json.Unmarshal(v, j.to)
	default:
		return fmt.Errorf("JSON text expected, found %T", src)
	}
}

// rawJSON scans JSON text as it is; empty text is none.
type rawJSON struct{ to *json.RawMessage }

// Scan implements sql.Scanner.
func (j rawJSON) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("JSON text expected, found %T", src)
	}
	*j.to = nil
	if text != "" {
		*j.to = json.RawMessage(text)
	}
	return nil
}

// notFound makes of the error of a read ErrNotFound with what was looked for, if nothing was found. A name that the database cannot hold is in
// it nowhere.
func (q queries) notFound(err error, what string, name any) error {
	if errors.Is(err, sql.ErrNoRows) || err != nil && q.dialect.badText(err) {
		return fmt.Errorf("%s: %w", named(what, name), ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", named(what, name), err)
	}
	return nil
}

// changedRows runs a statement and says how many rows it has changed. what is what it does, for errors.
func (tx *Tx) changedRows(ctx context.Context, what, query string, args ...any) (int, error) {
	r, err := tx.q.ExecContext(ctx, query, args...)
	var n int64
	if err == nil {
		n, err = r.RowsAffected()
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return int(n), nil
}

// changed makes of the result of an update of one row ErrNotFound, if there was no such row.
func (tx *Tx) changed(r sql.Result, err error, what string, name any) error {
	var n int64
	if err == nil {
		n, err = r.RowsAffected()
	}
	if err == nil && n == 0 || err != nil && !plainText([]any{name}) {
		return fmt.Errorf("%s: %w", named(what, name), ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("change %s: %w", named(what, name), err)
	}
	return nil
}

// named is what an error speaks of. Secrets have no name.
func named(what string, name any) string {
	if s := fmt.Sprint(name); s != "" {
		return fmt.Sprintf("%s %.80q", what, s)
	}
	return what
}
