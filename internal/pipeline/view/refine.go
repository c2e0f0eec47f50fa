package view

// reach is how far from where a side was found it is looked for again, in pixels of the full copy.
const reach = 3

// settle moves the sides of q, whose corners are in pixels of p, to where brightness changes most. Sides on the edge of the picture
// stay. Straight sides stay straight.
func (p *plane) settle(q *quad) {
	c := q.corners
	var lines [4]struct{ a, b point }
	for i := range 4 {
		a, b := c[i], c[(i+1)%4]
		if !q.outer[i] {
			across, along := p.w, 1
			if i%2 == 1 { // left and right: x and y exchanged
				a, b = point{a.y, a.x}, point{b.y, b.x}
				across, along = 1, p.w
			}
			if a.y == b.y {
				d := p.offset(a, b, along, across, i%2 == 1)
				a.y, b.y = a.y+d, b.y+d
			} else {
				m := point{(a.x + b.x) / 2, (a.y + b.y) / 2}
				d, e := p.offset(a, m, along, across, i%2 == 1), p.offset(m, b, along, across, i%2 == 1)
				// the offsets are those a quarter and three quarters along
				a.y, b.y = a.y+d-(e-d)/2, b.y+e+(e-d)/2
			}
			if i%2 == 1 {
				a, b = point{a.y, a.x}, point{b.y, b.x}
			}
		}
		lines[i].a, lines[i].b = a, b
	}
	for i := range 4 {
		// corner i is where side i-1 ends and side i begins
		s, t := lines[(i+3)%4], lines[i]
		q.corners[i] = crossing(s.a, s.b, t.a, t.b)
	}
}

func crossing(a, b, c, d point) point {
	rx, ry, sx, sy := b.x-a.x, b.y-a.y, d.x-c.x, d.y-c.y
	det := rx*sy - ry*sx
	if det*det < 1e-6 {
		return c
	}
	t := ((c.x-a.x)*sy - (c.y-a.y)*sx) / det
	return point{a.x + t*rx, a.y + t*ry}
}

// offset returns how far beside the line from a to b the greatest change of brightness across it lies.
func (p *plane) offset(a, b point, along, across int, swapped bool) float32 {
	w, h := p.w, p.h
	if swapped {
		w, h = h, w
	}
	var steps [2*reach + 3]float32
	n := max(int(b.x-a.x), int(a.x-b.x))
	if n < 4 {
		return 0
	}
	sx, sy := (b.x-a.x)/float32(n), (b.y-a.y)/float32(n)
	for i := range n {
		t := float32(i) + 0.5
		x, y := int(a.x+sx*t), a.y+sy*t
		m := int(y + 0.5)
		if x < 0 || x >= w || m < reach+1 || m+reach >= h {
			continue
		}
		at := x*along + (m-reach-1)*across
		before := int(p.pix[at])
		part := float32(m) - y // -0.5 to 0.5
		low := 0
		if part < 0 {
			low, part = -1, part+1
		}
		for k := 1 + low; k <= 2*reach+1+low; k++ {
			at += across
			v := int(p.pix[at])
			d := float32(max(v-before, before-v))
			before = v
			steps[k] += d * (1 - part)
			steps[k+1] += d * part
		}
	}
	best := 2
	for k := 2; k <= 2*reach; k++ {
		if steps[k] > steps[best] {
			best = k
		}
	}
	least := steps[best]
	for _, v := range steps[1 : 2*reach+2] {
		least = min(least, v)
	}
	l, m, r := max(steps[best-1]-least, 0), steps[best]-least, max(steps[best+1]-least, 0)
	if m <= 0 {
		return 0
	}
	return float32(best-1-reach) + (r-l)/(l+m+r)
}
