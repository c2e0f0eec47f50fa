package api

import (
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/semaphore"
)

// reserveStep is how much memory is reserved at a time, in bytes, for a body whose length is not known.
const reserveStep = 1 << 20

// admit bounds the body of a request to most bytes, and the memory that all bodies may take. The returned function gives the memory
// back; it must be called when the body is not needed any more.
func (s *server) admit(w http.ResponseWriter, r *http.Request, most int64) (release func(), err error) {
	most = min(most, s.Limits.Memory)
	if r.ContentLength > most {
		return nil, tooLarge("the request", most)
	}
	b := &meteredBody{ReadCloser: http.MaxBytesReader(w, r.Body, most), memory: s.memory, held: r.ContentLength, most: most}
	if b.held < 0 {
		b.held = min(reserveStep, most)
	}
	if err := s.memory.Acquire(r.Context(), b.held); err != nil {
		return nil, noMemory()
	}
	r.Body = b
	return func() { s.memory.Release(b.held) }, nil
}

// meteredBody is a body for which memory is reserved before it is handed on. One that turns out to be longer than what it holds does not wait for
// more: two that wait while they hold memory could wait for each other.
type meteredBody struct {
	io.ReadCloser
	memory           *semaphore.Weighted
	read, held, most int64
}

// Read reads on if there is memory for it.
func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	for b.read > b.held {
		step := min(reserveStep, b.most-b.held)
		if !b.memory.TryAcquire(step) {
			return 0, noMemory()
		}
		b.held += step
	}
	return n, err
}

func noMemory() *huma.ErrorModel {
	return problem(http.StatusServiceUnavailable, "Too many uploads at the same time. Nothing was recorded; send it again in a few seconds.")
}

func tooLarge(what string, limit int64) *huma.ErrorModel {
	return problem(http.StatusRequestEntityTooLarge, fmt.Sprintf("%s is larger than %d bytes.", upperFirst(what), limit))
}
