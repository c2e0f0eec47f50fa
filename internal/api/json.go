package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

// Bounds of JSON.
const (
	maxJSON  = 1 << 20 // bytes of one document
	maxDepth = 32      // objects and lists inside each other
	maxExact = 1 << 53 // from here on, not every whole number can be kept in JSON as most programs read it
)

// decode reads a JSON document as a T. at is the path of the document in the request, for naming faults.
func decode[T any](s *server, document []byte, at string) (v T, err error) {
	if err := wellFormed(document, at); err != nil {
		return v, err
	}
	value, err := parse(document, at)
	if err != nil {
		return v, err
	}
	return fit[T](s, value, at)
}

// wellFormed returns the problem of a document that is not JSON.
func wellFormed(document []byte, at string) error {
	var reason string
	var all json.RawMessage
	if !utf8.Valid(document) {
		reason = "it is not valid UTF-8"
	} else if err := json.Unmarshal(document, &all); err != nil {
		reason = err.Error()
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			reason = fmt.Sprintf("%s, byte %d", reason, e.Offset)
		}
	} else {
		return nil
	}
	return problem(http.StatusBadRequest, fmt.Sprintf("The JSON at %s is not well formed: %s.", at, reason))
}

// parse reads a well formed document, refusing what two programs could read in two ways (RFC 8259 calls it unpredictable): a name that is
// there twice, half of a surrogate pair, a number that cannot be kept exactly. Nor may a text hold the NUL character, which not every
// database can keep.
func parse(document []byte, at string) (any, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	return (&parser{document: document, tokens: d, at: at}).value()
}

type parser struct {
	document []byte
	tokens   *json.Decoder
	at       string // place of the document in the request
	path     []step // from there to what is being read
}

// step leads to a property of an object or to an item of a list.
type step struct {
	named bool
	name  string
	index int
}

// fault is a problem of what is being read.
func (p *parser) fault(message string) error {
	var b strings.Builder
	b.WriteString(p.at)
	for _, s := range p.path {
		if s.named {
			b.WriteString("." + domain.Clip(s.name, mostTold))
		} else {
			fmt.Fprintf(&b, "[%d]", s.index)
		}
	}
	return unprocessable(domain.Clip(b.String(), mostTold), message)
}

func (p *parser) value() (any, error) {
	t, err := p.token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return p.number(t)
	case json.Delim:
		if len(p.path) == maxDepth {
			return nil, p.fault(fmt.Sprintf("more than %d objects and lists inside each other", maxDepth))
		}
		if t == '{' {
			return p.object()
		}
		return p.list()
	}
	return t, nil
}

func (p *parser) object() (any, error) {
	object := map[string]any{}
	for p.tokens.More() {
		t, err := p.token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // in what is well formed, names are texts
		p.path = append(p.path, step{name: name, named: true})
		if _, twice := object[name]; twice {
			return nil, p.fault("is there twice")
		}
		if object[name], err = p.value(); err != nil {
			return nil, err
		}
		p.path = p.path[:len(p.path)-1]
	}
	_, err := p.token()
	return object, err
}

func (p *parser) list() (any, error) {
	list := []any{}
	for p.tokens.More() {
		p.path = append(p.path, step{index: len(list)})
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.path = p.path[:len(p.path)-1]
	}
	_, err := p.token()
	return list, err
}

// token reads the next token and judges it if it is a text.
func (p *parser) token() (json.Token, error) {
	from := p.tokens.InputOffset()
	t, err := p.tokens.Token()
	if err != nil {
		return nil, p.fault("cannot be read")
	}
	text, ok := t.(string)
	if ok && strings.IndexByte(text, 0) >= 0 {
		return nil, p.fault("has the character U+0000")
	}
	if ok && strings.ContainsRune(text, utf8.RuneError) && halfSurrogate(p.document[from:p.tokens.InputOffset()]) {
		return nil, p.fault("has half of a surrogate pair")
	}
	return t, nil
}

// halfSurrogate reports whether JSON text has a \u escape of a surrogate without the other one.
func halfSurrogate(text []byte) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++ // what is escaped
		if text[i] != 'u' {
			continue
		}
		switch r := unit(text[i+1:]); {
		case r < 0xd800 || r > 0xdfff:
		case r < 0xdc00 && i+6 < len(text) && text[i+5] == '\\' && text[i+6] == 'u' && unit(text[i+7:])&^0x3ff == 0xdc00:
			i += 6 // the second one has been seen
		default:
			return true
		}
	}
	return false
}

// unit reads the four hexadecimal digits of a \u escape.
func unit(digits []byte) uint64 {
	r, _ := strconv.ParseUint(string(digits[:min(4, len(digits))]), 16, 16)
	return r
}

// number makes of a number what can be kept as it is.
func (p *parser) number(n json.Number) (any, error) {
	if whole := !strings.ContainsAny(n.String(), ".eE"); whole {
		if i, err := n.Int64(); err != nil || i > maxExact || i < -maxExact {
			return nil, p.fault(fmt.Sprintf("the number %s cannot be kept exactly: send it as a text", domain.Clip(n.String(), mostTold)))
		}
	}
	f, err := n.Float64()
	if err != nil {
		return nil, p.fault(fmt.Sprintf("the number %s is out of range", domain.Clip(n.String(), mostTold)))
	}
	return f, nil
}

// fit checks a JSON value against the schema of T and makes a T of it.
func fit[T any](s *server, value any, at string) (v T, err error) {
	registry := s.huma.OpenAPI().Components.Schemas
	path := huma.NewPathBuffer(make([]byte, 0, 64), 0)
	path.Push(at)
	var result huma.ValidateResult
	huma.Validate(registry, schema[T](s), path, huma.ModeWriteToServer, value, &result)
	if len(result.Errors) > 0 {
		faults := make([]*huma.ErrorDetail, len(result.Errors))
		for i, err := range result.Errors {
			if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
				faults[i] = detail
			} else {
				faults[i] = &huma.ErrorDetail{Location: at, Message: err.Error()}
			}
		}
		return v, unprocessables(faults)
	}
	b, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return v, unprocessable(strings.TrimSuffix(at+"."+e.Field, "."), fmt.Sprintf("a %s does not fit here", e.Value))
	}
	if err != nil {
		return v, unprocessable(at, "does not fit: "+strings.TrimPrefix(err.Error(), "json: "))
	}
	return v, nil
}
