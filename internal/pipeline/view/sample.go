package view

// cells is the number of samples along each axis that a hash is made from, see package pdq.
const cells = 64

// rectangle writes samples of the rectangle between two corners to dst.
func (p *plane) rectangle(dst *[cells * cells]byte, from, to point) {
	var left, right [cells]int32 // where in a row the pixels are that a sample lies between
	var part [cells]int32        // and how much the right one counts, of 128
	for i := range cells {
		x := between((float32(i)+0.5)/cells*(to.x-from.x)+from.x-0.5, p.w)
		left[i] = min(int32(x), int32(p.w-2))
		right[i], part[i] = left[i]+1, int32((x-float32(left[i]))*128)
	}
	for j := range cells {
		y := between((float32(j)+0.5)/cells*(to.y-from.y)+from.y-0.5, p.h)
		row := min(int(y), p.h-2)
		down := int32((y - float32(row)) * 128)
		upper, lower := p.row(row), p.row(row+1)
		out := dst[j*cells:][:cells]
		for i := range out {
			l, r := left[i], right[i]
			above := int32(upper[l])*128 + part[i]*(int32(upper[r])-int32(upper[l]))
			below := int32(lower[l])*128 + part[i]*(int32(lower[r])-int32(lower[l]))
			out[i] = byte((above*128 + down*(below-above) + 1<<13) >> 14)
		}
	}
}

// between keeps a place between the middles of the first and the last of n pixels. What is no number is at the first: the corners of a quadrangle
// may come to lie in one line.
func between(v float32, n int) float32 {
	if !(v > 0) {
		return 0
	}
	return min(v, float32(n-1))
}

// quadrangle writes samples of the quadrangle between four corners to dst: it maps the unit square to it (Heckbert, "Fundamentals of
// Texture Mapping and Image Warping", 1989, section 2.2.3). Beyond the edges of p, its outermost pixels go on.
func (p *plane) quadrangle(dst *[cells * cells]byte, q *[4]point) {
	dx1, dx2, sx := q[1].x-q[2].x, q[3].x-q[2].x, q[0].x-q[1].x+q[2].x-q[3].x
	dy1, dy2, sy := q[1].y-q[2].y, q[3].y-q[2].y, q[0].y-q[1].y+q[2].y-q[3].y
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	a, b := q[1].x-q[0].x+g*q[1].x, q[3].x-q[0].x+h*q[3].x
	d, e := q[1].y-q[0].y+g*q[1].y, q[3].y-q[0].y+h*q[3].y
	for j := range cells {
		v := (float32(j) + 0.5) / cells
		x, y, z := b*v+q[0].x, e*v+q[0].y, h*v+1
		for i := range cells {
			u := (float32(i) + 0.5) / cells
			scale := 1 / (z + g*u)
			dst[j*cells+i] = p.at((x+a*u)*scale-0.5, (y+d*u)*scale-0.5)
		}
	}
}

// at returns the brightness between the middles of pixels.
func (p *plane) at(x, y float32) byte {
	x, y = between(x, p.w), between(y, p.h)
	left, top := min(int(x), p.w-2), min(int(y), p.h-2)
	right, down := int((x-float32(left))*128), int((y-float32(top))*128)
	i := top*p.w + left
	upper, lower := p.pix[i:][:2], p.pix[i+p.w:][:2]
	above := int(upper[0])*128 + right*(int(upper[1])-int(upper[0]))
	below := int(lower[0])*128 + right*(int(lower[1])-int(lower[0]))
	return byte((above*128 + down*(below-above) + 1<<13) >> 14)
}
