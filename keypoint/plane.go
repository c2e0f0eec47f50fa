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
		in, out := g.Pix[g.PixOffset(g.Rect.Min.X, g.Rect.Min.Y+y):][:p.width], p.row(y)
		for x, v := range in {
			out[x] = float32(v)
			sum += int(v)
			squares += int(v) * int(v)
		}
	}
	n := float64(len(p.pix))
	mean := float64(sum) / n
	deviation := math.Sqrt(max(float64(squares)/n-mean*mean, 0))
	gain := float32(contrast / max(deviation, leastContrast))
	for i, v := range p.pix {
		p.pix[i] = (v - float32(mean)) * gain
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

// kernel is one half of a symmetric filter, its middle first.
type kernel []float32

// gaussian returns the filter that blurs with a standard deviation of sigma pixels.
func gaussian(sigma float64) kernel {
	k := make(kernel, int(math.Ceil(2.5*sigma))+1)
	sum := 0.0
	weight := func(i int) float64 { return math.Exp(-float64(i*i) / (2 * sigma * sigma)) }
	for i := range k {
		sum += weight(i)
		if i > 0 {
			sum += weight(i)
		}
	}
	for i := range k {
		k[i] = float32(weight(i) / sum)
	}
	return k
}

// blur writes src to dst, blurred; beyond its edges, src is taken to go on as it is there. between is scratch. The inner loops add
// whole rows, so that they run along memory.
func (k kernel) blur(dst, src, between *plane, wide []float32) {
	dst.resize(src.width, src.height)
	between.resize(src.width, src.height)
	for y := range src.height {
		out := between.row(y)
		scale(out, src.row(y), k[0])
		for i, c := range k[1:] {
			addPair(out, src.row(max(y-i-1, 0)), src.row(min(y+i+1, src.height-1)), c)
		}
	}
	margin := len(k) - 1
	for y := range src.height {
		in, out := between.row(y), dst.row(y)
		line := wide[:len(in)+2*margin]
		copy(line[margin:], in)
		for i := range margin {
			line[i], line[margin+len(in)+i] = in[0], in[len(in)-1]
		}
		scale(out, in, k[0])
		for i, c := range k[1:] {
			addPair(out, line[margin-i-1:], line[margin+i+1:], c)
		}
	}
}

// scale sets dst to c times src.
func scale(dst, src []float32, c float32) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = c * src[i]
	}
}

// addPairPlain adds c times the sum of a and b to dst.
func addPairPlain(dst, a, b []float32, c float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] += c * (a[i] + b[i])
	}
}

// subtract sets dst to a less b.
func subtract(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}
