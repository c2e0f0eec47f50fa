package keypoint

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func randomSet(dice *rand.Rand, n int) Set {
	s := make(Set, n)
	for i := range s {
		s[i] = Point{uint16(dice.Uint32()), uint16(dice.Uint32()), uint8(dice.Uint32()), uint8(dice.Uint32()), randomCode(dice)}
	}
	return s
}

// TestWrittenSetsAreRead writes sets of every length and reads them again.
func TestWrittenSetsAreRead(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 1))
	for n := range MostPoints + 1 {
		want := randomSet(dice, n)
		got, err := Parse(want.String())
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%d points: read as %d, %v", n, len(got), err)
		}
	}
}

// TestFormat holds the bytes still: sets that were written are read for ever.
func TestFormat(t *testing.T) {
	t.Parallel()
	s := Set{{X: 0x0102, Y: 0x0304, Size: 5, Angle: 6, Code: Code{0x0708090a0b0c0d0e, 1, 2, 0xff00000000000003}}}
	data, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	want := "\x01\x01" + "\x01\x02\x03\x04\x05\x06" + "\x07\x08\x09\x0a\x0b\x0c\x0d\x0e" +
		"\x00\x00\x00\x00\x00\x00\x00\x01" + "\x00\x00\x00\x00\x00\x00\x00\x02" + "\xff\x00\x00\x00\x00\x00\x00\x03"
	if string(data) != want {
		t.Errorf("% x, want % x", data, want)
	}
	if got, want := s.String(), "AQEBAgMEBQYHCAkKCwwNDgAAAAAAAAABAAAAAAAAAAL_AAAAAAAAAw"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestWrongFormsAreRefused reads what no set is written as.
func TestWrongFormsAreRefused(t *testing.T) {
	t.Parallel()
	encode := func(data ...byte) string { return base64.RawURLEncoding.EncodeToString(data) }
	whole := Set{{X: 1}, {X: 2}}.String()
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "0 bytes, want at least 2"},
		{"one byte", encode(1), "1 bytes, want at least 2"},
		{"another version", encode(2, 0), "version 2, want 1"},
		{"too many points", encode(1, MostPoints+1), "129 points, want at most 128"},
		{"a point too few", encode(1, 1), "2 bytes, want 40 for 1 points"},
		{"a byte too many", encode(1, 0, 0), "3 bytes, want 2 for 0 points"},
		{"cut off", whole[:len(whole)-4], "want 78 for 2 points"},
		{"a letter that is none", "AQ*A", "illegal base64"},
		{"the other alphabet", strings.Repeat("+", 8), "illegal base64"},
		{"padded", "AQA=", "illegal base64"},
		{"bits that count for nothing", "AQB", "illegal base64"},
		{"a line end", "AQ\nA", "line end"},
	} {
		s, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "points of a picture: ") {
			t.Errorf("%s: %d points, error %v; want one that says %q", c.name, len(s), err, c.says)
		}
		if s != nil {
			t.Errorf("%s: %d points beside an error", c.name, len(s))
		}
	}
}

// TestAtMostSoManyPointsAreWritten: what is beyond them is left out, so that what is written can be read.
func TestAtMostSoManyPointsAreWritten(t *testing.T) {
	t.Parallel()
	want := randomSet(rand.New(rand.NewPCG(2, 2)), MostPoints+3)
	got, err := Parse(want.String())
	if err != nil || !slices.Equal(got, want[:MostPoints]) {
		t.Errorf("%d points, %v", len(got), err)
	}
}
