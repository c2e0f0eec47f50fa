package view

// A point is a place in a picture, in pixels; pixel i covers the places from i to i+1.
type point struct{ x, y float32 }

// A quad is a place within a picture, whose corners go clockwise from the upper left.
type quad struct {
	kind    string
	corners [4]point
	outer   [4]bool // the sides that lie on the edge of the picture: top, right, bottom, left
	sides   [4]int  // the lines it lies between, by their numbers
	score   float32 // what speaks for it
}

func rectangle(left, top, right, bottom float32) [4]point {
	return [4]point{{left, top}, {right, top}, {right, bottom}, {left, bottom}}
}

func (q *quad) scale(by float32) {
	for i, c := range q.corners {
		q.corners[i] = point{c.x * by, c.y * by}
	}
}

// area returns the area, by the shoelace formula.
func (q *quad) area() float32 {
	sum := float32(0)
	for i, c := range q.corners {
		d := q.corners[(i+1)%4]
		sum += c.x*d.y - d.x*c.y
	}
	return sum / 2
}

// bounds returns the rectangle around the quadrangle.
func (q *quad) bounds() (left, top, right, bottom float32) {
	c := &q.corners
	return min(c[0].x, c[3].x), min(c[0].y, c[1].y), max(c[1].x, c[2].x), max(c[2].y, c[3].y)
}

// near tells whether no corner of two quadrangles is more than so many pixels apart.
func (q *quad) near(other *quad, apart float32) bool {
	for i, c := range q.corners {
		d := other.corners[i]
		if !(magnitude(c.x-d.x) <= apart && magnitude(c.y-d.y) <= apart) { // which no place that is no number passes
			return false
		}
	}
	return true
}

// upright tells whether the sides run along rows and columns.
func (q *quad) upright() bool {
	const slack = 0.01
	c := &q.corners
	return magnitude(c[0].y-c[1].y) < slack && magnitude(c[1].x-c[2].x) < slack &&
		magnitude(c[2].y-c[3].y) < slack && magnitude(c[3].x-c[0].x) < slack
}

// plausible tells whether a picture could be seen in the quadrangle: within w × h pixels or nearly so, no strip, and not seen from
// far aside.
func (q *quad) plausible(w, h float32) bool {
	const beyond, least, longest, skewed = 0.12, 12, 3.2, 1.4
	for _, c := range q.corners {
		if c.x < -beyond*w || c.x > (1+beyond)*w || c.y < -beyond*h || c.y > (1+beyond)*h {
			return false
		}
	}
	c := &q.corners
	top, bottom, left, right := c[1].x-c[0].x, c[2].x-c[3].x, c[3].y-c[0].y, c[2].y-c[1].y
	if min(top, bottom, left, right) < least {
		return false
	}
	wide, tall := top+bottom, left+right
	return wide < longest*tall && tall < longest*wide &&
		max(top, bottom) < skewed*min(top, bottom) && max(left, right) < skewed*min(left, right)
}

func magnitude(v float32) float32 { return max(v, -v) }
