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

// converter turns rows of pixels into luma.
type converter struct {
	vector  bool         // whether to use vector instructions; the results are the same
	palette [256]float32 // the luma of each index of a paletted picture; an index beyond the palette counts as black
}

func (c *converter) setPalette(colors color.Palette) {
	clear(c.palette[:])
	for i, v := range colors[:min(len(colors), len(c.palette))] {
		c.palette[i] = lumaOf(v.RGBA())
	}
}

// row writes the luma of row y of img from column x on, both counted from the top left corner, to dst.
//
// What decoders make most often has a loop of its own. All other pictures of package image come through RGBA64Image,
// which costs no memory; At, the last resort, may cost an allocation a pixel. All give the same result.
func (c *converter) row(dst []float32, img image.Image, x, y int) {
	corner := img.Bounds().Min
	x += corner.X
	y += corner.Y
	switch m := img.(type) {
	case *image.YCbCr:
		c.ycbcr(dst, m, x, y)
	case *image.Gray:
		c.grey(dst, m.Pix[m.PixOffset(x, y):])
	case *image.RGBA:
		c.rgba(dst, m.Pix[m.PixOffset(x, y):])
	case *image.NRGBA:
		c.nrgba(dst, m.Pix[m.PixOffset(x, y):])
	case *image.Paletted:
		for i, v := range m.Pix[m.PixOffset(x, y):][:len(dst)] {
			dst[i] = c.palette[v]
		}
	case image.RGBA64Image:
		for i := range dst {
			v := m.RGBA64At(x+i, y)
			dst[i] = lumaOf(uint32(v.R), uint32(v.G), uint32(v.B), uint32(v.A))
		}
	default:
		for i := range dst {
			dst[i] = lumaOf(img.At(x+i, y).RGBA())
		}
	}
}

// The loops below leave all but the end of a row to vector instructions where there are some.

func (c *converter) grey(dst []float32, pix []byte) {
	done := 0
	if c.vector {
		done = lumaGreyVector(dst, pix)
	}
	pix = pix[:len(dst)]
	for i := done; i < len(dst); i++ {
		dst[i] = lumaGrey[pix[i]]
	}
}

func (c *converter) rgb(dst []float32, pix []byte) {
	done := 0
	if c.vector {
		done = lumaRGBVector(dst, pix)
	}
	pix = pix[:3*len(dst)]
	for i := done; i < len(dst); i++ {
		p := pix[3*i:][:3]
		dst[i] = luma(p[0], p[1], p[2])
	}
}

func (c *converter) rgba(dst []float32, pix []byte) {
	done := 0
	if c.vector {
		done = lumaRGBAVector(dst, pix)
	}
	pix = pix[:4*len(dst)]
	for i := done; i < len(dst); i++ {
		p := pix[4*i:][:4]
		if p[3] == 0xff {
			dst[i] = luma(p[0], p[1], p[2])
		} else {
			dst[i] = lumaOf(color.RGBA{p[0], p[1], p[2], p[3]}.RGBA())
		}
	}
}

func (c *converter) nrgba(dst []float32, pix []byte) {
	for len(dst) > 0 {
		n := len(dst)
		if c.vector { // which know opaque pixels only
			done := lumaNRGBAVector(dst, pix)
			dst, pix = dst[done:], pix[4*done:]
			n = min(lanes, len(dst))
		}
		for i := range dst[:n] {
			p := pix[4*i:][:4]
			if p[3] == 0xff {
				dst[i] = luma(p[0], p[1], p[2])
			} else {
				dst[i] = lumaOf(color.NRGBA{p[0], p[1], p[2], p[3]}.RGBA())
			}
		}
		dst, pix = dst[n:], pix[4*n:]
	}
}

// ycbcr takes x and y as package image does, not from the corner.
func (c *converter) ycbcr(dst []float32, m *image.YCbCr, x, y int) {
	shift := 0 // log2 of the pixels that share a chroma sample along the row
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		shift = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		shift = 2
	}
	if x < 0 { // package image rounds the place of a chroma sample towards zero, a shift does not
		for i := range dst {
			v := m.YCbCrAt(x+i, y)
			dst[i] = luma(color.YCbCrToRGB(v.Y, v.Cb, v.Cr))
		}
		return
	}
	ys := m.Y[m.YOffset(x, y):][:len(dst)]
	chroma := m.COffset(x, y)
	cb, cr := m.Cb[chroma:], m.Cr[chroma:]
	before := x & (1<<shift - 1) // pixels that share the first chroma sample but lie before x
	done := 0
	if c.vector && before == 0 {
		done = lumaYCbCrVector(dst, ys, cb, cr, shift)
	}
	for i := done; i < len(ys); i++ {
		at := (before + i) >> shift
		dst[i] = luma(color.YCbCrToRGB(ys[i], cb[at], cr[at]))
	}
}
