package view

import "math"

const (
	leastTilt, mostTilt = 0.015, 0.22 // in radians, about 1° and 13°
	leastCertain        = 0.45        // the least share of the sides along which brightness must step
)

// tilted returns the picture that was turned by a few degrees about the middle, if its sides can be seen: on a canvas of the same
// size, which cuts its corners off, or on one that holds all of it.
func (f *finder) tilted() []quad {
	w, h := float64(f.half.w), float64(f.half.h)
	step := 2 / max(w, h) // so that no corner is off by more than half a pixel
	best := quad{score: leastCertain}
	for k := math.Ceil(-mostTilt / step); k*step <= mostTilt; k++ {
		sin, cos := math.Sincos(k * step)
		s := math.Abs(sin)
		if s < leastTilt {
			continue
		}
		narrower, lower := (w*cos-h*s)/(cos*cos-s*s), (h*cos-w*s)/(cos*cos-s*s)
		for _, side := range [2][2]float64{{w, h}, {narrower, lower}} {
			if side[0] < w/3 || side[1] < h/3 {
				continue
			}
			q := quad{kind: "tilt"}
			for i, c := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
				x, y := c[0]*side[0]/2, c[1]*side[1]/2
				q.corners[i] = point{float32(w/2 + x*cos - y*sin), float32(h/2 + x*sin + y*cos)}
			}
			if q.score = f.sides(&q); q.score > best.score {
				best = q
			}
		}
	}
	f.cut = f.cut[:0]
	if best.score > leastCertain {
		f.cut = append(f.cut, best)
	}
	return f.cut
}

// sides returns the share of the sides of a quadrangle, as far as they lie in the picture, along which brightness steps, and 0 if it
// does so along hardly any of one.
func (f *finder) sides(q *quad) float32 {
	const hardly = 0.25
	sum := float32(0)
	for i := range 4 {
		a, b := q.corners[i], q.corners[(i+1)%4]
		share := float32(0)
		if i%2 == 0 {
			share = f.rows.along(a, b)
		} else {
			share = f.columns.along(point{a.y, a.x}, point{b.y, b.x})
		}
		if share < hardly {
			return 0
		}
		sum += share
	}
	return sum / 4
}
