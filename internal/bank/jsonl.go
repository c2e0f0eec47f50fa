package bank

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// decodeJSON reads one line of a JSON Lines list. It goes by tokens, because unmarshalling would take a field in any case and twice.
func decodeJSON(line []byte) (domain.ListRecord, error) {
	rec := domain.ListRecord{Provenance: domain.Provenance{Confidence: 1}}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	t, err := dec.Token()
	if err != nil {
		return rec, notJSON(err)
	}
	if _, got := valueOf(t); got != object {
		return rec, fmt.Errorf("$: %s, want %s", got, object)
	}
	seen := make([]bool, len(fields))
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return rec, notJSON(err)
		}
		name, _ := t.(string) // the decoder lets nothing else be a name
		i := fieldIndex(name)
		if i < 0 {
			return rec, fmt.Errorf("$[%q]: unknown field: the fields are %s", domain.Clip(name, mostTold), strings.Join(fieldNames(), ", "))
		}
		if seen[i] {
			return rec, fmt.Errorf("$.%s: given twice", name)
		}
		seen[i] = true
		if err := decodeField(dec, fields[i], &rec); err != nil {
			return rec, err
		}
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return rec, notJSON(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return rec, errors.New("text behind the object: write one object a line")
	}
	return rec, nil
}

// decodeField reads the value of a field. null is the same as leaving the field out.
func decodeField(dec *json.Decoder, f field, rec *domain.ListRecord) error {
	t, err := dec.Token()
	if err != nil {
		return notJSON(err)
	}
	value, got := valueOf(t)
	switch {
	case got == null:
		return nil
	case got != f.kind:
		return fmt.Errorf("$.%s: %s, want %s", f.name, got, f.kind)
	case got == list:
		rec.Provenance.Labels, err = decodeStrings(dec, f.name)
		return err
	}
	if value = strings.TrimSpace(value); value == "" {
		return nil
	}
	if err := f.set(rec, value); err != nil {
		return fmt.Errorf("$.%s: %w", f.name, err)
	}
	return nil
}

// decodeStrings reads the rest of an array of strings.
func decodeStrings(dec *json.Decoder, name string) ([]string, error) {
	var values []string
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, notJSON(err)
		}
		value, got := valueOf(t)
		if got != text {
			return nil, fmt.Errorf("$.%s[%d]: %s, want %s", name, len(values), got, text)
		}
		values = append(values, value)
	}
	_, err := dec.Token() // the closing bracket
	if err != nil {
		return nil, notJSON(err)
	}
	return values, nil
}

// valueOf tells what a token is and, of a single value, its text.
func valueOf(t json.Token) (value string, got kind) {
	switch v := t.(type) {
	case string:
		return v, text
	case json.Number:
		return v.String(), number
	case bool:
		return strconv.FormatBool(v), truth
	case json.Delim:
		if v == '[' {
			return "", list
		}
		return "", object
	}
	return "", null
}

func notJSON(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("not a JSON object: it ends too early")
	}
	return fmt.Errorf("not a JSON object: %w", err)
}

// jsonRecord is a record as it is written: fields that say nothing are left out.
type jsonRecord struct {
	Type       domain.SignalType `json:"type,omitempty"`
	Value      string            `json:"value,omitempty"`
	Entry      string            `json:"entry"`
	Source     string            `json:"source,omitempty"`
	AddedAt    string            `json:"added_at,omitempty"`
	Labels     []string          `json:"labels,omitempty"`
	Confidence float64           `json:"confidence"`
	ExpiresAt  string            `json:"expires_at,omitempty"`
	Note       string            `json:"note,omitempty"`
	Withdrawn  bool              `json:"withdrawn,omitempty"`
}

// jsonEncoder writes the lines of a JSON Lines list.
type jsonEncoder struct {
	buf  *bufio.Writer
	json *json.Encoder
}

func newJSONEncoder(w io.Writer) *jsonEncoder {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	return &jsonEncoder{buf: buf, json: enc}
}

func (e *jsonEncoder) encode(rec domain.ListRecord) error {
	p := rec.Provenance
	return e.json.Encode(jsonRecord{
		Type: rec.Type, Value: rec.Value, Entry: rec.Ref, Source: p.Source, AddedAt: p.AddedAt.String(), Labels: p.Labels,
		Confidence: p.Confidence, ExpiresAt: rec.ExpiresAt.String(), Note: rec.Note, Withdrawn: rec.Withdrawn,
	})
}

func (e *jsonEncoder) flush() error { return e.buf.Flush() }
