package plot

import (
	"errors"
	"fmt"
)

// Bars is a drawing of one value each of several things, on one scale that begins at zero.
type Bars struct {
	Title    string
	Subtitle string
	Summary  string // what there is to see, for those who hear the page
	Bars     []Bar
}

// Bar is one value, above or equal to zero.
type Bar struct {
	Name  string
	Value float64
	Text  string // the value with its unit
	Note  string // behind it
}

const (
	barTop    = headHeight + 8
	barHeight = 20
	barStep   = 34
	barLeft   = 150
	barRight  = 520
)

// SVG returns the drawing. It fails if there are no bars, or one is below zero.
func (b Bars) SVG() (string, error) {
	most := 0.0
	for _, bar := range b.Bars {
		if !(bar.Value >= 0) {
			return "", fmt.Errorf("draw %q: bar %q is %v", b.Title, bar.Name, bar.Value)
		}
		most = max(most, bar.Value)
	}
	if most == 0 {
		return "", fmt.Errorf("draw %q: %w", b.Title, errors.New("there is nothing to draw"))
	}
	var d drawing
	d.open(float64(barTop+barStep*len(b.Bars)+14), b.Title, b.Subtitle, b.Summary)
	for i, bar := range b.Bars {
		y := barTop + barStep*i
		length := (barRight - barLeft) * bar.Value / most
		d.put(`<text x="%d" y="%d" text-anchor="end">%s</text>`, barLeft-12, y+15, bar.Name)
		d.put(`<rect class="f0" x="%d" y="%d" width="%s" height="%d" rx="3"/>`, barLeft, y, max(length, 1), barHeight)
		d.put(`<text x="%s" y="%d"><tspan class="name">%s</tspan><tspan class="tick" dx="8">%s</tspan></text>`, barLeft+length+10, y+15, bar.Text, bar.Note)
	}
	return d.close(), nil
}
