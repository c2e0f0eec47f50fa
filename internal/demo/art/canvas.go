package art

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// canvas is a picture in the making. Its unit is a hundredth of its width, whatever the width in pixels: x runs from 0 to
// 100, y from 0 to h.
type canvas struct {
	img   *image.RGBA
	h     float64 // height in units
	scale float64 // pixels per unit

	raster vector.Rasterizer
	cover  []uint8      // coverage of the shape being filled, reused
	clip   *image.Alpha // where drawing has an effect; nil: everywhere
}

// newCanvas makes a canvas of the given height in units whose longer side has size pixels.
func newCanvas(size int, h float64) *canvas {
	scale := float64(size) / max(100, h)
	width, height := int(math.Round(100*scale)), int(math.Round(h*scale))
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, width, height)), h: h, scale: scale}
}

// paint is what a shape is filled with: one colour, or a vertical blend of two.
type paint struct {
	top, bottom colour
	y0, y1      float64 // where top ends and bottom begins, in units
	opacity     float64 // 1 covers, 0 is invisible
}

func flat(c colour) paint { return paint{top: c, bottom: c, opacity: 1} }

func blend(top, bottom colour, y0, y1 float64) paint {
	return paint{top: top, bottom: bottom, y0: y0, y1: y1, opacity: 1}
}

func (p paint) faded(opacity float64) paint {
	p.opacity *= opacity
	return p
}

// at returns the colour at height y.
func (p paint) at(y float64) colour {
	if p.top == p.bottom {
		return p.top
	}
	return p.top.mix(p.bottom, min(max((y-p.y0)/(p.y1-p.y0), 0), 1))
}

// fill draws the inside of s, with smooth edges.
func (c *canvas) fill(s shape, p paint) {
	box := c.rasterise(s)
	if box.Empty() {
		return
	}
	width := box.Dx()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		cover := c.cover[(y-box.Min.Y)*width:][:width]
		if c.clip != nil {
			restrict(cover, c.clip.Pix[c.clip.PixOffset(box.Min.X, y):])
		}
		ink := p.at((float64(y) + 0.5) / c.scale)
		lay(c.img.Pix[c.img.PixOffset(box.Min.X, y):], cover, ink, uint32(math.Round(p.opacity*255)))
	}
}

// rasterise computes in c.cover how far each pixel of the returned box lies inside s.
func (c *canvas) rasterise(s shape) image.Rectangle {
	low, high := s.bounds()
	box := image.Rect(
		int(math.Floor(low.x*c.scale)), int(math.Floor(low.y*c.scale)),
		int(math.Ceil(high.x*c.scale)), int(math.Ceil(high.y*c.scale)),
	).Intersect(c.img.Bounds())
	if box.Empty() {
		return box
	}
	c.raster.Reset(box.Dx(), box.Dy())
	c.raster.DrawOp = draw.Src
	for _, contour := range s {
		for i, p := range contour {
			x, y := float32(p.x*c.scale-float64(box.Min.X)), float32(p.y*c.scale-float64(box.Min.Y))
			if i == 0 {
				c.raster.MoveTo(x, y)
			} else {
				c.raster.LineTo(x, y)
			}
		}
		c.raster.ClosePath()
	}
	area := box.Dx() * box.Dy()
	if cap(c.cover) < area {
		c.cover = make([]uint8, area)
	}
	mask := &image.Alpha{Pix: c.cover[:area], Stride: box.Dx(), Rect: image.Rect(0, 0, box.Dx(), box.Dy())}
	c.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return box
}

// within limits what draw draws to the inside of s.
func (c *canvas) within(s shape, draw func()) {
	outer := c.clip
	inner := image.NewAlpha(c.img.Bounds())
	box := c.rasterise(s)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := inner.Pix[inner.PixOffset(box.Min.X, y):][:box.Dx()]
		copy(row, c.cover[(y-box.Min.Y)*box.Dx():])
		if outer != nil {
			restrict(row, outer.Pix[outer.PixOffset(box.Min.X, y):])
		}
	}
	c.clip = inner
	draw()
	c.clip = outer
}

// restrict multiplies cover by clip.
func restrict(cover, clip []uint8) {
	for i, a := range cover {
		cover[i] = uint8((uint32(a)*uint32(clip[i]) + 127) / 255)
	}
}

// lay puts ink over a row of opaque RGBA pixels.
func lay(row, cover []uint8, ink colour, opacity uint32) {
	r, g, b := uint32(ink.r), uint32(ink.g), uint32(ink.b)
	for i, covered := range cover {
		alpha := (uint32(covered)*opacity + 127) / 255
		if alpha == 0 {
			continue
		}
		pixel := row[4*i : 4*i+4 : 4*i+4]
		rest := 255 - alpha
		pixel[0] = uint8((r*alpha + uint32(pixel[0])*rest + 127) / 255)
		pixel[1] = uint8((g*alpha + uint32(pixel[1])*rest + 127) / 255)
		pixel[2] = uint8((b*alpha + uint32(pixel[2])*rest + 127) / 255)
		pixel[3] = 255
	}
}
