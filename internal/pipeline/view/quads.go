package view

import "math"

type point struct{ x, y float32 }

// A quad is a place in a picture: its corners from the upper left clockwise, as the picture within stands.
type quad struct {
	corners [4]point
	score   float32
	kind    string
	outer   [4]bool // sides that lie on the edge of the picture
	feat    [12]float32
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

// framer finds quadrangles whose sides are lines.
type framer struct {
	best   []quad // the best first
	meet   [mostLines + 2][mostLines + 2]point
	hp, vp []pair
}

type pair struct{ a, b int }

// pairs lists the lines that can be opposite sides.
func pairs(list []pair, lines []line, length float32) []pair {
	list = list[:0]
	for i := range lines {
		for j := range lines {
			a, b := &lines[i], &lines[j]
			if b.at-a.at < length/6 {
				continue
			}
			if d := a.slope - b.slope; !a.outer && !b.outer && max(d, -d) > steepest {
				continue
			}
			list = append(list, pair{i, j})
		}
	}
	return list
}

var keep = 24

func (f *framer) find(rows, columns []line, slanted bool, den *density) []quad {
	w, h := float32(den.w), float32(den.h)
	for i := range rows {
		for j := range columns {
			r, c := &rows[i], &columns[j]
			// y = r.at + r.slope (x - r.middle), x = c.at + c.slope (y - c.middle)
			x := (c.at + c.slope*(r.at-r.slope*r.middle-c.middle)) / (1 - c.slope*r.slope)
			f.meet[i][j] = point{x, r.y(x)}
		}
	}
	f.hp = pairs(f.hp, rows, h)
	f.vp = pairs(f.vp, columns, w)
	f.best = f.best[:0]
	for _, v := range f.vp {
		for _, r := range f.hp {
			if q, ok := f.join(rows, columns, r, v, slanted, den); ok {
				f.keep(&q)
			}
		}
	}
	return f.best
}

// keep puts a quadrangle in its place among the best.
func (f *framer) keep(q *quad) {
	i := len(f.best)
	for i > 0 && f.best[i-1].score < q.score {
		i--
	}
	if i == keep {
		return
	}
	if len(f.best) < keep {
		f.best = append(f.best, quad{})
	}
	copy(f.best[i+1:], f.best[i:])
	f.best[i] = *q
}

func (f *framer) join(rows, columns []line, r, v pair, slanted bool, den *density) (q quad, ok bool) {
	sides := [4]*line{&rows[r.a], &columns[v.b], &rows[r.b], &columns[v.a]}
	real, tilt := 0, 0
	for _, s := range sides {
		if !s.outer {
			real++
			if s.slope != 0 {
				tilt++
			}
		}
	}
	if real == 0 || slanted && (real < 4 || tilt < 2) {
		return q, false
	}
	q.corners = [4]point{f.meet[r.a][v.a], f.meet[r.a][v.b], f.meet[r.b][v.b], f.meet[r.b][v.a]}
	c := &q.corners
	w, h := float32(den.w), float32(den.h)
	if !q.plausible(w, h) {
		return q, false
	}
	least, sum := float32(1), float32(0)
	for i, s := range sides {
		if q.outer[i] = s.outer; s.outer {
			continue
		}
		a, b := c[i], c[(i+1)%4]
		from, to := min(a.x, b.x), max(a.x, b.x)
		if i%2 == 1 {
			from, to = min(a.y, b.y), max(a.y, b.y)
		}
		n := s.support(from, to)
		if n < 0.3 {
			return q, false
		}
		least = min(least, n)
		sum += n
	}
	in, out := den.inOut(&q)
	ring := den.ring(&q)
	wide, tall := c[1].x-c[0].x, c[3].y-c[0].y
	q.feat = [12]float32{least, sum / float32(real), float32(real), in, out, ring, q.area() / (w * h), max(wide/tall, tall/wide), den.all()}
	q.kind = "box"
	q.score = least + 0.8*sum/float32(real) - [5]float32{0, 0.7, 0.15, 0.4, 0}[real] + 0.5*in/(in+ring+0.02) + 0.14*float32(math.Log(float64(q.area()/(w*h))))
	if slanted {
		q.kind = "quad"
		q.score = least + 0.45*sum/float32(real) - 0.16*float32(math.Log(float64(q.area()/(w*h))))
	}
	return q, true
}

func (q *quad) plausible(w, h float32) bool {
	const beyond = 0.12
	for _, c := range q.corners {
		if c.x < -beyond*w || c.x > (1+beyond)*w || c.y < -beyond*h || c.y > (1+beyond)*h {
			return false
		}
	}
	c := &q.corners
	top, bottom, left, right := c[1].x-c[0].x, c[2].x-c[3].x, c[3].y-c[0].y, c[2].y-c[1].y
	if top < 12 || bottom < 12 || left < 12 || right < 12 {
		return false
	}
	wide, tall := top+bottom, left+right
	if wide > 3.2*tall || tall > 3.2*wide {
		return false
	}
	return max(top, bottom) < 1.4*min(top, bottom) && max(left, right) < 1.4*min(left, right)
}

// density counts edges.
type density struct {
	w, h int
	sums []uint32
}

func (d *density) build(a, b *liner, w, h int) {
	d.w, d.h = w, h
	d.sums = sized(d.sums, (w+1)*(h+1))
	clear(d.sums[:w+1])
	for y := range h {
		sum := uint32(0)
		to := d.sums[(y+1)*(w+1):][:w+1]
		up := d.sums[y*(w+1):][:w+1]
		to[0] = 0
		for x := range w {
			sum += uint32(a.edges[y*a.width+x]) + uint32(b.edges[x*b.width+y])
			to[x+1] = up[x+1] + sum
		}
	}
}

func (d *density) in(x0, y0, x1, y1 int) (n uint32, area int) {
	x0, y0, x1, y1 = min(max(x0, 0), d.w), min(max(y0, 0), d.h), min(max(x1, 0), d.w), min(max(y1, 0), d.h)
	if x1 <= x0 || y1 <= y0 {
		return 0, 0
	}
	r := d.w + 1
	return d.sums[y1*r+x1] - d.sums[y0*r+x1] - d.sums[y1*r+x0] + d.sums[y0*r+x0], (x1 - x0) * (y1 - y0)
}

// inOut returns the share of edges well within the quadrangle and well outside.
func (d *density) inOut(q *quad) (in, out float32) {
	c := &q.corners
	x0, x1 := min(c[0].x, c[3].x), max(c[1].x, c[2].x)
	y0, y1 := min(c[0].y, c[1].y), max(c[2].y, c[3].y)
	n, area := d.in(int(x0)+3, int(y0)+3, int(x1)-3, int(y1)-3)
	outer, outerArea := d.in(int(x0)-2, int(y0)-2, int(x1)+3, int(y1)+3)
	all, allArea := d.in(0, 0, d.w, d.h)
	if area > 0 {
		in = float32(n) / float32(area)
	}
	if rest := allArea - outerArea; rest > 0 {
		out = float32(all-outer) / float32(rest)
	}
	return in, out
}

// ring returns the share of edges near outside.
func (d *density) ring(q *quad) float32 {
	c := &q.corners
	x0, y0, x1, y1 := int(min(c[0].x, c[3].x)), int(min(c[0].y, c[1].y)), int(max(c[1].x, c[2].x)), int(max(c[2].y, c[3].y))
	n, a := d.in(x0-2, y0-2, x1+3, y1+3)
	m, b := d.in(x0-8, y0-8, x1+9, y1+9)
	if b-a < 10 {
		return 0
	}
	return float32(m-n) / float32(b-a)
}

func (d *density) all() float32 {
	n, a := d.in(0, 0, d.w, d.h)
	return float32(n) / float32(a)
}
