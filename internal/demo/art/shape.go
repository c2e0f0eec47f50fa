package art

import "math"

type point struct{ x, y float64 }

func (p point) add(x, y float64) point { return point{p.x + x, p.y + y} }

// towards returns the point a share t of the way from p to q.
func (p point) towards(q point, t float64) point {
	return point{p.x + (q.x-p.x)*t, p.y + (q.y-p.y)*t}
}

// shape is a set of closed contours. Contours that turn the same way add up, contours that turn opposite ways cut holes.
type shape [][]point

func (s shape) bounds() (low, high point) {
	low, high = point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, contour := range s {
		for _, p := range contour {
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	return low, high
}

// move maps every point of s.
func (s shape) move(to func(point) point) shape {
	moved := make(shape, len(s))
	for i, contour := range s {
		moved[i] = make([]point, len(contour))
		for j, p := range contour {
			moved[i][j] = to(p)
		}
	}
	return moved
}

func polygon(points ...point) shape { return shape{points} }

func rect(x0, y0, x1, y1 float64) shape {
	return polygon(point{x0, y0}, point{x1, y0}, point{x1, y1}, point{x0, y1})
}

func circle(x, y, r float64) shape { return ellipse(x, y, r, r) }

func ellipse(x, y, rx, ry float64) shape { return sector(x, y, rx, ry, 0, 2*math.Pi) }

// sector is the part of an ellipse between two angles, cut straight from end to end. Angles are in radians, clockwise from
// the right.
func sector(x, y, rx, ry, from, to float64) shape { return shape{arc(x, y, rx, ry, from, to)} }

func arc(x, y, rx, ry, from, to float64) []point {
	steps := 8 + int(math.Abs(to-from)*12)
	points := make([]point, 0, steps+1)
	for i := range steps + 1 {
		sin, cos := math.Sincos(from + (to-from)*float64(i)/float64(steps))
		points = append(points, point{x + rx*cos, y + ry*sin})
	}
	return points
}

// ring is the band between two circles.
func ring(x, y, outer, inner float64) shape {
	return shape{arc(x, y, outer, outer, 0, 2*math.Pi), arc(x, y, inner, inner, 2*math.Pi, 0)}
}

// crescent is a waning moon: half of a circle's rim, and back along a flatter curve.
func crescent(x, y, r float64) shape {
	rim := arc(x, y, r, r, math.Pi/2, 3*math.Pi/2)
	return shape{append(rim, arc(x, y, r*0.45, r, 3*math.Pi/2, math.Pi/2)...)}.move(func(p point) point {
		dx, dy := p.x-x, p.y-y
		return point{x + 0.92*dx - 0.39*dy, y + 0.39*dx + 0.92*dy}
	})
}

// rounded is a rectangle with round corners.
func rounded(x0, y0, x1, y1, r float64) shape {
	var points []point
	for i, corner := range []point{{x1 - r, y1 - r}, {x0 + r, y1 - r}, {x0 + r, y0 + r}, {x1 - r, y0 + r}} {
		from := float64(i) * math.Pi / 2
		points = append(points, arc(corner.x, corner.y, r, r, from, from+math.Pi/2)...)
	}
	return shape{points}
}

// smooth is a curve through the points: a Catmull-Rom spline, straight lines between points in between.
func smooth(points ...point) []point {
	const steps = 12
	at := func(i int) point { return points[min(max(i, 0), len(points)-1)] }
	curve := make([]point, 0, steps*len(points))
	for i := range len(points) - 1 {
		for j := range steps {
			curve = append(curve, spline(at(i-1), at(i), at(i+1), at(i+2), float64(j)/steps))
		}
	}
	return append(curve, at(len(points)-1))
}

// blob is the smooth closed curve through the points.
func blob(points ...point) shape {
	const steps = 12
	at := func(i int) point { return points[(i+len(points))%len(points)] }
	var curve []point
	for i := range points {
		for j := range steps {
			curve = append(curve, spline(at(i-1), at(i), at(i+1), at(i+2), float64(j)/steps))
		}
	}
	return shape{curve}
}

func spline(a, b, c, d point, t float64) point {
	f := func(a, b, c, d float64) float64 {
		return b + t*(c-a+t*(2*a-5*b+4*c-d+t*(3*(b-c)+d-a)))/2
	}
	return point{f(a.x, b.x, c.x, d.x), f(a.y, b.y, c.y, d.y)}
}

// leaf is a pointed oval from a to b.
func leaf(a, b point, width float64) shape {
	ux, uy := unit(a, b)
	side := func(t, w float64) point { return a.towards(b, t).add(-uy*w*width, ux*w*width) }
	return shape{append(
		smooth(a, side(0.2, 0.36), side(0.5, 0.5), side(0.8, 0.36), b),
		smooth(b, side(0.8, -0.36), side(0.5, -0.5), side(0.2, -0.36), a)...,
	)}
}

// ribbon is a band along a line, its width running evenly from one value to another. The ends are cut straight.
func ribbon(line []point, from, to float64) shape {
	left := make([]point, len(line))
	right := make([]point, len(line))
	for i, p := range line {
		width := from + (to-from)*float64(i)/float64(len(line)-1)
		n := miter(line[max(i-1, 0)], p, line[min(i+1, len(line)-1)])
		left[i] = p.add(n.x*width/2, n.y*width/2)
		right[len(line)-1-i] = p.add(-n.x*width/2, -n.y*width/2)
	}
	return shape{append(left, right...)}
}

// loop is a band of even width along a closed line.
func loop(line []point, width float64) shape {
	n := len(line)
	outer, inner := make([]point, n), make([]point, n)
	for i, p := range line {
		m := miter(line[(i+n-1)%n], p, line[(i+1)%n])
		outer[i] = p.add(m.x*width/2, m.y*width/2)
		inner[n-1-i] = p.add(-m.x*width/2, -m.y*width/2)
	}
	return shape{outer, inner}
}

// miter returns the vector from b to the edge of a band of half-width 1 that runs from a over b to c.
func miter(a, b, c point) point {
	ux, uy := unit(a, b)
	vx, vy := unit(b, c)
	if a == b {
		ux, uy = vx, vy
	}
	if b == c {
		vx, vy = ux, uy
	}
	nx, ny := -(uy + vy), ux+vx
	// The closer the turn is to a reversal, the longer the point would be; four half-widths are enough.
	stretch := 2 / max(nx*nx+ny*ny, 0.25)
	return point{nx * stretch, ny * stretch}
}

func unit(a, b point) (x, y float64) {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	if length == 0 {
		return 0, 0
	}
	return (b.x - a.x) / length, (b.y - a.y) / length
}
