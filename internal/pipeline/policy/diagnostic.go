package policy

import (
	"fmt"
	"strings"
)

// Diagnostic is what is wrong with, or doubtful about, the text of a policy.
type Diagnostic struct {
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1, in characters
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`    // how to mend it
	Warning bool   `json:"warning,omitempty"` // the policy works all the same
}

// String returns the diagnostic in one line, as compilers print it.
func (d Diagnostic) String() string {
	s := fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message)
	if d.Warning {
		s = fmt.Sprintf("%d:%d: warning: %s", d.Line, d.Column, d.Message)
	}
	if d.Hint != "" {
		s += " (" + d.Hint + ")"
	}
	return s
}

// Diagnostics are all that is wrong, in the order of the text.
type Diagnostics []Diagnostic

// Error implements error.
func (d Diagnostics) Error() string {
	var lines []string
	for _, one := range d {
		lines = append(lines, one.String())
	}
	return strings.Join(lines, "\n")
}

// nearest returns the word that somebody may have meant, or nothing.
func nearest(word string, words []string) string {
	best, least := "", 3
	for _, w := range words {
		if d := edits(word, w); d < least && d <= (len(word)+2)/3 {
			best, least = w, d
		}
	}
	return best
}

// edits counts the letters to insert, drop, replace or swap with their neighbour between two words (optimal string alignment distance).
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return len(a) + len(b)
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// maybe is the hint to a word that is not known.
func maybe(word string, words []string) string {
	if w := nearest(word, words); w != "" {
		return fmt.Sprintf("did you mean %q?", w)
	}
	if len(words) > 0 && len(words) <= 24 {
		return "there is " + strings.Join(words, ", ")
	}
	return ""
}
