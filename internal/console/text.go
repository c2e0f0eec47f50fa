package console

import (
	"fmt"
	"strings"
	"unicode"
)

// plain makes text from outside safe to look at: control and format characters, such as those that turn the direction of what stands around
// them, are written as their code, so that no identifier can pass for another. Escaping for HTML is left to the templates.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		if disguises(r) {
			fmt.Fprintf(&b, "[U+%04X]", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// disguises reports whether a character is made not to be seen. The joiners that Arabic, Indic scripts and compound pictographs need are
// left alone.
func disguises(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return !unicode.IsGraphic(r) && r != nonJoiner && r != joiner
}

// short returns the text, or its two ends where it has more than n characters: the end of an identifier tells as much as its beginning.
func short(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	head := (n - 1) * 2 / 3
	return string(runes[:head]) + "…" + string(runes[len(runes)-(n-1-head):])
}

// listed joins texts from outside into one line.
func listed(texts []string) string {
	safe := make([]string, len(texts))
	for i, t := range texts {
		safe[i] = plain(t)
	}
	return strings.Join(safe, ", ")
}
