package edits

import (
	"image"
)

var collages = []Edit{
	{"grid-of-four", Collage, "one of four pictures of a grid, the other three are others", gridOfFour, 0},
	{"picture-in-picture", Collage, "laid over another picture, at 45 % of its width and height", inset, 0},
}

func gridOfFour(img *image.RGBA, d Dice) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	gap := pick(d, 0, w/120, w/60)
	out := blank(w, h, pick(d, white, black))
	own, others := d.IntN(4), d.deal(3)
	cw, ch := (w-gap)/2, (h-gap)/2
	for i := range 4 {
		cell := scaled(img, cw, ch)
		if i != own {
			cell, others = filling(others[0], cw, ch), others[1:]
		}
		lay(out, cell, i%2*(cw+gap), i/2*(ch+gap))
	}
	return out
}

func inset(img *image.RGBA, d Dice) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := filling(d.deal(1)[0], w, h)
	small := stretched(img, 0.45, 0.45)
	if d.coin() {
		small = padded(small, 0.012, 0.012*float64(w)/float64(h), white)
	}
	margin := 0.04
	x, y := pick(d, margin, 1-margin), pick(d, margin, 1-margin)
	lay(out, small, int(x*float64(w-small.Rect.Dx())), int(y*float64(h-small.Rect.Dy())))
	return out
}

var together = []Edit{
	{"crop-resize-jpeg", Together, "cropped by 10 %, resized to 60 %, saved as JPEG at quality 50", func(img *image.RGBA, d Dice) *image.RGBA {
		return stretched(crop(img, 0.1, d.Float64(), d.Float64()), 0.6, 0.6)
	}, 50},
	{"mirror-letterbox", Together, "mirrored, with bars above and below, saved as JPEG at quality 75", func(img *image.RGBA, d Dice) *image.RGBA {
		return padded(mirror(img), 0, d.between(0.2, 0.3), black)
	}, 75},
	{"screenshot-twice", Together, "a screenshot of a screenshot, saved as JPEG at quality 70", func(img *image.RGBA, d Dice) *image.RGBA {
		return screenshot(screenshot(img, d), d)
	}, 70},
}
