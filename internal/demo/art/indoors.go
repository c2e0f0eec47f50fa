package art

import "math"

// fruitTable: a still life with fruit, vessels and flowers before a wall.
func fruitTable(s *scene) {
	wall := pick(s.dice, hex(0xD9CBB3), hex(0x6E8B8A), hex(0xC98B6B), hex(0x3E5366), hex(0xE3D9A8), hex(0x9A6A7B))
	edge := s.h * s.between(0.58, 0.68)
	s.fill(rect(0, 0, 100, s.h), flat(wall))
	s.wallpaper(edge, wall)
	cloth := pick(s.dice, hex(0xF3EFE6), hex(0x8A4F3D), hex(0x2F4858), hex(0xE0B252), hex(0x7D9B76))
	s.fill(rect(0, edge, 100, s.h), blend(cloth.lighter(0.1), cloth.darker(0.15), edge, s.h))
	if s.coin() {
		s.checks(edge, cloth.mix(pick(s.dice, hex(0xB23A48), hex(0x2B4C7E), hex(0x3A5A40)), 0.65))
	}
	s.fill(rect(0, edge, 100, edge+0.6), flat(cloth.darker(0.35)))

	foot := edge + (s.h-edge)*0.3
	spots := shuffled(s.dice, 16.0, 39, 62, 84)
	stand := shuffled(s.dice, s.vase, s.bottle, s.jug, s.bowl)
	for i, x := range spots {
		if i < 3 || s.coin() {
			stand[i](x+s.between(-3, 3), foot+s.between(-2, 4), s.h*s.between(0.42, 0.56))
		}
	}
	for range 4 + s.IntN(4) {
		s.fruit(s.between(8, 92), s.between(foot+7, s.h-6), s.between(4.2, 6.4))
	}
}

// wallpaper hangs stripes, a picture frame or a window on the wall.
func (s *scene) wallpaper(edge float64, wall colour) {
	switch s.IntN(3) {
	case 0:
		step := s.between(8, 14)
		for x := s.between(-step, 0); x < 100; x += 2 * step {
			s.fill(rect(x, 0, x+step, edge), flat(wall.lighter(0.22)))
		}
	case 1:
		x, y := s.between(14, 60), s.h*0.06
		s.fill(rect(x, y, x+30, y+s.h*0.38), flat(hex(0x7A5230)))
		s.fill(rect(x+2, y+2, x+28, y+s.h*0.38-2), flat(hex(0xF1E7D0)))
		s.fill(circle(x+s.between(8, 22), y+s.h*0.15, 5), flat(hex(0xE29B4B)))
		s.fill(rect(x+2, y+s.h*0.25, x+28, y+s.h*0.38-2), flat(hex(0x5B7F95)))
	default:
		x, y := s.between(10, 52), s.h*0.05
		s.fill(rect(x, y, x+38, y+s.h*0.5), flat(hex(0xF5F1E8)))
		for i := range 4 {
			left, top := x+2+18.5*float64(i%2), y+2+(s.h*0.25-0.5)*float64(i/2)
			s.fill(rect(left, top, left+16.5, top+s.h*0.25-3), blend(s.sky, s.horizon, y, y+s.h*0.5))
		}
	}
}

// checks lays crossing bands over the table, drawn together towards the far edge.
func (s *scene) checks(edge float64, ink colour) {
	for i := range 12 {
		x := -60 + float64(i)*20
		s.fill(polygon(
			point{50 + (x-50)*0.7, edge}, point{50 + (x-40)*0.7, edge}, point{50 + (x-40)*1.2, s.h}, point{50 + (x-50)*1.2, s.h},
		), flat(ink).faded(0.5))
	}
	for i := range 4 {
		y := edge + (s.h-edge)*float64(i*i)/13 + 1.2
		s.fill(rect(0, y, 100, y+(s.h-edge)*(0.06+0.03*float64(i))), flat(ink).faded(0.5))
	}
}

// turned fills the outline of something from the potter's wheel: half-widths at heights, from foot to rim, lit from the left.
func (s *scene) turned(x, foot, height float64, ink colour, profile ...point) {
	var right, left []point
	for _, p := range profile {
		right = append(right, point{x + p.x*height, foot - p.y*height})
		left = append(left, point{x - p.x*height, foot - p.y*height})
	}
	side := smooth(right...)
	other := smooth(left...)
	for i := range len(other) / 2 {
		other[i], other[len(other)-1-i] = other[len(other)-1-i], other[i]
	}
	body := shape{append(side, other...)}
	s.fill(ellipse(x+height*0.12, foot, height*0.34, height*0.05), flat(hex(0x101018)).faded(0.28))
	s.fill(body, flat(ink))
	s.within(body, func() {
		s.fill(ellipse(x+height*0.3, foot-height*0.4, height*0.2, height), flat(ink.darker(0.32)))
		s.fill(ellipse(x-height*0.12, foot-height*0.45, height*0.03, height*0.26), flat(ink.lighter(0.5)))
	})
}

func (s *scene) vase(x, foot, height float64) {
	for range 6 + s.IntN(4) {
		top := point{x + s.between(-0.36, 0.36)*height, foot - height*s.between(0.85, 1.3)}
		s.fill(ribbon(smooth(point{x, foot - height*0.5}, point{x, foot - height*0.62}, top), 0.7, 0.4), flat(hex(0x3F6B3A)))
		s.fill(leaf(top.add(0, 3), top.add(s.between(-7, 7), s.between(4, 8)), 2.6), flat(hex(0x5B8A4A)))
		s.blossom(top, s.between(2.6, 4.4), pick(s.dice, hex(0xE4572E), hex(0xF2C14E), hex(0xF7EEF2), hex(0xC94C7C), hex(0x6C6BB5)))
	}
	s.turned(x, foot, height*0.6, pick(s.dice, hex(0x2E6F95), hex(0xC8553D), hex(0xE9E2D0), hex(0x496A52)),
		point{0.16, 0}, point{0.3, 0.2}, point{0.34, 0.45}, point{0.22, 0.75}, point{0.15, 0.9}, point{0.2, 1})
}

func (s *scene) bottle(x, foot, height float64) {
	s.turned(x, foot, height, pick(s.dice, hex(0x2F5D50), hex(0x6B3F2A), hex(0x274060)),
		point{0.15, 0}, point{0.155, 0.1}, point{0.155, 0.5}, point{0.13, 0.62}, point{0.05, 0.74}, point{0.045, 0.9}, point{0.055, 1})
	s.fill(rect(x-height*0.13, foot-height*0.42, x+height*0.1, foot-height*0.2), flat(hex(0xF0E4C8)))
}

func (s *scene) jug(x, foot, height float64) {
	ink := pick(s.dice, hex(0xEDE6D6), hex(0x7D98A1), hex(0xD8973C))
	s.fill(ring(x+height*0.24, foot-height*0.42, height*0.16, height*0.11), flat(ink.darker(0.2)))
	s.turned(x, foot, height*0.75, ink,
		point{0.2, 0}, point{0.3, 0.18}, point{0.32, 0.4}, point{0.24, 0.68}, point{0.2, 0.84}, point{0.25, 1})
}

func (s *scene) bowl(x, foot, height float64) {
	r := height * 0.36
	for i := range 5 {
		s.fruit(x+(float64(i)-2)*r*0.42, foot-r*(0.95+0.22*float64(i%2)), r*0.36)
	}
	s.fill(ellipse(x+2, foot, r*0.8, r*0.14), flat(hex(0x101018)).faded(0.28))
	ink := pick(s.dice, hex(0x3D6B8C), hex(0xF1ECE0), hex(0xA4583C))
	dish := sector(x, foot-r*0.9, r*1.15, r*0.9, 0, math.Pi)
	s.fill(dish, flat(ink))
	s.within(dish, func() {
		s.fill(ellipse(x+r*0.8, foot-r*0.4, r*0.7, r), flat(ink.darker(0.25)))
		s.fill(rect(x-r*2, foot-r*0.72, x+r*2, foot-r*0.6), flat(ink.lighter(0.4)))
	})
}

// fruit is an apple, an orange, a lemon or a pear.
func (s *scene) fruit(x, y, r float64) {
	ink := pick(s.dice, hex(0xC7372F), hex(0xEE8434), hex(0xF2CC45), hex(0x8FB043), hex(0x7B2D43))
	s.fill(ellipse(x+r*0.35, y+r*0.86, r, r*0.2), flat(hex(0x101018)).faded(0.28))
	body := circle(x, y, r)
	if s.IntN(3) == 0 {
		body = blob(point{x, y + r}, point{x + r, y + r*0.35}, point{x + r*0.5, y - r*0.5}, point{x + r*0.2, y - r*1.3},
			point{x - r*0.2, y - r*1.3}, point{x - r*0.5, y - r*0.5}, point{x - r, y + r*0.35})
	}
	s.fill(body, flat(ink))
	s.within(body, func() {
		s.fill(ring(x-r*0.45, y-r*0.45, r*2.2, r*1.25), flat(ink.darker(0.28)))
	})
	s.fill(ellipse(x-r*0.38, y-r*0.32, r*0.24, r*0.18), flat(ink.lighter(0.6)))
	s.fill(ribbon([]point{{x, y - r*0.9}, {x + r*0.12, y - r*1.35}}, r*0.12, r*0.1), flat(hex(0x4B3621)))
}

// blossom is a ring of petals around an eye.
func (s *scene) blossom(at point, r float64, ink colour) {
	petals := 6 + s.IntN(5)
	turn := s.between(0, 1)
	for i := range petals {
		sin, cos := math.Sincos(turn + float64(i)*2*math.Pi/float64(petals))
		s.fill(leaf(at, at.add(cos*r, sin*r), r*4.4/float64(petals)), flat(ink))
	}
	s.fill(circle(at.x, at.y, r*0.3), flat(hex(0x7A4A1E).mix(hex(0xF2C14E), 0.4)))
}

// flowers: a bed of large flowers seen from close by.
func flowers(s *scene) {
	s.fill(rect(0, 0, 100, s.h), blend(s.sky, s.horizon, 0, s.h*0.8))
	far, _ := s.ridge(s.h*s.between(0.55, 0.75), 6)
	s.fill(far, flat(s.far(hex(0x6C8F55), 0.4)))
	inks := shuffled(s.dice, hex(0xF2B632), hex(0xE4572E), hex(0xF6EDEE), hex(0xC8508B), hex(0x7A6FC0), hex(0xF58F6C))
	columns := 4 + s.IntN(3)
	for row := range 3 {
		for i := range columns {
			x := 100 * (float64(i) + 0.5 + s.between(-0.35, 0.35)) / float64(columns)
			y := s.h * (0.14 + 0.26*float64(row) + s.between(-0.1, 0.1))
			r := s.h * (0.07 + 0.035*float64(row)) * s.between(0.8, 1.25)
			s.stem(x, y, r)
			if s.IntN(3) == 0 {
				s.tulip(point{x, y}, r, inks[(row+i)%3])
			} else {
				s.blossom(point{x, y}, r, inks[(row+i)%3])
				s.fill(circle(x, y, r*0.34), flat(hex(0x54331A)))
				s.fill(ring(x, y, r*0.26, r*0.18), flat(hex(0xB98A3C)))
			}
		}
	}
	for range 18 {
		foot := point{s.between(-4, 104), s.h + 2}
		s.fill(leaf(foot, foot.add(s.between(-14, 14), -s.between(12, 30)), s.between(3, 6)), flat(pick(s.dice, hex(0x2F5D3A), hex(0x447A3F), hex(0x6A9A48))))
	}
}

func (s *scene) stem(x, y, r float64) {
	green := pick(s.dice, hex(0x2F5D3A), hex(0x447A3F), hex(0x588B45))
	lean := s.between(-6, 6)
	s.fill(ribbon(smooth(point{x, y}, point{x + lean*0.3, (y + s.h) / 2}, point{x + lean, s.h + 2}), r*0.16, r*0.22), flat(green))
	side := s.sign()
	from := point{x + lean*0.4, y + (s.h-y)*0.55}
	s.fill(leaf(from, from.add(side*r*1.5, -r*0.9), r*0.7), flat(green.lighter(0.1)))
}

// tulip is a cup of three petals.
func (s *scene) tulip(at point, r float64, ink colour) {
	s.fill(leaf(at.add(0, r), at.add(-r*0.75, -r), r*1.1), flat(ink.darker(0.14)))
	s.fill(leaf(at.add(0, r), at.add(r*0.75, -r), r*1.1), flat(ink.darker(0.24)))
	s.fill(leaf(at.add(0, r*1.05), at.add(0, -r), r*1.2), flat(ink))
}
