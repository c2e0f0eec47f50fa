package view

// reach is how far from where a side was found it is looked for again, in pixels.
const reach = 3

// settle moves the sides of q to where the brightness of p changes most; those on the edge of the picture stay. It returns false if
// that moves a corner further than can be right.
func (p *plane) settle(q *quad) bool {
	const farthest = 4 * reach
	before := *q
	var from, to [4]point
	for i := range 4 {
		a, b := q.corners[i], q.corners[(i+1)%4]
		switch {
		case q.outer[i]:
		case i%2 == 0:
			a.y, b.y = p.side(a, b, p.w, p.h, 1, p.w)
		default: // a side of the picture transposed
			a.x, b.x = p.side(point{a.y, a.x}, point{b.y, b.x}, p.h, p.w, p.w, 1)
		}
		from[i], to[i] = a, b
	}
	for i := range 4 {
		last := (i + 3) % 4
		q.corners[i] = crossing(from[last], to[last], from[i], to[i])
	}
	return q.near(&before, farthest)
}

// side returns the heights at a and b of the line between them, when it is moved. A line along the rows stays one. There are h rows of
// w pixels; along and across lead to the next pixel and to the next row.
func (p *plane) side(a, b point, w, h, along, across int) (atA, atB float32) {
	if a.y == b.y {
		_, d := p.offset(a, b, w, h, along, across)
		return a.y + d, b.y + d
	}
	from, to, ok := clip(a, b, w, h)
	if !ok {
		return a.y, b.y
	}
	middle := point{(from.x + to.x) / 2, (from.y + to.y) / 2}
	x1, first := p.offset(from, middle, w, h, along, across)
	x2, second := p.offset(middle, to, w, h, along, across)
	turn := (second - first) / (x2 - x1)
	return a.y + first + turn*(a.x-x1), b.y + second + turn*(b.x-x2)
}

// clip returns the part of the line from a to b that can be moved within w × h pixels, unless it is too short to be moved.
func clip(a, b point, w, h int) (from, to point, ok bool) {
	const least = 24
	slope := (b.y - a.y) / (b.x - a.x)
	at := func(x float32) point { return point{x, a.y + slope*(x-a.x)} }
	low, high := max(min(a.x, b.x), 0), min(max(a.x, b.x), float32(w))
	upper, lower := a.x+(reach+1-a.y)/slope, a.x+(float32(h-reach-1)-a.y)/slope
	low, high = max(low, min(upper, lower)), min(high, max(upper, lower))
	if !(high-low >= least) {
		return a, b, false
	}
	if a.x > b.x {
		low, high = high, low
	}
	return at(low), at(high), true
}

// crossing returns where the line through a and b meets the one through c and d, and c if they are parallel.
func crossing(a, b, c, d point) point {
	abx, aby, cdx, cdy := b.x-a.x, b.y-a.y, d.x-c.x, d.y-c.y
	det := abx*cdy - aby*cdx
	if magnitude(det) < 1e-3 {
		return c
	}
	t := ((c.x-a.x)*cdy - (c.y-a.y)*cdx) / det
	return point{a.x + t*abx, a.y + t*aby}
}

// offset returns how far below the line from a to b the brightness changes most: the centre of mass of the largest change
// and its neighbours, less what changes everywhere. That holds for column x, the middle of what lies in the picture.
func (p *plane) offset(a, b point, w, h, along, across int) (x, below float32) {
	const least = 4 // pixels that must be seen
	n := int(magnitude(b.x - a.x))
	seen, columns := 0, 0
	var steps [2*reach + 3]float32 // by the distance, from -reach-1 to reach+1
	dx, dy := (b.x-a.x)/float32(n), (b.y-a.y)/float32(n)
	for i := range n {
		t := float32(i) + 0.5
		column, y := int(a.x+dx*t), a.y+dy*t
		row := int(y + 0.5) // below the nearest boundary between rows
		if column < 0 || column >= w || y < 0 || row <= reach || row+reach >= h {
			continue
		}
		seen, columns = seen+1, columns+column
		// The boundaries lie at whole distances and part; each counts for the two whole distances about it.
		part, first := float32(row)-y, 1
		if part < 0 {
			part, first = part+1, 0
		}
		at := column*along + (row-reach-1)*across
		before := int(p.pix[at])
		for k := first; k <= 2*reach+first; k++ {
			at += across
			v := int(p.pix[at])
			d := float32(max(v-before, before-v))
			before = v
			steps[k] += d * (1 - part)
			steps[k+1] += d * part
		}
	}
	if seen < least {
		return (a.x + b.x) / 2, 0
	}
	best, everywhere := 2, steps[2]
	for k := 1; k <= 2*reach+1; k++ {
		everywhere = min(everywhere, steps[k])
		if k > 1 && k <= 2*reach && steps[k] > steps[best] {
			best = k
		}
	}
	x = float32(columns)/float32(seen) + 0.5
	left, here, right := max(steps[best-1]-everywhere, 0), steps[best]-everywhere, max(steps[best+1]-everywhere, 0)
	if here <= 0 {
		return x, 0
	}
	return x, float32(best-reach-1) + (right-left)/(left+here+right)
}
