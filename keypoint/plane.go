package keypoint

import (
	"image"
	"math"
)

// plane is a picture of one number a pixel, the rows without gaps.
type plane struct {
	pix           []float32
	width, height int
}

// resize gives the plane another size. What it holds is lost.
func (p *plane) resize(width, height int) {
	n := width * height
	if cap(p.pix) < n {
		p.pix = make([]float32, n)
	}
	p.pix, p.width, p.height = p.pix[:n], width, height
}

func (p *plane) row(y int) []float32 { return p.pix[y*p.width:][:p.width] }

const (
	contrast      = 50.0 // standard deviation that every picture is brought to
	leastContrast = 10.0 // below it, a picture is enlarged in contrast as if it had so much: the rest is noise
)

// load takes the pixels of a picture, its contrast made the same for all pictures.
func (p *plane) load(g *image.Gray) {
	p.resize(g.Rect.Dx(), g.Rect.Dy())
	var sum, squares int
	for y := range p.height {
		for _, v := range g.Pix[g.PixOffset(g.Rect.Min.X, g.Rect.Min.Y+y):][:p.width] {
			sum += int(v)
			squares += int(v) * int(v)
		}
	}
	n := float64(len(p.pix))
	mean := float64(sum) / n
	deviation := math.Sqrt(max(float64(squares)/n-mean*mean, 0))
	gain := float32(contrast / max(deviation, leastContrast))
	var toned [256]float32
	for v := range toned {
		toned[v] = (float32(v) - float32(mean)) * gain
	}
	for y := range p.height {
		in, out := g.Pix[g.PixOffset(g.Rect.Min.X, g.Rect.Min.Y+y):][:p.width], p.row(y)
		for x, v := range in {
			out[x] = toned[v]
		}
	}
}

// halve takes every other pixel of every other row of another plane.
func (p *plane) halve(src *plane) {
	p.resize(src.width/2, src.height/2)
	for y := range p.height {
		in, out := src.row(2*y), p.row(y)
		for x := range out {
			out[x] = in[2*x]
		}
	}
}
