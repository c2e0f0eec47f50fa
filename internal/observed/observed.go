package observed

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// mostTold is how many bytes of a path the log repeats.
const mostTold = 200

// Request is one request as it is served.
type Request struct {
	// Work answers it.
	Work func(w http.ResponseWriter)
	// Broken answers in its place after a panic, if nothing was answered yet.
	Broken func(w http.ResponseWriter)
	// Ended is told the status, 0 if nothing was answered, and how long it took.
	Ended func(status int, took time.Duration)
	Log   *slog.Logger
}

// Serve serves a request, and keeps browsers from taking the answer for something else.
func (o Request) Serve(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	seen := &statusWriter{ResponseWriter: w}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	defer func() {
		p := recover()
		if p != nil && p != http.ErrAbortHandler {
			o.Log.Error("a request ended in a panic", "path", domain.Clip(r.URL.Path, mostTold), "panic", p, "stack", string(debug.Stack()))
			if seen.status == 0 {
				o.Broken(seen)
				p = nil
			}
		}
		o.Ended(seen.status, time.Since(started))
		if p != nil {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
	}()
	o.Work(seen)
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int // 0: nothing was answered yet
}

// WriteHeader notes the status and sends it, once.
func (w *statusWriter) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
		w.ResponseWriter.WriteHeader(code)
	}
}

// Write notes the implied status.
func (w *statusWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController the writer below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
