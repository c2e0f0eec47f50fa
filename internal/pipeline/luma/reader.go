package luma

import (
	"encoding/binary"
	"image"
	"image/color"
)

// A reader reads rows of brightness from a picture, the middle pixel of each cell of step by step pixels. A cell that the edge
// of the picture cuts off before its middle is left out, unless there is no other.
type reader struct {
	img     image.Image
	first   image.Point // the first pixel that is read
	step    int
	palette [256]byte // brightness of each index of a paletted picture; an index beyond the palette counts as black
}

// open returns the number of columns and rows that there are to read.
func (r *reader) open(img image.Image, step int) image.Point {
	size := img.Bounds().Size()
	middle := image.Pt(min(step/2, size.X-1), min(step/2, size.Y-1))
	r.img, r.first, r.step = img, img.Bounds().Min.Add(middle), step
	if m, ok := img.(*image.Paletted); ok {
		clear(r.palette[:])
		for i, c := range m.Palette[:min(len(m.Palette), len(r.palette))] {
			r.palette[i] = overWhite(c.RGBA())
		}
	}
	return image.Pt((size.X-middle.X-1)/step+1, (size.Y-middle.Y-1)/step+1)
}

// read writes what is read of the y-th row, counted from the top, to dst.
func (r *reader) read(dst []byte, y int) {
	x, y := r.first.X, r.first.Y+y*r.step
	switch m := r.img.(type) {
	case *image.Gray:
		r.grey(dst, m.Pix[m.PixOffset(x, y):])
	case *image.YCbCr: // its luma plane is rounded, but near enough
		r.grey(dst, m.Y[m.YOffset(x, y):])
	case *image.Paletted:
		pix := m.Pix[m.PixOffset(x, y):]
		for i := range dst {
			dst[i] = r.palette[pix[i*r.step]]
		}
	case *image.RGBA:
		r.colours(dst, m.Pix[m.PixOffset(x, y):], func(p []byte) byte { return overWhite(color.RGBA{p[0], p[1], p[2], p[3]}.RGBA()) })
	case *image.NRGBA:
		r.colours(dst, m.Pix[m.PixOffset(x, y):], func(p []byte) byte { return overWhite(color.NRGBA{p[0], p[1], p[2], p[3]}.RGBA()) })
	case image.RGBA64Image:
		for i := range dst {
			c := m.RGBA64At(x+i*r.step, y)
			dst[i] = overWhite(uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A))
		}
	default:
		for i := range dst {
			dst[i] = overWhite(r.img.At(x+i*r.step, y).RGBA())
		}
	}
}

func (r *reader) grey(dst, pix []byte) {
	if r.step == 1 {
		copy(dst, pix)
		return
	}
	for i := range dst {
		dst[i] = pix[i*r.step]
	}
}

// colours reads pixels of four bytes; those that are not opaque go to veiled.
func (r *reader) colours(dst, pix []byte, veiled func(p []byte) byte) {
	for i := range dst {
		v := binary.LittleEndian.Uint32(pix)
		if v >= 0xff000000 {
			dst[i] = brightness(v&0xff, v>>8&0xff, v>>16&0xff)
		} else {
			dst[i] = veiled(pix)
		}
		pix = pix[min(4*r.step, len(pix)):]
	}
}

// overWhite returns the brightness of a colour as color.Color.RGBA gives it, laid over white.
func overWhite(r, g, b, a uint32) byte {
	white := 0xffff - min(a, 0xffff)
	return brightness(min(r+white, 0xffff)>>8, min(g+white, 0xffff)>>8, min(b+white, 0xffff)>>8)
}

// brightness weighs 8-bit red, green and blue by 0.299, 0.587 and 0.114.
func brightness(r, g, b uint32) byte {
	return byte((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
}
