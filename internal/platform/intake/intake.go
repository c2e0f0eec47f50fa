package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/sync/semaphore"
)

// errFull means that there is no room for a body at the moment.
var errFull = errors.New("too many bodies are held in memory at the same time")

// tooLarge means that a body is larger than it may be.
type tooLarge struct{ limit int64 }

// Error names the limit.
func (e *tooLarge) Error() string { return fmt.Sprintf("larger than %d bytes", e.limit) }

// IsFull reports whether there was no room for a body at the moment.
func IsFull(err error) bool { return errors.Is(err, errFull) }

// IsTooLarge reports whether a body is larger than it may be, and how large that is.
func IsTooLarge(err error) (limit int64, is bool) {
	if e, is := errors.AsType[*tooLarge](err); is {
		return e.limit, true
	}
	return 0, false
}

// step is how much room is reserved at a time, in bytes, for a body whose length is not known.
const step = 1 << 20

// Budget is the memory that bodies may take. It is safe for concurrent use.
type Budget struct {
	size int64
	free *semaphore.Weighted
}

// New makes a budget of so many bytes.
func New(size int64) *Budget { return &Budget{size, semaphore.NewWeighted(size)} }

// Admit bounds the body of a request to most bytes and reserves memory for it, waiting for room until the context of the request ends; then,
// and when a body of unknown length outgrows the room there is, the error IsFull. For a body that is too large it IsTooLarge, here or when it is
// read. The returned function gives the memory back; it must be called when the body is not needed any more.
func (b *Budget) Admit(w http.ResponseWriter, r *http.Request, most int64) (release func(), err error) {
	most = min(most, b.size)
	if r.ContentLength > most {
		return nil, &tooLarge{most}
	}
	metered := &body{ReadCloser: http.MaxBytesReader(w, r.Body, most), budget: b, held: r.ContentLength, most: most}
	if metered.held < 0 {
		metered.held = min(step, most)
	}
	if err := b.free.Acquire(r.Context(), metered.held); err != nil {
		return nil, errFull
	}
	r.Body = metered
	return func() { b.free.Release(metered.held) }, nil
}

// Take reserves memory until ctx ends, and reports whether there was room for it.
func (b *Budget) Take(ctx context.Context, bytes int64) bool {
	if ctx.Err() != nil || !b.free.TryAcquire(bytes) {
		return false
	}
	context.AfterFunc(ctx, func() { b.free.Release(bytes) })
	return true
}

// body is a body for which memory is reserved before it is handed on.
type body struct {
	io.ReadCloser
	budget           *Budget
	read, held, most int64
}

// Read reads on if there is memory for it.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	for b.read > b.held {
		more := min(step, b.most-b.held)
		if !b.budget.free.TryAcquire(more) {
			return 0, errFull
		}
		b.held += more
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = &tooLarge{e.Limit}
	}
	return n, err
}
