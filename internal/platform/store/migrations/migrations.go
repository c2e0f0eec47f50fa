// Package migrations holds the schema of the store as numbered, forward-only steps.
//
// One text serves SQLite and PostgreSQL. A step that has landed is never edited: what it got wrong is mended by the next one.
package migrations

import "embed"

// Files are the steps, in the form that goose reads.
//
//go:embed *.sql
var Files embed.FS
