package hma

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
)

// maxJSON is the largest JSON document, in bytes.
const maxJSON = 1 << 20

// request is a request with what its route has found in it.
type request struct {
	*http.Request
	face    *face
	params  map[string]string
	args    map[string]string // of the query, the first of each name; nil: not read yet
	writer  http.ResponseWriter
	release func() // gives back the memory for the body; nil: there is none
}

// free gives back what the request has taken.
func (r *request) free() {
	if r.release != nil {
		r.release()
	}
}

// param returns a parameter of the path.
func (r *request) param(name string) string { return cleaned(r.params[name]) }

// number returns an <int:> of the path. A number that is none of int64 is -1, which nothing has.
func (r *request) number(name string) int64 {
	n, err := strconv.ParseInt(r.params[name], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// arg returns what stands first under a name in the query, and whether there is anything.
func (r *request) arg(name string) (value string, there bool) {
	if r.args == nil {
		r.args = parseQuery(r.URL.RawQuery)
	}
	value, there = r.args[name]
	return value, there
}

// optional is arg, nil where there is nothing.
func (r *request) optional(name string) *string {
	if value, there := r.arg(name); there {
		return &value
	}
	return nil
}

// parseQuery reads a query as Werkzeug does: "&" alone separates, "+" is a space, and a "%" that escapes nothing stands for itself. Of each name
// the first value counts.
func parseQuery(raw string) map[string]string {
	all := map[string]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = cleaned(unescape(name))
		if _, twice := all[name]; !twice {
			all[name] = cleaned(unescape(value))
		}
	}
	return all
}

// unescape undoes the escapes of a form.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			n, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			b = append(b, byte(n))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// cleaned is a text that every database can keep: what is not UTF-8 becomes U+FFFD, and so does U+0000.
func cleaned(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// document returns the JSON that was sent, well formed. Another Content-Type is a 415, what is no JSON a 400.
func (r *request) document() (json.RawMessage, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != typeJSON && (!strings.HasPrefix(kind, "application/") || !strings.HasSuffix(kind, "+json")) {
		return nil, errNotJSON
	}
	var b []byte
	err := r.receive(maxJSON, func() (err error) {
		b, err = io.ReadAll(r.Body)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(b) || !json.Valid(b) {
		return nil, errMalformed
	}
	return b, nil
}

// members returns the members of the JSON object that was sent; nil if it is something else.
func (r *request) members() (map[string]json.RawMessage, error) {
	document, err := r.document()
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(document, &all) != nil {
		return nil, nil
	}
	return all, nil
}

// object returns the members of the JSON object that was sent; anything else is a 400.
func (r *request) object() (map[string]json.RawMessage, error) {
	sent, err := r.members()
	if err == nil && sent == nil {
		err = badRequest("this endpoint expects a json object payload")
	}
	return sent, err
}

// receive has the body read, of at most so many bytes, into memory that is reserved until the answer is written.
func (r *request) receive(most int64, read func() error) error {
	if c := r.Header.Get("Content-Encoding"); c != "" && !strings.EqualFold(c, "identity") {
		return refuse(http.StatusUnsupportedMediaType, "Content-Encoding '%s' is not understood: send the body as it is.", domain.Clip(c, mostTold))
	}
	release, err := r.face.Bodies.Admit(r.writer, r.Request, most)
	if err != nil {
		return err
	}
	r.release = release
	connection := http.NewResponseController(r.writer) // where there is none, nothing is slow
	if end, ok := r.Context().Deadline(); ok {
		_ = connection.SetReadDeadline(end)
	}
	if err := read(); err != nil {
		return r.unread(err)
	}
	_ = connection.SetReadDeadline(time.Time{}) // else its end would look as if the client had gone
	return nil
}

// unread says why a body could not be read.
func (r *request) unread(err error) error {
	_, told := errors.AsType[*failure](err)
	switch {
	case told || r.face.Faults.TooLarge(err) || r.face.Faults.Busy(err):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "The request took too long to arrive.")
	}
	return badRequest(textUnread)
}
