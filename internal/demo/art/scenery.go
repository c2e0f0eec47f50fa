package art

import "math"

// far gives a colour the haze of distance: 0 is near, 1 is the horizon.
func (s *scene) far(c colour, distance float64) colour {
	if s.night {
		c = c.mix(hex(0x0E1830), 0.55)
	}
	return c.mix(s.haze, distance*0.85)
}

// heaven paints the sky down to the horizon, with sun or moon, and clouds or stars.
func (s *scene) heaven(horizon float64) {
	s.fill(rect(0, 0, 100, s.h), blend(s.sky, s.horizon, 0, horizon))
	x, y, r := s.between(12, 88), s.between(0.15, 0.62)*horizon, s.between(4.5, 8)
	for i := 3; i > 0; i-- {
		s.fill(circle(x, y, r*(1+0.55*float64(i))), flat(s.sun).faded(0.13))
	}
	if s.night {
		s.fill(crescent(x, y, r), flat(s.sun))
		for range 60 {
			star := point{s.between(0, 100), s.between(0, horizon*0.8)}
			if math.Hypot(star.x-x, star.y-y) > r {
				s.fill(circle(star.x, star.y, s.between(0.1, 0.3)), flat(s.sun).faded(s.between(0.4, 1)))
			}
		}
		return
	}
	s.fill(circle(x, y, r), flat(s.sun))
	for range 2 + s.IntN(4) {
		s.cloud(s.between(0, 100), s.between(0.1, 0.65)*horizon, s.between(9, 22))
	}
}

// cloud is a heap of discs on a flat foot.
func (s *scene) cloud(x, y, width float64) {
	ink := flat(s.horizon.lighter(0.65)).faded(0.92)
	heap := rect(x-width/2, y-1, x+width/2, y)
	for i := range 5 {
		t := float64(i)/4*2 - 1
		r := width * (0.2 - 0.1*t*t) * s.between(0.85, 1.2)
		heap = append(heap, sector(x+t*width*0.38, y-r*0.3, r, r, 0, 2*math.Pi)...)
	}
	s.within(rect(-10, 0, 110, y), func() { s.fill(heap, ink) })
}

// ridge is a rolling line of hills: everything below it, down to the foot of the canvas. It returns the line's height at x.
func (s *scene) ridge(y, swell float64) (shape, func(x float64) float64) {
	type swing struct{ height, length, phase float64 }
	swings := make([]swing, 4)
	for i := range swings {
		swings[i] = swing{swell / float64(1+i), s.between(26, 40) / float64(1+i), s.between(0, 6.3)}
	}
	height := func(x float64) float64 {
		at := y
		for _, w := range swings {
			at += w.height / 2 * math.Sin(x/w.length*math.Pi+w.phase)
		}
		return at
	}
	line := []point{{-1, s.h + 1}}
	for x := -1.0; x <= 101; x += 0.5 {
		line = append(line, point{x, height(x)})
	}
	return polygon(append(line, point{101, s.h + 1})...), height
}

// roundTree is a trunk with a crown of leaves, lit from one side.
func (s *scene) roundTree(foot point, size float64, green colour) {
	s.fill(ellipse(foot.x+size*0.08, foot.y, size*0.3, size*0.04), flat(hex(0x14202A)).faded(0.25))
	s.fill(ribbon([]point{foot, foot.add(0, -size*0.55)}, size*0.1, size*0.06), flat(hex(0x5B4030).mix(green, 0.15)))
	middle := foot.add(0, -size*0.64)
	var crown, light shape
	for i := range 7 {
		sin, cos := math.Sincos(float64(i) * 2 * math.Pi / 7)
		r := size * s.between(0.17, 0.23)
		crown = append(crown, circle(middle.x+cos*size*0.2, middle.y+sin*size*0.18, r)...)
		if i > 2 && i < 6 {
			light = append(light, circle(middle.x+cos*size*0.2, middle.y+sin*size*0.18-size*0.02, r*0.6)...)
		}
	}
	s.fill(crown, flat(green))
	s.fill(light, flat(green.lighter(0.22)))
}

// fir is a stack of triangles, one side in the shade.
func (s *scene) fir(foot point, size float64, green colour) {
	s.fill(rect(foot.x-size*0.035, foot.y-size*0.15, foot.x+size*0.035, foot.y), flat(hex(0x4A352A).mix(green, 0.2)))
	for i := range 4 {
		t := float64(i)
		low, high, half := foot.y-size*(0.1+0.2*t), foot.y-size*(0.46+0.18*t), size*(0.27-0.055*t)
		top := point{foot.x, high}
		s.fill(polygon(top, point{foot.x + half, low}, point{foot.x - half, low}), flat(green))
		s.fill(polygon(top, point{foot.x + half, low}, point{foot.x + half*0.1, low}), flat(green.darker(0.3)))
	}
}

// poplar is tall and narrow.
func (s *scene) poplar(foot point, size float64, green colour) {
	s.fill(rect(foot.x-size*0.02, foot.y-size*0.2, foot.x+size*0.02, foot.y), flat(hex(0x4A352A)))
	s.fill(leaf(foot.add(0, -size*0.06), foot.add(0, -size), size*0.26), flat(green))
	s.fill(leaf(foot.add(-size*0.02, -size*0.12), foot.add(0, -size), size*0.1), flat(green.lighter(0.16)))
}

// cottage is a house seen from a corner of its garden.
func (s *scene) cottage(foot point, size float64, wall, roof colour) {
	w, h := size, size*0.5
	x, y := foot.x, foot.y
	s.fill(rect(x-w/2, y-h, x+w/2, y), flat(wall))
	s.fill(rect(x+w*0.2, y-h, x+w/2, y), flat(wall.darker(0.18)))
	s.fill(rect(x-w*0.3, y-h*1.95, x-w*0.18, y-h), flat(roof.darker(0.35)))
	s.fill(polygon(
		point{x - w*0.58, y - h*0.96}, point{x - w*0.36, y - h*1.75}, point{x + w*0.36, y - h*1.75}, point{x + w*0.58, y - h*0.96},
	), flat(roof))
	s.fill(polygon(
		point{x + w*0.2, y - h*0.96}, point{x + w*0.36, y - h*1.75}, point{x + w*0.58, y - h*0.96},
	), flat(roof.darker(0.2)))
	glass := hex(0x35506B)
	if s.night || s.coin() {
		glass = hex(0xFFD98A)
	}
	for _, at := range []float64{-0.34, 0.06} {
		s.fill(rect(x+w*(at-0.075), y-h*0.72, x+w*(at+0.075), y-h*0.34), flat(wall.lighter(0.7)))
		s.fill(rect(x+w*(at-0.055), y-h*0.68, x+w*(at+0.055), y-h*0.38), flat(glass))
	}
	s.fill(rect(x-w*0.2, y-h*0.62, x-w*0.06, y), flat(roof.darker(0.3)))
}

// sail is a small boat with two sails, its waterline at y.
func (s *scene) sail(x, y, size float64, hull, canvas colour) {
	mast := point{x, y - size}
	s.fill(polygon(mast, point{x + size*0.42, y - size*0.16}, point{x + size*0.015, y - size*0.16}), flat(canvas))
	s.fill(polygon(mast.add(0, size*0.1), point{x - size*0.32, y - size*0.16}, point{x - size*0.03, y - size*0.16}), flat(canvas.darker(0.14)))
	s.fill(rect(x-size*0.012, y-size*1.02, x+size*0.012, y-size*0.08), flat(hull.darker(0.3)))
	s.fill(polygon(
		point{x - size*0.46, y - size*0.12}, point{x + size*0.5, y - size*0.12}, point{x + size*0.34, y}, point{x - size*0.32, y},
	), flat(hull))
	s.fill(polygon(
		point{x - size*0.3, y}, point{x + size*0.32, y}, point{x + size*0.1, y + size*0.5},
	), flat(canvas).faded(0.25))
}

// gull is two strokes of the pen.
func (s *scene) gull(x, y, size float64, ink colour) {
	for _, side := range []float64{-1, 1} {
		s.fill(ribbon(smooth(
			point{x, y}, point{x + side*size*0.3, y - size*0.22}, point{x + side*size*0.65, y - size*0.1},
		), size*0.09, size*0.02), flat(ink))
	}
}
