package edits

import (
	"image"
	"image/color"
	"math"
)

var frames = []Edit{
	{"letterbox", Frame, "black or white bars above and below, a third of the result", func(img *image.RGBA, d Dice) *image.RGBA {
		return padded(img, 0, d.between(0.2, 0.3), pick(d, black, black, white))
	}, 0},
	{"pillarbox", Frame, "black or white bars on both sides, a third of the result", func(img *image.RGBA, d Dice) *image.RGBA {
		return padded(img, d.between(0.2, 0.3), 0, pick(d, black, black, white))
	}, 0},
	{"blurred-bars", Frame, "on an upright sheet that the same picture fills, enlarged and blurred", blurredBars, 0},
	{"border", Frame, "a border of one colour on all sides, 4 to 8 % of the width", func(img *image.RGBA, d Dice) *image.RGBA {
		wide := d.between(0.04, 0.08)
		c := pick(d, white, black, grey(200), color.RGBA{190, 40, 50, 255}, color.RGBA{240, 200, 40, 255}, color.RGBA{30, 70, 140, 255})
		return padded(img, wide, wide*float64(img.Rect.Dx())/float64(img.Rect.Dy()), c)
	}, 0},
	{"captions", Frame, "bars with text above and below", captioned, 0},
}

// padded puts bars on both sides, each a share x of the width, and above and below, each a share y of the height.
func padded(img *image.RGBA, x, y float64, c color.RGBA) *image.RGBA {
	dx, dy := int(math.Round(x*float64(img.Rect.Dx()))), int(math.Round(y*float64(img.Rect.Dy())))
	out := blank(img.Rect.Dx()+2*dx, img.Rect.Dy()+2*dy, c)
	lay(out, img, dx, dy)
	return out
}

// blurredBars is what phones make of a picture to fill their screens with: upright, 9 to 16, or 16 to 9 if it stood upright.
func blurredBars(img *image.RGBA, _ Dice) *image.RGBA {
	w := img.Rect.Dx()
	h := w * 16 / 9
	if img.Rect.Dy() > w {
		h = img.Rect.Dy()
		w = h * 16 / 9
	}
	const coarse = 4 // the blur hides that it is made of fewer pixels
	out := scaled(blurred(filling(img, w/coarse, h/coarse), float64(w)/coarse/40), w, h)
	inner := fitted(img, w, h)
	lay(out, inner, (w-inner.Rect.Dx())/2, (h-inner.Rect.Dy())/2)
	return out
}

// captioned adds what people write above and below a picture they make fun with.
func captioned(img *image.RGBA, d Dice) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	above, below := d.between(0.12, 0.2)*float64(h), d.between(0.1, 0.16)*float64(h)
	ground, ink := white, grey(20)
	if d.IntN(4) == 0 {
		ground, ink = grey(12), white
	}
	out := blank(w, h+int(above)+int(below), ground)
	lay(out, img, 0, int(above))
	centred(out, sentence(d, 18), float64(w)/2, above*0.3, above*0.4, 0.92*float64(w), ink)
	centred(out, sentence(d, 14), float64(w)/2, above+float64(h)+below*0.3, below*0.4, 0.92*float64(w), ink)
	return out
}
