package art

import (
	"image"
	"image/color"
)

// writing is the weight of what Write writes, that of a plain book face.
const writing = 0.15

// Write writes a line in the block alphabet on a picture whose upper left corner is the origin. The line's own upper left corner is at (x, y) and its
// capitals are height tall, all in pixels. Only A to Z and figures can be written; anything else leaves a gap.
func Write(img *image.RGBA, line string, x, y, height float64, ink color.RGBA) {
	c := &canvas{img: img, h: float64(img.Bounds().Dy()), scale: 1}
	c.text(line, x, y, lettering{height, writing}, flat(colour{ink.R, ink.G, ink.B}).faded(float64(ink.A)/255))
}

// Width returns how wide a line is that Write writes, in pixels.
func Width(line string, height float64) float64 { return lettering{height, writing}.width(line) }
