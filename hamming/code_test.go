package hamming

import (
	"math/big"
	"strings"
	"testing"
)

func TestCodePrintsAsABigEndianNumber(t *testing.T) {
	t.Parallel()
	c := Code{0x0123456789abcdef, 0, 0, 1}
	const want = "0123456789abcdef" + "0000000000000000" + "0000000000000000" + "0000000000000001"
	if got := c.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseCodeIsTheInverseOfString(t *testing.T) {
	t.Parallel()
	rng := newRand(1)
	for range 100 {
		c := randomCode(rng)
		for _, s := range []string{c.String(), strings.ToUpper(c.String())} {
			if got, err := ParseCode(s); err != nil || got != c {
				t.Fatalf("ParseCode(%s) = %v, %v", s, got, err)
			}
		}
	}
}

func TestParseCodeRefusesWithTheReason(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ in, want string }{
		"empty":     {"", "0 characters"},
		"short":     {strings.Repeat("0", 63), "63 characters"},
		"long":      {strings.Repeat("0", 65), "65 characters"},
		"not hex":   {strings.Repeat("0", 63) + "g", "'g'"},
		"not ASCII": {strings.Repeat("0", 62) + "é", "invalid byte"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseCode(test.in); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

func TestDistanceCountsDifferingBits(t *testing.T) {
	t.Parallel()
	rng := newRand(2)
	for d := range 257 {
		a := randomCode(rng)
		b := codeNear(rng, a, d)
		if Distance(a, b) != d || Distance(b, a) != d {
			t.Fatalf("distance %d and %d, want %d", Distance(a, b), Distance(b, a), d)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add(strings.Repeat("0f", 32))
	f.Add(strings.Repeat("A", 64))
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		n, isHex := new(big.Int).SetString(s, 16)
		isCode := len(s) == 64 && isHex && !strings.ContainsAny(s, "+-_")
		if (err == nil) != isCode {
			t.Fatalf("ParseCode(%q): %v", s, err)
		}
		if err == nil && (c.String() != strings.ToLower(s) || n.Bit(0) != uint(c[3]&1)) {
			t.Fatalf("ParseCode(%q) = %v", s, c)
		}
	})
}
