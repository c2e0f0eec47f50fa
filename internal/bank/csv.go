package bank

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
)

// csvDecoder reads the lines of a CSV list (RFC 4180, but a record never spans lines).
type csvDecoder struct {
	columns []field
	// csv is given one line at a time through line. So a quote that is never closed spoils its own line and not the rest of the list.
	line *bytes.Reader
	csv  *csv.Reader
}

// newCSVDecoder takes the header: the names of the columns, in any order and case.
func newCSVDecoder(header []byte) (*csvDecoder, error) {
	if !utf8.Valid(header) {
		return nil, errNotUTF8
	}
	if bytes.HasPrefix(header, []byte("[")) {
		return nil, errors.New("a JSON array is not a list: write one object a line")
	}
	d := &csvDecoder{line: bytes.NewReader(nil)}
	d.csv = csv.NewReader(d.line)
	d.csv.FieldsPerRecord = -1 // counted in decode, with a better message
	d.csv.ReuseRecord = true
	names, err := d.split(header)
	if err != nil {
		return nil, fmt.Errorf("the names of the columns: %w", err)
	}
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		i := fieldIndex(name)
		if i < 0 {
			return nil, fmt.Errorf("unknown column %q: the columns are %s, with commas between them", domain.Clip(name, mostTold), strings.Join(fieldNames(), ", "))
		}
		if d.has(name) {
			return nil, fmt.Errorf("column %q is named twice", name)
		}
		d.columns = append(d.columns, fields[i])
	}
	for _, name := range []string{"type", "value"} {
		if !d.has(name) {
			return nil, fmt.Errorf("column %q is missing", name)
		}
	}
	return d, nil
}

func (d *csvDecoder) has(name string) bool {
	return slices.ContainsFunc(d.columns, func(f field) bool { return f.name == name })
}

func (d *csvDecoder) decode(line []byte) (domain.ListRecord, error) {
	rec := domain.ListRecord{Provenance: domain.Provenance{Confidence: 1}}
	cells, err := d.split(line)
	if err != nil {
		return rec, err
	}
	if len(cells) != len(d.columns) {
		return rec, fmt.Errorf("%d fields, but there are %d columns", len(cells), len(d.columns))
	}
	for i, f := range d.columns {
		cell := strings.TrimSpace(cells[i])
		if cell == "" {
			continue
		}
		if err := f.set(&rec, cell); err != nil {
			return rec, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return rec, nil
}

// split cuts a line into its fields, which are valid until the next call.
func (d *csvDecoder) split(line []byte) ([]string, error) {
	d.line.Reset(line)
	cells, err := d.csv.Read()
	var wrong *csv.ParseError
	switch {
	case err == nil:
		return cells, nil
	case errors.As(err, &wrong) && errors.Is(err, csv.ErrBareQuote):
		return nil, fmt.Errorf("byte %d: a quote within a field: put the field in quotes and write the quote twice", wrong.Column)
	case errors.As(err, &wrong) && errors.Is(err, csv.ErrQuote):
		return nil, fmt.Errorf("byte %d: a quoted field does not end as it must, with a quote before a comma or the end of the line", wrong.Column)
	default:
		return nil, err
	}
}

// csvEncoder writes the lines of a CSV list.
type csvEncoder struct {
	csv    *csv.Writer
	header bool // is written
}

func newCSVEncoder(w io.Writer) *csvEncoder { return &csvEncoder{csv: csv.NewWriter(w)} }

func (e *csvEncoder) encode(rec domain.ListRecord) error {
	if err := e.writeHeader(); err != nil {
		return err
	}
	cells := make([]string, len(fields))
	for i, f := range fields {
		cells[i] = f.get(&rec)
	}
	return e.csv.Write(cells)
}

func (e *csvEncoder) writeHeader() error {
	if e.header {
		return nil
	}
	e.header = true
	return e.csv.Write(fieldNames())
}

// flush ends the list: even an empty one has its header.
func (e *csvEncoder) flush() error {
	if err := e.writeHeader(); err != nil {
		return err
	}
	e.csv.Flush()
	return e.csv.Error()
}
