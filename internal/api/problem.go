package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// problem makes an RFC 9457 problem document.
func problem(status int, detail string, faults ...*huma.ErrorDetail) *huma.ErrorModel {
	return &huma.ErrorModel{Type: "about:blank", Status: status, Title: http.StatusText(status), Detail: detail, Errors: faults}
}

func internalProblem() *huma.ErrorModel {
	return problem(http.StatusInternalServerError, "Something went wrong inside of Quell; it is in the log.")
}

func nothingAt(path string) *huma.ErrorModel {
	return problem(http.StatusNotFound, "There is nothing at "+domain.Clip(path, mostTold)+". See /api/docs.")
}

const notAcceptable = "The request is not acceptable."

// unprocessable names the place of a fault in a request and says what is wrong there.
func unprocessable(location, message string) *huma.ErrorModel {
	return problem(http.StatusUnprocessableEntity, notAcceptable, &huma.ErrorDetail{Location: location, Message: message})
}

// maxFaults is how many faults of one request are told; whoever wrote the request looks at the first ones.
const maxFaults = 20

// unprocessables tells the faults that a validator found, in a stable order and without repeating what was sent.
func unprocessables(found []*huma.ErrorDetail) *huma.ErrorModel {
	p := problem(http.StatusUnprocessableEntity, notAcceptable)
	for _, f := range found {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: domain.Clip(f.Location, mostTold), Message: f.Message})
	}
	slices.SortStableFunc(p.Errors, func(a, b *huma.ErrorDetail) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Message, b.Message))
	})
	if n := len(p.Errors); n > maxFaults {
		p.Errors = p.Errors[:maxFaults]
		p.Detail = fmt.Sprintf("%s It has %d faults; these are %d of them.", notAcceptable, n, maxFaults)
	}
	return p
}

// plainProblem gives problems that huma makes itself, of parameters that do not fit, the form of all others.
func plainProblem(_ huma.Context, _ string, v any) (any, error) {
	if p, ok := v.(*huma.ErrorModel); ok && p.Type == "" {
		if p.Status == http.StatusUnprocessableEntity {
			return unprocessables(p.Errors), nil
		}
		return problem(p.Status, p.Detail, p.Errors...), nil
	}
	return v, nil
}

// faultAt turns an ingest.Fault of what stands at a place in the request into a problem; other errors stay what they are.
func faultAt(at string, err error) error {
	if fault, ok := errors.AsType[ingest.Fault](err); ok {
		return unprocessable(at+"."+fault.Field, fault.Reason)
	}
	return err
}

// problemOf turns an error of the rooms behind into what the client may know of it. where is for the log.
func (s *server) problemOf(where string, err error) *huma.ErrorModel {
	if p, ok := errors.AsType[*huma.ErrorModel](faultAt("body", err)); ok {
		return p
	}
	if faults, ok := errors.AsType[domain.PolicyFaults](err); ok {
		return faultyPolicy(faults)
	}
	if found, ok := errors.AsType[policy.Diagnostics](err); ok {
		return unreadPolicy(found)
	}
	switch {
	case s.Faults.Malformed(err):
		return problem(http.StatusUnprocessableEntity, sentence(err.Error()))
	case s.Faults.NotFound(err):
		return problem(http.StatusNotFound, sentence(err.Error()))
	case s.Faults.Conflict(err):
		return problem(http.StatusConflict, sentence(err.Error()))
	case s.Faults.Busy(err):
		if !errors.Is(err, context.Canceled) { // the client has gone
			s.Log.Warn("a request could not be served", "path", where, "error", err)
		}
		return problem(http.StatusServiceUnavailable, "Quell cannot answer this at the moment. Send it again in a few seconds.")
	}
	s.Log.Error("a request failed", "path", where, "error", err)
	return internalProblem()
}

// policyFault is where in a policy something is wrong, and how to mend it.
type policyFault struct {
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

// faultyPolicy tells what is wrong with the text of a policy.
func faultyPolicy(faults domain.PolicyFaults) *huma.ErrorModel {
	p := problem(http.StatusUnprocessableEntity, "The policy cannot be taken.")
	for _, f := range faults[:min(len(faults), maxFaults)] {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "body.text", Message: f.Message, Value: policyFault{f.Line, f.Column, f.Hint}})
	}
	if n := len(faults); n > maxFaults {
		p.Detail = fmt.Sprintf("%s It has %d faults; these are %d of them.", p.Detail, n, maxFaults)
	}
	return p
}

// unreadPolicy tells what is wrong with a text that is asked without being taken, piece by piece.
func unreadPolicy(found policy.Diagnostics) *huma.ErrorModel {
	p := problem(http.StatusUnprocessableEntity, "The policy cannot be read.")
	for _, d := range found {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: fmt.Sprintf("body.text:%d:%d", d.Line, d.Column), Message: domain.Clip(d.Message, mostTold)})
	}
	return p
}

// retryAfter is how many seconds a client should wait that was told to come again.
const retryAfter = "2"

// fail answers with the problem that an error is.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problemOf(domain.Clip(r.URL.Path, mostTold), err)
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	writeProblem(w, p)
}

// writeProblem answers with a problem document.
func writeProblem(w http.ResponseWriter, p *huma.ErrorModel) {
	write(w, p.Status, "application/problem+json", p)
}

// writeJSON answers with a value.
func writeJSON(w http.ResponseWriter, status int, v any) { write(w, status, "application/json", v) }

func write(w http.ResponseWriter, status int, mediaType string, v any) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Del("Content-Length") // of an answer that this one stands for
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // nobody reads the answer as HTML, and people read it
	_ = e.Encode(v)        // whoever does not take the answer has gone
}

// sentence makes a sentence of the text of an error.
func sentence(text string) string { return upperFirst(text) + "." }

func upperFirst(s string) string { return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):] }

// problemsOnly turns the plain-text errors of the standard mux (404, 405) into problem documents.
func problemsOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&problemWriter{ResponseWriter: w, request: r}, r)
	})
}

type problemWriter struct {
	http.ResponseWriter
	request  *http.Request
	replaced bool
}

// WriteHeader replaces an answer that the mux made itself.
func (w *problemWriter) WriteHeader(code int) {
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		w.ResponseWriter.WriteHeader(code)
		return
	}
	switch code {
	case http.StatusNotFound:
		w.replaced = true
		writeProblem(w.ResponseWriter, nothingAt(w.request.URL.Path))
	case http.StatusMethodNotAllowed:
		w.replaced = true
		writeProblem(w.ResponseWriter, problem(code, w.request.Method+" is not possible here; allowed: "+w.Header().Get("Allow")+"."))
	default:
		w.ResponseWriter.WriteHeader(code)
	}
}

// Write drops the body of an answer that was replaced.
func (w *problemWriter) Write(b []byte) (int, error) {
	if w.replaced {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController the writer below.
func (w *problemWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// mostTold is how many bytes of a text from outside a message repeats.
const mostTold = 200
