package chart

import (
	"errors"
	"fmt"
	"time"
)

// Multiples are small multiples: one row for each series, all on one time axis.
type Multiples struct {
	ID      string // unique on the page; the title and description are referred to by it
	Title   string // what is drawn, for those who hear the page
	Summary string // what there is to see, for those who hear the page
	From    time.Time
	Step    time.Duration // length of one span
	Now     time.Time     // spans that end later are not over yet and are drawn so
	Series  []Series

	Number func(int64) string              // a count in the reader's language
	Tick   func(time.Time) string          // a moment on the axis
	Span   func(from, to time.Time) string // a span of time, for the cursor
	End    string                          // the word at the end of the axis
}

// Series is one row: a count for each span of time, oldest first.
type Series struct {
	Class  string // ends the class name of the row, which gives it its colour
	Name   string // direct label at the start of the row
	Total  string // beside the name
	Note   string // direct label at the end of the row
	Values []int64
}

// Heights of the parts of a row and of the axis, in pixels.
const (
	headHeight = 22
	plotHeight = 40
	rowGap     = 14
	axisHeight = 22
	rowHeight  = headHeight + plotHeight + rowGap
	textRise   = 8 // from the baseline of a row's head to the top of its plot
)

// SVG returns the drawing. It fails when the series are empty, of different lengths or negative, or the spans have no length.
//
// The drawing fills the width of its container and has a fixed height, so that nothing on the page moves when it arrives.
func (m Multiples) SVG() (string, error) {
	if err := m.check(); err != nil {
		return "", fmt.Errorf("draw chart %s: %w", m.ID, err)
	}
	var d drawing
	height := len(m.Series)*rowHeight - rowGap + axisHeight
	d.put(`<svg class="chart" role="img" direction="ltr" width="100%%" height="%d" aria-labelledby="%s-title %s-desc">`, height, m.ID, m.ID)
	d.put(`<title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`, m.ID, m.Title, m.ID, m.Summary)
	m.axis(&d, height)
	for i, s := range m.Series {
		m.row(&d, s, i*rowHeight)
	}
	m.cursors(&d, height)
	d.put(`</svg>`)
	return d.String(), nil
}

func (m Multiples) check() error {
	if len(m.Series) == 0 || m.spans() == 0 {
		return errors.New("there is nothing to draw: give at least one series with one value")
	}
	if m.Step <= 0 {
		return fmt.Errorf("a span of %v has no length: set Step", m.Step)
	}
	for _, s := range m.Series {
		if len(s.Values) != m.spans() {
			return fmt.Errorf("series %q has %d values, the first has %d: they share one axis", s.Name, len(s.Values), m.spans())
		}
		for _, v := range s.Values {
			if v < 0 {
				return fmt.Errorf("series %q holds %d: a count cannot be negative", s.Name, v)
			}
		}
	}
	return nil
}

// spans returns how many spans of time there are.
func (m Multiples) spans() int { return len(m.Series[0].Values) }

// to returns the end of the last span.
func (m Multiples) to() time.Time { return m.From.Add(m.Step * time.Duration(m.spans())) }

// closed returns how many spans are over.
func (m Multiples) closed() int {
	return min(max(int(m.Now.Sub(m.From)/m.Step), 0), m.spans())
}

// axis draws the hairlines of the round moments through all rows, and their labels at the foot.
func (m Multiples) axis(d *drawing, height int) {
	foot := height - axisHeight
	d.put(`<g class="chart-axis">`)
	for _, t := range ticks(m.From, m.to()) {
		x := percent(float64(t.Sub(m.From)), float64(m.to().Sub(m.From)))
		d.put(`<line x1="%s" x2="%s" y1="%d" y2="%d"/>`, x, x, headHeight, foot)
		d.put(`<text x="%s" y="%d" text-anchor="middle">%s</text>`, x, height-4, m.Tick(t))
	}
	d.put(`<text x="100%%" y="%d" text-anchor="end">%s</text></g>`, height-4, m.End)
}

// row draws one series with the top of its head at y.
func (m Multiples) row(d *drawing, s Series, y int) {
	n, closed := m.spans(), m.closed()
	plot := y + headHeight
	d.put(`<g class="chart-row chart-%s">`, s.Class)
	d.put(`<text class="chart-name" y="%d">%s<tspan class="chart-total" dx="8">%s</tspan></text>`, plot-textRise, s.Name, s.Total)
	d.put(`<text class="chart-note" x="100%%" y="%d" text-anchor="end">%s</text>`, plot-textRise, s.Note)
	d.put(`<line class="chart-zero" x1="0" x2="100%%" y1="%d" y2="%d"/>`, plot+plotHeight, plot+plotHeight)
	at, peak := Peak(s.Values)
	if peak > 0 {
		d.put(`<svg y="%d" width="100%%" height="%d" viewBox="0 0 %d %d" preserveAspectRatio="none" overflow="visible">`, plot, plotHeight, n, plotHeight)
		d.put(`<path class="chart-area" d="%s"/>`, area(s.Values, peak))
		d.put(`<path class="chart-line" vector-effect="non-scaling-stroke" d="%s"/>`, steps(s.Values, 0, closed, peak))
		d.put(`<path class="chart-line chart-open" vector-effect="non-scaling-stroke" d="%s"/>`, steps(s.Values, closed, n, peak))
		d.put(`</svg><circle class="chart-peak" cx="%s" cy="%d" r="3"/>`, percent(float64(at)+0.5, float64(n)), plot)
	}
	d.put(`</g>`)
}

// cursors draws, for each span, what shows while a pointer is over it: a line through all rows, the counts and the time.
// They are hidden from those who hear the page, to whom the table says the same.
func (m Multiples) cursors(d *drawing, height int) {
	n := m.spans()
	d.put(`<g class="chart-cursors" aria-hidden="true">`)
	for k := range n {
		from := m.From.Add(m.Step * time.Duration(k))
		x := percent(float64(k)+0.5, float64(n))
		anchor, shift := "start", 6
		if 2*k >= n {
			anchor, shift = "end", -6
		}
		d.put(`<g><rect x="%s" width="%s" height="100%%"/>`, percent(float64(k), float64(n)), percent(1, float64(n)))
		d.put(`<line x1="%s" x2="%s" y1="%d" y2="%d"/>`, x, x, headHeight, height-axisHeight)
		for i, s := range m.Series {
			d.put(`<text x="%s" y="%d" dx="%d" text-anchor="%s">%s</text>`, x, i*rowHeight+headHeight+textRise, shift, anchor, m.Number(s.Values[k]))
		}
		d.put(`<text x="%s" y="%d" dx="%d" text-anchor="%s">%s</text></g>`, x, height-4, shift, anchor, m.Span(from, from.Add(m.Step)))
	}
	d.put(`</g>`)
}

// Peak returns the first place of the largest value, and that value; 0, 0 where there are none.
func Peak(values []int64) (at int, peak int64) {
	for i, v := range values {
		if v > peak {
			at, peak = i, v
		}
	}
	return at, peak
}
