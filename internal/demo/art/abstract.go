package art

import "math"

var abstractInks = [][]colour{
	{hex(0xF1E4CC), hex(0xD1495B), hex(0x2F6690), hex(0xEDAE49), hex(0x16324F)},
	{hex(0x22333B), hex(0xEAE0D5), hex(0xC6AC8F), hex(0x8A5A44), hex(0x5E7F73)},
	{hex(0xFAF3DD), hex(0x5E9C8F), hex(0xF28F6B), hex(0x384E77), hex(0xFFD07B)},
	{hex(0x2D2A4A), hex(0xF49D6E), hex(0xF7E9D7), hex(0x7FB7BE), hex(0xC3537A)},
}

// fields: an abstract of one of three constructions.
func fields(s *scene) {
	inks := shuffled(s.dice, pick(s.dice, abstractInks...)...)
	s.fill(rect(0, 0, 100, s.h), flat(inks[0]))
	pick(s.dice, s.quarters, s.discs, s.strata)(inks)
}

// quarters: square tiles, each with a quarter disc, a half disc or a triangle.
func (s *scene) quarters(inks []colour) {
	columns := 4 + s.IntN(3)
	side := 100 / float64(columns)
	for y := 0.0; y < s.h; y += side {
		for column := range columns {
			x := float64(column) * side
			order := shuffled(s.dice, 0, 1, 2, 3, 4)
			tile := rect(x, y, x+side, y+side)
			s.fill(tile, flat(inks[order[0]]))
			corner := point{x + side*float64(s.IntN(2)), y + side*float64(s.IntN(2))}
			s.within(tile, func() {
				switch s.IntN(4) {
				case 0, 1:
					s.fill(circle(corner.x, corner.y, side), flat(inks[order[1]]))
					s.fill(circle(corner.x, corner.y, side*0.5), flat(inks[order[2]]))
				case 2:
					s.fill(circle(x+side/2, corner.y, side/2), flat(inks[order[1]]))
				default:
					s.fill(polygon(corner, point{x, y + side}, point{x + side, y}), flat(inks[order[1]]))
				}
			})
		}
	}
}

// discs: large discs and bars that shine through one another.
func (s *scene) discs(inks []colour) {
	for range 3 {
		x, width := s.between(-10, 90), s.between(6, 22)
		lean := s.between(-40, 40)
		s.fill(polygon(point{x, 0}, point{x + width, 0}, point{x + width + lean, s.h}, point{x + lean, s.h}), flat(inks[1+s.IntN(4)]).faded(0.85))
	}
	for i := range 6 + s.IntN(4) {
		x, y, r := s.between(5, 95), s.between(0.05, 0.95)*s.h, s.between(7, 24)
		ink := flat(inks[1+i%4]).faded(s.between(0.75, 1))
		if i%3 == 2 {
			s.fill(ring(x, y, r, r*0.62), ink)
		} else {
			s.fill(circle(x, y, r), ink)
		}
	}
	s.fill(sector(s.between(20, 80), s.h*s.between(0.3, 0.7), 20, 20, s.between(0, 6), s.between(7, 9)), flat(inks[4]))
}

// strata: waving layers, as of stone.
func (s *scene) strata(inks []colour) {
	tilt := s.between(-0.5, 0.5)
	y := -40.0
	for i := 0; y < s.h+40; i++ {
		phase, length, swell := s.between(0, 6), s.between(20, 60), s.between(1, 7)
		line := []point{{-2, s.h + 60}}
		for x := -2.0; x <= 102; x++ {
			line = append(line, point{x, y + (x-50)*tilt + swell*math.Sin(phase+x/length*math.Pi)})
		}
		ink := inks[i%len(inks)]
		s.fill(polygon(append(line, point{102, s.h + 60})...), flat(ink.mix(inks[(i+2)%len(inks)], s.between(0, 0.35))))
		y += s.between(4, 15)
	}
	s.fill(circle(s.between(20, 80), s.between(0.2, 0.8)*s.h, s.between(8, 16)), flat(inks[s.IntN(len(inks))]))
}
