package bank

import (
	"fmt"
	"io"

	"github.com/quell-project/quell/internal/domain"
)

// Writer writes a list that Reader reads back record for record. It is not safe for concurrent use.
type Writer struct{ encoder encoder }

type encoder interface {
	encode(rec domain.ListRecord) error
	flush() error
}

// NewWriter returns a Writer of a list in CSV or JSONL.
func NewWriter(dst io.Writer, format Format) (*Writer, error) {
	switch format {
	case CSV:
		return &Writer{newCSVEncoder(dst)}, nil
	case JSONL:
		return &Writer{newJSONEncoder(dst)}, nil
	}
	return nil, fmt.Errorf("list format %q cannot be written: use %s or %s", domain.Clip(string(format), mostTold), CSV, JSONL)
}

// Write writes a record in its canonical form. A record that Canonical refuses is an error and is not written.
func (w *Writer) Write(rec domain.ListRecord) error {
	canonical, err := Canonical(rec)
	if err != nil {
		return fmt.Errorf("entry %q: %w", domain.Clip(rec.Ref, mostTold), err)
	}
	if err := w.encoder.encode(canonical); err != nil {
		return fmt.Errorf("write a list: %w", err)
	}
	return nil
}

// Flush writes out what is buffered. Call it at the end: until then the list is not complete.
func (w *Writer) Flush() error {
	if err := w.encoder.flush(); err != nil {
		return fmt.Errorf("write a list: %w", err)
	}
	return nil
}
