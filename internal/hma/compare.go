package hma

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// indexStatus tells what is in the index. It is kept up to date with every change, so that it is built to the newest one.
func (f *face) indexStatus(r *request) (any, error) {
	return f.ofTypes(r, func(t signalType, newest domain.Time) (object, error) {
		if newest == 0 || !f.Index.Loaded() {
			return object{"built_to": -1, "present": false, "size": 0}, nil
		}
		return object{"built_to": newest.Std().Unix(), "present": true, "size": f.Index.Size(t.kind)}, nil
	})
}

// ofTypes tells something of the signal type that the query names, or of all: by the newest change of a signal of it, zero if there is none.
func (f *face) ofTypes(r *request, tell func(t signalType, newest domain.Time) (object, error)) (any, error) {
	only, limited := r.arg("signal_type")
	if _, known := signalTypeNamed(only); limited && !known {
		return nil, badRequest("No such signal type '%s'", domain.Clip(only, mostTold))
	}
	all := object{}
	for _, t := range signalTypes {
		if limited && t.name != only {
			continue
		}
		newest, err := f.Banks.NewestSignal(r.Context(), t.kind)
		if err != nil {
			return nil, outageOf(err)
		}
		if all[t.name], err = tell(t, newest); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// compare compares two hashes of each type that is sent.
func (f *face) compare(r *request) (any, error) {
	sent, err := r.members()
	if err != nil {
		return nil, err
	}
	if sent == nil {
		return nil, badRequest("Request input was not a dict")
	}
	all := object{}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if all[name], err = f.compared(r, name, sent[name]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// compared is the outcome for one type.
func (f *face) compared(r *request, name string, sent json.RawMessage) (any, error) {
	var pair []json.RawMessage
	if json.Unmarshal(sent, &pair) != nil || pair == nil {
		return nil, badRequest("Comparison hashes for %s was not a list", domain.Clip(name, mostTold))
	}
	if len(pair) != 2 {
		return nil, badRequest("Comparison hash list length must be exactly 2")
	}
	t, _, err := f.usableType(r.Context(), name)
	if err != nil {
		return nil, err
	}
	var hashes [2]string
	for i, raw := range pair {
		var value string // of what is no text, empty, which is no hash
		_ = json.Unmarshal(raw, &value)
		if hashes[i], err = t.parse(value); err != nil {
			return nil, badRequest("Invalid %s hash: %s", name, err)
		}
	}
	distance, matches, err := t.compare(hashes[0], hashes[1])
	if err != nil {
		return nil, err
	}
	apart := object{}
	if !t.exact {
		apart["distance"] = distance
	}
	return []any{matches, apart}, nil
}
