package store

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"
)

// errText is what writing a text ends with that PostgreSQL cannot hold. SQLite could, but what is kept must not depend on the engine.
var errText = errors.New("a text is not valid UTF-8 or has a NUL character in it")

// textGuard refuses such texts in every statement that writes. Single rows are only read, or written with values of our own.
type textGuard struct{ querier }

// ExecContext implements querier.
func (g textGuard) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if !plainText(args) {
		return nil, errText
	}
	return g.querier.ExecContext(ctx, query, args...)
}

// QueryContext implements querier.
func (g textGuard) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if !plainText(args) {
		return nil, errText
	}
	return g.querier.QueryContext(ctx, query, args...)
}

func plainText(args []any) bool {
	for _, a := range args {
		v := reflect.ValueOf(a)
		if v.Kind() == reflect.String && (!utf8.ValidString(v.String()) || strings.IndexByte(v.String(), 0) >= 0) {
			return false
		}
	}
	return true
}
