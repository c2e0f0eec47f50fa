package console

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPlainTakesTheDisguiseOff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"post-17": "post-17",
		"حساب ٤٢ · नमस्ते · 👩‍🚒": "حساب ٤٢ · नमस्ते · 👩‍🚒",
		"a\u202Egnp.exe":  "a[U+202E]gnp.exe",
		"two\nlines\x00":  "two[U+000A]lines[U+0000]",
		"zero\u200Bwidth": "zero[U+200B]width",
		"cut \xff short":  "cut \uFFFD short",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShortKeepsBothEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   string
		n    int
		want string
	}{{"", 5, ""}, {"abcde", 5, "abcde"}, {"abcdefghij", 7, "abcd…ij"}, {"äöüßäöüßäö", 7, "äöüß…äö"}} {
		if got := short(test.in, test.n); got != test.want {
			t.Errorf("short(%q, %d) = %q, want %q", test.in, test.n, got, test.want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "post-17", "a\u202Eb\u2066c", "\x00\xff\xfe", "👩‍🚒", strings.Repeat("é", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plain(s)
		if !utf8.ValidString(got) {
			t.Errorf("plain(%q) is not UTF-8: %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("plain(%q) still holds %U", s, r)
			}
		}
		if n := utf8.RuneCountInString(short(got, 36)); n > 36 {
			t.Errorf("short(%q, 36) has %d characters", got, n)
		}
	})
}
