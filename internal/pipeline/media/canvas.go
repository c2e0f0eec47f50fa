package media

import (
	"hash/maphash"
	"image"
	"image/color"
	"image/draw"
)

// canvas is what a viewer of an animation sees after each frame.
type canvas struct {
	img    *image.RGBA
	before []byte // the pixels before a frame that will be undone
}

func newCanvas(width, height int) *canvas {
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, width, height))}
}

// draw draws a frame. What lies beyond the canvas is lost.
func (c *canvas) draw(f frame, src image.Image) {
	if f.dispose == restore {
		c.before = append(c.before[:0], c.img.Pix...)
	}
	if p, ok := src.(*image.Paletted); ok && f.over {
		if colours, ok := opaqueOrNothing(p.Palette); ok {
			c.drawPaletted(f.bounds, p, colours)
			return
		}
	}
	op := draw.Src
	if f.over {
		op = draw.Over
	}
	draw.Draw(c.img, f.bounds, src, src.Bounds().Min, op)
}

// opaqueOrNothing returns the colours of a palette, and false if one of them is half transparent.
func opaqueOrNothing(palette color.Palette) (colours [256]color.RGBA, ok bool) {
	for i, p := range palette[:min(len(palette), len(colours))] {
		colours[i] = color.RGBAModel.Convert(p).(color.RGBA)
		if a := colours[i].A; a != 0 && a != 0xff {
			return colours, false
		}
	}
	return colours, true
}

// drawPaletted draws a frame whose colours are opaque or nothing, as those of GIF are, several times faster than package
// draw does.
func (c *canvas) drawPaletted(bounds image.Rectangle, src *image.Paletted, colours [256]color.RGBA) {
	visible := bounds.Intersect(c.img.Rect)
	from := src.Rect.Min.Sub(bounds.Min)
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		in := src.Pix[src.PixOffset(visible.Min.X+from.X, y+from.Y):][:visible.Dx()]
		out := c.img.Pix[c.img.PixOffset(visible.Min.X, y):][:4*visible.Dx()]
		for x, index := range in {
			if p := &colours[index]; p.A != 0 {
				o := out[4*x:][:4]
				o[0], o[1], o[2], o[3] = p.R, p.G, p.B, p.A
			}
		}
	}
}

// dispose does what a frame asks for before the next is drawn.
func (c *canvas) dispose(f frame) {
	switch f.dispose {
	case wipe:
		draw.Draw(c.img, f.bounds, image.Transparent, image.Point{}, draw.Src)
	case restore:
		copy(c.img.Pix, c.before)
	}
}

var seed = maphash.MakeSeed()

// sum returns a number that is equal for equal pixels, and different for others but by rare chance.
func (c *canvas) sum() uint64 {
	return maphash.Bytes(seed, c.img.Pix)
}
