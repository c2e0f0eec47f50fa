package hma

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/exchange"
)

// metadata is what is known of a content besides its signals, as HMA has it. It is kept as the metadata of an entry, with these names.
type metadata struct {
	ContentID  *string         `json:"content_id,omitempty"`  // in the words of the client
	ContentURI *string         `json:"content_uri,omitempty"` // where the client has it
	JSON       json.RawMessage `json:"json,omitempty"`        // an object, whatever the client likes
	Collab     json.RawMessage `json:"collab,omitempty"`      // an object: the keys of its records, by exchange
}

// readMetadata reads what a client says of a content. null is nothing. What HMA does not know is refused, except where records come from: that is
// not for clients to say.
func readMetadata(sent json.RawMessage) (m metadata, err error) {
	if decoded(sent) == nil {
		return m, nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(sent, &members) != nil {
		return m, badRequest("metadata should be a json object")
	}
	delete(members, "collab")
	var wrong []string
	text := func(name string) *string {
		v := decoded(members[name])
		defer delete(members, name)
		s, isText := v.(string)
		if v != nil && !isText {
			wrong = append(wrong, misfitLines(name, "string_type", "Input should be a valid string", v))
		}
		if !isText {
			return nil
		}
		return &s
	}
	m.ContentID, m.ContentURI = text("content_id"), text("content_uri")
	name := "json"
	if _, there := members[name]; !there {
		name = "json_data"
	}
	switch v := decoded(members[name]).(type) {
	case nil:
	case map[string]any:
		m.JSON = members[name]
	default:
		wrong = append(wrong, misfitLines("json", "dict_type", "Input should be a valid dictionary", v))
	}
	delete(members, name)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		wrong = append(wrong, misfitLines(domain.Clip(name, mostTold), "extra_forbidden", "Extra inputs are not permitted", decoded(members[name])))
	}
	return m, metadataError(wrong)
}

// mostMisfits is how many misfits of one metadata are told.
const mostMisfits = 20

// metadataError is what pydantic says of metadata that do not fit.
func metadataError(wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	plural := "s"
	if len(wrong) == 1 {
		plural = ""
	}
	return badRequest("Invalid metadata: %d validation error%s for BankedContentMetadata\n%s", len(wrong), plural, strings.Join(wrong[:min(len(wrong), mostMisfits)], "\n"))
}

// misfitLines is how pydantic writes one misfit in a text.
func misfitLines(name, kind, text string, input any) string {
	shown := []rune(pythonValue(input))
	if len(shown) > 50 {
		shown = slices.Concat(shown[:25], []rune("..."), shown[len(shown)-24:])
	}
	return fmt.Sprintf("%s\n  %s [type=%s, input_value=%s, input_type=%s]\n    For further information visit https://errors.pydantic.dev/2.13/v/%s",
		name, text, kind, string(shown), exchange.Class(input), kind)
}

// kept is how metadata are kept; nil if there is nothing to keep.
func (m metadata) kept() (json.RawMessage, error) {
	b, err := json.Marshal(m)
	if err != nil || string(b) == "{}" {
		return nil, err
	}
	if err := domain.CheckMetadata(b); err != nil {
		return nil, badRequest("Invalid metadata: %s", err)
	}
	return b, nil
}

// metadataOf reads the metadata of an entry, whoever has written them. Whatever HMA has no name for, or of another type, is among the JSON.
func metadataOf(kept json.RawMessage) (m metadata) {
	var members map[string]json.RawMessage
	if json.Unmarshal(kept, &members) != nil {
		return m
	}
	text := func(name string) *string {
		s, isText := decoded(members[name]).(string)
		if !isText {
			return nil
		}
		delete(members, name)
		return &s
	}
	object := func(name string) json.RawMessage {
		raw := members[name]
		if _, isObject := decoded(raw).(map[string]any); !isObject {
			return nil
		}
		delete(members, name)
		return raw
	}
	m = metadata{ContentID: text("content_id"), ContentURI: text("content_uri"), JSON: object("json"), Collab: object("collab")}
	for name, raw := range members {
		if decoded(raw) == nil {
			delete(members, name)
		}
	}
	if len(members) > 0 {
		_ = json.Unmarshal(m.JSON, &members) // whose members go before others of their name
		m.JSON, _ = json.Marshal(members)
	}
	return m
}

// empty reports whether nothing is known.
func (m metadata) empty() bool {
	return m.ContentID == nil && m.ContentURI == nil && m.JSON == nil && m.Collab == nil
}

// shape is what a client is shown: every name is there.
func (m metadata) shape() object {
	return object{"collab": m.Collab, "content_id": m.ContentID, "content_uri": m.ContentURI, "json": m.JSON}
}

// pythonValue writes a JSON value as Python's repr does, except that what is inside of lists and objects is written as JSON.
func pythonValue(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		return pythonText(domain.Clip(v, mostTold))
	}
	b, _ := json.Marshal(v)
	return domain.Clip(string(b), mostTold)
}
