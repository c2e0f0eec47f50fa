package bland

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"

	"github.com/quell-project/quell/internal/demo/art"
)

// Kind is one kind of picture.
type Kind struct {
	Name  string
	paint func(*sheet)
}

// Kinds returns all kinds.
func Kinds() []Kind {
	return []Kind{{"flat", flat}, {"gradient", gradient}, {"grid", grid}, {"table", table}, {"text", text}, {"chart", chart}}
}

// Draw returns the picture of a seed, 360 to 800 pixels wide and high.
func (k Kind) Draw(seed uint64) *image.RGBA {
	kind := uint64(0)
	for _, r := range k.Name {
		kind = kind*31 + uint64(r)
	}
	d := rand.New(rand.NewPCG(seed, kind))
	s := &sheet{Rand: d, RGBA: image.NewRGBA(image.Rect(0, 0, 360+d.IntN(440), 360+d.IntN(440)))}
	s.ink, s.ground = grey(d.IntN(70)), grey(215+d.IntN(41))
	if d.IntN(3) == 0 {
		s.ink, s.ground = s.ground, s.ink
	}
	s.fill(s.Rect, s.ground)
	k.paint(s)
	return s.RGBA
}

// sheet is a picture in the making.
type sheet struct {
	*rand.Rand
	*image.RGBA
	ink, ground color.RGBA
}

func grey(v int) color.RGBA { return color.RGBA{uint8(v), uint8(v), uint8(v), 255} }

func (s *sheet) any() color.RGBA {
	return color.RGBA{uint8(s.IntN(256)), uint8(s.IntN(256)), uint8(s.IntN(256)), 255}
}

func (s *sheet) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(s.RGBA, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// flat is one colour, at times a little grainy or with a band of another.
func flat(s *sheet) {
	s.fill(s.Rect, s.any())
	if s.IntN(2) == 0 {
		for i := range s.Pix {
			if i%4 != 3 {
				s.Pix[i] = uint8(min(max(int(s.Pix[i])+s.IntN(9)-4, 0), 255))
			}
		}
	}
	if s.IntN(3) == 0 {
		at := s.IntN(s.Rect.Dy())
		s.fill(image.Rect(0, at, s.Rect.Dx(), at+s.Rect.Dy()/6), s.any())
	}
}

// gradient is a blend of two colours in any direction, or around a middle.
func gradient(s *sheet) {
	from, to := s.any(), s.any()
	sin, cos := math.Sincos(s.Float64() * 2 * math.Pi)
	round := s.IntN(3) == 0
	w, h := float64(s.Rect.Dx()), float64(s.Rect.Dy())
	cx, cy := w*s.Float64(), h*s.Float64()
	for y := range s.Rect.Dy() {
		for x := range s.Rect.Dx() {
			t := 0.5 + ((float64(x)-w/2)*cos+(float64(y)-h/2)*sin)/(w+h)
			if round {
				t = min(math.Hypot(float64(x)-cx, float64(y)-cy)/math.Hypot(w, h), 1)
			}
			mix := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*t) }
			s.SetRGBA(x, y, color.RGBA{mix(from.R, to.R), mix(from.G, to.G), mix(from.B, to.B), 255})
		}
	}
}

// grid is even lines, or the squares of a board.
func grid(s *sheet) {
	columns, rows := 3+s.IntN(14), 3+s.IntN(14)
	w, h := s.Rect.Dx(), s.Rect.Dy()
	board := s.IntN(3) == 0
	for i := range columns {
		for j := range rows {
			cell := image.Rect(i*w/columns, j*h/rows, (i+1)*w/columns, (j+1)*h/rows)
			if board && (i+j)%2 == 0 {
				s.fill(cell, s.ink)
			}
		}
	}
	if board {
		return
	}
	thick := 1 + s.IntN(4)
	for i := range columns + 1 {
		s.fill(image.Rect(i*(w-thick)/columns, 0, i*(w-thick)/columns+thick, h), s.ink)
	}
	for j := range rows + 1 {
		s.fill(image.Rect(0, j*(h-thick)/rows, w, j*(h-thick)/rows+thick), s.ink)
	}
}

// table is a head, lines and words or numbers in columns.
func table(s *sheet) {
	w, h := s.Rect.Dx(), s.Rect.Dy()
	columns, height := 2+s.IntN(5), 22+s.IntN(26)
	s.fill(image.Rect(0, 0, w, height), mixed(s.ink, s.ground, 0.75))
	for y := 0; y < h; y += height {
		s.fill(image.Rect(0, y, w, y+1), mixed(s.ink, s.ground, 0.5))
		for c := range columns {
			line := s.word()
			if c > 0 && y > 0 {
				line = s.number()
			}
			s.write(line, float64(c*w/columns+8), float64(y)+0.3*float64(height), 0.4*float64(height), float64(w/columns-12))
		}
	}
	for c := 1; c < columns; c++ {
		s.fill(image.Rect(c*w/columns, 0, c*w/columns+1, h), mixed(s.ink, s.ground, 0.5))
	}
}

// text is lines of words, in paragraphs.
func text(s *sheet) {
	w, h := float64(s.Rect.Dx()), float64(s.Rect.Dy())
	height := 8 + 10*s.Float64()
	margin := w * (0.03 + 0.06*s.Float64())
	for y := margin; y < h-height; y += 1.9 * height {
		line, room := s.word(), w-2*margin
		if s.IntN(6) == 0 {
			room *= 0.3 + 0.6*s.Float64()
		}
		for next := line; art.Width(next, height) < room; next += " " + s.word() {
			line = next
		}
		s.write(line, margin, y, height, room)
		if s.IntN(7) == 0 {
			y += 1.5 * height
		}
	}
}

// chart is bars or a line over two axes.
func chart(s *sheet) {
	w, h := s.Rect.Dx(), s.Rect.Dy()
	left, foot, n := w/10, h-h/9, 4+s.IntN(20)
	c := s.any()
	for i := 1; i <= 4; i++ {
		y := foot - i*(foot-h/12)/4
		s.fill(image.Rect(left, y, w-w/20, y+1), mixed(s.ink, s.ground, 0.7))
		s.write(s.number(), 4, float64(y), float64(h)/50, float64(left-6))
	}
	s.fill(image.Rect(left, h/12, left+2, foot), s.ink)
	s.fill(image.Rect(left, foot, w-w/20, foot+2), s.ink)
	bars, last := s.IntN(2) == 0, s.Float64()
	for i := range n {
		x0, x1 := left+i*(w-w/20-left)/n, left+(i+1)*(w-w/20-left)/n
		value := s.Float64()
		if bars {
			s.fill(image.Rect(x0+(x1-x0)/6, foot-int(value*float64(foot-h/12)), x1-(x1-x0)/6, foot), c)
			continue
		}
		value = min(max(last+0.5*(value-0.5), 0), 1)
		for x := x0; x < x1; x++ {
			t := float64(x-x0) / float64(x1-x0)
			y := foot - int((last+(value-last)*t)*float64(foot-h/12))
			s.fill(image.Rect(x, y-2, x+1, y+2), c)
		}
		last = value
	}
}

// mixed returns the colour a share t of the way from a to b.
func mixed(a, b color.RGBA, t float64) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*t) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// write writes a line, cut where it would leave its room.
func (s *sheet) write(line string, x, y, height, room float64) {
	for len(line) > 1 && art.Width(line, height) > room {
		line = line[:len(line)-1]
	}
	art.Write(s.RGBA, line, x, y, height, s.ink)
}

func (s *sheet) word() string {
	word := make([]byte, 1+s.IntN(9))
	for i := range word {
		word[i] = 'A' + byte(s.IntN(26))
	}
	return string(word)
}

func (s *sheet) number() string {
	number := make([]byte, 1+s.IntN(5))
	for i := range number {
		number[i] = '0' + byte(s.IntN(10))
	}
	return string(number)
}
