package pdq

import (
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"testing"
)

// converters returns one converter for each path, the portable one first.
func converters() []*converter {
	var all []*converter
	for _, path := range Paths() {
		all = append(all, &converter{vector: path == pathVector})
	}
	return all
}

var thorough = true // the race detector makes it ten times slower to look at all colours

// All 2^24 colours that a JPEG can hold have the luma of what color.YCbCrToRGB makes of them.
func TestLumaOfEveryYCbCr(t *testing.T) {
	t.Parallel()
	m := image.NewYCbCr(image.Rect(0, 0, 256, 1), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = uint8(i)
	}
	step := 1
	if !thorough {
		step = 5 // which still has both ends
	}
	var want, got [256]float32
	for cb := 0; cb < 256; cb += step {
		for i := range m.Cb {
			m.Cb[i] = uint8(cb)
		}
		for cr := 0; cr < 256; cr += step {
			for i := range m.Cr {
				m.Cr[i] = uint8(cr)
			}
			for i := range want {
				want[i] = luma(color.YCbCrToRGB(uint8(i), uint8(cb), uint8(cr)))
			}
			for _, c := range converters() {
				c.ycbcr(got[:], m, 0, 0)
				if got != want {
					t.Fatalf("cb %d, cr %d, vector %v: got %v, want %v", cb, cr, c.vector, got, want)
				}
			}
		}
	}
}

// Every value of a channel with every alpha has the luma that package image gives it over white.
func TestLumaOfEveryAlpha(t *testing.T) {
	t.Parallel()
	var pix [4 * 256]byte
	var want, got [256]float32
	for a := range 256 {
		for channel := range 3 {
			for v := range 256 {
				pix[4*v+channel], pix[4*v+3] = uint8(v), uint8(a)
			}
			for _, c := range converters() {
				for i := range want {
					want[i] = lumaOf(color.RGBA{pix[4*i], pix[4*i+1], pix[4*i+2], pix[4*i+3]}.RGBA())
				}
				if c.rgba(got[:], pix[:]); got != want {
					t.Errorf("RGBA, channel %d, alpha %d, vector %v: got %v, want %v", channel, a, c.vector, got, want)
				}
				for i := range want {
					want[i] = lumaOf(color.NRGBA{pix[4*i], pix[4*i+1], pix[4*i+2], pix[4*i+3]}.RGBA())
				}
				if c.nrgba(got[:], pix[:]); got != want {
					t.Errorf("NRGBA, channel %d, alpha %d, vector %v: got %v, want %v", channel, a, c.vector, got, want)
				}
			}
		}
	}
}

// rowConverters are the functions that convert a row, each with the bytes it needs of n pixels.
var rowConverters = []struct {
	name    string
	bytes   func(n int) int
	convert func(c *converter, dst []float32, pix []byte)
}{
	{"grey", func(n int) int { return n }, (*converter).grey},
	{"RGB", func(n int) int { return 3 * n }, (*converter).rgb},
	{"RGBA", func(n int) int { return 4 * n }, (*converter).rgba},
	{"NRGBA", func(n int) int { return 4 * n }, (*converter).nrgba},
	{"YCbCr 4:4:4", func(n int) int { return 3 * n }, planes(image.YCbCrSubsampleRatio444, 0)},
	{"YCbCr 4:2:0", func(n int) int { return 3 * n }, planes(image.YCbCrSubsampleRatio420, 0)},
	{"YCbCr 4:2:0, odd", func(n int) int { return 3*n + 2 }, planes(image.YCbCrSubsampleRatio420, 1)},
	{"YCbCr 4:1:1", func(n int) int { return 3 * n }, planes(image.YCbCrSubsampleRatio411, 0)},
}

// planes cuts pix into planes of the given ratio, each as short as its pixels allow, and converts them from column x on.
// The plane of Cr ends where pix ends.
func planes(ratio image.YCbCrSubsampleRatio, x int) func(c *converter, dst []float32, pix []byte) {
	return func(c *converter, dst []float32, pix []byte) {
		n := x + len(dst)
		m := &image.YCbCr{SubsampleRatio: ratio, YStride: n, CStride: n, Rect: image.Rect(0, 0, n, 1)}
		chroma := m.COffset(n-1, 0) + 1
		m.Cr = pix[len(pix)-chroma:]
		m.Cb = pix[len(pix)-2*chroma:][:chroma]
		m.Y = pix[:n]
		c.ycbcr(dst, m, x, 0)
	}
}

// Rows of every length come out the same on every path, opaque or not, and nothing is written behind their end.
func TestRowsOfEveryLength(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	for _, r := range rowConverters {
		for n := 1; n < 70; n++ {
			pix := make([]byte, r.bytes(n))
			for i := range pix {
				pix[i] = byte(random.Uint32())
				if i%4 == 3 && i/4*3 > n || i%64 == 3 { // opaque in the end, and here and there
					pix[i] = 255
				}
			}
			var rows [][]float32
			for _, c := range converters() {
				row := make([]float32, n+lanes)
				r.convert(c, row[:n], pix)
				rows = append(rows, row)
			}
			for _, row := range rows {
				if !slices.Equal(row, rows[0]) {
					t.Errorf("%s, %d pixels: got %v, want %v", r.name, n, row, rows[0])
				}
				if !slices.Equal(row[n:], make([]float32, lanes)) {
					t.Errorf("%s, %d pixels: written behind the end: %v", r.name, n, row[n:])
				}
			}
		}
	}
}
