package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ParseCredentials reads credentials from a JSON object; {} and null are none. Errors name fields and never values.
func (a API) ParseCredentials(object json.RawMessage) (json.RawMessage, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(object, &given); err != nil {
		return nil, errors.New("`credential_json` must be an object")
	}
	if len(given) == 0 {
		return nil, nil
	}
	if a.Credentials == nil {
		return nil, fmt.Errorf("`credential_json` is not wanted: Exchange API '%s' does not support credentials", a.Name)
	}
	if err := a.checkNames(given); err != nil {
		return nil, err
	}
	values, err := fieldsOf(object)
	if err != nil {
		return nil, err
	}
	kept := map[string]any{}
	if err := readInto(kept, a.Credentials, values); err != nil {
		return nil, fmt.Errorf("`credential_json` is not valid for '%s': %w", a.Name, err)
	}
	for _, f := range a.Credentials {
		if kept[f.Name] == "" && f.Required {
			return nil, fmt.Errorf("`credential_json` is not valid for '%s': field %q is empty", a.Name, f.Name)
		}
		if kept[f.Name] == nil {
			delete(kept, f.Name)
		}
	}
	return json.Marshal(kept)
}

// checkNames returns what is wrong with the names of credentials: an unknown one is a mistake that would otherwise show only when the
// programme refuses.
func (a API) checkNames(given map[string]json.RawMessage) error {
	var allowed, missing []string
	for _, f := range a.Credentials {
		allowed = append(allowed, f.Name)
		if _, there := given[f.Name]; !there && f.Required {
			missing = append(missing, f.Name)
		}
	}
	for name := range given {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("`credential_json` has unexpected fields; allowed fields: %s", quoted(allowed))
		}
	}
	if missing != nil {
		return fmt.Errorf("`credential_json` is missing required fields: %s", quoted(missing))
	}
	return nil
}

// quoted writes names as Python does.
func quoted(names []string) string {
	names = slices.Sorted(slices.Values(names))
	return "['" + strings.Join(names, "', '") + "']"
}
