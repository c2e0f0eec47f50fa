package art

// plumage is the set of colours of a heron.
type plumage struct {
	body, wing, neck, crest, beak, leg, eye colour
}

// silhouette is a heron of one colour, the eye cut out in another.
func silhouette(ink, eye colour) plumage {
	return plumage{body: ink, wing: ink, neck: ink, crest: ink, beak: ink, leg: ink, eye: eye}
}

// placing puts a figure drawn in a box of 100 × 100 onto the canvas: its lower left corner at (x, y), size units high,
// looking to the right or, mirrored within its box, to the left.
type placing struct {
	x, y, size float64
	mirrored   bool
}

func (p placing) put(s shape) shape {
	return s.move(func(at point) point {
		if p.mirrored {
			at.x = 100 - at.x
		}
		return point{p.x + at.x*p.size/100, p.y + (at.y-100)*p.size/100}
	})
}

// wader draws the emblem: a heron standing on one leg or on two, looking to the right. It fills its box from beak to tail.
func (c *canvas) wader(at placing, colours plumage, oneLeg bool) {
	part := func(s shape, ink colour) { c.fill(at.put(s), flat(ink)) }

	// Legs first, so that the body covers their ends.
	part(ribbon([]point{{41, 66}, {44, 83}, {43, 99}}, 2.2, 1.5), colours.leg)
	part(polygon(point{38, 100}, point{43, 98}, point{52, 99}, point{52, 100}), colours.leg)
	if oneLeg {
		part(ribbon([]point{{34, 66}, {49, 80}, {36, 87}}, 2.2, 1.4), colours.leg)
	} else {
		part(ribbon([]point{{34, 66}, {36, 82}, {32, 99}}, 2.2, 1.5), colours.leg)
		part(polygon(point{27, 100}, point{32, 98}, point{41, 99}, point{41, 100}), colours.leg)
	}

	// Body, from the breast to the tail.
	part(shape{smooth(
		point{60, 46}, point{64, 53}, point{58, 63}, point{44, 70}, point{28, 73}, point{14, 80}, point{9, 82},
		point{13, 74}, point{22, 62}, point{34, 50}, point{48, 43}, point{60, 46},
	)}, colours.body)

	// Neck: the breast, the S up to the head, then the head and the dagger of a beak.
	part(shape{smooth(
		point{58, 44}, point{63.5, 48}, point{64.6, 54}, point{60, 62}, point{52, 66.6}, point{47, 61}, point{48, 50}, point{58, 44},
	)}, colours.neck)
	part(ribbon(smooth(
		point{55, 51}, point{61, 46.5}, point{63.4, 39}, point{57.5, 31}, point{53.6, 23}, point{56, 15}, point{63, 12.4},
	), 12, 6.6), colours.neck)
	part(ellipse(64.5, 12.4, 6.8, 4.8), colours.neck)
	part(polygon(point{68.6, 9.2}, point{97, 14}, point{68.6, 16}), colours.beak)
	part(shape{smooth(
		point{70.5, 9.8}, point{64.5, 7.2}, point{56, 7.8}, point{46, 12}, point{34, 20}, point{46, 14.8}, point{56, 11.4}, point{64, 10}, point{70.5, 9.8},
	)}, colours.crest)
	part(circle(66.6, 12.6, 1.2), colours.eye)

	// Wing, folded along the back, with three rows of long feathers.
	part(shape{smooth(
		point{52, 48}, point{55, 55}, point{46, 64}, point{30, 70}, point{10, 82}, point{20, 68}, point{32, 54}, point{44, 47}, point{52, 48},
	)}, colours.wing)
	feather := colours.wing.mix(colours.body, 0.75)
	for i := range 3 {
		d := float64(i)
		part(ribbon(smooth(
			point{46 - 3*d, 52 + 4.6*d}, point{36 - 3*d, 59 + 3.6*d}, point{25 - 3*d, 67 + 2.4*d},
		), 1.6, 0.5), feather)
	}
}

// flyer draws the heron in flight, looking to the right: wings raised, neck drawn in, legs trailing.
func (c *canvas) flyer(at placing, colours plumage) {
	part := func(s shape, ink colour) { c.fill(at.put(s), flat(ink)) }

	wing := func(shoulder, wrist point, tips []point, ink colour) {
		arm := shape{smooth(
			shoulder.add(4, 0), shoulder.towards(wrist, 0.5).add(4.5, 1), wrist.add(2.5, -1), wrist.add(-4, 3),
			shoulder.towards(wrist, 0.4).add(-17, 2), shoulder.add(-21, 3), shoulder.add(-10, 5), shoulder.add(4, 0),
		)}
		part(arm, ink)
		for i, tip := range tips { // long feathers, each a lens from the wing to its tip
			root := shoulder.towards(wrist, 1-0.13*float64(i)).add(-1.6*float64(i), 0)
			part(leaf(root, tip, 6), ink)
		}
	}
	wing(point{58, 56}, point{65, 27}, []point{{72, 3}, {65, 2}, {58, 5}, {52, 11}, {47, 19}, {44, 28}}, colours.wing.mix(colours.body, 0.55))
	part(ribbon([]point{{36, 62}, {18, 66}, {1, 67}}, 2, 1.2), colours.leg)
	part(ribbon([]point{{36, 60}, {18, 63}, {3, 63}}, 2, 1.2), colours.leg)
	part(shape{smooth(
		point{72, 55}, point{67, 62}, point{52, 66}, point{34, 64.5}, point{20, 63}, point{32, 56.5}, point{52, 51.5}, point{66, 51}, point{72, 55},
	)}, colours.body)
	part(shape{smooth(
		point{60, 54}, point{66, 51.5}, point{72, 48}, point{78, 47}, point{82, 49.4}, point{79, 52.2}, point{76, 55}, point{76, 60}, point{71, 63.4}, point{64, 61}, point{60, 54},
	)}, colours.neck)
	part(polygon(point{80.4, 47.4}, point{99, 51}, point{80.4, 51.6}), colours.beak)
	part(polygon(point{81.6, 47.8}, point{77, 46}, point{63, 46.6}, point{76, 48.4}), colours.crest)
	part(circle(79, 49.4, 0.8), colours.eye)
	wing(point{54, 57}, point{45, 26}, []point{{44, 2}, {36, 2}, {28, 6}, {22, 13}, {18, 21}, {16, 30}}, colours.wing)
}
