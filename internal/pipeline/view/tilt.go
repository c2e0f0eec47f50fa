package view

import "math"

// tilted returns the picture that was turned by a few degrees, if the corners that are left show it: on a canvas of the same
// size, which cuts it, or on one that holds all of it.
func (f *finder) tilted() []quad {
	w, h := float64(f.half.w), float64(f.half.h)
	step := 2 / max(w, h)
	best := quad{}
	for k := -int(0.22 / step); k <= int(0.22/step); k++ {
		sin, cos := math.Sincos(float64(k) * step)
		if math.Abs(sin) < 0.015 {
			continue
		}
		// what was turned has the sides a and b, and its middle in the middle
		s := math.Abs(sin)
		det := cos*cos - s*s
		for _, side := range [2][2]float64{{w, h}, {(w*cos - h*s) / det, (h*cos - w*s) / det}} {
			if side[0] < w/3 || side[1] < h/3 {
				continue
			}
			q := quad{kind: "tilt"}
			for i, c := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
				x, y := c[0]*side[0]/2, c[1]*side[1]/2
				q.corners[i] = point{float32(w/2 + x*cos - y*sin), float32(h/2 + x*sin + y*cos)}
			}
			if f.stepsAlong(&q); q.score > best.score {
				best = q
			}
		}
	}
	f.cut = f.cut[:0]
	if best.score > 0.45 {
		f.cut = append(f.cut, best)
	}
	return f.cut
}

// stepsAlong scores a quadrangle by the share of its sides, as far as they lie in the picture, along which brightness steps.
func (f *finder) stepsAlong(q *quad) {
	w, h := f.half.w, f.half.h
	least, sum := float32(1), float32(0)
	for i := range 4 {
		a, b := q.corners[i], q.corners[(i+1)%4]
		edges, width := f.rows.edges, f.rows.width
		lines, columns := h, w
		if i%2 == 1 {
			a, b = point{a.y, a.x}, point{b.y, b.x}
			edges, width = f.columns.edges, f.columns.width
			lines, columns = w, h
		}
		if a.x > b.x {
			a, b = b, a
		}
		slope := (b.y - a.y) / (b.x - a.x)
		n, hits := 0, 0
		for x := max(int(a.x), 0); x < min(int(b.x), columns); x++ {
			y := int(a.y + slope*(float32(x)+0.5-a.x))
			if y < 1 || y >= lines-1 {
				continue
			}
			n++
			at := y*width + x
			hits += int(edges[at-width] | edges[at] | edges[at+width])
		}
		if n < shortest {
			return
		}
		sum += float32(hits) / float32(n)
		least = min(least, float32(hits)/float32(n))
	}
	if least > 0.25 {
		q.score = sum / 4
	}
}
