package pdq

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// spectra returns spectra that are hard for a median: with values that are often the same, of both signs, with both
// zeros, all equal, sorted either way.
func spectra() []spectrum {
	random := rand.New(rand.NewPCG(13, 14))
	var all []spectrum
	add := func(value func(i int) float32) {
		var f spectrum
		for i := range order * order {
			f[i/order][i%order] = value(i)
		}
		all = append(all, f)
	}
	minus := float32(-1)
	for range 100 {
		add(func(int) float32 { return float32(random.NormFloat64() * 100) })
		add(func(int) float32 { return float32(random.IntN(3) - 1) })
		add(func(int) float32 { return float32(random.IntN(2)) * 0 * minus })
	}
	add(func(int) float32 { return 0 })
	add(func(int) float32 { return minus * 0 })
	add(func(int) float32 { return -1e-38 })
	add(func(i int) float32 { return float32(i) })
	add(func(i int) float32 { return float32(-i) })
	add(func(i int) float32 { return float32(i%128) - 64 })
	return all
}

func TestMedianAndHashOfHardSpectra(t *testing.T) {
	t.Parallel()
	for i, f := range spectra() {
		var all []float32
		for _, row := range f {
			all = append(all, row[:]...)
		}
		slices.Sort(all)
		median := all[127]
		if got := f.median(); got != median {
			t.Errorf("spectrum %d: median %v, want %v", i, got, median)
		}
		var want Hash
		for i := range order * order {
			if f[i/order][i%order] > median {
				want.setBit(i)
			}
		}
		for _, path := range Paths() {
			if got := NewHasher(path).hash(&f); got != want {
				t.Errorf("spectrum %d, %s: got %v, want %v", i, path, got, want)
			}
		}
	}
}

// Quality counts every pair of neighbours once, those at the edges too, and cuts each difference to whole percent.
func TestQualityCountsEveryPairOnce(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(15, 16))
	for _, path := range Paths() {
		h := NewHasher(path)
		for i := range side * side { // one bright pixel: its two to four neighbours differ by a hundred percent
			h.samples = samples{}
			y, x := i/side, i%side
			h.samples[y][x] = 255
			pairs := 4
			if y == 0 || y == side-1 {
				pairs--
			}
			if x == 0 || x == side-1 {
				pairs--
			}
			if got, want := h.quality(), pairs*100/90; got != want {
				t.Errorf("%s, pixel %d, %d: quality %d, want %d", path, x, y, got, want)
			}
		}
		for range 50 {
			for i := range side * side {
				h.samples[i/side][i%side] = 100 + 3*random.Float32()
			}
			if got, want := h.quality(), min(h.samples.gradient()/90, 100); got != want {
				t.Errorf("%s: quality %d, want %d", path, got, want)
			}
		}
	}
}
