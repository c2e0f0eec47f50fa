package domain_test

import (
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
)

func TestParseLanguage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"de": "de", "DE": "de", "pt-br": "pt-BR", "PT-BR": "pt-BR", "zh-hant-tw": "zh-Hant-TW", "es-419": "es-419", "gsw": "gsw", "zh-yue-HK": "zh-yue-HK",
		"sl-rozaj-biske": "sl-rozaj-biske", "de-CH-1996": "de-CH-1996", "de-1901": "de-1901", "en-u-CA-buddhist": "en-u-ca-buddhist", "en-US-x-TWAIN": "en-US-x-twain",
		"x-Our-own": "x-our-own", "qaa-Qaaa-QM-x-southern": "qaa-Qaaa-QM-x-southern", "en-a-bbb-x-a-ccc": "en-a-bbb-x-a-ccc",
	} {
		if got, err := domain.ParseLanguage(tag); got != want || err != nil {
			t.Errorf("%s is %q, %v; want %q", tag, got, err, want)
		}
	}
}

func TestWhatIsNoLanguageIsRefused(t *testing.T) {
	t.Parallel()
	const no = `is not a language tag of BCP 47, such as "de", "pt-BR" or "zh-Hant"`
	for tag, want := range map[string]string{
		"": no, "d": no, "german language": no, "de-": no, "-de": no, "de--CH": no, "1e": no, "de-D": no, "x": no, "en-x": no, "en-u": no, "de\x00": no, "de\n": no, "dé": no,
		"toolonglanguage": no, "\u212ao": no, // the Kelvin sign has a k for a lower case
		"en_US":                           `is not a language tag: write "-" for "_", as in "pt-BR"`,
		"de-x" + strings.Repeat("-a", 16): "36 bytes, at most 35 are allowed",
	} {
		if got, err := domain.ParseLanguage(tag); err == nil || err.Error() != want {
			t.Errorf("%q is %q, %v; want %q", tag, got, err, want)
		}
	}
}

func FuzzParseLanguage(f *testing.F) {
	for _, tag := range []string{"de", "pt-BR", "zh-Hant-TW", "en-u-ca-buddhist", "x-a", "en_US", "de-1901", "\u212ao"} {
		f.Add(tag)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		got, err := domain.ParseLanguage(tag)
		if err != nil {
			return
		}
		if len(got) != len(tag) || !strings.EqualFold(got, tag) || domain.CheckText(got, domain.MaxLanguage) != nil {
			t.Errorf("%q became %q", tag, got)
		}
		for _, other := range []string{got, strings.ToLower(tag), strings.ToUpper(tag)} {
			if again, err := domain.ParseLanguage(other); again != got || err != nil {
				t.Errorf("%q is %q, and %q is %q, %v", tag, got, other, again, err)
			}
		}
	})
}
