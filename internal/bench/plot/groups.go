package plot

import (
	"errors"
	"fmt"
)

// Groups is a drawing of bars side by side: of several things, the same few values, on one scale from zero to a given end.
type Groups struct {
	Title    string
	Subtitle string
	Summary  string   // what there is to see, for those who hear the page
	Series   []string // what the values of each group are, at most five
	Groups   []Group
	Most     float64              // the end of the scale
	Format   func(float64) string // of a value
}

// Group is the values of one thing, in the order of the series.
type Group struct {
	Name   string
	Values []float64
}

const (
	groupBar  = 8 // height of a bar
	groupGap  = 9 // between groups
	groupLeft = 170
	groupEnd  = 640
	keyHeight = 24
	maxSeries = 5
)

// SVG returns the drawing. It fails if there is nothing to draw, a group has not one value for each series, or one is below zero or beyond the end.
func (g Groups) SVG() (string, error) {
	if len(g.Groups) == 0 || len(g.Series) == 0 || len(g.Series) > maxSeries {
		return "", fmt.Errorf("draw %q: %w", g.Title, errors.New("there is nothing to draw, or too many series"))
	}
	step := groupBar*len(g.Series) + groupGap
	top := headHeight + keyHeight
	var d drawing
	d.open(float64(top+step*len(g.Groups)+14), g.Title, g.Subtitle, g.Summary)
	x := float64(groupLeft)
	for i, name := range g.Series {
		d.put(`<rect class="f%d" x="%s" y="%d" width="12" height="12" rx="2"/><text x="%s" y="%d">%s</text>`, i, x, headHeight-4, x+18, headHeight+7, name)
		x += 18 + 7.2*float64(len(name)) + 26
	}
	for i, group := range g.Groups {
		if len(group.Values) != len(g.Series) {
			return "", fmt.Errorf("draw %q: %q has %d values for %d series", g.Title, group.Name, len(group.Values), len(g.Series))
		}
		y := top + step*i
		d.put(`<text x="%d" y="%s" text-anchor="end">%s</text>`, groupLeft-10, float64(y)+float64(groupBar*len(g.Series))/2+4.5, group.Name)
		for k, v := range group.Values {
			if !(v >= 0) || v > g.Most {
				return "", fmt.Errorf("draw %q: %q is %v, of %v at most", g.Title, group.Name, v, g.Most)
			}
			length := (groupEnd - groupLeft) * v / g.Most
			d.put(`<rect class="f%d" x="%d" y="%d" width="%s" height="%d" rx="2"/>`, k, groupLeft, y+groupBar*k, max(length, 1), groupBar-1)
		}
		last := group.Values[len(group.Values)-1]
		d.put(`<text class="value" x="%d" y="%s">%s</text>`, groupEnd+10, float64(y)+float64(groupBar*len(g.Series))/2+4, g.Format(last))
	}
	return d.close(), nil
}
