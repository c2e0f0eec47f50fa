package plot

import (
	"errors"
	"fmt"
	"slices"
)

// Lines is a drawing of lines over two axes.
type Lines struct {
	Title    string
	Subtitle string // on what it was measured
	Summary  string // what there is to see, for those who hear the page
	X, Y     Axis
	Lines    []Line // those that matter most first; five have a colour of their own
}

// Line is one line.
type Line struct {
	Name   string
	Note   string // below the name
	Points []Point
	Values bool // write the value beside each point
	Plain  bool // without points: where they are many
	Faint  bool // thinner, for what is only there to compare
}

// Point is a value at a place.
type Point struct{ X, Y float64 }

// The room of the drawing, in pixels.
const (
	plotLeft   = 76
	plotRight  = 588 // the names of the lines stand to its right
	plotTop    = headHeight + 38
	plotBottom = plotTop + 290
	inset      = 18 // of the points from the sides
	labelGap   = 14 // between the end of a line and its name
	nameHeight = 16
)

// SVG returns the drawing. It fails if a line has no points, or one that has no place on the axes.
func (l Lines) SVG() (string, error) {
	x, y, err := l.spans()
	if err != nil {
		return "", fmt.Errorf("draw %q: %w", l.Title, err)
	}
	var d drawing
	d.open(plotBottom+62, l.Title, l.Subtitle, l.Summary)
	grid(&d, x, y)
	names := make([]name, len(l.Lines))
	for i := len(l.Lines) - 1; i >= 0; i-- { // the first one lies above the others
		names[i] = l.Lines[i].draw(&d, i, x, y)
	}
	spread(names)
	for _, n := range names {
		n.draw(&d)
	}
	return d.close(), nil
}

// spans returns the axes with the range of all points.
func (l Lines) spans() (x, y span, err error) {
	var xs, ys []float64
	for _, line := range l.Lines {
		if len(line.Points) == 0 {
			return x, y, fmt.Errorf("line %q has no points", line.Name)
		}
		for _, p := range line.Points {
			if !l.X.Scale.holds(p.X) || !l.Y.Scale.holds(p.Y) {
				return x, y, fmt.Errorf("line %q: the point %v, %v has no place on the axes", line.Name, p.X, p.Y)
			}
			xs, ys = append(xs, p.X), append(ys, p.Y)
		}
	}
	if len(xs) == 0 {
		return x, y, errors.New("there is no line")
	}
	return l.X.over(slices.Min(xs), slices.Max(xs)), l.Y.over(slices.Min(ys), slices.Max(ys)), nil
}

func across(s span, v float64) float64 {
	return plotLeft + inset + (plotRight-plotLeft-2*inset)*s.at(v)
}

func down(s span, v float64) float64 { return plotBottom - (plotBottom-plotTop)*s.at(v) }

// grid draws the axes, their ticks and what they measure.
func grid(d *drawing, x, y span) {
	for _, v := range y.fine() {
		d.put(`<line class="fine" x1="%d" x2="%d" y1="%s" y2="%s"/>`, plotLeft, plotRight, down(y, v), down(y, v))
	}
	for _, v := range x.fine() {
		d.put(`<line class="fine" x1="%s" x2="%s" y1="%d" y2="%d"/>`, across(x, v), across(x, v), plotTop, plotBottom)
	}
	for _, v := range y.Ticks {
		d.put(`<line class="grid" x1="%d" x2="%d" y1="%s" y2="%s"/>`, plotLeft, plotRight, down(y, v), down(y, v))
		d.put(`<text class="tick" x="%d" y="%s" text-anchor="end">%s</text>`, plotLeft-10, down(y, v)+4.5, y.text(v))
	}
	for _, v := range x.Ticks {
		d.put(`<line class="grid" x1="%s" x2="%s" y1="%d" y2="%d"/>`, across(x, v), across(x, v), plotTop, plotBottom)
		d.put(`<text class="tick" x="%s" y="%d" text-anchor="middle">%s</text>`, across(x, v), plotBottom+21, x.text(v))
	}
	d.put(`<line class="axis" x1="%d" x2="%d" y1="%d" y2="%d"/>`, plotLeft, plotRight, plotBottom, plotBottom)
	d.put(`<text x="%d" y="%d">%s</text>`, edge, plotTop-24, y.Label)
	d.put(`<text x="%d" y="%d" text-anchor="middle">%s</text>`, (plotLeft+plotRight)/2, plotBottom+44, x.Label)
}

// draw draws a line and returns its name, to be put at its end.
func (l Line) draw(d *drawing, i int, x, y span) name {
	colour, dash, faint := i%5, i%4, ""
	if l.Faint {
		faint = " faint"
	}
	path := ""
	for k, p := range l.Points {
		path += fmt.Sprintf("%c%s %s", "ML"[min(k, 1)], decimal(across(x, p.X)), decimal(down(y, p.Y)))
	}
	d.put(`<path class="line s%d dash%d%s" d="%s"/>`, colour, dash, faint, path)
	if !l.Plain {
		for _, p := range l.Points {
			d.put(`<circle class="point f%d" cx="%s" cy="%s" r="4.5"/>`, colour, across(x, p.X), down(y, p.Y))
		}
	}
	last := l.Points[len(l.Points)-1]
	n := name{text: l.Name, note: l.Note, colour: colour, x: across(x, last.X) + labelGap, y: down(y, last.Y)}
	if !l.Values {
		return n
	}
	for k, p := range l.Points[:len(l.Points)-1] {
		px, py, anchor := across(x, p.X), down(y, p.Y)-11, "middle"
		switch before := down(y, l.Points[max(k-1, 0)].Y); { // beside the line that leads to the point
		case k > 0 && before < py:
			px, anchor = px+3, "start"
		case k > 0 && before > py+22:
			px, anchor = px-3, "end"
		}
		d.put(`<text class="value f%d" x="%s" y="%s" text-anchor="%s">%s</text>`, colour, px, py, anchor, y.text(p.Y))
	}
	n.value = y.text(last.Y) // where the name stands there is no room above the point
	return n
}

// name is the name of a line, in the middle of which, down the page, its line ends.
type name struct {
	text, value, note string
	colour            int
	x, y              float64
}

func (n name) height() float64 {
	if n.note != "" {
		return 2*nameHeight + 3
	}
	return nameHeight + 3
}

func (n name) draw(d *drawing) {
	baseline := n.y + 4.5
	if n.note != "" {
		baseline -= nameHeight / 2
		d.put(`<text class="value tick" x="%s" y="%s">%s</text>`, n.x, baseline+nameHeight-1, n.note)
	}
	d.put(`<text class="name f%d" x="%s" y="%s">%s<tspan class="value" dx="6">%s</tspan></text>`, n.colour, n.x, baseline, n.text, n.value)
}

// spread moves names up and down until none covers another or the foot of the drawing, those that end high staying high.
func spread(names []name) {
	order := make([]*name, len(names))
	for i := range names {
		order[i] = &names[i]
	}
	slices.SortStableFunc(order, func(a, b *name) int { return int(a.y*100) - int(b.y*100) })
	for range 200 {
		moved := false
		for _, n := range order { // the ticks of the axis stand below
			n.y = min(n.y, plotBottom-n.height()/2)
		}
		for i := 1; i < len(order); i++ {
			above, below := order[i-1], order[i]
			if overlap := (above.height()+below.height())/2 - (below.y - above.y); overlap > 0.05 {
				above.y -= overlap / 2
				below.y += overlap / 2
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}
