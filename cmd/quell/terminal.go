package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3" // the usual progress bar; nothing is drawn where no terminal is
	"golang.org/x/term"
)

// onTerminal reports whether a stream is a terminal that a person looks at.
func onTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours are the codes for a terminal; on anything else they are empty, and so they are where NO_COLOR asks for it.
type colours struct{ red, amber, green, dim, bold, off string }

func coloursFor(w io.Writer) colours {
	if !onTerminal(w) || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return colours{}
	}
	return colours{red: "\x1b[31m", amber: "\x1b[33m", green: "\x1b[32m", dim: "\x1b[2m", bold: "\x1b[1m", off: "\x1b[0m"}
}

// verdict writes a verdict with its shape and colour.
func (c colours) verdict(v string) string {
	shape, colour := "○", c.green
	switch v {
	case "label":
		shape = "◔"
	case "limit":
		shape, colour = "◑", c.amber
	case "hold":
		shape, colour = "◕", c.amber
	case "block":
		shape, colour = "●", c.red
	}
	return fmt.Sprintf("%s%s %-5s%s", colour, shape, v, c.off)
}

// progress is a reader that shows on a terminal how far it has come.
type progress struct {
	io.Reader
	bar *progressbar.ProgressBar // nil: not on a terminal
}

func progressOver(terminal io.Writer, f *os.File, what string) *progress {
	if !onTerminal(terminal) || onTerminal(f) {
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

// progressOf shows how many of a number of things are done; tell it with set.
func progressOf(terminal io.Writer, total int, what string) *progress {
	if !onTerminal(terminal) {
		return &progress{}
	}
	return &progress{bar: progressbar.NewOptions(total, progressbar.OptionSetWriter(terminal), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(30))}
}

// set says how many are done, of how many.
func (p *progress) set(done, total int) {
	if p.bar != nil {
		p.bar.ChangeMax(total)
		_ = p.bar.Set(done)
	}
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
