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
	"sync"
	"testing"

	"golang.org/x/image/tiff"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
	"github.com/quell-project/quell/pdq"
)

// What the check of one picture costs: decoding and hashing it. The pictures are drawn, with the noise that photographs have.
func BenchmarkDecodeAndHash(b *testing.B) {
	one := sync.OnceValue(func() *image.RGBA { return noisy(art.Picture(benchSeed, 1152), noise) })
	for _, c := range []struct {
		name string
		file func() []byte
	}{
		{"JPEG 512x512", func() []byte { return photoJPEG(b, 512, 512, 82) }},
		{"JPEG 1 megapixel", func() []byte { return photoJPEG(b, 1152, 864, 82) }},
		{"JPEG 12 megapixels", func() []byte { return photoJPEG(b, 4032, 3024, 93) }},
		{"JPEG 1 megapixel progressive", func() []byte { return fixture(b, "progressive.jpg") }},
		{"PNG 1 megapixel", func() []byte { return pngOf(b, one()) }},
		{"PNG 1 megapixel with alpha", func() []byte { return pngOf(b, mediatest.Translucent{Image: one()}) }},
		{"GIF 1 megapixel", func() []byte { return gifOf(b, paletted(one())) }},
		{"GIF 50 frames of 0.08", func() []byte {
			return animatedGIF(b, 320, 240, 1, moving(b, drawing(image.NewRGBA(image.Rect(0, 0, 320, 240))), 50)...)
		}},
		{"WebP 1 megapixel lossy", func() []byte { return fixture(b, "lossy.webp") }},
		{"WebP 1 megapixel lossless", func() []byte { return fixture(b, "lossless.webp") }},
		{"BMP 1 megapixel", func() []byte { return bmpOf(b, one()) }},
		{"TIFF 1 megapixel uncompressed", func() []byte { return tiffOf(b, one(), tiff.Uncompressed) }},
		{"TIFF 1 megapixel deflated", func() []byte { return tiffOf(b, one(), tiff.Deflate) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchmark(b, c.file(), media.Scaled, func(img image.Image) error {
				_, err := pdq.FromImage(img)
				return err
			})
		})
	}
}

// How long a JPEG takes with each detail, without hashing it. Full is image/jpeg.
func BenchmarkDecodeJPEG(b *testing.B) {
	for _, c := range []struct {
		name                   string
		width, height, quality int
	}{
		{"512x512", 512, 512, 82},
		{"1 megapixel", 1152, 864, 82},
		{"12 megapixels", 4032, 3024, 93},
	} {
		data := sync.OnceValue(func() []byte { return photoJPEG(b, c.width, c.height, c.quality) })
		for _, detail := range []media.Detail{media.Full, media.Luma, media.Scaled, media.Small} {
			b.Run(c.name+" "+string(detail), func(b *testing.B) {
				benchmark(b, data(), detail, func(image.Image) error { return nil })
			})
		}
	}
}

func benchmark(b *testing.B, data []byte, detail media.Detail, visit func(image.Image) error) {
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	d := media.NewDecoder(media.Limits{JPEG: detail})
	for b.Loop() {
		if _, err := d.Decode(b.Context(), data, func(f media.Frame) error { return visit(f.Image) }); err != nil {
			b.Fatal(err)
		}
	}
}

func fixture(b *testing.B, name string) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func paletted(img *image.RGBA) *image.Paletted {
	p := image.NewPaletted(img.Rect, palette.Plan9)
	draw.Draw(p, p.Rect, img, image.Point{}, draw.Src)
	return p
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
