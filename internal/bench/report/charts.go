package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/corpus"
	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/bench/plot"
)

// chart is a drawing and the words that stand for it in a document.
type chart struct {
	file string // its name in the folder of images
	alt  string
	svg  func() (string, error)
}

// charts returns those for which there are results enough.
func (r *results) charts() (all []chart) {
	for _, c := range []func() (chart, bool){r.sizeChart, r.latencyChart, r.radiusChart, r.threadsChart, r.hashChart, r.formatsChart, r.hmaChart, r.editsChart} {
		if c, ok := c(); ok {
			all = append(all, c)
		}
	}
	return all
}

func linesChart(file string, l plot.Lines) chart { return chart{file, l.Summary, l.SVG} }

// line is a line through one value of each result.
func line(name string, all []bench.IndexResult, x func(bench.IndexResult) int, y func(bench.IndexResult) float64) plot.Line {
	l := plot.Line{Name: name}
	for _, r := range all {
		l.Points = append(l.Points, plot.Point{X: float64(x(r)), Y: y(r)})
	}
	return l
}

func missQPS(r bench.IndexResult) float64 { return r.MissQPS }
func hitQPS(r bench.IndexResult) float64  { return r.HitQPS }

// machine says on what something was measured.
func machine(o bench.Origin) string {
	return fmt.Sprintf("%s, %s, commit %s", o.Machine, o.Date, o.Commit)
}

func (r *results) sizeChart() (chart, bool) {
	all := r.bySize()
	if len(all) < 2 {
		return chart{}, false
	}
	first, last := all[0], all[len(all)-1]
	misses := line("misses", all, codes, missQPS)
	misses.Values = true
	hits := line("hits", all, codes, hitQPS)
	if len(r.peers) > 0 {
		misses.Note, hits.Note = quellEngine, quellEngine
	}
	drawn := []plot.Line{misses, hits}
	for _, engine := range r.engines() {
		l := plot.Line{Name: engine, Note: "misses"}
		for _, p := range r.peers {
			if p.Engine == engine && p.Radius == usualRadius {
				l.Points = append(l.Points, plot.Point{X: float64(p.N), Y: p.MissQPS})
			}
		}
		slices.SortFunc(l.Points, func(a, b plot.Point) int { return int(a.X - b.X) })
		if len(l.Points) > 0 && len(drawn) < 5 {
			drawn = append(drawn, l)
		}
	}
	return linesChart("bench-size.svg", plot.Lines{
		Title:    "Exact questions a second, by the size of the list",
		Subtitle: fmt.Sprintf("one thread, radius %d, random codes, every question new · %s", usualRadius, machine(last.Origin)),
		Summary: fmt.Sprintf("Questions a second against the number of codes, both logarithmic: %s for misses at %s codes, %s at %s.",
			figure.Short(first.MissQPS), figure.Short(float64(first.N)), figure.Short(last.MissQPS), figure.Short(float64(last.N))),
		X:     plot.Axis{Label: "codes in the index", Scale: plot.Log, Tight: true},
		Y:     plot.Axis{Label: "questions a second", Scale: plot.Log},
		Lines: drawn,
	}), true
}

// engines lists the peers.
func (r *results) engines() (names []string) {
	for _, p := range r.peers {
		if p.Engine != quellEngine && !slices.Contains(names, p.Engine) {
			names = append(names, p.Engine)
		}
	}
	return names
}

func (r *results) latencyChart() (chart, bool) {
	all := r.bySize()
	slices.Reverse(all)
	var drawn []plot.Line
	var says []string
	for _, one := range all[:min(len(all), 5)] {
		p, ok := pass(one, corpus.Miss)
		if !ok || len(p.Curve) != 101 {
			continue
		}
		l := plot.Line{Name: figure.Short(float64(one.N)) + " codes", Plain: true}
		for percent, us := range p.Curve[:100] { // the slowest of all is chance
			l.Points = append(l.Points, plot.Point{X: float64(percent), Y: us})
		}
		l.Note = "99 % in " + figure.Micros(p.P99)
		drawn = append(drawn, l)
		says = append(says, fmt.Sprintf("with %s codes half are answered in %s and 99 %% in %s", figure.Short(float64(one.N)), figure.Micros(p.P50), figure.Micros(p.P99)))
	}
	if len(drawn) == 0 {
		return chart{}, false
	}
	return linesChart("bench-latency.svg", plot.Lines{
		Title:    "How long a question takes",
		Subtitle: fmt.Sprintf("misses, one thread, radius %d, random codes, every question new · %s", usualRadius, machine(all[0].Origin)),
		Summary:  "Time of a question by the share of questions that are answered in it: " + strings.Join(says, "; ") + ".",
		X:        plot.Axis{Label: "share of the questions that are answered within that time", Scale: plot.Tail, Format: func(v float64) string { return fmt.Sprintf("%g %%", v) }},
		Y:        plot.Axis{Label: "time to the answer", Scale: plot.Log, Format: figure.Micros},
		Lines:    drawn,
	}), true
}

func (r *results) radiusChart() (chart, bool) {
	var drawn []plot.Line
	var last bench.IndexResult
	for _, n := range r.sizes(r.byRadius) {
		all := r.byRadius(n)
		l := line(figure.Short(float64(n))+" codes", all, radius, missQPS)
		l.Values = len(drawn) == 0
		drawn, last = append(drawn, l), all[len(all)-1]
	}
	if len(drawn) == 0 {
		return chart{}, false
	}
	var ticks []float64
	for _, p := range drawn[0].Points {
		ticks = append(ticks, p.X)
	}
	return linesChart("bench-radius.svg", plot.Lines{
		Title:    "Questions a second, by the radius",
		Subtitle: "misses, one thread, random codes · " + machine(last.Origin),
		Summary:  fmt.Sprintf("Questions a second, logarithmic, against the largest distance that matches, up to %d bits.", last.Radius),
		X:        plot.Axis{Label: "largest distance that matches, in bits of 256", Ticks: ticks},
		Y:        plot.Axis{Label: "questions a second", Scale: plot.Log},
		Lines:    drawn,
	}), true
}

func (r *results) threadsChart() (chart, bool) {
	sizes := r.sizes(r.byThreads)
	if len(sizes) == 0 {
		return chart{}, false
	}
	var drawn []plot.Line
	for _, n := range sizes[:min(len(sizes), 2)] {
		l := line(figure.Short(float64(n))+" codes", r.byThreads(n), threads, missQPS)
		l.Values = true
		drawn = append(drawn, l)
	}
	first, all := drawn[0].Points, r.byThreads(sizes[0])
	last := all[len(all)-1]
	ideal := plot.Line{Name: "twice the threads,", Note: "twice the rate", Faint: true, Plain: true}
	var ticks []float64
	for _, p := range first {
		ideal.Points = append(ideal.Points, plot.Point{X: p.X, Y: p.X * first[0].Y / first[0].X})
		ticks = append(ticks, p.X)
	}
	drawn = append(drawn, ideal)
	return linesChart("bench-threads.svg", plot.Lines{
		Title:    "Questions a second, by threads",
		Subtitle: fmt.Sprintf("misses, radius %d, random codes, %d processors · %s", usualRadius, last.Processors, machine(last.Origin)),
		Summary:  fmt.Sprintf("Questions a second against threads that ask at the same time, up to %d.", last.Threads),
		X:        plot.Axis{Label: "threads that ask", Ticks: ticks},
		Y:        plot.Axis{Label: "questions a second", Zero: true},
		Lines:    drawn,
	}), true
}

func (r *results) hashChart() (chart, bool) {
	if r.hash == nil {
		return chart{}, false
	}
	var drawn []plot.Line
	for _, want := range []struct{ from, kind, name, note string }{
		{"file", "JPEG", "JPEG file", "decoded and hashed"}, {"pixels", "YCbCr 4:2:0", "YCbCr pixels", "hashed"},
		{"pixels", "RGBA", "RGBA pixels", "hashed"}, {"pixels", "grey", "grey pixels", "hashed"},
	} {
		l := plot.Line{Name: want.name, Note: want.note}
		for _, row := range r.hash.Rows {
			if row.From == want.from && row.Kind == want.kind {
				l.Points = append(l.Points, plot.Point{X: float64(row.Pixels) / 1e6, Y: row.Nanos / 1e3})
			}
		}
		if l.Values = len(drawn) == 0; len(l.Points) > 0 {
			drawn = append(drawn, l)
		}
	}
	if len(drawn) == 0 {
		return chart{}, false
	}
	return linesChart("bench-hash.svg", plot.Lines{
		Title:    "From a picture to its hash",
		Subtitle: "one thread · " + machine(r.hash.Origin),
		Summary:  "Time of the PDQ hash against megapixels, both logarithmic: of decoded pixels, and of JPEG files with the decoder.",
		X:        plot.Axis{Label: "megapixels", Scale: plot.Log, Tight: true, Format: func(v float64) string { return fmt.Sprintf("%g", v) }},
		Y:        plot.Axis{Label: "time to the hash", Scale: plot.Log, Format: figure.Micros},
		Lines:    drawn,
	}), true
}

// onePicture is the size at which formats are compared.
const onePicture = 1152

func (r *results) formatsChart() (chart, bool) {
	if r.hash == nil {
		return chart{}, false
	}
	var bars []plot.Bar
	for _, row := range r.hash.Rows {
		if row.From == "file" && row.Width == onePicture {
			bars = append(bars, plot.Bar{Name: row.Kind, Value: row.Nanos, Text: figure.Micros(row.Nanos / 1e3), Note: figure.Bytes(row.Bytes)})
		}
	}
	if len(bars) == 0 {
		return chart{}, false
	}
	slices.SortStableFunc(bars, func(a, b plot.Bar) int { return int(a.Value - b.Value) })
	b := plot.Bars{
		Title:    "From a file of one megapixel to its hash, by format",
		Subtitle: "decoded and hashed, one thread · " + machine(r.hash.Origin),
		Summary:  fmt.Sprintf("Time from a file of one megapixel to its hash: %s is the fastest with %s, %s the slowest with %s.", bars[0].Name, bars[0].Text, bars[len(bars)-1].Name, bars[len(bars)-1].Text),
		Bars:     bars,
	}
	return chart{"bench-formats.svg", b.Summary, b.SVG}, true
}
