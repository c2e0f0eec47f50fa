//go:build nodynamic && !wasm2go

package media_test

import (
	"image"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/pdq"
)

// What the check of an AVIF costs, as BenchmarkDecodeAndHash has it for others. The compilation of the decoder is not in it.
func BenchmarkDecodeAndHashAVIF(b *testing.B) {
	for name, size := range map[string]image.Rectangle{"512x512": image.Rect(0, 0, 512, 512), "1 megapixel": image.Rect(0, 0, 1152, 864)} {
		picture := noisy(art.Picture(benchSeed, 1152), noise)
		img := image.NewRGBA(size)
		for y := range size.Dy() {
			copy(img.Pix[y*img.Stride:][:4*size.Dx()], picture.Pix[picture.PixOffset(picture.Rect.Min.X, picture.Rect.Min.Y+y):])
		}
		data := avifOf(b, img)
		b.Run(name, func(b *testing.B) {
			benchmark(b, data, media.Scaled, func(img image.Image) error {
				_, err := pdq.FromImage(img)
				return err
			})
		})
	}
}
