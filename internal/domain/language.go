package domain

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// MaxLanguage is the longest tag of a language, in bytes (RFC 5646, section 4.4.1).
const MaxLanguage = 35

// languageForm is what RFC 5646, section 2.1, calls well formed, without the tags of before 2001 that have no regular form: a language, and perhaps a
// script, a region, variants, extensions and words for private use.
var languageForm = regexp.MustCompile(`^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?` +
	`(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?$|^x(?:-[a-z0-9]{1,8})+$`)

// ParseLanguage reads a BCP 47 tag and writes it in its usual case, so that each tag has one spelling: "pt-BR", "zh-Hant-TW". Whether the language
// exists is not asked.
func ParseLanguage(tag string) (string, error) {
	if len(tag) > MaxLanguage {
		return "", fmt.Errorf("%d bytes, at most %d are allowed", len(tag), MaxLanguage)
	}
	lower := lowerASCII(tag)
	if !languageForm.MatchString(lower) {
		if strings.Contains(tag, "_") {
			return "", errors.New(`is not a language tag: write "-" for "_", as in "pt-BR"`)
		}
		return "", errors.New(`is not a language tag of BCP 47, such as "de", "pt-BR" or "zh-Hant"`)
	}
	words := strings.Split(lower, "-")
	for i := 1; i < len(words) && len(words[i-1]) > 1; i++ { // behind a single letter all is lower-case (section 2.1.1)
		switch w := words[i]; len(w) {
		case 2:
			words[i] = strings.ToUpper(w)
		case 4:
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "-"), nil
}

// lowerASCII leaves everything but A to Z alone: some letters of other alphabets have a lower case in ASCII.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
