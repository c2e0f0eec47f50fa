package bench

import (
	"bytes"
	"fmt"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"

	"golang.org/x/image/bmp"
	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/tiff"

	"github.com/quell-project/quell/internal/demo/art"
)

// drawn draws a picture of exactly this size, with grain as a camera makes it: without, a JPEG of flat colours has so few bits that
// decoding it would be far too easy.
func drawn(size image.Point) *image.RGBA { return drawnOf(3, size) }

// drawnOf is drawn with a choice of what is in the picture.
func drawnOf(seed uint64, size image.Point) *image.RGBA {
	scene := art.Picture(seed, min(max(size.X, size.Y), 1024))
	img := image.NewRGBA(image.Rectangle{Max: size})
	xdraw.ApproxBiLinear.Scale(img, img.Rect, scene, scene.Rect, draw.Src, nil)
	rng := rand.New(rand.NewPCG(1, uint64(size.X)))
	const grain = 7
	for i := 0; i < len(img.Pix); i += 4 {
		n := rng.IntN(2*grain+1) - grain
		for k := range 3 {
			img.Pix[i+k] = uint8(min(max(int(img.Pix[i+k])+n, 0), 255))
		}
	}
	return img
}

// decoded returns the picture in the forms in which decoders hand pictures over.
func decoded(img *image.RGBA) []form {
	grey := image.NewGray(img.Rect)
	draw.Draw(grey, img.Rect, img, image.Point{}, draw.Src)
	nrgba := image.NewNRGBA(img.Rect)
	copy(nrgba.Pix, img.Pix) // opaque, so that both are alike
	ycbcr := image.NewYCbCr(img.Rect, image.YCbCrSubsampleRatio420)
	copy(ycbcr.Y, grey.Pix)
	for i := range ycbcr.Cb {
		ycbcr.Cb[i], ycbcr.Cr[i] = 128+uint8(i%16), 120+uint8(i%24)
	}
	return []form{{"grey", grey}, {"RGBA", img}, {"NRGBA", nrgba}, {"YCbCr 4:2:0", ycbcr}}
}

type form struct {
	name string
	img  image.Image
}

// encoding is a kind of file.
type encoding struct {
	name  string
	write func(*bytes.Buffer, *image.RGBA) error
}

// encodings are the kinds of files that can be made here. JPEGs are baseline, with halved colours, as cameras write them.
var encodings = []encoding{
	{"JPEG", func(b *bytes.Buffer, img *image.RGBA) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 85}) }},
	{"PNG", func(b *bytes.Buffer, img *image.RGBA) error {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(b, img)
	}},
	{"GIF", func(b *bytes.Buffer, img *image.RGBA) error {
		paletted := image.NewPaletted(img.Rect, palette.Plan9)
		xdraw.Draw(paletted, img.Rect, img, image.Point{}, draw.Src)
		return gif.Encode(b, paletted, nil)
	}},
	{"WebP, lossless", func(b *bytes.Buffer, img *image.RGBA) error { b.Write(losslessWebP(img)); return nil }},
	{"BMP", func(b *bytes.Buffer, img *image.RGBA) error { return bmp.Encode(b, img) }},
	{"TIFF, deflate", func(b *bytes.Buffer, img *image.RGBA) error {
		return tiff.Encode(b, img, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
	}},
}

func (e encoding) file(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	if err := e.write(&b, img); err != nil {
		return nil, fmt.Errorf("encode a picture as %s: %w", e.name, err)
	}
	return b.Bytes(), nil
}
