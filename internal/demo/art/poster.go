package art

import (
	"image"
	"math"
)

// scheme is the colours of a poster: a ground, two large fields that stand out from it and from one another, the ink of letters and
// silhouettes, and a spark for what is small.
type scheme struct {
	ground, field, second, ink, spark colour
}

var schemes = []scheme{
	{hex(0xF2E8D5), hex(0x2A7F86), hex(0xE3B23C), hex(0x1B3A4B), hex(0xD9653B)},
	{hex(0x16324F), hex(0x3E7CB1), hex(0xF4B860), hex(0xF6EFE0), hex(0xE4572E)},
	{hex(0xE9D8A6), hex(0x94A89A), hex(0xCA6702), hex(0x24404A), hex(0xF7F3E3)},
	{hex(0x3B3355), hex(0x7D6B91), hex(0xF2C078), hex(0xFBF1E6), hex(0xE07A5F)},
	{hex(0xDCE8E6), hex(0x5C946E), hex(0xF29E4C), hex(0x22403A), hex(0xC8553D)},
	{hex(0x22483F), hex(0x6BA292), hex(0xF1DCA7), hex(0xF8F1DF), hex(0xEE964B)},
	{hex(0xF6D9C4), hex(0x4F6D8F), hex(0xC75B5B), hex(0x26314A), hex(0xFBF3E4)},
	{hex(0x2E3A46), hex(0x8AA1B1), hex(0xE0A458), hex(0xF3EEE3), hex(0xC9D6A3)},
}

// slogans are the words of the invented group.
var slogans = []string{
	"STILL WATER", "WADE ON", "REEDS AND RAIN", "LOW TIDE", "EARLY BIRDS", "ONE LEG IS ENOUGH", "MARSH LIGHT", "SLOW RIVERS",
	"PATIENCE", "MIND THE POND", "MORE FROGS", "FOG AT DAWN",
}

const (
	group = "GREY HERON"
	label = "DEMO ONLY"
)

// poster is what a layout works with.
type poster struct {
	*canvas
	dice
	scheme
	slogan   string
	mirrored bool
}

var layouts = []func(*poster){moonrise, diagonals, reedBed, flock, overTheHills, bigLetters, window, ripples}

// Poster draws a flat graphic poster of the invented group "Grey Heron": its emblem, the heron, with fields of colour and
// block letters. The longer side has size pixels, at least 64. Equal arguments give equal posters; seeds that follow one
// another give different layouts. Safe for concurrent use.
func Poster(seed uint64, size int) *image.RGBA {
	dice := throw(seed, 'p')
	colours := schemes[(seed+seed/uint64(len(layouts)))%uint64(len(schemes))]
	p := &poster{
		canvas:   newCanvas(max(size, 64), pick(dice, 125.0, 133, 141)),
		dice:     dice,
		scheme:   colours,
		slogan:   pick(dice, slogans...),
		mirrored: dice.coin(),
	}
	p.fill(rect(0, 0, 100, p.h), flat(p.ground))
	layouts[seed%uint64(len(layouts))](p)
	return p.img
}

// natural colours the heron as it is. Its crest is nearly black; before a dark ground it takes the spark's colour.
func (p *poster) natural(before colour) plumage {
	crest := hex(0x1F2D3A)
	if luma(before) < 100 {
		crest = p.spark
	}
	return plumage{
		body: hex(0x7C93A6), wing: hex(0x4C6579), neck: hex(0xD5DEE3), crest: crest,
		beak: p.spark.mix(hex(0xE8A33D), 0.6), leg: hex(0xA8642A), eye: hex(0x1F2D3A),
	}
}

// small is the style of the slogan: of the given height, or less where the line would be wider than room.
func (p *poster) small(height, room float64) lettering {
	return lettering{min(height, fitting(p.slogan, room, 0.2).height), 0.2}
}

// readable returns the one of the scheme's colours that stands out best from on.
func (p *poster) readable(on colour) colour {
	return on.against(p.ground, p.ink, p.spark.lighter(0.2))
}

// signature writes the label that every poster carries.
func (p *poster) signature(x, y, width float64, ink colour) {
	p.text(label, x, y, fitting(label, width, 0.17), flat(ink))
}

// moonrise: a heron before a large moon, over bands of water.
func moonrise(p *poster) {
	x, y, r := p.between(36, 64), p.between(46, 52), p.between(28, 34)
	p.fill(circle(x, y, r), flat(p.second))
	water := p.h * p.between(0.60, 0.66)
	for i := range 7 {
		top := water + float64(i*i)*0.75 + float64(i)*2.4
		ink := p.field
		if i%2 == 1 {
			ink = p.field.mix(p.ground, 0.55)
		}
		p.fill(p.wave(top, 1+0.25*float64(i), p.h), flat(ink))
	}
	size := p.between(62, 70)
	p.wader(placing{x - size/2, water + 12, size, p.mirrored}, p.natural(p.second), p.coin())
	p.fill(rect(0, p.h-26, 100, p.h), flat(p.ink))
	p.centred(group, 50, p.h-20.5, fitting(group, 84, 0.25), flat(p.ground))
	p.centred(p.slogan, 50, 5.5, p.small(4.6, 84), flat(p.ink))
	p.signature(8, p.h-6, 17, p.readable(p.ink))
}

// wave is everything between a wavy line at height y and foot.
func (p *poster) wave(y, swell, foot float64) shape {
	phase, length := p.between(0, 6), p.between(14, 24)
	line := []point{{-1, foot}}
	for x := -1.0; x <= 101; x++ {
		line = append(line, point{x, y + swell*math.Sin(phase+x/length*math.Pi)})
	}
	return polygon(append(line, point{101, foot})...)
}

// diagonals: broad slanting stripes, the heron on a panel, the name down the side.
func diagonals(p *poster) {
	slant, width := p.between(30, 70)*p.sign(), p.between(11, 17)
	inks := shuffled(p.dice, p.field, p.second, p.field.mix(p.ground, 0.5))
	for i := range 16 {
		x := -80 + float64(i)*2*width
		p.fill(polygon(
			point{x, 0}, point{x + width, 0}, point{x + width + slant, p.h}, point{x + slant, p.h},
		), flat(inks[i%len(inks)]))
	}
	left, top, right, bottom := 30.0, p.between(12, 20), 92.0, p.h-p.between(26, 34)
	bar := 8.0
	if p.mirrored {
		left, right, bar = 8, 70, 76
	}
	light, dark := lightest(p.ground, p.ink), darkest(p.ground, p.ink)
	p.fill(rounded(left, top, right, bottom, 3), flat(light))
	size := min(right-left, bottom-top) * 0.9
	p.wader(placing{(left+right)/2 - size/2, bottom - 8, size, p.mirrored}, p.natural(light), p.coin())
	p.fill(rect(left+6, bottom-8, right-6, bottom-6.6), flat(dark))
	p.fill(rounded(bar, top, bar+16, bottom, 3), flat(dark))
	p.upright(group, bar+3.2, top+6, bottom-6, 9.6, flat(light))
	p.fill(rect(0, p.h-18, 100, p.h), flat(dark))
	p.text(p.slogan, 8, p.h-12.5, p.small(7, 62), flat(light))
	p.signature(76, p.h-10.5, 16, light)
}

// upright writes a line downwards, letter under letter, between two heights.
func (p *poster) upright(line string, x, top, bottom, width float64, ink paint) {
	step := (bottom - top) / float64(len(line))
	style := lettering{height: min(step*0.8, width*1.15), weight: 0.24}
	for i, letter := range line {
		p.centred(string(letter), x+width/2, top+float64(i)*step+(step-style.height)/2, style, ink)
	}
}

// reedBed: a heron half hidden behind tall reeds.
func reedBed(p *poster) {
	dark := darkest(p.ink, p.ground)
	horizon := p.h * p.between(0.52, 0.62)
	p.fill(rect(0, 0, 100, horizon), blend(p.field, lightest(p.ink, p.ground), 0, horizon))
	p.fill(rect(0, horizon, 100, p.h), flat(dark.mix(p.field, 0.35)))
	sun := p.between(18, 82)
	p.fill(circle(sun, horizon-p.between(8, 26), p.between(11, 16)), flat(p.spark))
	for i := range 5 {
		y := horizon + 4 + float64(i)*6
		p.fill(rounded(p.between(0, 30), y, p.between(60, 100), y+1.2, 0.6), flat(p.field).faded(0.7))
	}
	size := p.between(72, 84)
	x := p.between(8, 92-size)
	p.wader(placing{x, horizon + 24, size, p.mirrored}, p.natural(p.field), false)
	for range 26 {
		foot := point{p.between(-4, 104), p.h}
		if foot.x > x+0.1*size && foot.x < x+0.9*size && p.Float64() < 0.6 {
			continue
		}
		tip := foot.add(p.between(-9, 9), -p.between(50, p.h*0.86))
		ink := pick(p.dice, dark, dark.mix(p.field, 0.25), p.second.darker(0.25))
		p.reed(foot, tip, ink)
	}
	p.fill(rect(0, p.h-25, 100, p.h), flat(p.second))
	p.centred(group, 50, p.h-19.5, fitting(group, 86, 0.24), flat(dark.darker(0.3)))
	p.signature(7, p.h-5.6, 16, dark.darker(0.3))
	p.centred(p.slogan, 62, p.h-5.6, lettering{2.6, 0.18}, flat(dark.darker(0.3)))
}

// reed draws a stalk with its brown head and one leaf.
func (p *poster) reed(foot, tip point, ink colour) {
	line := smooth(foot, foot.towards(tip, 0.5).add(p.between(-2, 2), 0), tip)
	p.fill(ribbon(line, 1.5, 0.6), flat(ink))
	p.fill(ribbon([]point{tip.add(0, -1), tip.add(0, 11)}, 2.4, 2.4), flat(hex(0x6B4226).mix(ink, 0.3)))
	from := foot.towards(tip, p.between(0.3, 0.5))
	p.fill(leaf(from, from.add(p.sign()*p.between(9, 16), -p.between(10, 22)), 2.6), flat(ink))
}

// flock: a grid of small herons in tiles, the name in the middle.
func flock(p *poster) {
	columns, rows := 3, 4
	wide, high := 100/float64(columns), p.h/float64(rows)
	named := 1 + p.IntN(2)
	inks := shuffled(p.dice, p.field, p.second, p.ground, p.ink)
	for row := range rows {
		for column := range columns {
			x, y := float64(column)*wide, float64(row)*high
			ink := inks[(2*row+column+p.IntN(2))%len(inks)]
			bird := ink.against(p.ground, p.ink)
			p.fill(rect(x, y, x+wide, y+high), flat(ink))
			at := placing{x + wide*0.1, y + high*0.92, wide * 0.8, p.coin()}
			if p.IntN(3) > 0 {
				p.wader(at, silhouette(bird, ink), p.coin())
			} else {
				p.flyer(at, silhouette(bird, ink))
			}
		}
	}
	y := float64(named) * high
	p.fill(rect(0, y, 100, y+high), flat(p.spark))
	ink := darkest(p.ink, p.ground)
	style := fitting(group, 88, 0.26)
	p.centred(group, 50, y+high/2-style.height*0.85, style, flat(ink))
	p.centred(p.slogan, 50, y+high/2+style.height*0.55, p.small(4.4, 88), flat(ink))
	p.signature(6, y+3, 15, ink)
}

// overTheHills: a heron in flight over rounded hills.
func overTheHills(p *poster) {
	p.fill(rect(0, 0, 100, p.h), blend(p.ground, p.second, p.h*0.2, p.h*0.8))
	x := p.between(15, 85)
	for i := range 6 { // hills, one behind the other, each with lighter rims
		r := 60 - 7*float64(i)
		y := p.h*0.86 + 9*float64(i)
		ink := p.field.mix(p.ink, float64(i)/6)
		p.fill(circle(x, y, r), flat(ink))
		p.fill(ring(x, y, r*0.86, r*0.82), flat(ink.mix(p.ground, 0.45)))
		x = math.Mod(x+p.between(35, 65), 110) - 5
	}
	size := p.between(72, 86)
	p.flyer(placing{p.between(4, 96-size), size + p.between(2, 12), size, p.mirrored}, p.natural(p.ground))
	p.fill(rect(0, p.h-24, 100, p.h), flat(p.ink))
	style := fitting(group, 66, 0.24)
	p.text(group, 7, p.h-18, style, flat(p.ground))
	p.text(p.slogan, 7, p.h-6.4, p.small(3.2, 66), flat(p.readable(p.ink)))
	p.signature(78, p.h-18, 15, p.readable(p.ink))
}

// bigLetters: the name fills the sheet, the bird stands between its words.
func bigLetters(p *poster) {
	first, second := "GREY", "HERON"
	above, below := fitting(first, 86, 0.24), fitting(second, 86, 0.24)
	top := p.between(8, 14)
	bottom := p.h - below.height - p.between(16, 22)
	p.fill(rect(0, 0, 100, top+above.height+7), flat(p.field))
	p.fill(rect(0, bottom-7, 100, p.h), flat(p.second))
	p.text(first, 7, top, above, flat(p.ground))
	p.text(second, 7, bottom, below, flat(darkest(p.ink, p.ground)))
	room := bottom - 7 - (top + above.height + 7)
	for i := range 3 {
		y := top + above.height + 7 + room*(0.3+0.22*float64(i))
		p.fill(rounded(p.between(-10, 40), y, p.between(60, 110), y+room*0.07, room*0.035), flat(p.field.mix(p.ground, 0.3)))
	}
	size := room * 1.2
	x := p.between(4, 96-size)
	p.wader(placing{x, bottom - 7, size, p.mirrored}, p.natural(p.ground), p.coin())
	p.centred(p.slogan, 50, p.h-10.5, p.small(4.6, 86), flat(darkest(p.ink, p.ground)))
	p.signature(7, 2.6, 15, p.readable(p.field))
}

// window: an arch with a bird before a striped evening sky.
func window(p *poster) {
	left, right := p.between(12, 20), p.between(80, 88)
	r := (right - left) / 2
	top, foot := p.between(14, 20), p.h-p.between(34, 40)
	arch := shape{append(arc(50, top+r, r, r, math.Pi, 2*math.Pi), point{50 + r, foot}, point{50 - r, foot})}
	p.fill(rect(0, 0, 100, p.h), flat(p.field))
	p.fill(arch, flat(p.second))
	p.within(arch, func() {
		bands := 5 + p.IntN(4)
		for i := range bands {
			y := top + (foot-top)*float64(i)/float64(bands)
			p.fill(rect(0, y, 100, foot), flat(p.second.mix(p.ink, float64(i)/float64(bands+2))))
		}
		p.fill(circle(p.between(35, 65), p.between(top+r*0.6, top+r*1.2), r*0.42), flat(p.spark))
		p.fill(p.wave(foot-9, 1.2, foot), flat(p.ground))
		size := r * 1.75
		p.wader(placing{50 - size/2, foot - 3, size, p.mirrored}, p.natural(p.second), p.coin())
	})
	ink := p.readable(p.field)
	style := fitting(group, 80, 0.25)
	p.centred(group, 50, foot+6, style, flat(ink))
	p.centred(p.slogan, 50, foot+style.height+10.5, p.small(4.6, 80), flat(ink))
	p.signature(42, p.h-6, 16, ink)
}

// ripples: rings spreading from the leg of a wading bird, seen against a tall field.
func ripples(p *poster) {
	edge := p.between(38, 62)
	p.fill(rect(0, 0, edge, p.h), flat(p.second))
	p.fill(rect(edge, 0, 100, p.h), flat(p.field))
	x, y := p.between(30, 70), p.h*p.between(0.60, 0.68)
	for i := 7; i > 0; i-- {
		r := float64(i) * 9.5
		ink := p.ground
		if i%2 == 0 {
			ink = p.ink
		}
		p.fill(sector(x, y, r*1.25, r, 0, math.Pi), flat(ink))
	}
	size := min(p.between(70, 80), (y-18)/0.95)
	leg := 0.43 // where in its box the bird stands
	if p.mirrored {
		leg = 0.57
	}
	at := placing{min(max(x-size*leg, 2), 98-size), y + 2, size, p.mirrored}
	p.wader(at, p.natural(p.second), true)
	p.fill(rect(0, 0, 100, 17), flat(p.ink))
	p.centred(group, 50, 4.6, fitting(group, 78, 0.24), flat(p.ground))
	p.fill(rect(0, p.h-12, 100, p.h), flat(p.ink))
	p.text(p.slogan, 7, p.h-8, p.small(4, 64), flat(p.ground))
	p.signature(77, p.h-7.4, 16, p.readable(p.ink))
}
