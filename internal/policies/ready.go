package policies

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// Ready is a policy that comes with the program. It is live as version 0 until people put another version in its place, or retire it.
type Ready struct {
	Name string
	Text string
}

// ReadReady reads policies from files, NAME.yaml each, asked in this order.
func ReadReady(files fs.FS, names ...string) ([]Ready, error) {
	var all []Ready
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		r := Ready{Name: strings.TrimSuffix(name, ".yaml"), Text: string(text)}
		if err := CheckName(r.Name); err != nil {
			return nil, err
		}
		if len(r.Text) == 0 || len(r.Text) > MaxText || !utf8.ValidString(r.Text) {
			return nil, fmt.Errorf("%s: %w; a policy is text of 1 to %d bytes", name, ErrMalformed, MaxText)
		}
		all = append(all, r)
	}
	return all, nil
}

// TextOf is the text of the ready policy of a name, "" if there is none.
func TextOf(ready []Ready, name string) string {
	text, _ := placeOf(ready, name)
	return text
}

// placeOf is where a ready policy stands until somebody says otherwise: before all others, in its own order.
func placeOf(ready []Ready, name string) (text string, position int) {
	for i, r := range ready {
		if r.Name == name {
			return r.Text, i - len(ready)
		}
	}
	return "", 0
}
