package hma

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/quell-project/quell/internal/domain"
)

// outage is an error of where banks and exchanges are kept: nothing can be said of what is there.
type outage struct{ cause error }

// Error returns the cause.
func (e outage) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e outage) Unwrap() error { return e.cause }

// outageOf marks an error as an outage; nil stays nil.
func outageOf(err error) error {
	if err == nil {
		return nil
	}
	return outage{err}
}

// failure is an answer that says what is wrong in the words of HMA: {"message": …}.
type failure struct {
	status  int
	message string
}

// Error returns the message.
func (e *failure) Error() string { return e.message }

// refuse is an error that is answered with a status and a message.
func refuse(status int, format string, args ...any) error {
	return &failure{status, fmt.Sprintf(format, args...)}
}

// badRequest is refuse with status 400.
func badRequest(format string, args ...any) error {
	return refuse(http.StatusBadRequest, format, args...)
}

// The texts of Flask and Werkzeug for what goes wrong before or beside a handler.
const (
	textUnread   = "The browser (or proxy) sent a request that this server could not understand."
	textNotJSON  = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'."
	textTooLarge = "The data value transmitted exceeds the capacity limit."
	textInternal = "The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application."
	textBusy     = "Quell cannot answer this at the moment. Send it again in a few seconds."
)

// What a document is not. A model takes both for the document null.
var (
	errNotJSON   = refuse(http.StatusUnsupportedMediaType, textNotJSON)
	errMalformed = refuse(http.StatusBadRequest, textUnread)
)

// retryAfter is how many seconds a client should wait that was told to come again.
const retryAfter = "2"

// send answers with the message.
func (e *failure) send(w http.ResponseWriter, r *http.Request) {
	a := sendJSON(e.status, object{"message": e.message})
	switch e.status {
	case http.StatusServiceUnavailable:
		a.header = http.Header{"Retry-After": {retryAfter}}
	case http.StatusUnauthorized: // the parts of a URL come as Basic, and clients want that way to be named first
		a.header = http.Header{"Www-Authenticate": {`Basic realm="quell"`, `Bearer realm="quell"`}}
	}
	a.send(w, r)
}

func internal() *failure { return &failure{http.StatusInternalServerError, textInternal} }
func busy() error        { return &failure{http.StatusServiceUnavailable, textBusy} }

// fail answers with what the client may know of an error.
func (f *face) fail(w http.ResponseWriter, r *http.Request, err error) {
	f.answerTo(r, err).send(w, r)
}

// answerTo says how an error is answered. That nothing has a name is 404 only where a handler says so in its own words: clients take a 404 for the
// end of a bank and forget it for good.
func (f *face) answerTo(r *http.Request, err error) answerer {
	if e, ok := errors.AsType[*failure](err); ok {
		return e
	}
	if e, ok := errors.AsType[invalid](err); ok {
		return e
	}
	where := domain.Clip(r.URL.Path, mostTold)
	switch {
	case f.Faults.TooLarge(err):
		return &failure{http.StatusRequestEntityTooLarge, textTooLarge}
	case errors.Is(err, context.Canceled): // the client has gone
		return &failure{http.StatusServiceUnavailable, textBusy}
	case errors.Is(err, context.DeadlineExceeded), f.Faults.Busy(err):
		f.Log.Warn("a request could not be served", "path", where, "error", err)
		return &failure{http.StatusServiceUnavailable, textBusy}
	}
	if _, ok := errors.AsType[outage](err); ok {
		f.Log.Error("a request could not be served", "path", where, "error", err)
		return &failure{http.StatusServiceUnavailable, textBusy}
	}
	f.Log.Error("a request failed", "path", where, "error", err)
	return internal()
}

// invalid lists what does not fit a model, in the form of pydantic 2.13: status 422.
type invalid []misfit

// misfit is one thing that does not fit. The names come in the order in which pydantic writes them.
type misfit struct {
	Type    string          `json:"type"`
	Loc     []string        `json:"loc"`
	Msg     string          `json:"msg"`
	Input   json.RawMessage `json:"input"`
	Context map[string]any  `json:"ctx,omitempty"`
	URL     string          `json:"url"`
}

// Error names the first misfit.
func (e invalid) Error() string { return fmt.Sprintf("%v: %s", e[0].Loc, e[0].Msg) }

// send answers with the list, as pydantic writes it: not escaped to ASCII, no line feed at the end.
func (e invalid) send(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode([]misfit(e)); err != nil {
		internal().send(w, r)
		return
	}
	reply{status: http.StatusUnprocessableEntity, mediaType: typeJSON, body: bytes.TrimRight(b.Bytes(), "\n")}.send(w, r)
}

// misfits of the kinds that the models here know.
var misfitText = map[string]string{
	"missing":       "Field required",
	"string_type":   "Input should be a valid string",
	"bool_type":     "Input should be a valid boolean",
	"bool_parsing":  "Input should be a valid boolean, unable to interpret input",
	"float_type":    "Input should be a valid number",
	"float_parsing": "Input should be a valid number, unable to parse string as a number",

	"greater_than_equal": "Input should be greater than or equal to 0",
	"less_than_equal":    "Input should be less than or equal to 1",
}

func misfitOf(kind string, input json.RawMessage, loc ...string) misfit {
	return misfit{Type: kind, Loc: append([]string{}, loc...), Msg: misfitText[kind], Input: input, URL: "https://errors.pydantic.dev/2.13/v/" + kind}
}

// notModel is the misfit of what is no object at all.
func notModel(model string, input json.RawMessage) misfit {
	m := misfitOf("model_type", input)
	m.Msg, m.Context = "Input should be a valid dictionary or instance of "+model, map[string]any{"class_name": model}
	return m
}
