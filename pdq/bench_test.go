package pdq_test

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"github.com/quell-project/quell/pdq"
)

// pictures returns a drawn scene with some noise as each kind of picture that decoders make most often.
func pictures(size image.Point) (names []string, all []image.Image) {
	drawn := scene(size.X, size.Y, 51, 100, 10)
	gray, nrgba := image.NewGray(drawn.Rect), image.NewNRGBA(drawn.Rect)
	ycbcr := image.NewYCbCr(drawn.Rect, image.YCbCrSubsampleRatio420)
	copy(nrgba.Pix, drawn.Pix) // all of it is opaque
	for y := range size.Y {
		for x := range size.X {
			c := drawn.RGBAAt(x, y)
			luma, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			gray.Pix[gray.PixOffset(x, y)] = luma
			ycbcr.Y[ycbcr.YOffset(x, y)] = luma
			ycbcr.Cb[ycbcr.COffset(x, y)], ycbcr.Cr[ycbcr.COffset(x, y)] = cb, cr
		}
	}
	return []string{"Gray", "RGBA", "NRGBA", "YCbCr420"}, []image.Image{gray, drawn, nrgba, ycbcr}
}

func BenchmarkFromImage(b *testing.B) {
	for _, size := range []image.Point{{64, 64}, {512, 512}, {1024, 768}, {1152, 864}, {4000, 3000}} {
		names, images := pictures(size)
		for i, img := range images {
			for _, path := range pdq.Paths() {
				b.Run(fmt.Sprintf("%dx%d/%s/%s", size.X, size.Y, names[i], path), func(b *testing.B) {
					h := pdq.NewHasher(path)
					if _, err := h.FromImage(img); err != nil { // which fills its buffers
						b.Fatal(err)
					}
					b.SetBytes(int64(size.X * size.Y))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := h.FromImage(img); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

func BenchmarkDihedral(b *testing.B) {
	img := scene(512, 512, 51, 100, 10)
	for _, path := range pdq.Paths() {
		b.Run(path, func(b *testing.B) {
			h := pdq.NewHasher(path)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.DihedralFromImage(img); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDistance(b *testing.B) {
	x, y := pdq.Hash{1, 2, 3, 4}, pdq.Hash{5, 6, 7, 8}
	for b.Loop() {
		x[0] += uint64(x.Distance(y))
	}
}
