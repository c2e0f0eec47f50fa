package bank

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
)

// LineError reports a line that holds no usable record. Reading goes on behind it.
type LineError struct {
	Line   int // from 1, counting every line of the file
	Reason string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Reader reads the records of a list, one at a time, holding no more than one line. It is not safe for concurrent use.
type Reader struct {
	lines  lines
	format Format
	first  []byte                                       // a line that start has read ahead
	decode func(line []byte) (domain.ListRecord, error) // nil before start
	err    error                                        // the end, or what makes going on impossible
}

// NewReader returns a Reader of a list in a format; it reads nothing yet. The list is UTF-8 with or without a byte order mark, its lines end
// in LF or CRLF; blank lines and lines that begin with '#' say nothing.
func NewReader(src io.Reader, format Format) *Reader {
	return &Reader{lines: newLines(src), format: format}
}

// Line returns the number of the last line that was read.
func (r *Reader) Line() int { return r.lines.n }

// Read returns the next record in its canonical form. A record that does not say its confidence has 1; a source and a time of addition that
// are not said are left empty.
//
// A *LineError reports one line that is not usable: call Read again for what follows. Any other error is for good: io.EOF at the end of the
// list, else a list that cannot be read at all (such as one with an unknown column) or a failure of the source.
func (r *Reader) Read() (domain.ListRecord, error) {
	if r.decode == nil && r.err == nil {
		r.err = r.start()
	}
	if r.err != nil {
		return domain.ListRecord{}, r.err
	}
	line, err := r.next()
	if err != nil && !errors.Is(err, errLongLine) {
		r.err = err
		return domain.ListRecord{}, err
	}
	var rec domain.ListRecord
	if err == nil {
		rec, err = r.record(line)
	}
	if err != nil {
		return domain.ListRecord{}, &LineError{Line: r.lines.n, Reason: err.Error()}
	}
	return rec, nil
}

func (r *Reader) record(line []byte) (domain.ListRecord, error) {
	if !utf8.Valid(line) {
		return domain.ListRecord{}, errNotUTF8
	}
	rec, err := r.decode(line)
	if err != nil {
		return rec, err
	}
	return Canonical(rec)
}

var errNotUTF8 = errors.New("not valid UTF-8: save the list in that encoding")

// start finds out the format and, for CSV, the columns.
func (r *Reader) start() error {
	if r.format == JSONL {
		r.decode = decodeJSON
		return nil
	}
	if r.format != CSV && r.format != Guess {
		return fmt.Errorf("list format %q is not known: use %s or %s", domain.Clip(string(r.format), mostTold), CSV, JSONL)
	}
	line, err := r.next()
	switch {
	case err == io.EOF:
		return errors.New("the list is empty: a CSV list begins with a line that names its columns")
	case errors.Is(err, errLongLine):
		return fmt.Errorf("line %d: %w", r.lines.n, err)
	case err != nil:
		return err
	case r.format == Guess && bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")):
		r.first, r.decode = line, decodeJSON
		return nil
	}
	d, err := newCSVDecoder(line)
	if err != nil {
		return fmt.Errorf("line %d: %w", r.lines.n, err)
	}
	r.decode = d.decode
	return nil
}

// next returns the next line that says something.
func (r *Reader) next() ([]byte, error) {
	if line := r.first; line != nil {
		r.first = nil
		return line, nil
	}
	for {
		line, err := r.lines.next()
		if err != nil || len(bytes.TrimSpace(line)) > 0 && line[0] != '#' {
			return line, err
		}
	}
}
