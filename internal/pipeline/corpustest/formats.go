package corpustest

import (
	"bytes"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// Format is a kind of file of which the corpus has mutants.
type Format struct {
	Name string
	Make func(r *rand.Rand) []byte // a sound file, small; another one for another r
}

// Formats lists the formats: pictures first, then what holds them.
func Formats() []Format {
	return slices.Concat(pictures(), avifFormats, containers())
}

func pictures() []Format {
	return []Format{
		{"JPEG", func(r *rand.Rand) []byte { return jpegOf(drawing(r, 64, 48), 75) }},
		{"grey JPEG", func(r *rand.Rand) []byte { return jpegOf(grey(drawing(r, 48, 64)), 40) }},
		{"progressive JPEG", func(*rand.Rand) []byte { return mediatest.FlatJPEG(64, 48, 3, true, 3, 20) }},
		{"CMYK JPEG", func(*rand.Rand) []byte { return mediatest.FlatJPEG(40, 40, 4, false, 1, 60) }},
		{"PNG", func(r *rand.Rand) []byte { return PNG(drawing(r, 64, 48)) }},
		{"grey PNG", func(r *rand.Rand) []byte { return PNG(grey(drawing(r, 40, 40))) }},
		{"paletted PNG", func(r *rand.Rand) []byte { return PNG(paletted(drawing(r, 40, 40), palette.WebSafe[:16])) }},
		{"deep PNG", func(r *rand.Rand) []byte { return PNG(deep(drawing(r, 24, 24))) }},
		{"animated PNG", func(r *rand.Rand) []byte {
			return animatedPNG(drawing(r, 24, 24), drawing(r, 24, 24), drawing(r, 24, 24))
		}},
		{"GIF", func(r *rand.Rand) []byte { return gifOf(drawing(r, 64, 48)) }},
		{"animated GIF", func(r *rand.Rand) []byte { return gifOf(drawing(r, 32, 32), drawing(r, 32, 32), drawing(r, 32, 32)) }},
		{"WebP", func(r *rand.Rand) []byte { return mediatest.WebP(mediatest.LosslessWebP(64, 48, colour(r))) }},
		{"lossy WebP", func(*rand.Rand) []byte { return mediatest.WebP(mediatest.LossyPixel()) }},
		{"animated WebP", func(r *rand.Rand) []byte {
			return mediatest.WebP(mediatest.WebPHeader(2, 16, 16), mediatest.WebPFrame(image.Rect(0, 0, 16, 16), colour(r), 0), mediatest.WebPFrame(image.Rect(0, 0, 16, 16), colour(r), 0), mediatest.WebPFrame(image.Rect(0, 0, 16, 16), colour(r), 0))
		}},
		{"BMP", func(r *rand.Rand) []byte {
			return written(func(b *bytes.Buffer) error { return bmp.Encode(b, drawing(r, 40, 30)) })
		}},
		{"TIFF", func(r *rand.Rand) []byte { return tiffOf(drawing(r, 40, 30), tiff.Uncompressed) }},
		{"packed TIFF", func(r *rand.Rand) []byte { return tiffOf(drawing(r, 40, 30), tiff.Deflate) }},
	}
}

// written returns what is written; nothing that is written here can fail.
func written(write func(*bytes.Buffer) error) []byte {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// drawing draws discs on a slope.
func drawing(r *rand.Rand, width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / width), uint8(255 * y / height), uint8(3 * (x + y)), 255})
		}
	}
	for range 5 {
		at, size, c := image.Pt(r.IntN(width), r.IntN(height)), 2+r.IntN(width/4), colour(r)
		for y := range height {
			for x := range width {
				if d := image.Pt(x, y).Sub(at); d.X*d.X+d.Y*d.Y < size*size {
					img.SetNRGBA(x, y, c)
				}
			}
		}
	}
	return img
}

func colour(r *rand.Rand) color.NRGBA {
	return color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
}

// in copies a picture into another kind.
func in[T draw.Image](img image.Image, kind T) T {
	draw.Draw(kind, kind.Bounds(), img, img.Bounds().Min, draw.Src)
	return kind
}

func grey(img image.Image) image.Image { return in(img, image.NewGray(img.Bounds())) }

func deep(img image.Image) image.Image { return in(img, image.NewNRGBA64(img.Bounds())) }

func paletted(img image.Image, p color.Palette) *image.Paletted {
	return in(img, image.NewPaletted(img.Bounds(), p))
}

func jpegOf(img image.Image, quality int) []byte {
	return written(func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: quality}) })
}

// PNG returns a picture as a PNG file.
func PNG(img image.Image) []byte {
	return written(func(b *bytes.Buffer) error { return png.Encode(b, img) })
}

func gifOf(frames ...image.Image) []byte {
	var g gif.GIF
	for _, f := range frames {
		g.Image, g.Delay, g.Disposal = append(g.Image, paletted(f, palette.Plan9)), append(g.Delay, 10), append(g.Disposal, gif.DisposalPrevious)
	}
	return written(func(b *bytes.Buffer) error { return gif.EncodeAll(b, &g) })
}

func tiffOf(img image.Image, c tiff.CompressionType) []byte {
	return written(func(b *bytes.Buffer) error { return tiff.Encode(b, img, &tiff.Options{Compression: c}) })
}
