package media_test

import (
	"image"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/pdq"
	"golang.org/x/image/tiff"
)

// What the check of one picture costs: decoding and hashing it.
func BenchmarkDecodeAndHash(b *testing.B) {
	img := drawing(image.NewRGBA(image.Rect(0, 0, 1152, 864)))
	small := drawing(image.NewRGBA(image.Rect(0, 0, 320, 240)))
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"1-megapixel JPEG", jpegOf(b, img)},
		{"1-megapixel PNG", pngOf(b, img)},
		{"1-megapixel TIFF", tiffOf(b, img, tiff.Deflate)},
		{"1-megapixel WebP", webpOf(losslessWebP(1152, 864, red))},
		{"GIF of 50 frames", animatedGIF(b, 320, 240, 1, moving(b, small, 50)...)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.data)))
			d := media.NewDecoder(media.Limits{})
			for b.Loop() {
				if _, err := d.Decode(b.Context(), c.data, func(f media.Frame) error {
					_, err := pdq.FromImage(f.Image)
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// moving returns frames in which a picture moves to the side.
func moving(b *testing.B, img *image.RGBA, n int) (frames []*image.Paletted) {
	paletted := image.NewPaletted(img.Rect, solid(1, 1, red).Palette)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			paletted.Set(x, y, img.At(x, y))
		}
	}
	for i := range n {
		f := image.NewPaletted(img.Rect, paletted.Palette)
		for j := range f.Pix {
			f.Pix[j] = paletted.Pix[(j+i)%len(f.Pix)]
		}
		frames = append(frames, f)
	}
	return frames
}

func BenchmarkVeil(b *testing.B) {
	img := drawing(image.NewRGBA(image.Rect(0, 0, 1152, 864)))
	for b.Loop() {
		if _, err := media.Veil(img); err != nil {
			b.Fatal(err)
		}
	}
}
