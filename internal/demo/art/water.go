package art

import "math"

// harbour: the sea with boats, an island, a lighthouse or a pier.
func harbour(s *scene) {
	horizon := s.h * s.between(0.38, 0.55)
	s.heaven(horizon)
	island, _ := s.ridge(horizon-1.5, s.between(3, 7))
	s.within(rect(s.between(-20, 30), 0, s.between(45, 110), horizon), func() {
		s.fill(island, flat(s.far(hex(0x4A6B6A), 0.65)))
	})
	sea := pick(s.dice, hex(0x1F6F8B), hex(0x2A9D8F), hex(0x27548A))
	s.fill(rect(0, horizon, 100, s.h), blend(s.far(sea.lighter(0.3), 0.45), s.far(sea.darker(0.25), 0), horizon, s.h))
	s.glitter(horizon)
	if s.coin() {
		s.lighthouse(pick(s.dice, 16.0, 84), horizon)
	}
	count := 2 + s.IntN(4)
	for i := range count {
		t := (float64(i) + 0.6) / float64(count)
		s.sail(s.between(10, 90), horizon+1+t*t*(s.h-horizon)*0.62, 8+t*s.between(16, 30),
			pick(s.dice, hex(0xA23B2A), hex(0x23395B), hex(0xF0E9DA), hex(0x7A4B2A)), pick(s.dice, hex(0xFBF6EA), hex(0xE8B04A), hex(0xD9694A)))
	}
	for range 3 + s.IntN(5) {
		s.gull(s.between(8, 92), s.between(0.12, 0.8)*horizon, s.between(2, 5), s.sky.darker(0.5))
	}
	if s.coin() {
		s.pier()
	}
}

// glitter strews short strokes of light and shade over the sea, larger the nearer they are.
func (s *scene) glitter(horizon float64) {
	for i := range 120 {
		t := math.Pow(s.Float64(), 1.6)
		x, y := s.between(-5, 105), horizon+0.6+t*(s.h-horizon)
		half, thick := 0.8+5*t, 0.12+0.5*t
		ink := flat(s.horizon.lighter(0.4)).faded(0.45)
		if i%3 == 0 {
			ink = flat(s.sky.darker(0.45)).faded(0.35)
		}
		s.fill(leaf(point{x - half, y}, point{x + half, y}, thick*2), ink)
	}
}

// lighthouse stands on a rock by the edge of the picture.
func (s *scene) lighthouse(x, horizon float64) {
	foot := horizon + s.h*0.16
	height := s.h * 0.46
	s.fill(blob(
		point{x - 19, foot + 6}, point{x - 14, foot - 2}, point{x - 4, foot - 5}, point{x + 8, foot - 3}, point{x + 17, foot + 1}, point{x + 20, foot + 6}, point{x, foot + 8},
	), flat(s.far(hex(0x54504C), 0.1)))
	tower := polygon(point{x - 4.4, foot - 3}, point{x - 2.8, foot - height}, point{x + 2.8, foot - height}, point{x + 4.4, foot - 3})
	s.fill(tower, flat(hex(0xF5F0E6)))
	stripe := pick(s.dice, hex(0xC8443A), hex(0x2C5D8A))
	s.within(tower, func() {
		for i := range 3 {
			y := foot - height*(0.16+0.3*float64(i))
			s.fill(polygon(point{x - 6, y}, point{x + 6, y - 2}, point{x + 6, y - 2 - height*0.14}, point{x - 6, y - height*0.14}), flat(stripe))
		}
		s.fill(rect(x+1.4, 0, x+6, s.h), flat(hex(0x16202C)).faded(0.2))
	})
	s.fill(rect(x-3.8, foot-height-1, x+3.8, foot-height), flat(hex(0x2B2F36)))
	s.fill(rect(x-2, foot-height-4.6, x+2, foot-height-1), flat(hex(0xFFE08A)))
	s.fill(polygon(point{x - 2.8, foot - height - 4.6}, point{x, foot - height - 8}, point{x + 2.8, foot - height - 4.6}), flat(stripe))
	if s.night {
		for _, side := range []float64{-1, 1} {
			lamp := point{x, foot - height - 2.8}
			s.fill(polygon(lamp, lamp.add(side*90, -9), lamp.add(side*90, 7)), flat(hex(0xFFE9A8)).faded(0.28))
		}
	}
}

// pier is a walk of planks that runs out from the foot of the picture.
func (s *scene) pier() {
	x, lean := s.between(25, 75), s.between(-14, 14)
	far, wood := s.h*0.74, s.far(hex(0x9C7248), 0)
	for i := range 3 {
		t := float64(i) / 3
		y := far + (s.h-far)*t
		for _, side := range []float64{-1, 1} {
			at := x + lean*(1-t) + side*(4+9*t)
			s.fill(rect(at-0.5-t*0.5, y-2-3*t, at+0.5+t*0.5, y+6+6*t), flat(wood.darker(0.5)))
		}
	}
	deck := polygon(point{x + lean - 4, far}, point{x + lean + 4, far}, point{x + 15, s.h + 1}, point{x - 15, s.h + 1})
	s.fill(deck, flat(wood))
	s.within(deck, func() {
		for i := range 16 {
			t := float64(i) / 16
			y := far + (s.h-far)*t*t
			s.fill(rect(0, y, 100, y+0.25+0.5*t), flat(wood.darker(0.4)))
		}
	})
}

// seabed: fish, weeds, rocks and bubbles.
func seabed(s *scene) {
	deep := pick(s.dice, hex(0x0B3C5D), hex(0x11574F), hex(0x2B2D6B))
	s.fill(rect(0, 0, 100, s.h), blend(deep.mix(hex(0xA8E0DC), 0.7), deep, 0, s.h))
	for range 4 + s.IntN(3) { // shafts of light
		x, width := s.between(-10, 100), s.between(5, 13)
		s.fill(polygon(point{x, -1}, point{x + width, -1}, point{x + width*0.4 - 30, s.h}, point{x - width - 30, s.h}), flat(hex(0xE4FBF2)).faded(0.14))
	}
	sand, height := s.ridge(s.h*s.between(0.8, 0.88), 5)
	s.fill(sand, blend(hex(0xE2C58B).mix(deep, 0.25), hex(0x9C7F4E).mix(deep, 0.4), s.h*0.78, s.h))
	for range 3 + s.IntN(3) {
		x, r := s.between(0, 100), s.between(4, 10)
		y := height(x) + 2
		s.fill(sector(x, y, r, r*s.between(0.7, 1.1), math.Pi, 2*math.Pi), flat(hex(0x4E5A63).mix(deep, 0.4)))
		s.fill(sector(x-r*0.2, y, r*0.6, r*0.6, math.Pi, 2*math.Pi), flat(hex(0x7B8790).mix(deep, 0.3)))
	}
	for range 14 + s.IntN(8) {
		s.weed(s.between(0, 100), height, pick(s.dice, hex(0x4F9D5B), hex(0x9BC25B), hex(0xC2506B), hex(0x2F7F6F)))
	}
	count := 4 + s.IntN(5)
	rows := shuffled(s.dice, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.34, 0.56)
	for i := range count {
		s.fish(s.between(10, 90), rows[i]*s.h+s.between(-2, 4), s.between(7, 17))
	}
	for range 26 {
		x, y, r := s.between(0, 100), s.between(0, s.h*0.85), s.between(0.3, 1.3)
		s.fill(ring(x, y, r, r*0.75), flat(hex(0xEAFBFF)).faded(0.7))
	}
}

// weed is a waving leaf rooted in the sand.
func (s *scene) weed(x float64, ground func(float64) float64, green colour) {
	foot := point{x, ground(x) + 3}
	length, bend := s.between(8, 34), s.between(1.5, 4)*s.sign()
	s.fill(ribbon(smooth(
		foot, foot.add(bend, -length*0.3), foot.add(-bend*0.6, -length*0.65), foot.add(bend*0.8, -length),
	), s.between(1.6, 3), 0.2), flat(green))
}

// fish has stripes or a belly of another colour, and swims to either side.
func (s *scene) fish(x, y, size float64) {
	side := s.sign()
	at := func(dx, dy float64) point { return point{x + side*dx*size, y + dy*size} }
	body := pick(s.dice, hex(0xF2A541), hex(0xE4572E), hex(0xF4E04D), hex(0xE9EEF2), hex(0xC9478E), hex(0x58B4D1))
	mark := pick(s.dice, hex(0xFDF6E8), hex(0x1E2A44), body.darker(0.4))
	s.fill(polygon(at(-0.38, 0), at(-0.78, -0.3), at(-0.66, 0), at(-0.78, 0.3)), flat(body.darker(0.15)))
	s.fill(polygon(at(-0.25, -0.2), at(0.05, -0.5), at(0.25, -0.2)), flat(body.darker(0.2)))
	shape := leaf(at(-0.5, 0), at(0.55, 0), size*0.62)
	s.fill(shape, flat(body))
	s.within(shape, func() {
		if s.coin() {
			for _, dx := range []float64{-0.2, 0.1} {
				s.fill(polygon(at(dx, -0.5), at(dx+0.14, -0.5), at(dx+0.1, 0.5), at(dx-0.04, 0.5)), flat(mark))
			}
		} else {
			s.fill(ellipse(x, y+size*0.32, size*0.6, size*0.24), flat(mark))
		}
	})
	eye := at(0.34, -0.06)
	s.fill(circle(eye.x, eye.y, size*0.065), flat(hex(0xFFFFFF)))
	s.fill(circle(eye.x, eye.y, size*0.035), flat(hex(0x10141C)))
}
