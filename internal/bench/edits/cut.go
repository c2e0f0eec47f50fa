package edits

import (
	"fmt"
	"image"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// crops take a share of the width and the same share of the height away, in all: crop-50 keeps half of the width and half of the height, a
// quarter of the picture.
var crops = func() (all []Edit) {
	for _, percent := range []int{5, 10, 20, 30, 50} {
		share := float64(percent) / 100
		all = append(all, Edit{
			Name: fmt.Sprintf("crop-%d", percent), Group: Crop, Says: fmt.Sprintf("cropped by %d %% of width and height, centred", percent),
			change: func(img *image.RGBA, d Dice) *image.RGBA { return crop(img, share, 0.5, 0.5) },
		})
	}
	for _, percent := range []int{5, 10, 20, 30, 50} {
		share := float64(percent) / 100
		all = append(all, Edit{
			Name: fmt.Sprintf("crop-%d-aside", percent), Group: Crop, Says: fmt.Sprintf("cropped by %d %% of width and height, near a corner", percent),
			change: func(img *image.RGBA, d Dice) *image.RGBA { return crop(img, share, d.aside(), d.aside()) },
		})
	}
	return all
}()

// aside is a place in the outer quarters: in the first or in the last of four.
func (d Dice) aside() float64 {
	if d.coin() {
		return d.between(0, 0.25)
	}
	return d.between(0.75, 1)
}

// crop takes a share of width and height away, of which the parts x and y lie on the left and above.
func crop(img *image.RGBA, share, x, y float64) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	lostX, lostY := share*float64(w), share*float64(h)
	left, top := int(math.Round(lostX*x)), int(math.Round(lostY*y))
	return part(img, image.Rect(left, top, left+w-int(math.Round(lostX)), top+h-int(math.Round(lostY))))
}

// part copies a part of a picture.
func part(img *image.RGBA, box image.Rectangle) *image.RGBA {
	own := image.NewRGBA(image.Rectangle{Max: box.Size()})
	draw.Draw(own, own.Rect, img, box.Min, draw.Src)
	return own
}

var turns = []Edit{
	{"mirror", Turn, "mirrored", func(img *image.RGBA, _ Dice) *image.RGBA { return mirror(img) }, 0},
	{"flip", Turn, "turned upside down as in water", func(img *image.RGBA, _ Dice) *image.RGBA { return quarters(mirror(img), 2) }, 0},
	{"rotate-90", Turn, "turned by a quarter, counter-clockwise", func(img *image.RGBA, _ Dice) *image.RGBA { return quarters(img, 1) }, 0},
	{"rotate-180", Turn, "turned by a half", func(img *image.RGBA, _ Dice) *image.RGBA { return quarters(img, 2) }, 0},
	{"rotate-270", Turn, "turned by a quarter, clockwise", func(img *image.RGBA, _ Dice) *image.RGBA { return quarters(img, 3) }, 0},
	{"tilt-2", Turn, "turned by 2° to either side, black corners", tilted(2), 0},
	{"tilt-5", Turn, "turned by 5° to either side, black corners", tilted(5), 0},
	{"tilt-10", Turn, "turned by 10° to either side, black corners", tilted(10), 0},
	{"tilt-5-crop", Turn, "turned by 5° to either side, cut so that no corner shows", func(img *image.RGBA, d Dice) *image.RGBA {
		return inside(tilted(5)(img, d), 5)
	}, 0},
}

func mirror(img *image.RGBA) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(img.Rect)
	for y := range h {
		from, to := img.Pix[y*img.Stride:], out.Pix[y*out.Stride:]
		for x := range w {
			copy(to[4*(w-1-x):][:4], from[4*x:][:4])
		}
	}
	return out
}

// quarters turns the picture counter-clockwise by n quarters, as package pdq names its turns, without loss.
func quarters(img *image.RGBA, n int) *image.RGBA {
	for range n {
		w, h := img.Rect.Dx(), img.Rect.Dy()
		out := image.NewRGBA(image.Rect(0, 0, h, w))
		for y := range h {
			for x := range w {
				copy(out.Pix[(w-1-x)*out.Stride+4*y:][:4], img.Pix[y*img.Stride+4*x:][:4])
			}
		}
		img = out
	}
	return img
}

// tilted turns about the middle, to the left or to the right, on a canvas of the same size.
func tilted(degrees float64) func(*image.RGBA, Dice) *image.RGBA {
	return func(img *image.RGBA, d Dice) *image.RGBA {
		sin, cos := math.Sincos(pick(d, -1.0, 1) * degrees * math.Pi / 180)
		w, h := img.Rect.Dx(), img.Rect.Dy()
		cx, cy := float64(w)/2, float64(h)/2
		out := blank(w, h, black)
		xdraw.BiLinear.Transform(out, f64.Aff3{cos, -sin, cx - cos*cx + sin*cy, sin, cos, cy - sin*cx - cos*cy}, img, img.Rect, draw.Over, nil)
		return out
	}
}

// inside cuts the largest part of the same shape out of a picture that was turned by so much, that shows none of its corners.
func inside(img *image.RGBA, degrees float64) *image.RGBA {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	kept := 1 / (cos + max(w/h, h/w)*sin)
	return crop(img, 1-kept, 0.5, 0.5)
}

var shapes = []Edit{
	{"resize-50", Shape, "resized to half of its width and height", func(img *image.RGBA, _ Dice) *image.RGBA { return stretched(img, 0.5, 0.5) }, 0},
	{"resize-25", Shape, "resized to a quarter of its width and height", func(img *image.RGBA, _ Dice) *image.RGBA { return stretched(img, 0.25, 0.25) }, 0},
	{"wider", Shape, "stretched to 1.2 times its width", func(img *image.RGBA, _ Dice) *image.RGBA { return stretched(img, 1.2, 1) }, 0},
	{"narrower", Shape, "squeezed to 0.8 times its width", func(img *image.RGBA, _ Dice) *image.RGBA { return stretched(img, 0.8, 1) }, 0},
}

func stretched(img *image.RGBA, x, y float64) *image.RGBA {
	return scaled(img, int(math.Round(float64(img.Rect.Dx())*x)), int(math.Round(float64(img.Rect.Dy())*y)))
}

// scaled resamples the picture to w × h pixels.
func scaled(img *image.RGBA, w, h int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	xdraw.BiLinear.Scale(out, out.Rect, img, img.Rect, draw.Src, nil)
	return out
}

// fitted makes the picture as large as it can be within w × h pixels.
func fitted(img *image.RGBA, w, h int) *image.RGBA {
	scale := min(float64(w)/float64(img.Rect.Dx()), float64(h)/float64(img.Rect.Dy()))
	return stretched(img, scale, scale)
}

// filling makes the picture fill w × h pixels and cuts off what hangs over.
func filling(img *image.RGBA, w, h int) *image.RGBA {
	scale := max(float64(w)/float64(img.Rect.Dx()), float64(h)/float64(img.Rect.Dy()))
	big := scaled(img, int(math.Ceil(float64(img.Rect.Dx())*scale)), int(math.Ceil(float64(img.Rect.Dy())*scale)))
	left, top := (big.Rect.Dx()-w)/2, (big.Rect.Dy()-h)/2
	return part(big, image.Rect(left, top, left+w, top+h))
}
