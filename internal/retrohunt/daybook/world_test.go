package daybook

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
)

// owner is a made-up upload.
func owner(n int) Owner {
	o := Owner{Account: [8]byte{byte(n % 7), 1}}
	o.Upload = [16]byte{0x01, 0x9a, byte(n >> 16), byte(n >> 8), byte(n), 0, 0x70, 0, 0x80}
	return o
}

func code(dice *rand.Rand) hamming.Code {
	return hamming.Code{dice.Uint64(), dice.Uint64(), dice.Uint64(), dice.Uint64()}
}

// near differs from a code in so many bits.
func near(c hamming.Code, bits int) hamming.Code {
	for i := range bits {
		c[i%4] ^= 1 << (7 * i % 61)
	}
	return c
}

func prints(dice *rand.Rand) []domain.Fingerprint {
	all := []domain.Fingerprint{
		{Type: domain.PDQ, Value: code(dice).String()},
		{Type: domain.SHA256, Value: code(dice).String()},
		{Type: domain.MD5, Value: code(dice).String()[:32]},
	}
	return all[:1+dice.IntN(3)]
}

// entries are made-up uploads of a day, numbered from first on.
func entries(day Day, first, n int, dice *rand.Rand) (all []Entry) {
	for i := range n {
		all = append(all, Entry{day, owner(first + i), prints(dice)})
	}
	return all
}

// columnsOf are the rows of uploads.
func columnsOf(t testing.TB, all []Entry) *Columns {
	t.Helper()
	c := &Columns{}
	for _, e := range all {
		if err := c.Add(e.Owner, e.Prints); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// naive says which uploads are wanted by comparing everything with everything.
func naive(all []Entry, w *Wanted, digests map[string]bool) map[Owner]bool {
	found := map[Owner]bool{}
	for _, e := range all {
		for _, f := range e.Prints {
			if f.Type != domain.PDQ {
				found[e.Owner] = found[e.Owner] || digests[string(f.Type)+f.Value[:32]]
				continue
			}
			c, _ := hamming.ParseCode(f.Value)
			for i, q := range w.Codes {
				d := hamming.Distance(c, q)
				if d <= w.Radius && (w.Near == nil || w.Near(i, d)) {
					found[e.Owner] = true
				}
			}
		}
		if !found[e.Owner] {
			delete(found, e.Owner)
		}
	}
	return found
}

// wanted looks for about so many of what uploads have, and for as much that nobody has.
func wanted(all []Entry, n int, dice *rand.Rand) (*Wanted, map[string]bool) {
	w := &Wanted{Radius: 31, Near: func(i, distance int) bool { return distance <= 10+i%20 }}
	known := map[string]bool{}
	sets := map[domain.SignalType][]Digest{}
	for range n {
		f := all[dice.IntN(len(all))].Prints
		for _, f := range append(f, prints(dice)...) {
			if f.Type == domain.PDQ {
				c, _ := hamming.ParseCode(f.Value)
				w.Codes = append(w.Codes, near(c, dice.IntN(40)))
				continue
			}
			d, _ := ParseDigest(f.Value)
			sets[f.Type] = append(sets[f.Type], d)
			known[string(f.Type)+hex.EncodeToString(d[:])] = true
		}
	}
	w.SHA256, w.MD5 = NewDigestSet(sets[domain.SHA256]), NewDigestSet(sets[domain.MD5])
	return w, known
}

func set(found []Owner) map[Owner]bool {
	m := map[Owner]bool{}
	for _, o := range found {
		if m[o] {
			panic(fmt.Sprint("twice: ", o))
		}
		m[o] = true
	}
	return m
}

func noRest() error { return nil }
