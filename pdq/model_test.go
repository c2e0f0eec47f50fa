package pdq

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// modelSamples is the definition of the samples, written for clarity: the whole picture goes through each pass.
func modelSamples(pix []float32, width, height int) (out samples) {
	if width == side && height == side {
		for y := range out {
			copy(out[y][:], pix[y*width:])
		}
		return out
	}
	line := func(from, stride, n int) { // filters n values of pix in place
		values := make([]float32, n)
		for i := range values {
			values[i] = pix[from+i*stride]
		}
		w := (n + 127) / 128
		half := (w + 2) / 2
		sum, first, last := float32(0), 0, 0 // of values[first:last]
		for i := range values {
			for last < i+half && last < n {
				sum += values[last]
				last++
				if last-first > w {
					sum -= values[first]
					first++
				}
			}
			if i+half > n {
				sum -= values[first]
				first++
			}
			pix[from+i*stride] = sum / float32(last-first)
		}
	}
	for range 2 {
		for y := range height {
			line(y*width, 1, width)
		}
		for x := range width {
			line(x, width, height)
		}
	}
	for i := range out {
		for j := range out[i] {
			y := int((float64(i) + 0.5) * float64(height) / side)
			x := int((float64(j) + 0.5) * float64(width) / side)
			out[i][j] = pix[y*width+x]
		}
	}
	return out
}

// modelSpectrum is the definition of the spectrum: each value is one sum of products after another.
func modelSpectrum(s *samples) (out spectrum) {
	dot := func(n int, a, b func(k int) float32) float32 {
		sum := float32(0)
		for k := range n {
			product := a(k) * b(k)
			sum += float32(product)
		}
		return sum
	}
	for i := range out {
		var down [side]float32
		for j := range down {
			down[j] = dot(side, func(k int) float32 { return basis[i][k] }, func(k int) float32 { return s[k][j] })
		}
		for j := range out[i] {
			out[i][j] = dot(side, func(k int) float32 { return down[k] }, func(k int) float32 { return basis[j][k] })
		}
	}
	return out
}

// The sweep gives the same samples as the passes over the whole picture, bit for bit, for every size.
func TestSweepEqualsPassesOverWholePicture(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	sizes := [][2]int{{5, 5}, {5, 700}, {700, 5}, {63, 65}, {64, 64}, {64, 65}, {127, 128}, {128, 129}, {129, 257}, {513, 640}}
	for range 60 {
		sizes = append(sizes, [2]int{5 + random.IntN(400), 5 + random.IntN(400)})
	}
	var hashers []*Hasher // one of each path for all: what a picture leaves in the buffers must not matter
	for _, path := range Paths() {
		hashers = append(hashers, NewHasher(path))
	}
	for _, size := range sizes {
		width, height := size[0], size[1]
		pix := make([]byte, width*height)
		values := make([]float32, len(pix))
		for i := range pix {
			pix[i] = byte(random.Uint32())
			values[i] = lumaGrey[pix[i]]
		}
		want := modelSamples(values, width, height)
		for i, h := range hashers {
			if err := h.readLuma(pix, width, height, width); err != nil {
				t.Fatal(err)
			}
			if h.samples != want {
				t.Errorf("%d×%d, %s: the samples differ", width, height, Paths()[i])
			}
			if h.spectrum != modelSpectrum(&want) {
				t.Errorf("%d×%d, %s: the spectra differ", width, height, Paths()[i])
			}
		}
	}
}

func TestMedianIsLowerMiddle(t *testing.T) {
	t.Parallel()
	var f spectrum
	var all []float32
	for i := range f {
		for j := range f[i] {
			f[i][j] = float32((i*order + j) * 37 % 256)
			all = append(all, f[i][j])
		}
	}
	slices.Sort(all)
	if got := f.median(); got != all[127] {
		t.Errorf("median %v, want %v", got, all[127])
	}
	ones := 0
	for _, w := range f.hash() {
		for ; w != 0; w &= w - 1 {
			ones++
		}
	}
	if ones != 128 {
		t.Errorf("%d bits are set, want the half that is above the median", ones)
	}
}

// The table of cosines is the same everywhere: no entry lies so near the middle between two float32 that the last digits
// of a platform's cosine could round it the other way, and the bits are these.
func TestBasisDoesNotDependOnPlatform(t *testing.T) {
	t.Parallel()
	sum := fnv.New64a()
	scale := float64(float32(math.Sqrt(2.0 / side)))
	for i := range basis {
		for j, got := range basis[i] {
			exact := scale * math.Cos(math.Pi/2/side*float64(i+1)*float64(2*j+1))
			for _, change := range []float64{-1e-12, 1e-12} {
				if float32(exact*(1+change)) != got {
					t.Errorf("basis[%d][%d] = %v is at the edge of rounding", i, j, got)
				}
			}
			binary.Write(sum, binary.LittleEndian, got)
		}
	}
	if got, want := sum.Sum64(), uint64(0x4d9a13ea83b0b0c5); got != want {
		t.Errorf("the bits of the table have the sum %#x, want %#x", got, want)
	}
}

// After a huge picture the pool holds no huge buffers, after an ordinary one it holds what the next needs.
func TestPoolKeepsNoHugeBuffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		width, height int
		kept          bool
	}{
		{"a megapixel", 1000, 1000, true},
		{"a hundred megapixels", 10_000, 10_000, true},
		{"a wide strip", MaxSide, 200, false},
	} {
		var h Hasher
		h.tent.reset(c.width, c.height)
		before := h.tent.held()
		h.trim()
		if after := h.tent.held(); after > pooled || (after == before) != c.kept {
			t.Errorf("%s: %d of %d values are kept, want all: %v", c.name, after, before, c.kept)
		}
	}
}
