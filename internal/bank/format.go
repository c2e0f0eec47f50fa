package bank

import (
	"path"
	"strings"
)

// Format is a way of writing a list down.
type Format string

// The formats. Guess is for reading only.
const (
	Guess Format = ""      // by the first line that says anything: JSON Lines if it begins with a brace, else CSV
	CSV   Format = "csv"   // a header line that names the columns, then one record a line
	JSONL Format = "jsonl" // one JSON object a line
)

// FormatOf tells the format of a list from the name of its file, or Guess if the name does not tell.
func FormatOf(name string) Format {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		return CSV
	case ".jsonl", ".ndjson":
		return JSONL
	}
	return Guess
}
