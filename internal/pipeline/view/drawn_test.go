package view_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"github.com/quell-project/quell/internal/demo/art"
)

// A case is a picture with another within, drawn by the test.
type within struct {
	name    string // of the view that finds it
	whole   *image.RGBA
	corners [4][2]float64 // where the picture within lies, clockwise from the upper left
}

func sheet(w, h int, c color.Color) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return m
}

func lay(on *image.RGBA, img image.Image, at image.Rectangle) [4][2]float64 {
	xdraw.BiLinear.Scale(on, at, img, img.Bounds(), draw.Src, nil)
	l, t, r, b := float64(at.Min.X), float64(at.Min.Y), float64(at.Max.X), float64(at.Max.Y)
	return [4][2]float64{{l, t}, {r, t}, {r, b}, {l, b}}
}

// barred lays img between black bars above and below.
func barred(img image.Image) within {
	on := sheet(900, 1000, color.Black)
	return within{"bars", on, lay(on, img, image.Rect(0, 204, 900, 804))}
}

// framed lays img between black bars, in a white frame.
func framed(img image.Image) within {
	on := sheet(960, 900, color.White)
	draw.Draw(on, image.Rect(30, 30, 930, 870), image.Black, image.Point{}, draw.Src)
	return within{"bars", on, lay(on, img, image.Rect(30, 150, 930, 750))}
}

// inset lays img over another picture.
func inset(img image.Image) within {
	on := sheet(1200, 900, color.White)
	lay(on, art.Picture(902, 600), on.Rect)
	return within{"box", on, lay(on, img, image.Rect(100, 403, 700, 803))}
}

// posted shows img as an app does, between lines of writing.
func posted(img image.Image) within {
	on := sheet(720, 1280, color.White)
	ink := color.Gray{Y: 40}
	art.Write(on, "HERONS AT THE LAKE", 40, 60, 36, color.RGBA{ink.Y, ink.Y, ink.Y, 255})
	art.Write(on, "SEEN THIS MORNING", 40, 140, 24, color.RGBA{ink.Y, ink.Y, ink.Y, 255})
	art.Write(on, "ALL OF THEM STOOD ON ONE LEG", 40, 820, 24, color.RGBA{ink.Y, ink.Y, ink.Y, 255})
	return within{"box", on, lay(on, img, image.Rect(0, 240, 720, 720))}
}

// gridded lays img into the lower left of a grid of four with a gap.
func gridded(img image.Image) within {
	on := sheet(1212, 812, color.White)
	for i, at := range []image.Rectangle{image.Rect(0, 0, 600, 400), image.Rect(612, 0, 1212, 400), image.Rect(612, 412, 1212, 812)} {
		lay(on, art.Picture(uint64(911+i), 600), at)
	}
	return within{"quarter", on, lay(on, img, image.Rect(0, 412, 600, 812))}
}

// tilted turns img by 6° on a canvas of its own size.
func tilted(img image.Image) within {
	const w, h = 900.0, 600.0
	straight, on := sheet(w, h, color.Black), sheet(w, h, color.Black)
	lay(straight, img, straight.Rect)
	sin, cos := math.Sincos(6 * math.Pi / 180)
	turn := func(x, y float64) [2]float64 {
		return [2]float64{cos*(x-w/2) - sin*(y-h/2) + w/2, sin*(x-w/2) + cos*(y-h/2) + h/2}
	}
	origin := turn(0, 0)
	xdraw.BiLinear.Transform(on, f64.Aff3{cos, -sin, origin[0], sin, cos, origin[1]}, straight, straight.Rect, draw.Src, nil)
	return within{"tilt", on, [4][2]float64{origin, turn(w, 0), turn(w, h), turn(0, h)}}
}

// aslant shows img in perspective before a wall.
func aslant(img image.Image) within {
	on := sheet(1200, 900, color.White)
	m := [8]float64{860, -70, 190, 60, 560, 120, 0.06, -0.1} // unit square to sheet
	project := func(u, v float64) [2]float64 {
		z := m[6]*u + m[7]*v + 1
		return [2]float64{(m[0]*u + m[1]*v + m[2]) / z, (m[3]*u + m[4]*v + m[5]) / z}
	}
	const fine = 1400 // samples along each axis, more than there are pixels
	size := img.Bounds().Size()
	for j := range fine {
		for i := range fine {
			u, v := (float64(i)+0.5)/fine, (float64(j)+0.5)/fine
			at := project(u, v)
			on.Set(int(at[0]), int(at[1]), img.At(int(u*float64(size.X)), int(v*float64(size.Y))))
		}
	}
	return within{"quad", on, [4][2]float64{project(0, 0), project(1, 0), project(1, 1), project(0, 1)}}
}
