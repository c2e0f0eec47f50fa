package media_test

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/pdq"
	"golang.org/x/image/tiff"
)

// What the check of one picture costs: decoding and hashing it. The pictures are drawn, with the noise that photographs have.
func BenchmarkDecodeAndHash(b *testing.B) {
	file := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			b.Fatal(err)
		}
		return data
	}
	one := noisy(art.Picture(benchSeed, 1152), noise)
	small := drawing(image.NewRGBA(image.Rect(0, 0, 320, 240)))
	paletted := image.NewPaletted(one.Rect, palette.Plan9)
	draw.Draw(paletted, one.Rect, one, image.Point{}, draw.Src)
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"JPEG 512x512", photoJPEG(b, 512, 512, 82)},
		{"JPEG 1 megapixel", photoJPEG(b, 1152, 864, 82)},
		{"JPEG 12 megapixels", photoJPEG(b, 4032, 3024, 93)},
		{"JPEG 1 megapixel progressive", file("progressive.jpg")},
		{"PNG 1 megapixel", pngOf(b, one)},
		{"PNG 1 megapixel transparent", pngOf(b, withAlpha{one})},
		{"GIF 1 megapixel", gifOf(b, paletted)},
		{"GIF 50 frames of 0.08", animatedGIF(b, 320, 240, 1, moving(b, small, 50)...)},
		{"WebP 1 megapixel lossy", file("lossy.webp")},
		{"WebP 1 megapixel lossless", file("lossless.webp")},
		{"BMP 1 megapixel", bmpOf(b, one)},
		{"TIFF 1 megapixel uncompressed", tiffOf(b, one, tiff.Uncompressed)},
		{"TIFF 1 megapixel deflated", tiffOf(b, one, tiff.Deflate)},
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

// How long a JPEG takes with each detail, and with image/jpeg for comparison; without hashing it.
func BenchmarkDecodeJPEG(b *testing.B) {
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"512x512", photoJPEG(b, 512, 512, 82)},
		{"1 megapixel", photoJPEG(b, 1152, 864, 82)},
		{"12 megapixels", photoJPEG(b, 4032, 3024, 93)},
	} {
		for _, detail := range []media.Detail{media.Full, media.Luma, media.Scaled, media.Small} {
			b.Run(c.name+" "+string(detail), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(c.data)))
				d := media.NewDecoder(media.Limits{JPEG: detail})
				for b.Loop() {
					if _, err := d.Decode(b.Context(), c.data, func(media.Frame) error { return nil }); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// benchSeed is that of a picture of 4 by 3.
const benchSeed = 4

// photoJPEG returns a drawn picture as a camera would save it: of a megapixel some 120 kB, of twelve some 3 MB.
func photoJPEG(b *testing.B, width, height, quality int) []byte {
	img := noisy(art.Picture(benchSeed, max(width, height*4/3)), noise).SubImage(image.Rect(0, 0, width, height))
	return encode(b, func(buf *bytes.Buffer) error { return jpeg.Encode(buf, img, &jpeg.Options{Quality: quality}) })
}

// noise is about that of a photograph.
const noise = 12

// noisy adds up to so much noise to a picture.
func noisy(img *image.RGBA, most int) *image.RGBA {
	r := rand.New(rand.NewPCG(8, 9))
	for i := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] = byte(min(255, max(0, int(img.Pix[i])+r.IntN(most+1)+r.IntN(most+1)-most)))
		}
	}
	return img
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
