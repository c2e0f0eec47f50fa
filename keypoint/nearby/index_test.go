package nearby

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/quell-project/quell/keypoint"
)

// changed returns a code that differs in up to n bits.
func changed(r *rand.Rand, c keypoint.Code, n int) keypoint.Code {
	for range n {
		bit := r.IntN(256)
		c[bit/64] ^= 1 << (bit % 64)
	}
	return c
}

// TestIndexFindsWhatSharesABucket compares the index with a plain map over random changes: it finds the near codes that share the bucket of any
// table with the one asked for, and those alone.
func TestIndexFindsWhatSharesABucket(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		var x Index
		model := map[uint32]keypoint.Code{}
		var centres []keypoint.Code
		for range 40 {
			centres = append(centres, anyCode(r))
		}
		near := func() keypoint.Code { return changed(r, centres[r.IntN(len(centres))], r.IntN(40)) }
		for step := range 3000 {
			switch number := uint32(r.IntN(700)); {
			case r.IntN(3) > 0:
				model[number] = near()
				if err := x.Put(number, model[number]); err != nil {
					t.Fatal(err)
				}
			default:
				delete(model, number)
				x.Drop(number)
			}
			if x.Len() != len(model) {
				t.Fatalf("seed %d, step %d: %d codes, want %d", seed, step, x.Len(), len(model))
			}
			if step%5 > 0 {
				continue
			}
			code, within := near(), r.IntN(60)
			got, want := x.Near(nil, code, within), sharing(&x, model, code, within)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d, within %d of %x:\ngot  %v\nwant %v", seed, step, within, code, got, want)
			}
		}
	}
}

// sharing looks at every code.
func sharing(x *Index, model map[uint32]keypoint.Code, code keypoint.Code, within int) (hits []Hit) {
	keys := keysOf(&code)
	for number, c := range model {
		d := c.Distance(code)
		shares := false
		for t, key := range keysOf(&c) {
			shares = shares || x.bucket(key) == x.bucket(keys[t])
		}
		if shares && d <= within {
			hits = append(hits, Hit{number, d})
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Number, b.Number))
	})
	return hits
}

// TestIndexFindsAsManyAsItSays asks for codes that differ in bits drawn by chance.
func TestIndexFindsAsManyAsItSays(t *testing.T) {
	t.Parallel()
	const size, asked = 1 << 16, 2000
	r := rand.New(rand.NewPCG(7, 0))
	var x Index
	codes := make([]keypoint.Code, size)
	for i := range codes {
		codes[i] = anyCode(r)
		if err := x.Put(uint32(i), codes[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, bits := range []int{0, 5, 10, 20, 30, 44} {
		found := 0
		for i := range asked {
			code := codes[i]
			for _, bit := range r.Perm(256)[:bits] {
				code[bit/64] ^= 1 << (bit % 64)
			}
			if slices.Contains(x.Near(nil, code, bits), Hit{uint32(i), bits}) {
				found++
			}
		}
		share := float64(found) / asked
		want := 1 - math.Pow(1-math.Pow(1-float64(bits)/256, 17), tables)
		if math.Abs(share-want) > 0.06 {
			t.Errorf("at %d bits %.3f are found, want %.3f", bits, share, want)
		}
	}
}

func TestIndexLooksAtTheNewestOfACrowd(t *testing.T) {
	t.Parallel()
	var x Index
	code := anyCode(rand.New(rand.NewPCG(3, 0)))
	for n := range uint32(5 * longest) {
		if err := x.Put(n, code); err != nil {
			t.Fatal(err)
		}
	}
	hits := x.Near(nil, code, 0)
	if len(hits) != longest || hits[0] != (Hit{4 * longest, 0}) || hits[longest-1] != (Hit{5*longest - 1, 0}) {
		t.Errorf("%d found, %v", len(hits), hits)
	}
}

func TestIndexRefusesWhatItCannotNumber(t *testing.T) {
	t.Parallel()
	var x Index
	if err := x.Put(MaxNumber+1, keypoint.Code{}); err == nil {
		t.Error("a number above the greatest was put")
	}
	x.Drop(math.MaxUint32)
	x.Drop(17)
	if hits := x.Near(nil, keypoint.Code{}, 256); x.Len() != 0 || len(hits) != 0 {
		t.Errorf("%d codes, %v", x.Len(), hits)
	}
}

// TestIndexAppends keeps what is there, and takes no memory of its own.
func TestIndexAppends(t *testing.T) {
	var x Index
	if err := x.Put(5, keypoint.Code{1}); err != nil {
		t.Fatal(err)
	}
	hits := make([]Hit, 1, 100)
	hits[0] = Hit{9, 9}
	if got := x.Near(hits, keypoint.Code{1}, 3); !slices.Equal(got, []Hit{{9, 9}, {5, 0}}) {
		t.Errorf("got %v", got)
	}
	if n := testing.AllocsPerRun(10, func() { x.Near(hits, keypoint.Code{1}, 3) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if x.Bytes() != page*(64+32) { // a page of either
		t.Errorf("%d bytes", x.Bytes())
	}
}
