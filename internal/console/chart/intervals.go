package chart

import (
	"errors"
	"fmt"
)

// Intervals are shares with what is known of them: one row each, all on one scale that begins at zero.
type Intervals struct {
	ID    string // unique on the page
	Title string // what is drawn, for those who hear the page
	Most  float64
	End   string // the word at the end of the scale, for Most
	Rows  []Interval
}

// Interval is one row: a share and the bounds between which it lies.
type Interval struct {
	Class         string // ends the class name of the row, which gives it its colour
	Name          string // direct label at the start of the row
	Note          string // direct label at the end of the row, the numbers in words
	At, Low, High float64
}

// Heights of a row of intervals, in pixels.
const (
	intervalText   = 16
	intervalBand   = 8
	intervalHeight = intervalText + intervalBand + 16
)

// SVG returns the drawing, which fills the width of its container. It fails when there is nothing to draw or an interval is none.
func (m Intervals) SVG() (string, error) {
	if err := m.check(); err != nil {
		return "", fmt.Errorf("draw chart %s: %w", m.ID, err)
	}
	var d drawing
	height := len(m.Rows)*intervalHeight + axisHeight
	d.put(`<svg class="chart intervals" role="img" direction="ltr" width="100%%" height="%d" aria-labelledby="%s-title %s-desc">`, height, m.ID, m.ID)
	d.put(`<title id="%s-title">%s</title><desc id="%s-desc">`, m.ID, m.Title, m.ID)
	for _, r := range m.Rows {
		d.put(`%s: %s. `, r.Name, r.Note)
	}
	d.put(`</desc>`)
	for i, r := range m.Rows {
		m.row(&d, r, i*intervalHeight)
	}
	zero := len(m.Rows) * intervalHeight
	d.put(`<line class="chart-zero" x1="0" x2="100%%" y1="%d" y2="%d"></line>`, zero, zero)
	d.put(`<text x="0" y="%d">0</text><text x="100%%" y="%d" text-anchor="end">%s</text></svg>`, zero+textRise+8, zero+textRise+8, m.End)
	return d.String(), nil
}

func (m Intervals) row(d *drawing, r Interval, top int) {
	d.put(`<g class="chart-row chart-%s"><text class="chart-name" x="0" y="%d">%s</text>`, r.Class, top+intervalText-4, r.Name)
	d.put(`<text x="100%%" y="%d" text-anchor="end">%s</text>`, top+intervalText-4, r.Note)
	middle := top + intervalText + intervalBand/2 + 2
	d.put(`<line class="chart-zero" x1="0" x2="100%%" y1="%d" y2="%d"></line>`, middle, middle)
	d.put(`<rect class="chart-area" x="%s" width="%s" y="%d" height="%d"></rect>`, percent(r.Low, m.Most), percent(r.High-r.Low, m.Most), middle-intervalBand/2, intervalBand)
	d.put(`<circle class="chart-dot" cx="%s" cy="%d" r="4"></circle></g>`, percent(r.At, m.Most), middle)
}

func (m Intervals) check() error {
	if len(m.Rows) == 0 || !(m.Most > 0) {
		return errors.New("there is nothing to draw: give at least one row, and a scale")
	}
	for _, r := range m.Rows {
		if !(0 <= r.Low && r.Low <= r.At && r.At <= r.High && r.High <= m.Most) {
			return fmt.Errorf("row %q is not in order: %v to %v around %v, of at most %v", r.Name, r.Low, r.High, r.At, m.Most)
		}
	}
	return nil
}
