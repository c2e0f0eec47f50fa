package art

// countryside: hills one behind the other, fields, trees, a house or two, a road or a pond.
func countryside(s *scene) {
	horizon := s.h * s.between(0.42, 0.6)
	s.heaven(horizon)
	greens := shuffled(s.dice, hex(0x6E9B45), hex(0xA8B545), hex(0x4E7F4A), hex(0xC9B458), hex(0x86A657))
	for i := range 3 {
		hill, _ := s.ridge(horizon-5+3*float64(i), 5.5-float64(i))
		s.fill(hill, flat(s.far(greens[i].mix(hex(0x51708A), 0.5), 0.9-0.25*float64(i))))
	}
	for i := range 3 {
		t := float64(i)
		top := horizon + 3 + t*(s.h-horizon)*0.24
		hill, height := s.ridge(top, 5)
		ink := s.far(greens[i+1], 0.35-0.15*t)
		s.fill(hill, blend(ink.lighter(0.12), ink.darker(0.12), top-4, top+20))
		if s.coin() {
			s.furrows(hill, top, ink.darker(0.22))
		}
		s.grove(height, 4+5*t, i)
		if i == 1 || s.IntN(3) == 0 {
			x := s.between(15, 85)
			s.cottage(point{x, height(x) + 2 + t}, 8+5*t,
				s.far(pick(s.dice, hex(0xF3E9D8), hex(0xE6C9A8), hex(0xD9E2E3)), 0.1), s.far(pick(s.dice, hex(0xB5533C), hex(0x4D5A6B), hex(0x8C5A3B)), 0.1))
		}
	}
	if s.coin() {
		s.road()
	} else {
		x, y := s.between(20, 80), s.h*s.between(0.86, 0.94)
		s.fill(ellipse(x, y, s.between(16, 26), s.h*0.07), flat(s.sky.mix(s.horizon, 0.5)))
		s.fill(ellipse(x+3, y-1, 9, 0.7), flat(s.horizon.lighter(0.3)))
	}
}

// furrows rules a hillside with lines that meet far away.
func (s *scene) furrows(hill shape, top float64, ink colour) {
	vanish := point{s.between(-20, 120), top - 12}
	s.within(hill, func() {
		for i := range 22 {
			foot := point{-120 + float64(i)*15, s.h + 20}
			s.fill(ribbon([]point{vanish, foot}, 0.1, 3.4), flat(ink).faded(0.55))
		}
	})
}

// grove sets trees of one kind along a ridge.
func (s *scene) grove(height func(float64) float64, size float64, row int) {
	plant := pick(s.dice, s.roundTree, s.fir, s.poplar)
	middle, spread := s.between(5, 95), s.between(8, 30)
	for range 3 + s.IntN(6) {
		x := middle + s.between(-spread, spread)
		green := s.far(pick(s.dice, hex(0x2F5D3A), hex(0x3F7042), hex(0x55772F), hex(0x7A6A2C)), 0.35-0.15*float64(row))
		plant(point{x, height(x) + s.between(0.2, 1.5)}, size*s.between(1.2, 2), green)
	}
}

func (s *scene) road() {
	x := s.between(25, 75)
	line := smooth(
		point{x + s.between(-20, 20), s.h * 0.66}, point{x + s.between(-12, 12), s.h * 0.75}, point{x + s.between(-15, 15), s.h * 0.85},
		point{x + s.between(-22, 22), s.h * 1.1},
	)
	s.fill(ribbon(line, 0.8, 15), flat(s.far(hex(0xE3D2AE), 0.15)))
}

// peaks: steep mountains with snow, a lake that mirrors them, firs in front, perhaps a tent.
func peaks(s *scene) {
	shore := s.h * s.between(0.6, 0.72)
	s.heaven(shore)
	rock := pick(s.dice, hex(0x5D6B7E), hex(0x7A6A72), hex(0x4F6669))
	count := 3 + s.IntN(3)
	for i := range count {
		x := 100*(float64(i)+s.between(0.1, 0.9))/float64(count) + s.between(-8, 8)
		s.peak(x, shore, s.between(0.35, 0.85)*shore, s.far(rock, 0.5-0.45*float64(i)/float64(count)))
	}
	s.fill(rect(0, shore, 100, s.h), blend(s.horizon.mix(s.sky, 0.35), s.sky.darker(0.25), shore, s.h))
	for range 14 {
		x, y := s.between(0, 100), shore+s.between(0.5, (s.h-shore)*0.8)
		s.fill(rounded(x, y, x+s.between(6, 26), y+0.6, 0.3), flat(s.horizon.lighter(0.3)).faded(0.5))
	}
	bank, height := s.ridge(s.h*s.between(0.85, 0.92), 4)
	s.fill(bank, flat(s.far(hex(0x3F5A3C), 0)))
	left := s.coin()
	for range 9 + s.IntN(6) {
		x := s.between(-2, 44)
		if !left {
			x += 56
		}
		s.fir(point{x, height(x) + s.between(0.5, 3)}, s.between(12, 28), s.far(pick(s.dice, hex(0x24483A), hex(0x2F5A44), hex(0x1D3B36)), 0))
	}
	if s.coin() {
		x := 70.0
		if !left {
			x = 30
		}
		y := height(x) + 3
		s.fill(polygon(point{x, y - 9}, point{x + 9, y}, point{x - 7, y}), flat(hex(0xE07B39)))
		s.fill(polygon(point{x, y - 9}, point{x - 7, y}, point{x - 1, y}), flat(hex(0xF4B266)))
	}
}

// peak is one mountain: a lit and a shaded side, and snow with a ragged rim.
func (s *scene) peak(x, foot, height float64, rock colour) {
	top := point{x, foot - height}
	left, right := x-height*s.between(0.6, 0.95), x+height*s.between(0.6, 0.95)
	lean := s.between(-0.12, 0.12) * height
	mountain := polygon(top, point{right, foot}, point{left, foot})
	s.fill(mountain, flat(rock))
	shade := polygon(top, top.add(lean*0.4+2, height*0.3), top.add(lean, height*0.55), point{x + lean*0.5, foot}, point{right, foot})
	s.fill(shade, flat(rock.darker(0.32)))
	line := []point{top.add(-height, -1), top.add(height, -1)}
	level := height * s.between(0.26, 0.4)
	for i := range 13 {
		t := 1 - float64(i)/6
		dip := level * 0.55
		if i%2 == 0 {
			dip = -level * 0.1
		}
		line = append(line, top.add(t*level*1.1, level+dip*s.between(0.6, 1)))
	}
	snow := hex(0xF4F6F5).mix(s.haze, 0.12)
	s.within(mountain, func() { s.fill(polygon(line...), flat(snow)) })
	s.within(shade, func() { s.fill(polygon(line...), flat(snow.mix(rock, 0.45))) })
}

// balloons: hot-air balloons over a wide land.
func balloons(s *scene) {
	horizon := s.h * s.between(0.68, 0.8)
	s.heaven(horizon)
	for i := range 3 {
		hill, height := s.ridge(horizon+float64(i)*(s.h-horizon)*0.3, 4)
		s.fill(hill, flat(s.far(pick(s.dice, hex(0x6A8F4E), hex(0xB49A55), hex(0x56795A)), 0.6-0.28*float64(i))))
		if i == 1 {
			s.grove(height, 4, 1)
		}
	}
	count := 3 + s.IntN(4)
	slots := shuffled(s.dice, 12, 28, 44, 60, 76, 90)
	for i := range count {
		size := s.between(0.1, 0.16) * s.h * (0.7 + 0.9*float64(i)/float64(count))
		s.balloon(float64(slots[i])+s.between(-3, 3), s.between(size*1.2, horizon-size*1.6), size)
	}
}

// balloon has an envelope of stripes and a basket.
func (s *scene) balloon(x, y, r float64) {
	inks := shuffled(s.dice, hex(0xD1495B), hex(0xEDAE49), hex(0x2E86AB), hex(0xF5EBDD), hex(0x4FA3A5), hex(0x9A7AA8))
	envelope := blob(
		point{x, y - r}, point{x + r*0.72, y - r*0.7}, point{x + r*0.98, y}, point{x + r*0.62, y + r*0.72},
		point{x + r*0.2, y + r*1.22}, point{x - r*0.2, y + r*1.22}, point{x - r*0.62, y + r*0.72}, point{x - r*0.98, y}, point{x - r*0.72, y - r*0.7},
	)
	s.fill(envelope, flat(inks[0]))
	s.within(envelope, func() {
		for i := range 4 {
			half := r * (0.98 - 0.26*float64(i))
			s.fill(ellipse(x, y-r*0.05, half, r*1.6), flat(inks[i%2]))
		}
		if s.coin() {
			s.fill(rect(x-r*1.2, y-r*0.12, x+r*1.2, y+r*0.2), flat(inks[2]))
		}
		s.fill(ellipse(x+r*0.75, y+r*0.2, r*0.55, r*1.5), flat(hex(0x101828)).faded(0.16))
	})
	for _, side := range []float64{-1, 1} {
		s.fill(ribbon([]point{{x + side*r*0.17, y + r*1.2}, {x + side*r*0.13, y + r*1.5}}, r*0.025, r*0.025), flat(hex(0x3B2F2A)))
	}
	s.fill(rounded(x-r*0.16, y+r*1.48, x+r*0.16, y+r*1.74, r*0.05), flat(hex(0x8A5A32)))
}
