package migrations

import "embed"

// Files are the steps, in the form that goose reads.
//
//go:embed *.sql
var Files embed.FS
