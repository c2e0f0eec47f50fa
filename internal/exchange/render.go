package exchange

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// Render writes an exchange as HMA shows one: indented by two, required settings first, then name, api and enabled, then the other settings.
// Of a programme that this build does not know, settings come last, by name.
func Render(e domain.Exchange) ([]byte, error) {
	var config map[string]json.RawMessage
	if err := json.Unmarshal(e.Config, &config); err != nil && len(e.Config) > 0 {
		return nil, err
	}
	a, _ := Named(e.API)
	o := &object{}
	for _, f := range a.fields(true) {
		o.raw(f.Name, config[f.Name])
	}
	o.value("name", e.Name)
	o.value("api", e.API)
	o.value("enabled", e.Enabled)
	for _, f := range a.fields(false) {
		o.raw(f.Name, config[f.Name])
	}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		o.raw(name, config[name])
	}
	return o.bytes()
}

// object is a JSON object that keeps the order in which it is written. A name that has been written is not written again.
type object struct {
	buf  bytes.Buffer
	seen map[string]bool
	err  error
}

func (o *object) value(name string, v any) {
	b, err := json.Marshal(v)
	if err != nil && o.err == nil {
		o.err = err
	}
	o.raw(name, b)
}

func (o *object) raw(name string, value json.RawMessage) {
	if o.seen[name] {
		return
	}
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	o.seen[name] = true
	if len(value) == 0 {
		value = json.RawMessage("null")
	}
	key, err := json.Marshal(name)
	if err != nil && o.err == nil {
		o.err = err
	}
	if o.buf.Len() > 0 {
		o.buf.WriteByte(',')
	}
	o.buf.Write(key)
	o.buf.WriteByte(':')
	o.buf.Write(value)
}

func (o *object) bytes() ([]byte, error) {
	if o.err != nil {
		return nil, o.err
	}
	var indented bytes.Buffer
	err := json.Indent(&indented, []byte("{"+o.buf.String()+"}"), "", "  ")
	return indented.Bytes(), err
}
