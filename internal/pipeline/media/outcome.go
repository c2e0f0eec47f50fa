package media

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Status says how far a file could be checked.
type Status string

const (
	Complete    Status = "complete"    // every frame and page was visited, or equals one that was
	Partial     Status = "partial"     // some frames or pages were not
	Failed      Status = "failed"      // nothing was visited: the file is broken, or there was no time or no room
	Unsupported Status = "unsupported" // nothing was visited: the file is of a kind or a size that is not read
)

// Error says why a file could not be checked completely.
type Error struct {
	Status Status // Partial, Failed or Unsupported
	Reason string // a sentence or two for people, without internals
	Err    error  // what the decoder said, for the log; may be nil
}

func (e *Error) Error() string {
	s := "media: " + string(e.Status) + ": " + e.Reason
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

func empty() *Error {
	return &Error{Status: Failed, Reason: "The file is empty."}
}

func cutOff(err error) *Error {
	return &Error{Status: Failed, Reason: "The file is cut off: its end is missing.", Err: err}
}

func damaged(err error) *Error {
	return &Error{Status: Failed, Reason: "The file is damaged and cannot be read.", Err: err}
}

func timedOut(limit time.Duration) *Error {
	return &Error{
		Status: Failed,
		Reason: fmt.Sprintf("Reading the file took longer than %v.", limit),
		Err:    context.DeadlineExceeded,
	}
}

func stopped(err error) *Error {
	return &Error{Status: Failed, Reason: "The check was stopped before it was finished.", Err: err}
}

func noCapacity(err error) *Error {
	return &Error{Status: Failed, Reason: "There was no capacity to read the file in time.", Err: err}
}

func notAPicture(mediaType string) *Error {
	reason := "The file is not a picture of a known type."
	if mediaType != unknownType && !strings.HasPrefix(mediaType, "image/") {
		reason = "The file is not a picture but " + mediaType + "."
	}
	return &Error{Status: Unsupported, Reason: reason}
}

func notReadable(format string) *Error {
	return &Error{Status: Unsupported, Reason: format + " pictures cannot be read."}
}

func notInThisBuild(format string) *Error {
	return &Error{Status: Unsupported, Reason: format + " pictures cannot be read: this build is without their decoder."}
}

func outOfReach(frames int) *Error {
	return &Error{Status: Unsupported, Reason: fmt.Sprintf("Those that follow build upon more than %s others.", grouped(int64(frames)))}
}

func unknownVariant(format string, err error) *Error {
	return &Error{Status: Unsupported, Reason: "This variant of " + format + " cannot be read.", Err: err}
}

func tooManyPixels(pixels, limit int64) *Error {
	return &Error{Status: Unsupported, Reason: fmt.Sprintf("The picture has %s pixels, limit %s.", grouped(pixels), grouped(limit))}
}

func outOfProportion(pixels int64, size int) *Error {
	return &Error{Status: Unsupported, Reason: fmt.Sprintf("The picture has %s pixels in %s bytes, which is out of proportion.",
		grouped(pixels), grouped(int64(size)))}
}

func tooMuchMemory(need, limit int64) *Error {
	const mega = 1 << 20
	return &Error{Status: Unsupported, Reason: fmt.Sprintf("Reading the picture takes %s MB of memory, limit %s MB.",
		grouped((need+mega-1)/mega), grouped(limit/mega))}
}

// fewerRows says that of a picture the first rows were decoded; open, that the file ends behind them.
func fewerRows(rows, height int, open bool, err error) *Error {
	var reason string
	switch of, first := grouped(int64(height)), grouped(int64(rows)); {
	case rows == height:
		reason = "The file is damaged, but all of its rows can be read, and were checked."
	case open:
		reason = fmt.Sprintf("The file is cut off: of its %s rows the first %s are there, and were checked.", of, first)
	default:
		reason = fmt.Sprintf("The file is damaged: of its %s rows the first %s can be read, and were checked.", of, first)
	}
	return &Error{Status: Partial, Reason: reason, Err: err}
}

// enough reports whether so many rows of a picture are worth a fingerprint: below a half, it tells nothing of the whole.
func enough(rows, height int) bool { return 2*rows >= height }

func lessDetail() *Error {
	return &Error{Status: Partial, Reason: "The file is cut off: the picture was checked without the detail that is missing."}
}

// What the pictures of a file are called.
const (
	paged    = "page"
	animated = "frame"
)

// partial says that of total frames or pages the first read ones were read, and checked of those visited. stop is why no
// more were read, nil if a limit was reached.
func partial(noun string, read, checked, total int, stop error) *Error {
	var reason string
	switch {
	case checked == 1 && read == 1:
		reason = fmt.Sprintf("Only the first of %s %ss was checked.", grouped(int64(total)), noun)
	case checked == read:
		reason = fmt.Sprintf("The first %s of %s %ss were checked.", grouped(int64(read)), grouped(int64(total)), noun)
	default:
		reason = fmt.Sprintf("%s of %s %ss were checked, %s.", grouped(int64(checked)), grouped(int64(total)), noun, spread(noun, read, total))
	}
	if e, ok := errors.AsType[*Error](stop); ok {
		reason += " " + e.Reason
	}
	return &Error{Status: Partial, Reason: reason, Err: stop}
}

// spread says how those that were checked lie among the first read ones.
func spread(noun string, read, total int) string {
	s := "evenly spaced"
	if read < total {
		s += " among the first " + grouped(int64(read))
	}
	if noun == animated {
		s += " and where the scene changes"
	}
	return s
}

// grouped writes n, which is not negative, with a comma before every three digits.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
