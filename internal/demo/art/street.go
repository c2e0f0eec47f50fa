package art

// street: a row of houses, each with its own gable, under sky or stars.
func street(s *scene) {
	foot := s.h * s.between(0.8, 0.88)
	s.heaven(foot)
	walls := shuffled(s.dice, hex(0xC65D4B), hex(0xE3B35F), hex(0x5E8CA0), hex(0xEDE3D2), hex(0x7F9D73), hex(0xA5697B), hex(0x3F5873), hex(0xD98F5C))
	x := -s.between(0, 8)
	for i := 0; x < 100; i++ {
		width, height := s.between(13, 23), s.between(0.34, 0.68)*s.h
		s.house(x, foot, width, height, s.far(walls[i%len(walls)], 0.06))
		x += width
	}
	paving := s.far(pick(s.dice, hex(0x8C8F93), hex(0xB7A58C), hex(0x5F6672)), 0.1)
	s.fill(rect(0, foot, 100, s.h), blend(paving.lighter(0.15), paving.darker(0.25), foot, s.h))
	s.fill(rect(0, foot, 100, foot+1), flat(paving.darker(0.4)))
	for i := range 7 {
		at := float64(i)*16 + s.between(0, 6)
		s.fill(rect(at, (foot+s.h)/2, at+8, (foot+s.h)/2+0.9), flat(hex(0xF0E6CC)).faded(0.6))
	}
	for range 1 + s.IntN(3) {
		s.lamp(s.between(6, 94), foot+1.5)
	}
	for range s.IntN(4) {
		s.roundTree(point{s.between(5, 95), foot + 2}, s.between(14, 24), s.far(hex(0x4A7A46), 0))
	}
}

// house is one front: wall, gable, windows in rows, a door or a shop.
func (s *scene) house(x, foot, width, height float64, wall colour) {
	top := foot - height
	roof := pick(s.dice, hex(0x4B3B3B), hex(0x7B3F30), hex(0x36454F)).mix(wall, 0.1)
	if s.night {
		roof = roof.darker(0.4)
	}
	middle := x + width/2
	switch s.IntN(4) {
	case 0: // pointed
		s.fill(polygon(point{x, top}, point{middle, top - width*0.6}, point{x + width, top}), flat(wall.darker(0.08)))
		s.fill(ribbon([]point{{x - 0.6, top + 0.4}, {middle, top - width*0.62}, {x + width + 0.6, top + 0.4}}, 1.3, 1.3), flat(roof))
	case 1: // stepped
		for i := range 4 {
			inset := width * 0.12 * float64(i)
			s.fill(rect(x+inset, top-width*0.14*float64(i+1), x+width-inset, top), flat(wall))
		}
	case 2: // sloping roof with a chimney
		s.fill(rect(x+width*0.68, top-width*0.5, x+width*0.82, top), flat(roof.darker(0.3)))
		s.fill(polygon(point{x, top}, point{x + width*0.14, top - width*0.36}, point{x + width*0.86, top - width*0.36}, point{x + width, top}), flat(roof))
	default: // flat with a cornice
		s.fill(rect(x-0.5, top-1.6, x+width+0.5, top), flat(wall.lighter(0.4)))
	}
	s.fill(rect(x, top, x+width, foot), flat(wall))
	s.fill(rect(x+width-1, top, x+width, foot), flat(wall.darker(0.3)))
	s.windows(x, top, width, height, wall)
	if s.coin() { // a shop with an awning
		s.fill(rect(x+width*0.1, foot-9, x+width*0.9, foot), flat(s.glass(0.7)))
		stripes := pick(s.dice, hex(0xB23A48), hex(0x2F6690), hex(0x3A7D44))
		for i := range 8 {
			ink := hex(0xF6EFE2)
			if i%2 == 0 {
				ink = stripes
			}
			left := x + width*(0.06+0.11*float64(i))
			s.fill(rounded(left, foot-11.4, left+width*0.11, foot-7.8, 0.7), flat(ink))
		}
		return
	}
	s.fill(rounded(middle-2, foot-8, middle+2, foot+2, 1.6), flat(roof))
	s.fill(circle(middle+1.2, foot-3.4, 0.35), flat(hex(0xE9C46A)))
}

func (s *scene) windows(x, top, width, height float64, wall colour) {
	columns, rows := 2+s.IntN(2), max(1, int((height-13)/9.5))
	for row := range rows {
		for column := range columns {
			cx := x + width*(float64(column)+0.5)/float64(columns)
			cy := top + 3 + (height-13)*float64(row)/float64(rows)
			w := width / float64(columns) * 0.27
			s.fill(rect(cx-w-0.5, cy-0.5, cx+w+0.5, cy+6.5), flat(wall.lighter(0.55)))
			s.fill(rect(cx-w, cy, cx+w, cy+6), flat(s.glass(0.45)))
			s.fill(rect(cx-0.15, cy, cx+0.15, cy+6), flat(wall.lighter(0.55)))
		}
	}
}

// glass is a lit or a dark pane; by night more are lit.
func (s *scene) glass(lit float64) colour {
	if (s.night && s.Float64() < lit) || s.Float64() < lit*0.25 {
		return hex(0xFFD67A)
	}
	if s.night {
		return hex(0x1A2740)
	}
	return hex(0x4C6C86)
}

func (s *scene) lamp(x, foot float64) {
	iron := hex(0x20262E)
	s.fill(rect(x-0.4, foot-20, x+0.4, foot), flat(iron))
	s.fill(rect(x-1.1, foot-1.4, x+1.1, foot), flat(iron))
	if s.night {
		s.fill(circle(x, foot-21.4, 6), flat(hex(0xFFE3A0)).faded(0.25))
	}
	s.fill(polygon(point{x - 1.7, foot - 23.4}, point{x + 1.7, foot - 23.4}, point{x + 1, foot - 20}, point{x - 1, foot - 20}), flat(hex(0xFFE3A0)))
	s.fill(polygon(point{x - 2.1, foot - 23.4}, point{x + 2.1, foot - 23.4}, point{x, foot - 25.2}), flat(iron))
}
