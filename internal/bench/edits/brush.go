package edits

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"

	"github.com/quell-project/quell/internal/demo/art"
)

// blank is a sheet of one colour.
func blank(w, h int, c color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

// lay puts a picture on another, its corner at (x, y).
func lay(on, img *image.RGBA, x, y int) {
	draw.Draw(on, img.Rect.Add(image.Pt(x, y)), img, image.Point{}, draw.Over)
}

// point is a place in pixels.
type point struct{ x, y float64 }

// fill paints a polygon with smooth edges.
func fill(on *image.RGBA, c color.Color, outline ...point) {
	low, high := outline[0], outline[0]
	for _, p := range outline {
		low, high = point{min(low.x, p.x), min(low.y, p.y)}, point{max(high.x, p.x), max(high.y, p.y)}
	}
	box := image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x)), int(math.Ceil(high.y))).Intersect(on.Rect)
	if box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	for i, p := range outline {
		x, y := float32(p.x-float64(box.Min.X)), float32(p.y-float64(box.Min.Y))
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(on, box, image.NewUniform(c), image.Point{})
}

func rect(on *image.RGBA, c color.Color, x0, y0, x1, y1 float64) {
	fill(on, c, point{x0, y0}, point{x1, y0}, point{x1, y1}, point{x0, y1})
}

func disc(on *image.RGBA, c color.Color, x, y, r float64) { fill(on, c, star(x, y, r, r, 36)...) }

// pill is a bar with round ends.
func pill(on *image.RGBA, c color.Color, x0, y0, x1, y1 float64) {
	r := (y1 - y0) / 2
	rect(on, c, x0+r, y0, x1-r, y1)
	disc(on, c, x0+r, y0+r, r)
	disc(on, c, x1-r, y0+r, r)
}

// star returns a figure with n points at the radius outer and as many dents at the radius inner.
func star(x, y, outer, inner float64, n int) []point {
	var outline []point
	for i := range 2 * n {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		sin, cos := math.Sincos(math.Pi*float64(i)/float64(n) - math.Pi/2)
		outline = append(outline, point{x + r*cos, y + r*sin})
	}
	return outline
}

var words = []string{
	"WHEN", "THE", "BOAT", "COMES", "BACK", "LATE", "AND", "NOBODY", "KNOWS", "WHY", "LOOK", "AT", "THIS", "SEEN", "TODAY", "ON", "RIVER", "BEFORE", "RAIN",
	"SHARE", "WITH", "FRIENDS", "EVERY", "MORNING", "QUIET", "STREET", "HERE", "NOTHING", "NEW", "MARKET", "OPENS", "SOON", "YOU", "WILL", "LIKE", "IT",
}

// sentence is some words of at least least letters in all.
func sentence(d Dice, least int) string {
	line := words[d.IntN(len(words))]
	for len(line) < least {
		line += " " + words[d.IntN(len(words))]
	}
	return line
}

// centred writes a line around x, smaller if it is wider than room.
func centred(on *image.RGBA, line string, x, y, height, room float64, ink color.RGBA) {
	height = min(height, height*room/art.Width(line, height))
	art.Write(on, line, x-art.Width(line, height)/2, y, height, ink)
}

// paragraph writes lines of a given height from (x, y) down, each at most room wide.
func paragraph(on *image.RGBA, d Dice, lines int, x, y, height, room float64, ink color.RGBA) {
	for i := range lines {
		line := sentence(d, 4)
		wide := room
		if i == lines-1 {
			wide *= d.between(0.3, 0.8)
		}
		for next := line; art.Width(next, height) < wide; next += " " + sentence(d, 1) {
			line = next
		}
		art.Write(on, line, x, y+float64(i)*height*1.9, height, ink)
	}
}
