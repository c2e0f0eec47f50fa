package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/quell-project/quell/internal/domain"
)

// Outcome says how far a container was checked. A Complete one may have a reason too: what was rightly passed over.
type Outcome struct {
	Status    domain.CheckStatus
	Reason    string // a sentence or two for people; empty if there is nothing to say
	Temporary bool   // trying again later may give another outcome
}

// Error says why a member, or what is left of a container, could not be read.
type Error struct {
	Outcome
	Err error // what the library said, for the log; may be nil

	end      bool // nothing more can be read of the container
	tooLarge bool // the file is, and what lies behind it may be read
}

// Error returns the reason, and what the library said.
func (e *Error) Error() string {
	s := "archive: " + string(e.Status) + ": " + e.Reason
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

// Unwrap returns what the library said.
func (e *Error) Unwrap() error { return e.Err }

func outcome(status domain.CheckStatus, format string, args ...any) Outcome {
	return Outcome{Status: status, Reason: fmt.Sprintf(format, args...)}
}

func unsupported(format string, args ...any) *Error {
	return &Error{Outcome: outcome(domain.Unsupported, format, args...)}
}

func damaged(err error) *Error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return &Error{Outcome: outcome(domain.Failed, "It is cut off: its end is missing."), Err: err}
	}
	return &Error{Outcome: outcome(domain.Failed, "It is damaged and cannot be unpacked."), Err: err}
}

func tooLarge(limit int64) *Error {
	e := unsupported("Unpacked it is larger than %s bytes, the limit for one file.", grouped(limit))
	e.tooLarge = true
	return e
}

func outOfProportion(ratio int64) *Error {
	return unsupported("It unpacks to more than %s times its size.", grouped(ratio))
}

// The following end a walk.

func tooManyFiles() *Error {
	return &Error{Outcome: outcome(domain.Partial, "There are more files in it than one upload may hold."), end: true}
}

func spent() *Error {
	return &Error{Outcome: outcome(domain.Partial, "There is more in it than one upload may unpack."), end: true}
}

func allOutOfProportion(ratio int64) *Error {
	return &Error{Outcome: outcome(domain.Partial, "With all that lies in it, the upload unpacks to more than %s times its size.", grouped(ratio)), end: true}
}

func noRoom() *Error {
	e := &Error{Outcome: outcome(domain.Failed, "There was no room in memory to unpack it."), end: true}
	e.Temporary = true
	return e
}

func stopped(ctx context.Context) *Error {
	e := &Error{Outcome: outcome(domain.Failed, "There was no time to unpack it."), Err: context.Cause(ctx), end: true}
	e.Temporary = true
	return e
}

// grouped writes n, which is not negative, with a comma before every three digits.
func grouped[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
