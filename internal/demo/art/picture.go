package art

import "image"

// scene is what the painter of an ordinary picture works with.
type scene struct {
	*canvas
	dice
	hour
}

// hour is a time of day: its sky, its light, and the tint it gives to what is far away.
type hour struct {
	sky, horizon, sun, haze colour
	night                   bool
}

var hours = []hour{
	{hex(0x4F97C9), hex(0xD6ECF2), hex(0xFFF6D6), hex(0xB5D3DF), false}, // noon
	{hex(0x6C8EBF), hex(0xF7D9B0), hex(0xFFE9B0), hex(0xC9C4CC), false}, // morning
	{hex(0x54426B), hex(0xF2935C), hex(0xFFD27A), hex(0xB0708A), false}, // sunset
	{hex(0x10192F), hex(0x3B5478), hex(0xF3EBCB), hex(0x2E4465), true},  // night
	{hex(0x71919C), hex(0xE4E6DC), hex(0xF6F1DE), hex(0xA9BBBB), false}, // mist
	{hex(0x2F6F73), hex(0xF0E3B2), hex(0xFBF0C4), hex(0x9CC0AE), false}, // green evening
}

// painters paint the kinds of pictures there are.
var painters = []func(*scene){countryside, harbour, fruitTable, street, peaks, fields, flowers, balloons, seabed}

// Picture draws an ordinary picture that has nothing to do with the posters: a landscape, a harbour, a still life, a street,
// mountains, an abstract, flowers, balloons or the seabed. The longer side has size pixels, at least 64. Equal arguments
// give equal pictures; seeds that follow one another give different kinds. Safe for concurrent use.
func Picture(seed uint64, size int) *image.RGBA {
	dice := throw(seed, 'o')
	s := &scene{
		canvas: newCanvas(max(size, 64), pick(dice, 66.7, 75, 80)),
		dice:   dice,
		hour:   hours[(seed+seed/uint64(len(painters)))%uint64(len(hours))],
	}
	painters[seed%uint64(len(painters))](s)
	return s.img
}
