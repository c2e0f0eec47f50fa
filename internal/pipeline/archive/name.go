package archive

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName is the most bytes of the name of a member.
const MaxName = 120

// clean makes of what a container calls a member a name that is safe to show: a path with slashes that leads nowhere but down, of printable
// characters, and short. Of a long one the end is kept, which says more. What cannot be shown becomes an underscore.
func clean(raw string) string {
	const lookedAt = 4 * MaxName // names may be as long as the file
	cut := len(raw) > lookedAt
	if cut {
		raw = raw[len(raw)-lookedAt:]
	}
	raw = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case r == utf8.RuneError, !unicode.IsPrint(r), unicode.Is(unicode.Cf, r): // Cf holds what turns the direction of text
			return '_'
		}
		return r
	}, raw)
	var steps []string
	for step := range strings.SplitSeq(raw, "/") {
		if step = strings.TrimSpace(step); step != "" && step != "." && step != ".." {
			steps = append(steps, step)
		}
	}
	name := strings.Join(steps, "/")
	const mark = "…"
	if cut || len(name) > MaxName {
		end := name[max(0, len(name)-(MaxName-len(mark))):]
		for len(end) > 0 && !utf8.RuneStart(end[0]) {
			end = end[1:]
		}
		name = mark + end
	}
	if name == "" {
		return "unnamed"
	}
	return name
}
