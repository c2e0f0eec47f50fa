package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/bench/plot"
	"github.com/quell-project/quell/internal/bench/recall"
)

// editedPictures writes how many edited copies are found, and what is taken for something else.
func (r *results) editedPictures(d *document, draw func(string)) {
	if r.edits == nil {
		return
	}
	e := r.edits
	d.put("\n### Edited pictures")
	d.put("Measured on %s. Of %s, %s; the list holds %s. Methods are made on the other half. Recall with its 95 %% interval after Wilson; "+
		"a false hit is one on a picture of another group.",
		onMachine(e.Origin), halfName(e.Half), ofPictures(e), figure.Grouped(e.Known))
	r.recallTable(d)
	draw("bench-edits.svg")
	r.viewTable(d)
	r.methodTable(d)
	r.guardTable(d)
	r.exampleLines(d)
}

func ofPictures(e *recall.Result) string {
	if e.Found.Files == 0 {
		return fmt.Sprintf("%d drawn pictures are edited", e.Pictures)
	}
	return fmt.Sprintf("%d pictures are edited, real and drawn; %s files gave %d real ones, versions of one counted once", e.Pictures, figure.Grouped(e.Found.Files), e.Found.Groups)
}

func halfName(h recall.Half) string {
	if h == "" {
		return "both halves"
	}
	return "the " + string(h) + " half"
}

func (r *results) recallTable(d *document) {
	head := []string{"edit", "of"}
	for _, m := range r.edits.Methods {
		head = append(head, m.Name, "95 %", "found first by", "false hits")
	}
	var rows [][]string
	add := func(pick func(*recall.MethodResult) *recall.EditResult) {
		var row []string
		for i := range r.edits.Methods {
			e := pick(&r.edits.Methods[i])
			if i == 0 {
				row = append(row, e.Edit, strconv.Itoa(e.Asked))
			}
			row = append(row, share(e.Recall), fmt.Sprintf("%s–%s", share(e.Low), share(e.High)), firstViews(e), strconv.Itoa(e.FalseHits()))
		}
		rows = append(rows, row)
	}
	add(func(m *recall.MethodResult) *recall.EditResult { return &m.Unedited })
	for k := range r.edits.Methods[0].Edits {
		add(func(m *recall.MethodResult) *recall.EditResult { return &m.Edits[k] })
	}
	mean := []string{"**mean of the edits**", ""}
	for _, m := range r.edits.Methods {
		hits, _ := m.FalseHits()
		mean = append(mean, "**"+share(m.Mean)+"**", "", "", strconv.Itoa(hits))
	}
	d.table("Recall by edit:", head, append(rows, mean))
}

func share(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// firstViews names the three views that most often found a picture before any other.
func firstViews(e *recall.EditResult) string {
	names := make([]string, 0, len(e.First))
	for name := range e.First {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if e.First[a] != e.First[b] {
			return e.First[b] - e.First[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names[:min(3, len(names))] {
		names[i] = fmt.Sprintf("%s %d", name, e.First[name])
	}
	return strings.Join(names[:min(3, len(names))], ", ")
}

// viewTable says what each view is worth alone, for methods that have several.
func (r *results) viewTable(d *document) {
	var rows [][]string
	for i := range r.edits.Methods {
		m := &r.edits.Methods[i]
		views := m.ViewNames()
		if len(views) < 2 {
			continue
		}
		for _, view := range views {
			best, most := "", 0
			for _, e := range m.Edits {
				if e.Views[view] > most {
					best, most = e.Edit, e.Views[view]
				}
			}
			falseHits := 0
			for _, e := range m.Edits {
				falseHits += e.False[view]
			}
			unrelated := ""
			if m.Unrelated != nil {
				unrelated = strconv.Itoa(m.Unrelated.Views[view])
			}
			rows = append(rows, []string{m.Name, view, share(m.ViewMean(view)), best, strconv.Itoa(falseHits), unrelated})
		}
	}
	d.table("Each view alone, as if there were no other:", []string{"method", "view", "mean recall", "finds best", "false hits", "on unrelated pictures"}, rows)
}

func (r *results) methodTable(d *document) {
	var rows [][]string
	for i := range r.edits.Methods {
		m := &r.edits.Methods[i]
		hits, asked := m.FalseHits()
		row := []string{m.Name, figure.Micros(m.Micros), figure.Micros(m.Micros99), "", figure.Bytes(int64(m.BytesPerKnown)), fmt.Sprintf("%d of %s", hits, figure.Grouped(asked)), "", "", "", "", ""}
		if m.ProcessorMicros > 0 {
			row[3] = figure.Micros(m.ProcessorMicros)
		}
		if u := m.Unrelated; u != nil {
			copy(row[6:], []string{fmt.Sprintf("%s (%d sources)", figure.Short(float64(u.Pairs)), u.Sources), figure.Grouped(u.Matches), fmt.Sprintf("%.2g", u.Bound)})
			if t := u.Tail; t != nil {
				copy(row[9:], []string{fmt.Sprintf("%d; %d", t.Least, t.Median), fmt.Sprintf("%.2g", t.InMillion)})
			}
		}
		rows = append(rows, row)
	}
	d.table("What a question costs, one thread, of decoded pixels, and what is taken for something else. Unrelated pairs are crops of different real pictures, and drawn pictures; real ones that are within 80 bits of each other as a whole count as versions of one; "+
		"the last column reads a normal tail through the nearest distances off at the radius, and is the least to be expected, for real pictures crowd:",
		[]string{"method", "mean time", "99 %", "processor", "list, a picture", "false hits on edited pictures", "unrelated pairs", "of these match", "a pair, below (95 %)", "nearest: least; median", "false in 10⁶ uploads × 10⁶ known"}, rows)
}

func (r *results) guardTable(d *document) {
	var rows [][]string
	for _, m := range r.edits.Methods {
		for _, g := range m.Guards {
			rows = append(rows, []string{m.Name, g.Kind, strconv.Itoa(g.Pictures), strconv.Itoa(g.Matching), strconv.Itoa(g.Themselves), strconv.Itoa(g.List)})
		}
	}
	d.table("Drawn pictures that mean nothing to a fingerprint, among themselves and against the list:",
		[]string{"method", "kind", "pictures", "that match another", "pairs among such", "pairs with the list"}, rows)
}

// exampleLines lists some of the unrelated pairs that match, so that they can be looked at.
func (r *results) exampleLines(d *document) {
	for _, m := range r.edits.Methods {
		if m.Unrelated == nil || len(m.Unrelated.Examples) == 0 {
			continue
		}
		d.put("\nUnrelated pairs that %s takes for one picture, the first of them:\n", m.Name)
		for _, example := range m.Unrelated.Examples[:min(5, len(m.Unrelated.Examples))] {
			d.put("- %s", example)
		}
	}
}

// editsChart draws recall by edit, one bar a method.
func (r *results) editsChart() (chart, bool) {
	if r.edits == nil {
		return chart{}, false
	}
	g := plot.Groups{Most: 1, Format: share, Title: "How many edited copies are found"}
	var means []string
	for _, m := range r.edits.Methods {
		g.Series = append(g.Series, m.Name)
		means = append(means, fmt.Sprintf("%s finds %s in the mean", m.Name, share(m.Mean)))
	}
	for k := range r.edits.Methods[0].Edits {
		row := plot.Group{Name: r.edits.Methods[0].Edits[k].Edit}
		for _, m := range r.edits.Methods {
			row.Values = append(row.Values, m.Edits[k].Recall)
		}
		g.Groups = append(g.Groups, row)
	}
	g.Subtitle = fmt.Sprintf("%d pictures, %s; figures are of the last method · %s", r.edits.Pictures, halfName(r.edits.Half), machine(r.edits.Origin))
	g.Summary = "Share of pictures that are found after each edit: " + strings.Join(means, ", ") + "."
	return chart{"bench-edits.svg", g.Summary, g.SVG}, true
}
