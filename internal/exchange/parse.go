package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// maxSet is how many members a set may have: there are some thousands of electronic service providers.
const maxSet = 10_000

// Parse reads the settings of one exchange from a JSON object, as strictly as HMA and with its messages: a number in quotes is no number.
// "enabled" may be among them; absent, it is true. What the programme does not know is left out of config, which has every setting.
func (a API) Parse(object json.RawMessage) (config json.RawMessage, enabled bool, err error) {
	given, err := fieldsOf(object)
	if err != nil {
		return nil, false, err
	}
	kept := make(map[string]any, len(a.Config))
	if err := readInto(kept, a.fields(true), given); err != nil {
		return nil, false, err
	}
	enabled = true
	if v, ok := given["enabled"]; ok {
		if enabled, ok = v.(bool); !ok {
			return nil, false, wrongType("enabled", "bool", v)
		}
	}
	if err := readInto(kept, a.fields(false), given); err != nil {
		return nil, false, err
	}
	config, err = json.Marshal(kept)
	return config, enabled, err
}

// readInto reads fields in their order; the first that is wrong ends it.
func readInto(kept map[string]any, fields []Field, given map[string]any) (err error) {
	for _, f := range fields {
		if kept[f.Name], err = f.read(given); err != nil {
			return err
		}
	}
	return nil
}

// fieldsOf reads an object; of a name that is there twice the last value counts.
func fieldsOf(object json.RawMessage) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	var given map[string]any
	if err := d.Decode(&given); err != nil || given == nil {
		return nil, errors.New("not a JSON object")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return given, nil
}

// read returns the value of a setting, ready to be written as JSON.
func (f Field) read(given map[string]any) (any, error) {
	v, there := given[f.Name]
	if !there && f.Required {
		return nil, fmt.Errorf("missing value for field %q", f.Name)
	}
	if !there {
		return f.Default, nil
	}
	switch f.Type {
	case String:
		if s, ok := v.(string); ok || v == nil && !f.Required {
			return v, f.checkText(s)
		}
		return nil, wrongType(f.Name, f.pythonType(), v)
	case Number:
		return f.integer(v)
	case Enum:
		if s, ok := v.(string); ok && slices.Contains(f.Choices, s) {
			return s, nil
		} else if ok {
			return nil, fmt.Errorf("'%s' is not a valid %s", domain.Clip(s, 80), f.pythonType())
		}
		return nil, wrongType(f.Name, f.pythonType(), v)
	case SetOfNumber:
		return f.set(v)
	default:
		return nil, fmt.Errorf("field %q: type %s is not known", f.Name, f.Type)
	}
}

// maxText bounds one text, in bytes.
const maxText = 8192

func (f Field) checkText(s string) error {
	if err := domain.CheckText(s, maxText); err != nil {
		return fmt.Errorf("field %q: %w", f.Name, err)
	}
	return nil
}

func (f Field) integer(v any) (int64, error) {
	n, ok := v.(json.Number)
	if !ok || Class(v) != "int" {
		return 0, wrongType(f.Name, "int", v)
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("field %q: %s does not fit into 64 bits", f.Name, domain.Clip(n.String(), 40))
	}
	return i, nil
}

// set reads a list of numbers as a set, in ascending order.
func (f Field) set(v any) ([]int64, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("'%s' object is not a list of numbers: field %q", Class(v), f.Name)
	}
	if len(list) > maxSet {
		return nil, fmt.Errorf("field %q: %d numbers, at most %d are allowed", f.Name, len(list), maxSet)
	}
	numbers := make([]int64, len(list))
	for i, member := range list {
		if Class(member) != "int" {
			return nil, fmt.Errorf(`wrong type for field %q - should be "Set" instead of "set"`, f.Name)
		}
		var err error
		if numbers[i], err = f.integer(member); err != nil {
			return nil, err
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

func wrongType(field, want string, got any) error {
	return fmt.Errorf("wrong type for field %q - should be %q instead of %q", field, want, Class(got))
}

// pythonType is what HMA, which is written in Python, calls the type of a setting.
func (f Field) pythonType() string {
	switch {
	case f.class != "":
		return f.class
	case f.Type == String && !f.Required:
		return "Optional"
	default:
		return "str"
	}
}

// Class is what HMA, which is written in Python, calls the class of a JSON value in its messages; numbers are json.Number.
func Class(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "float"
		}
		return "int"
	case []any:
		return "list"
	default:
		return "dict"
	}
}
