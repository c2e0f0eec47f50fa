package hamming

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// model is an index as simple as can be.
type model map[uint64]Code

func (m model) search(q Code, radius int) []Hit {
	var hits []Hit
	for id, c := range m {
		if d := Distance(c, q); d <= radius {
			hits = append(hits, Hit{id, d})
		}
	}
	return sortHits(hits)
}

func sortHits(hits []Hit) []Hit {
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return hits
}

func modelOf(entries []Entry) model {
	m := make(model)
	for _, e := range entries {
		m[e.ID] = e.Code
	}
	return m
}

// mustMatch fails unless the index holds what the model holds, asking with the
// given queries, each at one of all radii in turn.
func mustMatch(t *testing.T, x *Index, m model, queries []Code) {
	t.Helper()
	if x.Len() != len(m) {
		t.Fatalf("Len is %d, want %d", x.Len(), len(m))
	}
	for i, q := range queries {
		radius := i % (MaxRadius + 1)
		mustEqual(t, fmt.Sprintf("radius %d around %v", radius, q), mustSearch(t, x, q, radius), m.search(q, radius))
	}
}

func mustEqual(t *testing.T, what string, got, want []Hit) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s (-want +got):\n%.4000s", what, gocmp.Diff(want, got))
	}
}

func mustSearch(t testing.TB, x *Index, q Code, radius int) []Hit {
	t.Helper()
	hits, err := x.Search(nil, q, radius)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func mustInsert(t testing.TB, x *Index, entries ...Entry) {
	t.Helper()
	for _, e := range entries {
		if err := x.Insert(e.ID, e.Code); err != nil {
			t.Fatal(err)
		}
	}
}

func mustInsertBatch(t testing.TB, x *Index, entries []Entry) {
	t.Helper()
	if err := x.InsertBatch(entries); err != nil {
		t.Fatal(err)
	}
}

// newTestIndex returns an index that is closed when the test ends.
func newTestIndex(t testing.TB, opts Options) *Index {
	t.Helper()
	x := New(opts)
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func randomCode(rng *rand.Rand) Code {
	return Code{rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64()}
}

// codeNear returns a code at distance d from c.
func codeNear(rng *rand.Rand, c Code, d int) Code {
	for _, bit := range rng.Perm(256)[:d] {
		c[bit/64] ^= 1 << (bit % 64)
	}
	return c
}

func codesOfEntries(entries []Entry) []Code {
	codes := make([]Code, len(entries))
	for i, e := range entries {
		codes[i] = e.Code
	}
	return codes
}

// randomEntries returns codes all over the space.
func randomEntries(rng *rand.Rand, n int) []Entry {
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = Entry{ID: uint64(i), Code: randomCode(rng)}
	}
	return entries
}

// clusteredEntries returns codes that lie at most 40 bits from one of a few
// centres, which they also return.
func clusteredEntries(rng *rand.Rand, n, clusters int) (entries []Entry, centres []Code) {
	for range clusters {
		centres = append(centres, randomCode(rng))
	}
	for i := range n {
		c := codeNear(rng, centres[rng.IntN(clusters)], rng.IntN(41))
		entries = append(entries, Entry{ID: uint64(i), Code: c})
	}
	return entries, centres
}

// queriesAround returns n queries at distances 0 to 70 from the given codes.
func queriesAround(rng *rand.Rand, codes []Code, n int) []Code {
	queries := make([]Code, n)
	for i := range queries {
		queries[i] = codeNear(rng, codes[rng.IntN(len(codes))], rng.IntN(71))
	}
	return queries
}
