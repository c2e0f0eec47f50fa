package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// Member is a file in a container.
type Member struct {
	Name string // a short path of printable characters, safe to show; not always another one for each member
	Data []byte // valid until the visit ends
	Err  *Error // why there is no Data; nil if there is
}

// Container is a file that holds others, as far as its first bytes tell.
type Container struct {
	MediaType string
	Name      string // what people call its kind: "zip"
	Drawing   bool   // it shows something by itself, besides what it holds

	data []byte
	walk func(*walk) *Error // nil: it is known by sight and cannot be read
}

// Open tells by its bytes whether a file is a container; nil: it is none.
func Open(data []byte) *Container {
	for _, k := range kinds {
		if k.is(data) {
			return &Container{MediaType: k.mediaType, Name: k.name, Drawing: k.drawing, data: data, walk: k.walk}
		}
	}
	return nil
}

// Behind returns the zip or 7z that stands behind a file of another kind, which unpackers find: a picture may carry one unseen, and programs that
// unpack themselves do. nil: there is none.
func Behind(data []byte) *Container {
	if zipStandsBehind(data) {
		return &Container{MediaType: "application/zip", Name: "zip", data: data, walk: walkZip}
	}
	if at := sevenZipWithin(data); at >= 0 {
		return &Container{MediaType: sevenZipType, Name: "7z", data: data[at:], walk: walkSevenZip}
	}
	return nil
}

// zipStandsBehind looks from the end, as unpackers do.
func zipStandsBehind(data []byte) bool {
	tail := data[max(0, len(data)-zipEndSize-math.MaxUint16):]
	if bytes.LastIndex(tail, []byte(zipEnd)) < 0 {
		return false
	}
	from, to, _, e := zipDirectory(data)
	return e == nil && bytes.HasPrefix(data[from:to], []byte(zipFile))
}

type kind struct {
	name, mediaType string
	is              func(data []byte) bool
	walk            func(*walk) *Error
	drawing         bool
}

var kinds = []kind{
	{name: "zip", mediaType: "application/zip", is: begins("PK\x03\x04", "PK\x05\x06"), walk: walkZip},
	{name: "gzip", mediaType: "application/gzip", is: begins("\x1f\x8b\x08"), walk: walkGzip},
	{name: "bzip2", mediaType: "application/x-bzip2", is: isBzip2, walk: walkBzip2},
	{name: "Zstandard", mediaType: "application/zstd", is: isZstd, walk: walkZstd},
	{name: "tar", mediaType: "application/x-tar", is: isTar, walk: walkTar},
	{name: "SVG", mediaType: "image/svg+xml", is: isSVG, walk: walkSVG, drawing: true},
	{name: "7z", mediaType: sevenZipType, is: begins(sevenZipMagic), walk: walkSevenZip},
	{name: "RAR", mediaType: "application/vnd.rar", is: begins("Rar!\x1a\x07")},
	{name: "xz", mediaType: "application/x-xz", is: begins("\xfd7zXZ\x00")},
	{name: "LZ4", mediaType: "application/x-lz4", is: begins("\x04\x22\x4d\x18")},
	{name: "lzip", mediaType: "application/x-lzip", is: begins("LZIP\x01")},
	{name: "cabinet", mediaType: "application/vnd.ms-cab-compressed", is: begins("MSCF\x00\x00\x00\x00")},
	{name: "ar", mediaType: "application/x-archive", is: begins("!<arch>\n")},
	{name: "cpio", mediaType: "application/x-cpio", is: begins("070701", "070702", "070707")},
}

func begins(magics ...string) func([]byte) bool {
	return func(data []byte) bool {
		for _, m := range magics {
			if bytes.HasPrefix(data, []byte(m)) {
				return true
			}
		}
		return false
	}
}

// walk is one going through a container.
type walk struct {
	ctx    context.Context
	data   []byte
	budget *Budget
	buffer buffer
	visit  func(Member) error

	read, unread, passed int   // members handed over with and without their bytes; links, devices and the like
	failed               error // of visit, which ends the walk
	panicked             any   // what visit panicked with
}

// errVisit ends a walk because visit wants it.
var errVisit = &Error{end: true}

// Walk calls visit for every file in the container, in order, within a budget. The error is what visit returned, which ends the walk; all else
// is told by the outcome.
func (c *Container) Walk(ctx context.Context, b *Budget, visit func(Member) error) (Outcome, error) {
	if c.walk == nil {
		return outcome(domain.Unsupported, "Files of the kind %s cannot be opened.", c.Name), nil
	}
	ctx, cancel := context.WithCancel(ctx) // gives the memory back
	defer cancel()
	w := &walk{ctx: ctx, data: c.data, budget: b, visit: visit, buffer: buffer{ctx: ctx, budget: b}}
	end, err := guard(func() (*Error, error) { return c.walk(w), nil })
	switch {
	case w.panicked != nil:
		panic(w.panicked)
	case w.failed != nil:
		return Outcome{}, w.failed
	}
	if err != nil {
		end = damaged(err)
	}
	return w.outcome(end), nil
}

// outcome sums up a walk that came to an end; nil: to that of the container.
func (w *walk) outcome(end *Error) Outcome {
	var said []string
	o := Outcome{Status: domain.Complete}
	if end != nil {
		o = end.Outcome
		if w.read > 0 {
			o.Status = domain.Partial
			said = append(said, fmt.Sprintf("Only %s checked.", files(w.read, "was", "were")))
		}
		said = append(said, end.Reason)
	}
	if w.unread > 0 {
		if o.Status == domain.Complete {
			o.Status = domain.Partial
		}
		said = append(said, fmt.Sprintf("Of the files in it %s could not be unpacked.", grouped(w.unread)))
	}
	if w.passed > 0 {
		said = append(said, fmt.Sprintf("Links and devices in it lead nowhere and were passed over: %s.", grouped(w.passed)))
	}
	o.Reason = strings.Join(said, " ")
	return o
}

func files(n int, one, many string) string {
	if n == 1 {
		return "the first file in it " + one
	}
	return "the first " + grouped(n) + " files in it " + many
}

// take counts a member against the budget before it is read.
func (w *walk) take() *Error {
	if w.ctx.Err() != nil {
		return stopped(w.ctx)
	}
	if w.budget.Files <= 0 {
		return tooManyFiles()
	}
	w.budget.Files--
	return nil
}

// hand hands a member over that was read, or could not be. What it returns ends the walk.
func (w *walk) hand(name string, data []byte, e *Error) *Error {
	m := Member{Name: clean(name), Data: data, Err: e}
	if e == nil {
		w.read++
	} else {
		w.unread++
	}
	if err := w.visitSafely(m); err != nil {
		w.failed = err
		return errVisit
	}
	if e != nil && e.end {
		return e
	}
	return nil
}

// visitSafely keeps a panic of visit apart from those that guard turns into damage: Walk lets it go on.
func (w *walk) visitSafely(m Member) (err error) {
	defer func() {
		if r := recover(); r != nil {
			w.panicked = fmt.Sprintf("%v\n%s", r, debug.Stack())
			err = errVisit
		}
	}()
	return w.visit(m)
}

// asError makes an *Error of what reading returned; nil stays nil.
func asError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return damaged(err)
}
