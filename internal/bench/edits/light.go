package edits

import (
	"image"
	"image/color"
	"math"
)

var spoils = []Edit{
	{"blur", Quality, "blurred over half a percent of its longer side", func(img *image.RGBA, _ Dice) *image.RGBA {
		return blurred(img, 0.005*float64(max(img.Rect.Dx(), img.Rect.Dy())))
	}, 0},
	{"noise", Quality, "made grainy, by 20 of 255 steps", func(img *image.RGBA, d Dice) *image.RGBA { return grainy(img, d, 20) }, 0},
	{"jpeg-50", Quality, "saved as JPEG at quality 50", unchanged, 50},
	{"jpeg-20", Quality, "saved as JPEG at quality 20", unchanged, 20},
	{"jpeg-10", Quality, "saved as JPEG at quality 10", unchanged, 10},
}

func unchanged(img *image.RGBA, _ Dice) *image.RGBA { return img }

// blurred is a blur like that of a lens out of focus: three box filters one after the other, which together come close to a Gaussian of the
// given deviation in pixels, but are never less than three pixels wide.
func blurred(img *image.RGBA, deviation float64) *image.RGBA {
	const passes = 3
	radius := max(1, int(math.Round((math.Sqrt(12*deviation*deviation/passes+1)-1)/2)))
	out := part(img, img.Rect)
	w, h := out.Rect.Dx(), out.Rect.Dy()
	line := make([]uint8, max(w, h))
	for range passes {
		for channel := range 3 {
			for y := range h {
				box(out.Pix[y*out.Stride+channel:], 4, w, radius, line)
			}
			for x := range w {
				box(out.Pix[4*x+channel:], out.Stride, h, radius, line)
			}
		}
	}
	return out
}

// box averages n values, step apart, over 2·radius+1 of them; the first and last go on beyond the ends.
func box(values []uint8, step, n, radius int, line []uint8) {
	for i := range n {
		line[i] = values[i*step]
	}
	at := func(i int) int { return int(line[min(max(i, 0), n-1)]) }
	sum, width := 0, 2*radius+1
	for i := -radius; i <= radius; i++ {
		sum += at(i)
	}
	for i := range n {
		values[i*step] = uint8((sum + radius) / width)
		sum += at(i+radius+1) - at(i-radius)
	}
}

// grainy adds Gaussian noise of the given deviation to each channel.
func grainy(img *image.RGBA, d Dice, deviation float64) *image.RGBA {
	out := part(img, img.Rect)
	for i := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = step(float64(out.Pix[i]) + deviation*d.NormFloat64())
		}
	}
	return out
}

// step rounds a brightness to what a channel can hold.
func step(v float64) uint8 { return uint8(min(max(v, 0), 255) + 0.5) }

var colours = []Edit{
	{"grey", Colour, "turned to grey", func(img *image.RGBA, _ Dice) *image.RGBA {
		return recoloured(img, func(r, g, b float64) (float64, float64, float64) { y := luma(r, g, b); return y, y, y })
	}, 0},
	{"colour-shift", Colour, "made warmer or colder by a quarter", tinted, 0},
	{"gamma-0.6", Colour, "brightened by a gamma of 0.6", bent(0.6), 0},
	{"gamma-1.6", Colour, "darkened by a gamma of 1.6", bent(1.6), 0},
	{"contrast-0.6", Colour, "contrast lowered to 0.6", spread(0.6), 0},
	{"contrast-1.5", Colour, "contrast raised to 1.5", spread(1.5), 0},
}

// recoloured maps every pixel, 0 to 255 a channel.
func recoloured(img *image.RGBA, to func(r, g, b float64) (float64, float64, float64)) *image.RGBA {
	out := part(img, img.Rect)
	for i := 0; i < len(out.Pix); i += 4 {
		p := out.Pix[i : i+3 : i+3]
		r, g, b := to(float64(p[0]), float64(p[1]), float64(p[2]))
		p[0], p[1], p[2] = step(r), step(g), step(b)
	}
	return out
}

// toned maps each channel by the same curve.
func toned(curve func(float64) float64) func(*image.RGBA, Dice) *image.RGBA {
	return func(img *image.RGBA, _ Dice) *image.RGBA {
		var table [256]uint8
		for i := range table {
			table[i] = step(curve(float64(i)))
		}
		out := part(img, img.Rect)
		for i, v := range out.Pix {
			if i%4 != 3 {
				out.Pix[i] = table[v]
			}
		}
		return out
	}
}

func bent(gamma float64) func(*image.RGBA, Dice) *image.RGBA {
	return toned(func(v float64) float64 { return 255 * math.Pow(v/255, gamma) })
}

func spread(contrast float64) func(*image.RGBA, Dice) *image.RGBA {
	return toned(func(v float64) float64 { return 127.5 + (v-127.5)*contrast })
}

func tinted(img *image.RGBA, d Dice) *image.RGBA {
	red, blue, green := 1.25, 0.75, d.between(0.94, 1.06)
	if d.coin() {
		red, blue = blue, red
	}
	return recoloured(img, func(r, g, b float64) (float64, float64, float64) { return red * r, green * g, blue * b })
}

// luma is brightness by the weights of ITU-R BT.601.
func luma(r, g, b float64) float64 { return 0.299*r + 0.587*g + 0.114*b }

var (
	white = color.RGBA{255, 255, 255, 255}
	black = color.RGBA{0, 0, 0, 255}
)

func grey(v uint8) color.RGBA { return color.RGBA{v, v, v, 255} }
