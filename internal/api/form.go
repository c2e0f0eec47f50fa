package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

// intake says which bodies an operation reads.
type intake struct {
	json int64  // bytes of a JSON document
	part string // name of the JSON part of a multipart form; empty: no forms
}

// form is a body: JSON, or a multipart form of one JSON part and files.
type form struct {
	document []byte   // JSON; nil if there was none
	files    [][]byte // in their order; an empty file is empty, not nil
}

// receive registers an operation with a body. Memory for the body is reserved until the answer is written.
func receive[O any](s *server, op huma.Operation, in intake, handle func(*http.Request, form) (O, error)) {
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
	}
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusServiceUnavailable)
	describe[O](s, op)
	s.routes.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		f, release, err := s.read(w, r, in)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		defer release()
		answer, err := handle(r, f)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		writeJSON(w, op.DefaultStatus, answer)
	})
}

// read reads a body into memory that release gives back.
func (s *server) read(w http.ResponseWriter, r *http.Request, in intake) (f form, release func(), err error) {
	boundary, most, err := s.kindOfBody(r, in)
	if err != nil {
		return f, nil, err
	}
	if release, err = s.Bodies.Admit(w, r, most); err != nil {
		return f, nil, s.bodyError(err, "the request")
	}
	connection := http.NewResponseController(w) // where there is none, nothing is slow
	if end, ok := r.Context().Deadline(); ok {
		_ = connection.SetReadDeadline(end)
	}
	if boundary != "" {
		f, err = s.readForm(r.Body, boundary, in)
	} else {
		f.document, err = s.readAll(r.Body, in.json, "the JSON document")
	}
	if err != nil {
		release()
		return f, nil, err
	}
	_ = connection.SetReadDeadline(time.Time{}) // else its end would look as if the client had gone
	return f, release, nil
}

// kindOfBody returns the boundary of a body that is a form, or nothing for JSON, and how long the body may be.
func (s *server) kindOfBody(r *http.Request, in intake) (boundary string, most int64, err error) {
	if c := r.Header.Get("Content-Encoding"); c != "" && !strings.EqualFold(c, "identity") {
		return "", 0, problem(http.StatusUnsupportedMediaType, fmt.Sprintf("Content-Encoding %q is not understood: send the body as it is.", domain.Clip(c, mostTold)))
	}
	declared := r.Header.Get("Content-Type")
	kind, params, err := mime.ParseMediaType(declared)
	switch {
	case err == nil && kind == "application/json":
		return "", in.json, nil
	case err == nil && kind == "multipart/form-data" && in.part != "":
		if params["boundary"] == "" {
			return "", 0, problem(http.StatusBadRequest, "The form cannot be read: its Content-Type names no boundary.")
		}
		return params["boundary"], s.Limits.PartBytes*int64(s.Limits.Parts) + maxJSON, nil
	}
	wanted := "application/json"
	if in.part != "" {
		wanted += " or multipart/form-data"
	}
	return "", 0, problem(http.StatusUnsupportedMediaType, fmt.Sprintf("Content-Type %q is not understood: send %s.", domain.Clip(declared, mostTold), wanted))
}

// readForm reads a form to its end.
func (s *server) readForm(body io.Reader, boundary string, in intake) (form, error) {
	var f form
	end := &endFinder{Reader: body, end: []byte("--" + boundary + "--")}
	parts := multipart.NewReader(end, boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF && end.found {
			return f, nil
		}
		if err != nil {
			return f, s.bodyError(err, "the form")
		}
		if err := s.readPart(&f, part, in); err != nil {
			return f, err
		}
	}
}

// endFinder finds the boundary that ends a form. The reader of forms does not tell a form that has ended from one that is cut short in the
// head of a part, and a form that is cut short must not pass for an upload with fewer files.
type endFinder struct {
	io.Reader
	end   []byte
	last  []byte // of what was read: as much as may be the beginning of the end
	found bool
}

// Read reads on and looks for the end.
func (e *endFinder) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if !e.found {
		e.last = append(e.last, p[:n]...)
		e.found = bytes.Contains(e.last, e.end)
		e.last = append(e.last[:0], e.last[max(0, len(e.last)-len(e.end)):]...)
	}
	return n, err
}

// readPart adds one part to a form.
func (s *server) readPart(f *form, part *multipart.Part, in intake) (err error) {
	name := part.FormName()
	at := "body." + domain.Clip(name, mostTold)
	if coding := part.Header.Get("Content-Transfer-Encoding"); !sentAsIs(coding) {
		return unprocessable(at, fmt.Sprintf("Content-Transfer-Encoding %q is not understood: send the bytes as they are", domain.Clip(coding, mostTold)))
	}
	switch name {
	case in.part:
		if f.document != nil {
			return unprocessable(at, "is there twice")
		}
		f.document, err = s.readAll(part, in.json, "the part "+in.part)
		return err
	case "file":
		if len(f.files) == s.Limits.Parts {
			return unprocessable(at, fmt.Sprintf("more than %d files", s.Limits.Parts))
		}
		b, err := s.readAll(part, s.Limits.PartBytes, fmt.Sprintf("file %d", len(f.files)+1))
		f.files = append(f.files, b)
		return err
	case "":
		return unprocessable("body", "a part of the form has no name")
	}
	return unprocessable(at, fmt.Sprintf("is not expected: a form has one part %q and parts \"file\"", in.part))
}

// sentAsIs reports whether a transfer encoding leaves the bytes as they are (RFC 2045).
func sentAsIs(coding string) bool {
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "", "7bit", "8bit", "binary":
		return true
	}
	return false
}

// readAll reads at most limit bytes; more is a 413. What was read is never nil.
func (s *server) readAll(r io.Reader, limit int64, what string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, s.bodyError(err, what)
	case int64(len(b)) > limit:
		return nil, tooLarge(what, limit)
	}
	return b, nil
}

// bodyError says why a body could not be read.
func (s *server) bodyError(err error, what string) error {
	if p, ok := errors.AsType[*huma.ErrorModel](err); ok {
		return p
	}
	if limit, is := s.Faults.TooLarge(err); is {
		return tooLarge("the request", limit)
	}
	if s.Faults.Full(err) {
		return problem(http.StatusServiceUnavailable, "Too many uploads at the same time. Nothing was recorded; send it again in a few seconds.")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return problem(http.StatusRequestTimeout, "The request took too long to arrive.")
	}
	return problem(http.StatusBadRequest, upperFirst(what)+" cannot be read: it is cut short or not well formed.")
}

func tooLarge(what string, limit int64) *huma.ErrorModel {
	return problem(http.StatusRequestEntityTooLarge, fmt.Sprintf("%s is larger than %d bytes.", upperFirst(what), limit))
}
