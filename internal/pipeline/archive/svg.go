package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/quell-project/quell/internal/domain"
)

// svgBytes is the most of a drawing that is read as XML, which takes several times its size.
const svgBytes = 16 << 20

var svgElement = regexp.MustCompile(`<([A-Za-z_][\w.-]*:)?svg[\s/>]`)

// isSVG knows a drawing by its first element, behind whatever may stand before it.
func isSVG(data []byte) bool {
	head := utf8Of(data[:min(len(data), 4096)])
	head = bytes.TrimLeft(head, " \t\r\n")
	return bytes.HasPrefix(head, []byte("<")) && svgElement.Match(head)
}

// utf8Of returns a text that may be in UTF-16 in UTF-8, without the mark of its order.
func utf8Of(data []byte) []byte {
	high := -1
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:]
	case bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.HasPrefix(data, []byte("\x00<")):
		high = 0
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("<\x00")):
		high = 1
	default:
		return data
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i+high])<<8 | uint16(data[2*i+1-high])
	}
	return []byte(strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff"))
}

// walkSVG hands over what stands in a drawing as data: URIs, in whatever attribute or text: references of images, styles, scripts. The XML is
// read token by token, without a stack, so that no depth costs anything, and no entity is ever followed but those of single characters.
func walkSVG(w *walk) *Error {
	if len(w.data) > svgBytes {
		return unsupported("It is larger than %s bytes, the limit for a drawing.", grouped(svgBytes))
	}
	if e := w.budget.reserve(w.ctx, 4*int64(len(w.data))); e != nil {
		return e
	}
	d := xml.NewDecoder(bytes.NewReader(utf8Of(w.data)))
	d.Strict = false
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(label), "utf") { // it was turned into UTF-8 before
			return r, nil
		}
		return &latin1{from: r}, nil // what is looked for is ASCII
	}
	entities := false
	for {
		if w.ctx.Err() != nil {
			return stopped(w.ctx)
		}
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return damaged(err)
		}
		var texts []string
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				texts = append(texts, a.Value)
			}
		case xml.CharData:
			texts = []string{string(token)}
		case xml.Directive:
			entities = entities || bytes.Contains(token, []byte("<!ENTITY"))
			texts = []string{string(token)}
		case xml.ProcInst: // a style sheet
			texts = []string{string(token.Inst)}
		}
		for _, text := range texts {
			if e := w.dataURIs(text); e != nil {
				return e
			}
		}
	}
	if entities {
		return &Error{Outcome: outcome(domain.Partial, "It declares entities, which are not followed.")}
	}
	return nil
}

const dataScheme = "data:"

// dataURIs hands over what the data: URIs in a text hold.
func (w *walk) dataURIs(text string) *Error {
	whole := hasFold(strings.TrimSpace(text), dataScheme)
	for {
		at := indexFold(text, dataScheme)
		if at < 0 {
			return nil
		}
		text = text[at+len(dataScheme):]
		const longest = 256
		head, _, found := strings.Cut(text[:min(len(text), longest)], ",")
		if !found { // of something else
			continue
		}
		body := text[len(head)+1:]
		text = body // not what is behind its end: what is taken for a first may only hide a second
		if end := strings.IndexAny(body, `"')`); end >= 0 && !whole {
			body = body[:end]
		}
		if e := w.dataURI(body, hasSuffixFold(strings.TrimSpace(head), "base64")); e != nil {
			return e
		}
	}
}

func (w *walk) dataURI(body string, base bool) *Error {
	if e := w.take(); e != nil {
		return e
	}
	if strings.Contains(body, "%") {
		if plain, err := url.PathUnescape(body); err == nil {
			body = plain
		}
	}
	var r io.Reader = strings.NewReader(body)
	packed := &counter{Reader: r}
	r = packed
	if base {
		r = base64.NewDecoder(base64.RawStdEncoding, &base64Letters{from: packed})
	}
	data, e := w.buffer.fill(&meter{ctx: w.ctx, budget: w.budget, from: r, packed: packed}, int64(len(body)))
	return w.hand("embedded-"+strconv.Itoa(w.read+w.unread+1), data, e)
}

func hasFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func hasSuffixFold(text, suffix string) bool {
	return len(text) >= len(suffix) && strings.EqualFold(text[len(text)-len(suffix):], suffix)
}

// indexFold is strings.Index that takes large and small letters for the same.
func indexFold(text, sub string) int {
	for at := 0; ; {
		colon := strings.IndexByte(text[at:], sub[len(sub)-1])
		if colon < 0 {
			return -1
		}
		at += colon + 1
		if begin := at - len(sub); begin >= 0 && strings.EqualFold(text[begin:at], sub) {
			return begin
		}
	}
}

// base64Letters leaves of a text what base64 is made of: lines are broken, and there are two alphabets.
type base64Letters struct{ from io.Reader }

// Read reads on until there is a letter.
func (b *base64Letters) Read(p []byte) (int, error) {
	for {
		n, err := b.from.Read(p)
		kept := p[:0]
		for _, c := range p[:n] {
			switch {
			case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/':
				kept = append(kept, c)
			case c == '-':
				kept = append(kept, '+')
			case c == '_':
				kept = append(kept, '/')
			}
		}
		if len(kept) > 0 || err != nil {
			return len(kept), err
		}
	}
}

// latin1 turns bytes into the characters of their numbers.
type latin1 struct {
	from io.Reader
	rest []byte
}

// Read reads on.
func (l *latin1) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		var in [512]byte
		n, err := l.from.Read(in[:])
		for _, c := range in[:n] {
			l.rest = append(l.rest, string(rune(c))...)
		}
		if len(l.rest) == 0 {
			return 0, err
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}
