package view

// cells is the number of samples along each axis that the hash is made from, see package pdq.
const cells = 64

// A warp maps the unit square to a quadrangle (Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3).
type warp struct{ a, b, c, d, e, f, g, h float32 }

func newWarp(q *[4]point) warp {
	p0, p1, p2, p3 := q[0], q[1], q[2], q[3]
	dx1, dx2, sx := p1.x-p2.x, p3.x-p2.x, p0.x-p1.x+p2.x-p3.x
	dy1, dy2, sy := p1.y-p2.y, p3.y-p2.y, p0.y-p1.y+p2.y-p3.y
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return warp{
		a: p1.x - p0.x + g*p1.x, b: p3.x - p0.x + h*p3.x, c: p0.x,
		d: p1.y - p0.y + g*p1.y, e: p3.y - p0.y + h*p3.y, f: p0.y,
		g: g, h: h,
	}
}

// take writes 64 × 64 samples of the quadrangle, in pixels of p, to dst. Beyond the edges of p, its outermost pixels go on.
func (p *plane) take(dst *[cells * cells]byte, q *[4]point) {
	m := newWarp(q)
	for j := range cells {
		v := (float32(j) + 0.5) / cells
		x, y, z := m.b*v+m.c, m.e*v+m.f, m.h*v+1
		for i := range cells {
			u := (float32(i) + 0.5) / cells
			scale := 1 / (z + m.g*u)
			dst[j*cells+i] = p.at((x+m.a*u)*scale-0.5, (y+m.d*u)*scale-0.5)
		}
	}
}

// at returns the brightness between pixels, bilinearly.
func (p *plane) at(x, y float32) byte {
	x, y = min(max(x, 0), float32(p.w-1)), min(max(y, 0), float32(p.h-1))
	x0, y0 := min(int(x), max(p.w-2, 0)), min(int(y), max(p.h-2, 0))
	fx, fy := int((x-float32(x0))*128), int((y-float32(y0))*128)
	i := y0*p.w + x0
	a, b := p.pix[i:][:2], p.pix[i+p.w:][:2]
	upper := int(a[0])*128 + fx*(int(a[1])-int(a[0]))
	lower := int(b[0])*128 + fx*(int(b[1])-int(b[0]))
	return byte((upper*128 + fy*(lower-upper) + 1<<13) >> 14)
}
