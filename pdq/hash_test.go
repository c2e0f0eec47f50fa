package pdq_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/quell-project/quell/pdq"
)

func TestHashIsPrintedFromItsFirstWord(t *testing.T) {
	t.Parallel()
	const text = "f0e1d2c3b4a5968700000000000000010000000000000000fedcba9876543210"
	want := pdq.Hash{0xf0e1d2c3b4a59687, 1, 0, 0xfedcba9876543210}
	for _, s := range []string{text, strings.ToUpper(text)} {
		if got := parse(t, s); got != want {
			t.Errorf("%s is %x, want %x", s, got, want)
		}
	}
	if got := want.String(); got != text {
		t.Errorf("%x is printed as %s, want %s", want, got, text)
	}
	data, err := json.Marshal(want)
	if err != nil || string(data) != `"`+text+`"` {
		t.Errorf("as JSON: %s %v", data, err)
	}
	var back pdq.Hash
	if err := json.Unmarshal(data, &back); err != nil || back != want {
		t.Errorf("from JSON: %x %v", back, err)
	}
}

func TestParseNamesTheFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", "not 0 characters"},
		{strings.Repeat("0", 63), "not 63 characters"},
		{strings.Repeat("0", 65), "not 65 characters"},
		{strings.Repeat("0", 40) + "g" + strings.Repeat("0", 23), `character 41 of a hash is 'g'`},
		{" " + strings.Repeat("0", 63), `character 1 of a hash is ' '`},
		{"0x" + strings.Repeat("0", 62), `character 2 of a hash is 'x'`},
	} {
		if h, err := pdq.Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) || h != (pdq.Hash{}) {
			t.Errorf("Parse(%q) = %v, %v, want no hash and an error with %q", c.text, h, err, c.want)
		}
	}
	h := pdq.Hash{1}
	if err := h.UnmarshalText([]byte("no hash")); err == nil || h != (pdq.Hash{1}) {
		t.Errorf("after a failed UnmarshalText: %v, %v, want an error and no change", h, err)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	ones := pdq.Hash{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	for _, c := range []struct {
		a, b pdq.Hash
		want int
	}{
		{pdq.Hash{}, pdq.Hash{}, 0},
		{pdq.Hash{}, ones, pdq.Bits},
		{ones, ones, 0},
		{pdq.Hash{1, 2, 4, 8}, pdq.Hash{}, 4},
		{pdq.Hash{3}, pdq.Hash{6}, 2},
	} {
		if got := c.a.Distance(c.b); got != c.want || got != c.b.Distance(c.a) {
			t.Errorf("from %v to %v: %d, want %d both ways", c.a, c.b, got, c.want)
		}
	}
}

// What Parse accepts is printed back as it was, in small letters.
func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add(strings.Repeat("Ab", 32))
	f.Add(strings.Repeat("é", 32))
	f.Fuzz(func(t *testing.T, s string) {
		h, err := pdq.Parse(s)
		if err == nil && h.String() != strings.ToLower(s) {
			t.Errorf("%q is printed as %s", s, h)
		}
	})
}
