package pdq_test

import (
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/pdq"
)

// plain hides what kind of picture it holds, so that only At is left.
type plain struct{ image.Image }

// kinds returns a picture of every kind, filled with arbitrary pixels, transparent ones where the kind has them.
func kinds(bounds image.Rectangle) map[string]image.Image {
	random := rand.New(rand.NewPCG(3, 4))
	fill := func(pix ...[]byte) {
		for _, p := range pix {
			for i := range p {
				p[i] = byte(random.Uint32())
			}
		}
	}
	all := map[string]image.Image{}
	gray := image.NewGray(bounds)
	gray16 := image.NewGray16(bounds)
	rgba := image.NewRGBA(bounds) // with colours brighter than their alpha allows
	rgba64 := image.NewRGBA64(bounds)
	nrgba := image.NewNRGBA(bounds)
	nrgba64 := image.NewNRGBA64(bounds)
	cmyk := image.NewCMYK(bounds)
	alpha := image.NewAlpha(bounds)
	alpha16 := image.NewAlpha16(bounds)
	paletted := image.NewPaletted(bounds, append(color.Palette{color.Transparent, color.NRGBA{9, 99, 199, 120}}, palette.Plan9[:254]...))
	fill(gray.Pix, gray16.Pix, rgba.Pix, rgba64.Pix, nrgba.Pix, nrgba64.Pix, cmyk.Pix, alpha.Pix, alpha16.Pix, paletted.Pix)
	for i := 3; i < len(rgba.Pix); i += 12 { // every third pixel opaque
		rgba.Pix[i], nrgba.Pix[i] = 255, 255
	}
	for _, m := range []image.Image{gray, gray16, rgba, rgba64, nrgba, nrgba64, cmyk, alpha, alpha16, paletted} {
		all[fmt.Sprintf("%T", m)] = m
	}
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		ycbcr, nycbcra := image.NewYCbCr(bounds, ratio), image.NewNYCbCrA(bounds, ratio)
		fill(ycbcr.Y, ycbcr.Cb, ycbcr.Cr, nycbcra.Y, nycbcra.Cb, nycbcra.Cr, nycbcra.A)
		all[fmt.Sprintf("%T %v", ycbcr, ratio)] = ycbcr
		all[fmt.Sprintf("%T %v", nycbcra, ratio)] = nycbcra
	}
	return all
}

// The way a picture is read does not change its hash: every kind, whole or a part of a larger one, wherever its corner
// lies, has the hash of the same colours read one by one.
func TestEveryKindOfPictureEqualsItsColours(t *testing.T) {
	t.Parallel()
	for _, bounds := range []image.Rectangle{
		image.Rect(0, 0, 90, 70),
		image.Rect(-31, -17, 59, 53),
		image.Rect(7, 3, 71, 67), // 64×64, which is not filtered
	} {
		for name, img := range kinds(bounds) {
			part := img.(interface {
				SubImage(image.Rectangle) image.Image
			}).SubImage(bounds.Inset(9).Add(image.Pt(4, 5)))
			for _, m := range []image.Image{img, part} {
				if got, want := hash(t, m), hash(t, plain{m}); got != want {
					t.Errorf("%s %v: got %v, want %v", name, m.Bounds(), got, want)
				}
			}
		}
	}
}

// Transparent pixels count as what a white page shows.
func TestTransparencyIsLaidOverWhite(t *testing.T) {
	t.Parallel()
	for name, img := range kinds(image.Rect(0, 0, 90, 70)) {
		if name == "*image.RGBA" || name == "*image.RGBA64" {
			continue // some colours are brighter than their alpha allows, which Draw lets overflow
		}
		page := image.NewRGBA64(img.Bounds())
		draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(page, page.Rect, img, page.Rect.Min, draw.Over)
		if got, want := hash(t, img), hash(t, page); got.Hash.Distance(want.Hash) > 2 {
			t.Errorf("%s: %v, over white %v", name, got, want)
		}
	}
}

// IgnoreAlpha gives the stored colours, as if nothing had ever been transparent.
func TestIgnoreAlpha(t *testing.T) {
	t.Parallel()
	bounds := image.Rect(-4, 2, 86, 72)
	all := kinds(bounds)
	nrgba, nrgba64 := all["*image.NRGBA"].(*image.NRGBA), all["*image.NRGBA64"].(*image.NRGBA64)
	opaque, opaque64 := image.NewNRGBA(bounds), image.NewNRGBA64(bounds)
	copy(opaque.Pix, nrgba.Pix)
	copy(opaque64.Pix, nrgba64.Pix)
	for i := 3; i < len(opaque.Pix); i += 4 {
		opaque.Pix[i], opaque64.Pix[2*i], opaque64.Pix[2*i+1] = 0xff, 0xff, 0xff
	}
	for i := 6; i < len(opaque64.Pix); i += 8 {
		opaque64.Pix[i], opaque64.Pix[i+1] = 0xff, 0xff
	}
	nycbcra := all["*image.NYCbCrA YCbCrSubsampleRatio420"].(*image.NYCbCrA)
	paletted := all["*image.Paletted"].(*image.Paletted)
	opaquePaletted := *paletted
	opaquePaletted.Palette = append(color.Palette{color.Transparent, color.NRGBA{9, 99, 199, 255}}, palette.Plan9[:254]...)
	for _, c := range []struct{ img, want image.Image }{
		{nrgba, opaque}, {nrgba64, opaque64}, {nycbcra, &nycbcra.YCbCr}, {paletted, &opaquePaletted},
		{all["*image.Gray"], all["*image.Gray"]},
	} {
		got := pdq.IgnoreAlpha(c.img)
		if hash(t, got) != hash(t, c.want) || hash(t, plain{got}) != hash(t, c.want) {
			t.Errorf("%T: got %v, want %v", c.img, hash(t, got), hash(t, c.want))
		}
	}
}

// FromLuma and FromRGB agree with the pictures of package image, whatever lies between their rows.
func TestRawPixelsEqualPicture(t *testing.T) {
	t.Parallel()
	const width, height, stride = 83, 61, 271
	pix := make([]byte, stride*height)
	random := rand.New(rand.NewPCG(5, 6))
	for i := range pix {
		pix[i] = byte(random.Uint32())
	}
	gray := &image.Gray{Pix: pix, Stride: stride, Rect: image.Rect(0, 0, width, height)}
	rgba := image.NewRGBA(gray.Rect)
	for y := range height {
		for x := range width {
			c := pix[y*stride+3*x:]
			rgba.SetRGBA(x, y, color.RGBA{c[0], c[1], c[2], 255})
		}
	}
	last := (height-1)*stride + 3*width // nothing is read behind the last pixel
	if got, err := pdq.FromRGB(pix[:last], width, height, stride); err != nil || got != hash(t, rgba) {
		t.Errorf("RGB: got %v %v, want %v", got, err, hash(t, rgba))
	}
	if got, err := pdq.FromLuma(pix[:last], width, height, stride); err != nil || got != hash(t, gray) {
		t.Errorf("luma: got %v %v, want %v", got, err, hash(t, gray))
	}
}
