package console

import (
	"time"

	"github.com/quell-project/quell/internal/console/chart"
	"github.com/quell-project/quell/internal/domain"
)

// counts are decisions counted over a stretch of time, one number for each span of it, oldest first.
type counts struct {
	From                              domain.Time
	Now                               domain.Time
	Step                              time.Duration
	Checked, Blocked, Held, Unchecked []int64
}

// newCounts returns counts of zero for the stretch that ends now. It begins at a round moment, at most one span earlier than the length says:
// spans then keep their place from one look to the next.
func newCounts(s span, now time.Time) counts {
	from := now.UTC().Add(-s.Length).Truncate(s.Bucket)
	n := int(now.Sub(from)/s.Bucket) + 1
	return counts{
		From: domain.At(from), Now: domain.At(now), Step: s.Bucket,
		Checked: make([]int64, n), Blocked: make([]int64, n), Held: make([]int64, n), Unchecked: make([]int64, n),
	}
}

// to returns the end of the last span.
func (c counts) to() domain.Time { return c.at(len(c.Checked)) }

// at returns the beginning of the span at place i.
func (c counts) at(i int) domain.Time { return c.From.Add(time.Duration(i) * c.Step) }

// add puts decisions, and those among them that were not fully checked, in their places.
func (c counts) add(decided, unchecked []domain.VerdictCount) {
	for _, d := range decided {
		i := c.place(d.From)
		c.Checked[i] += d.Count
		switch d.Verdict {
		case domain.Block:
			c.Blocked[i] += d.Count
		case domain.Hold:
			c.Held[i] += d.Count
		}
	}
	for _, u := range unchecked {
		c.Unchecked[c.place(u.From)] += u.Count
	}
}

// place returns the span that holds a moment; what lies outside belongs to the span at that end.
func (c counts) place(t domain.Time) int {
	return min(max(int(t.Sub(c.From)/c.Step), 0), len(c.Checked)-1)
}

// summary adds up.
func (c counts) summary(s span) summary {
	return summary{Span: s.Name, Checked: sum(c.Checked), Blocked: sum(c.Blocked), Held: sum(c.Held), Unchecked: sum(c.Unchecked)}
}

// drawing returns the chart of the counts as SVG.
func (c counts) drawing(w *words, s summary) (string, error) {
	moment := w.Minute
	if c.Step > time.Hour {
		moment = w.Day
	}
	row := func(class, name string, total int64, values []int64) chart.Series {
		note := w.ChartNone
		if at, peak := chart.Peak(values); peak > 0 {
			note = w.ChartPeak(w.Number(peak), c.moment(w, c.at(at).Std()))
		}
		return chart.Series{Class: class, Name: name, Total: w.Number(total), Note: note, Values: values}
	}
	return chart.Multiples{
		ID: "counts", Title: w.ChartTitle, Summary: sentence(w.Summary(s)),
		From: c.From.Std(), Step: c.Step, Now: c.Now.Std(),
		Series: []chart.Series{
			row("checked", w.Checked, s.Checked, c.Checked),
			row("block", w.Blocked, s.Blocked, c.Blocked),
			row("hold", w.Held, s.Held, c.Held),
			row("unchecked", w.Unchecked, s.Unchecked, c.Unchecked),
		},
		Number: w.Number, Tick: moment, End: w.ChartEnd,
		Span: func(from, to time.Time) string { return c.moment(w, from) + "–" + w.Minute(to) },
	}.SVG()
}

// moment names a moment as exactly as the stretch needs: the minute within a day, else the day as well.
func (c counts) moment(w *words, t time.Time) string {
	if c.Step > time.Hour {
		return w.Day(t) + " " + w.Minute(t)
	}
	return w.Minute(t)
}

func sum(values []int64) int64 {
	var total int64
	for _, v := range values {
		total += v
	}
	return total
}

// sentence joins phrases into plain text.
func sentence(phrases []phrase) string {
	var s string
	for _, p := range phrases {
		s += p.Text
	}
	return s
}

// caption says how many decisions the chart is made of, and how they are counted.
func (c counts) caption(w *words) string {
	exact := func(t domain.Time) string { return w.Day(t.Std()) + " " + w.Minute(t.Std()) }
	return w.ChartCaption(sum(c.Checked), exact(c.From), exact(c.Now), w.Step(c.Step))
}
