package pdq_test

import (
	"fmt"
	"image"
	"testing"

	"github.com/quell-project/quell/pdq"
)

func BenchmarkFromImage(b *testing.B) {
	for _, size := range []image.Point{{64, 64}, {512, 512}, {1152, 864}, {4000, 3000}} {
		bounds := image.Rectangle{Max: size}
		for _, img := range []image.Image{
			image.NewGray(bounds), image.NewRGBA(bounds), image.NewYCbCr(bounds, image.YCbCrSubsampleRatio420),
		} {
			b.Run(fmt.Sprintf("%T/%dx%d", img, size.X, size.Y), func(b *testing.B) {
				b.SetBytes(int64(size.X * size.Y))
				b.ReportAllocs()
				var h pdq.Hasher
				for b.Loop() {
					if _, err := h.FromImage(img); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDihedral(b *testing.B) {
	img := image.NewGray(image.Rect(0, 0, 512, 512))
	var h pdq.Hasher
	for b.Loop() {
		if _, err := h.DihedralFromImage(img); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDistance(b *testing.B) {
	x, y := pdq.Hash{1, 2, 3, 4}, pdq.Hash{5, 6, 7, 8}
	for b.Loop() {
		x[0] += uint64(x.Distance(y))
	}
}
