package pdq

import (
	"image"
	"image/color"
)

// IgnoreAlpha returns img with every pixel opaque, in the colour that is stored even where it is transparent. Hashes of
// transparent pictures made by Python ThreatExchange, and so by HMA, are hashes of this, which nobody sees; to match
// them, hash both img and IgnoreAlpha(img).
//
// It shares the pixels of img. It returns img itself unless the kind of picture keeps colour and transparency apart:
// *image.NRGBA, *image.NRGBA64, *image.NYCbCrA, and *image.Paletted with such colours.
func IgnoreAlpha(img image.Image) image.Image {
	switch m := img.(type) {
	case *image.NRGBA:
		return opaque8{m}
	case *image.NRGBA64:
		return opaque16{m}
	case *image.NYCbCrA:
		return &m.YCbCr
	case *image.Paletted:
		opaque := *m
		opaque.Palette = make(color.Palette, len(m.Palette))
		for i, c := range m.Palette {
			if n, ok := c.(color.NRGBA); ok {
				n.A = 0xff
				c = n
			}
			opaque.Palette[i] = c
		}
		return &opaque
	}
	return img
}

type opaque8 struct{ *image.NRGBA }

func (m opaque8) At(x, y int) color.Color { return m.RGBA64At(x, y) }

func (m opaque8) RGBA64At(x, y int) color.RGBA64 {
	c := m.NRGBAAt(x, y)
	return color.RGBA64{R: uint16(c.R) * 0x101, G: uint16(c.G) * 0x101, B: uint16(c.B) * 0x101, A: 0xffff}
}

type opaque16 struct{ *image.NRGBA64 }

func (m opaque16) At(x, y int) color.Color { return m.RGBA64At(x, y) }

func (m opaque16) RGBA64At(x, y int) color.RGBA64 {
	c := m.NRGBA64At(x, y)
	return color.RGBA64{R: c.R, G: c.G, B: c.B, A: 0xffff}
}
