package domain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckText returns what is wrong with a text from outside: too long, not UTF-8, or with control characters in it.
func CheckText(s string, most int) error {
	if len(s) > most {
		return fmt.Errorf("%d bytes, at most %d are allowed", len(s), most)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("not valid UTF-8")
	}
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return fmt.Errorf("has the control character %U at byte %d", r, i+1)
	}
	return nil
}

// Clip shortens a text from outside to at most so many bytes, and an ellipsis, for use in a message.
func Clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
