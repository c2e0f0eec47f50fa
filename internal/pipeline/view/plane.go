package view

import "image"

// A plane is a grey picture without gaps between its rows.
type plane struct {
	w, h int
	pix  []byte
}

func (p *plane) size(w, h int) {
	p.w, p.h = w, h
	p.pix = sized(p.pix, w*h)
}

func (p *plane) row(y int) []byte { return p.pix[y*p.w:][:p.w] }

func (p *plane) load(img *image.Gray) {
	p.size(img.Rect.Dx(), img.Rect.Dy())
	for y := range p.h {
		copy(p.row(y), img.Pix[y*img.Stride:])
	}
}

// halve makes p the half of from along each axis; an odd row or column at the end is left out.
func (p *plane) halve(from *plane) {
	p.size(from.w/2, from.h/2)
	for y := range p.h {
		upper, lower, to := from.row(2*y), from.row(2*y+1), p.row(y)
		upper, lower = upper[:2*len(to)], lower[:2*len(to)]
		for x := range to {
			sum := int(upper[2*x]) + int(upper[2*x+1]) + int(lower[2*x]) + int(lower[2*x+1])
			to[x] = byte((sum + 2) / 4)
		}
	}
}

// transpose makes p the picture from with rows and columns exchanged.
func (p *plane) transpose(from *plane) {
	p.size(from.h, from.w)
	for y := range from.h {
		for x, v := range from.row(y) {
			p.pix[x*p.w+y] = v
		}
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
