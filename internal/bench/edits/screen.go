package edits

import (
	"image"
	"image/color"
	"math"
)

var screens = []Edit{
	{"screenshot", Rephoto, "a phone's screenshot of an app that shows it", screenshot, 0},
	{"photo-of-screen", Rephoto, "a photo of a screen: perspective, moiré, bezel, room, blur, grain", photographed, 85},
}

// photographed is what a camera sees of a screen that shows the picture over all of it. The picture takes four fifths of the photo's width, its
// corners are off by up to 5 %, and its pixels, in red, green and blue stripes, beat against those of the camera.
func photographed(img *image.RGBA, d Dice) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	width, height := int(1.25*float64(w)), int(1.25*float64(h)+0.1*float64(w))
	out := room(d, width, height)
	var corners [4]point
	for i, c := range [4]point{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
		corners[i] = point{
			float64(width)*(0.1+0.8*c.x) + float64(w)*d.between(-0.05, 0.05),
			float64(height)*0.5 + float64(h)*(c.y-0.5) + float64(h)*d.between(-0.05, 0.05),
		}
	}
	bezel := 0.03 * float64(w)
	fill(out, grey(26), outwards(corners, bezel)...)
	fill(out, grey(6), outwards(corners, bezel/6)...)
	light := glare{d.between(0.05, 0.14), d.between(0, float64(width)), d.between(-0.3, 0.6) * float64(height), 0.5 * float64(width)}
	project(out, img, corners, screenGrid{d.between(0.93, 1.07) * float64(w), d.between(0.05, 0.11), d.between(0, 1)}, light)
	return grainy(blurred(out, 0.0012*float64(width)), d, 5)
}

// room is what lies around a screen: a wall, a desk, and light that falls off.
func room(d Dice, w, h int) *image.RGBA {
	wall := pick(d, color.RGBA{168, 160, 148, 255}, color.RGBA{70, 74, 82, 255}, color.RGBA{196, 190, 180, 255}, color.RGBA{98, 84, 70, 255})
	desk := pick(d, color.RGBA{92, 64, 44, 255}, color.RGBA{60, 60, 64, 255}, color.RGBA{150, 120, 90, 255})
	out := blank(w, h, wall)
	rect(out, desk, 0, d.between(0.84, 0.93)*float64(h), float64(w), float64(h))
	for y := range h {
		for x := range w {
			fall := 1.1 - 0.45*float64(x+y)/float64(w+h)
			p := out.Pix[y*out.Stride+4*x:]
			p[0], p[1], p[2] = step(fall*float64(p[0])), step(fall*float64(p[1])), step(fall*float64(p[2]))
		}
	}
	return out
}

// outwards moves the corners of a quadrangle away from its middle.
func outwards(corners [4]point, by float64) []point {
	var mid point
	for _, c := range corners {
		mid.x += c.x / 4
		mid.y += c.y / 4
	}
	var moved []point
	for _, c := range corners {
		moved = append(moved, point{c.x + math.Copysign(by, c.x-mid.x), c.y + math.Copysign(by, c.y-mid.y)})
	}
	return moved
}

// screenGrid is the raster of the screen: how many pixels it has across, how deep the dark between them is, and where it begins.
type screenGrid struct{ across, depth, phase float64 }

// gains are how bright the red, green and blue of the screen shine at a place, 0 to 1 across it; camera pixels that see it point by point make
// moiré of it.
func (g screenGrid) gains(u, v, aspect float64) [3]float64 {
	const half, third = 0.5, 0.8660254037844386 // cosine, but for its sign, and sine of a third of a turn
	sin, cos := math.Sincos(2 * math.Pi * (u*g.across + g.phase))
	row := 1 + 0.6*g.depth*math.Cos(2*math.Pi*(v*g.across*aspect+g.phase))
	return [3]float64{row + g.depth*cos, row + g.depth*(-half*cos-third*sin), row + g.depth*(-half*cos+third*sin)}
}

// glare is a lamp that the screen reflects.
type glare struct{ strength, x, y, reach float64 }

// along returns how much of the light reaches each of n pixels of a row or column, from a lamp at a place of it.
func (l glare) along(at float64, n int) []float64 {
	shares := make([]float64, n)
	for i := range shares {
		d := (float64(i) - at) / l.reach
		shares[i] = math.Exp(-d * d)
	}
	return shares
}

// project shows the picture between four corners, clockwise from the upper left.
func project(on, img *image.RGBA, corners [4]point, grid screenGrid, light glare) {
	to := inverse(corners)
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	columns, rows := light.along(light.x, on.Rect.Dx()), light.along(light.y, on.Rect.Dy())
	for y := range on.Rect.Dy() {
		for x := range on.Rect.Dx() {
			u, v := to.at(float64(x)+0.5, float64(y)+0.5)
			if u < 0 || u >= 1 || v < 0 || v >= 1 {
				continue
			}
			rgb, gains := sample(img, u*w-0.5, v*h-0.5), grid.gains(u, v, h/w)
			p := on.Pix[y*on.Stride+4*x:]
			shine := 255*light.strength*columns[x]*rows[y] + 6
			for c := range 3 {
				p[c] = step(0.95*rgb[c]*gains[c] + shine)
			}
		}
	}
}

// sample reads the picture between pixels, bilinearly.
func sample(img *image.RGBA, x, y float64) (rgb [3]float64) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	fx, fy := x-float64(x0), y-float64(y0)
	for _, n := range [4]struct {
		x, y  int
		share float64
	}{{x0, y0, (1 - fx) * (1 - fy)}, {x0 + 1, y0, fx * (1 - fy)}, {x0, y0 + 1, (1 - fx) * fy}, {x0 + 1, y0 + 1, fx * fy}} {
		p := img.Pix[min(max(n.y, 0), h-1)*img.Stride+4*min(max(n.x, 0), w-1):]
		for c := range 3 {
			rgb[c] += n.share * float64(p[c])
		}
	}
	return rgb
}

// homography maps places of the photo to places of the screen, row by row.
type homography [9]float64

func (m homography) at(x, y float64) (u, v float64) {
	z := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / z, (m[3]*x + m[4]*y + m[5]) / z
}

// inverse returns the map from a quadrangle to the unit square: the adjoint of the map from the square to the quadrangle, which has a closed
// form (Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3).
func inverse(q [4]point) homography {
	dx1, dx2, sx := q[1].x-q[2].x, q[3].x-q[2].x, q[0].x-q[1].x+q[2].x-q[3].x
	dy1, dy2, sy := q[1].y-q[2].y, q[3].y-q[2].y, q[0].y-q[1].y+q[2].y-q[3].y
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	a, b, c := q[1].x-q[0].x+g*q[1].x, q[3].x-q[0].x+h*q[3].x, q[0].x
	d, e, f := q[1].y-q[0].y+g*q[1].y, q[3].y-q[0].y+h*q[3].y, q[0].y
	return homography{
		e - f*h, c*h - b, b*f - c*e,
		f*g - d, a - c*g, c*d - a*f,
		d*h - e*g, b*g - a*h, a*e - b*d,
	}
}
