package hma

import (
	"math"
	"strings"
	"testing"
)

// The values are those of CPython: random.Random(seed).random().
func TestCoinflipIsThatOfCPython(t *testing.T) {
	t.Parallel()
	for seed, want := range map[string]float64{
		"":     0.9602256525641875,
		"0":    0.3616904771377427,
		"1":    0.4782479962566343,
		"2":    0.5558450440322502,
		"3":    0.8677521680526462,
		"42":   0.473659421919327,
		"1234": 0.24836460312826447,
		"abc":  0.7720246314157545,
		"é":    0.9689252893653495,
		"😀":    0.6501655957340894,
		"a b":  0.5821925196976209,
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": 0.25715254172050295,
		"f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22": 0.9294946910755135,
		strings.Repeat("seed", 1000):                                       0.9188357642440768,
		"\x00":                                                             0.761237843064138,
		"\x00\x00\x00\x00abc":                                              0.298215213545756,
	} {
		if got := coinflip(seed); got != want {
			t.Errorf("coinflip(%q) = %v, want %v", seed, got, want)
		}
	}
}

func TestWordsOfALongNumberHaveNoZerosAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bytes []byte
		want  []uint32
	}{
		{[]byte{0}, []uint32{0}},
		{[]byte{0, 0, 0, 0, 0, 0, 0, 7}, []uint32{7}},
		{[]byte{1, 0, 0, 0, 2}, []uint32{2, 1}},
	} {
		got := words(c.bytes)
		if len(got) != len(c.want) || got[0] != c.want[0] || got[len(got)-1] != c.want[len(c.want)-1] {
			t.Errorf("%v: %v, want %v", c.bytes, got, c.want)
		}
	}
}

func FuzzCoinflipIsAShare(f *testing.F) {
	f.Add("")
	f.Add("é")
	f.Fuzz(func(t *testing.T, seed string) {
		got := coinflip(seed)
		if got < 0 || got >= 1 || math.IsNaN(got) || got != coinflip(seed) {
			t.Errorf("coinflip(%q) = %v", seed, got)
		}
	})
}

func BenchmarkCoinflip(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		coinflip("facd8bcb2a49bcebdec1985298d5fe84bcd006c187c598c720c3c087b3fdb318")
	}
}
