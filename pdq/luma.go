package pdq

import (
	"image"
	"image/color"
)

// The weights of red, green and blue, multiplied out for each 8-bit value and rounded as the reference does.
var lumaR, lumaG, lumaB = weigh(0.299), weigh(0.587), weigh(0.114)

func weigh(weight float32) (t [256]float32) {
	for i := range t {
		t[i] = weight * float32(i)
	}
	return t
}

// lumaGrey holds the luma of each grey, which is the grey itself but for rounding: a grey picture has the hash of the
// same picture in colour.
var lumaGrey = func() (t [256]float32) {
	for i := range t {
		t[i] = luma(uint8(i), uint8(i), uint8(i))
	}
	return t
}()

// luma returns the luma of a colour, 0 to 255.
func luma(r, g, b uint8) float32 {
	return lumaR[r] + lumaG[g] + lumaB[b]
}

// lumaOf returns the luma of a colour as color.Color.RGBA gives it, laid over white and cut to 8 bits a channel.
func lumaOf(r, g, b, a uint32) float32 {
	if a != 0xffff {
		white := 0xffff - a&0xffff
		r, g, b = min(r+white, 0xffff), min(g+white, 0xffff), min(b+white, 0xffff)
	}
	return luma(uint8(r>>8), uint8(g>>8), uint8(b>>8))
}

// palette holds the luma of each index of a paletted picture. An index beyond the palette counts as black.
type palette [256]float32

func (p *palette) set(colors color.Palette) {
	clear(p[:])
	for i, c := range colors[:min(len(colors), len(p))] {
		p[i] = lumaOf(c.RGBA())
	}
}

// lumaRow writes the luma of row y of img from column x on, both counted from the top left corner, to dst. p is the
// palette of a paletted picture.
//
// What decoders make most often has a loop of its own. All other pictures of package image come through RGBA64Image,
// which costs no memory; At, the last resort, may cost an allocation a pixel. All give the same result.
func lumaRow(dst []float32, img image.Image, x, y int, p *palette) {
	corner := img.Bounds().Min
	x += corner.X
	y += corner.Y
	switch m := img.(type) {
	case *image.YCbCr:
		lumaRowYCbCr(dst, m, x, y)
	case *image.Gray:
		lumaRowGrey(dst, m.Pix[m.PixOffset(x, y):])
	case *image.Paletted:
		for i, v := range m.Pix[m.PixOffset(x, y):][:len(dst)] {
			dst[i] = p[v]
		}
	case *image.RGBA:
		pix := m.Pix[m.PixOffset(x, y):][:4*len(dst)]
		for i := range dst {
			c := pix[4*i:][:4]
			if c[3] == 0xff {
				dst[i] = luma(c[0], c[1], c[2])
			} else {
				dst[i] = lumaOf(color.RGBA{c[0], c[1], c[2], c[3]}.RGBA())
			}
		}
	case *image.NRGBA:
		pix := m.Pix[m.PixOffset(x, y):][:4*len(dst)]
		for i := range dst {
			c := pix[4*i:][:4]
			if c[3] == 0xff {
				dst[i] = luma(c[0], c[1], c[2])
			} else {
				dst[i] = lumaOf(color.NRGBA{c[0], c[1], c[2], c[3]}.RGBA())
			}
		}
	case image.RGBA64Image:
		for i := range dst {
			c := m.RGBA64At(x+i, y)
			dst[i] = lumaOf(uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A))
		}
	default:
		for i := range dst {
			dst[i] = lumaOf(img.At(x+i, y).RGBA())
		}
	}
}

func lumaRowGrey(dst []float32, pix []byte) {
	for i, v := range pix[:len(dst)] {
		dst[i] = lumaGrey[v]
	}
}

func lumaRowRGB(dst []float32, pix []byte) {
	pix = pix[:3*len(dst)]
	for i := range dst {
		c := pix[3*i:][:3]
		dst[i] = luma(c[0], c[1], c[2])
	}
}

// lumaRowYCbCr takes x and y as package image does, not from the corner.
func lumaRowYCbCr(dst []float32, m *image.YCbCr, x, y int) {
	shift := 0 // log2 of the pixels that share a chroma sample along the row
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		shift = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		shift = 2
	}
	if x < 0 { // package image rounds the place of a chroma sample towards zero, a shift does not
		for i := range dst {
			c := m.YCbCrAt(x+i, y)
			dst[i] = luma(color.YCbCrToRGB(c.Y, c.Cb, c.Cr))
		}
		return
	}
	chroma := m.COffset(x, y) - x>>shift
	for i, v := range m.Y[m.YOffset(x, y):][:len(dst)] {
		c := chroma + (x+i)>>shift
		dst[i] = luma(color.YCbCrToRGB(v, m.Cb[c], m.Cr[c]))
	}
}
