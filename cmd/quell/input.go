package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3" // the usual progress bar; nothing is drawn where no terminal is

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// openInput opens a file, or the standard input for "-".
func openInput(name string) (*os.File, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	return os.Open(name)
}

func baseName(path string) string { return filepath.Base(path) }

// progress is a reader that shows on a terminal how far it has come.
type progress struct {
	io.Reader
	bar *progressbar.ProgressBar // nil: not on a terminal
}

func progressOver(terminal io.Writer, f *os.File, what string) *progress {
	if !onTerminal(terminal) {
		return &progress{Reader: f}
	}
	size := int64(-1)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	bar := progressbar.NewOptions64(size, progressbar.OptionSetWriter(terminal), progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(true),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(30))
	r := progressbar.NewReader(f, bar)
	return &progress{Reader: &r, bar: bar}
}

// clear removes the bar for a line of text; it comes back with the next progress.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// applying is the store as bank.Import writes to it.
type applying struct{ store *store.Store }

// ApplyRecords implements bank.Store.
func (a applying) ApplyRecords(ctx context.Context, b domain.BankID, records []domain.ListRecord) (outcome domain.ListOutcome, err error) {
	err = a.store.Tx(ctx, func(tx *store.Tx) error {
		outcome, err = tx.ApplyRecords(ctx, b, records)
		return err
	})
	return outcome, err
}
