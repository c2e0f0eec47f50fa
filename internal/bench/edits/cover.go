package edits

import (
	"image"
	"image/color"
	"math"

	"github.com/quell-project/quell/internal/demo/art"
)

var covers = []Edit{
	{"logo", Cover, "an emblem with a name laid over a corner, a quarter of the width", emblazoned, 0},
	{"stickers", Cover, "three to five stickers, each 12 to 20 % of the shorter side", stickered, 0},
	{"text-over", Cover, "two lines of large text laid over it, above and below", lettered, 0},
}

var stickerColours = []color.RGBA{{240, 190, 40, 255}, {220, 60, 70, 255}, {60, 150, 90, 255}, {70, 110, 210, 255}, {230, 120, 180, 255}, {250, 250, 250, 255}}

func emblazoned(img *image.RGBA, d Dice) *image.RGBA {
	out := part(img, img.Rect)
	w, h := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	r := 0.055 * min(w, 1.5*h)
	x, y := 0.03*w, 0.03*w
	if d.coin() {
		x = 0.97*w - 5*r
	}
	if d.coin() {
		y = h - 0.03*w - 2*r
	}
	c := pick(d, stickerColours...)
	disc(out, c, x+r, y+r, r)
	fill(out, color.RGBA{24, 24, 32, 255}, star(x+r, y+r, 0.75*r, 0.32*r, 5)...)
	name, ink := sentence(d, 5), white
	art.Write(out, name, x+2.3*r+2, y+0.7*r+2, 0.7*r, color.RGBA{0, 0, 0, 140})
	art.Write(out, name, x+2.3*r, y+0.7*r, 0.7*r, ink)
	return out
}

func stickered(img *image.RGBA, d Dice) *image.RGBA {
	out := part(img, img.Rect)
	w, h := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	for range 3 + d.IntN(3) {
		r := d.between(0.06, 0.1) * min(w, h)
		x, y := d.between(r, w-r), d.between(r, h-r)
		c := pick(d, stickerColours...)
		if d.coin() {
			face(out, c, x, y, r)
			continue
		}
		fill(out, white, star(x, y, 1.15*r, 0.65*r, 5)...)
		fill(out, c, star(x, y, r, 0.5*r, 5)...)
	}
	return out
}

// face is a laughing disc.
func face(on *image.RGBA, c color.RGBA, x, y, r float64) {
	disc(on, c, x, y, r)
	disc(on, grey(30), x-0.36*r, y-0.25*r, 0.13*r)
	disc(on, grey(30), x+0.36*r, y-0.25*r, 0.13*r)
	var mouth []point
	for i := range 13 {
		sin, cos := math.Sincos(math.Pi * float64(i) / 12)
		mouth = append(mouth, point{x + 0.55*r*cos, y + 0.15*r + 0.5*r*sin})
	}
	fill(on, grey(30), mouth...)
}

// lettered writes white capitals with a dark rim, which stay legible on any ground.
func lettered(img *image.RGBA, d Dice) *image.RGBA {
	out := part(img, img.Rect)
	w, h := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	height := 0.085 * h
	for _, y := range []float64{0.04 * h, 0.95*h - height} {
		line := sentence(d, 14)
		rim := 0.07 * height
		for i := range 8 {
			sin, cos := math.Sincos(math.Pi * float64(i) / 4)
			centred(out, line, w/2+rim*cos, y+rim*sin, height, 0.94*w, black)
		}
		centred(out, line, w/2, y, height, 0.94*w, white)
	}
	return out
}
