package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/bench/plot"
)

// wrongAnswers says how many answers were compared, and with what outcome.
func (r *results) wrongAnswers() string {
	asked, wrong := 0, 0
	for _, one := range r.hma {
		for _, p := range one.Passes {
			asked, wrong = asked+p.Questions, wrong+p.Wrong
		}
	}
	if wrong == 0 {
		return fmt.Sprintf("all %s were right", figure.Grouped(asked))
	}
	return fmt.Sprintf("of %s, %s were WRONG", figure.Grouped(asked), figure.Grouped(wrong))
}

// lookupNames are the kinds of questions in the words of the document.
var lookupNames = map[bench.HMAKind]string{
	bench.HMAMiss:           "`GET`, hash near nothing",
	bench.HMAHit:            "`GET`, hash 0 to 31 bits off a known one",
	bench.HMAHitDetails:     "the same with `include=details`",
	bench.HMAPicture:        "`POST`, unknown 1-megapixel JPEG",
	bench.HMAPictureHit:     "`POST`, known 1-megapixel JPEG",
	bench.HMAPictureDetails: "the same with `include=details`",
}

func (r *results) lookupTable(d *document) {
	var rows [][]string
	for _, one := range r.hma {
		for _, p := range one.Passes {
			rows = append(rows, []string{
				figure.Short(float64(one.N)), strconv.Itoa(p.Clients), lookupNames[p.Kind], figure.Grouped(p.QPS),
				figure.Micros(p.P50), figure.Micros(p.P95), figure.Micros(p.P99), figure.Micros(p.Max), figure.Micros(p.ServerMicros),
			})
		}
	}
	d.table("`/m/lookup` over connections that stay open, as fast as it is answered; the last column is the processor time that the server took for one:",
		[]string{"signals", "clients", "question", "lookups/s", "median", "95 %", "99 %", "longest", "processor"}, rows)
}

func (r *results) effectTable(d *document) {
	var rows [][]string
	for _, one := range r.hma {
		for _, c := range one.Changes {
			beside := "nobody"
			if c.Clients > 0 {
				beside = fmt.Sprintf("%d clients", c.Clients)
			}
			rows = append(rows, []string{
				figure.Short(float64(one.N)), c.Kind, beside, figure.Grouped(c.Count), figure.Micros(c.Answer.P50), figure.Micros(c.Answer.P99),
				figure.Micros(c.Effect.P50), figure.Micros(c.Effect.P99), figure.Micros(c.Effect.Max),
			})
		}
	}
	d.table("Contents that are added (`POST /c/bank/…/signal`) and withdrawn (`DELETE`), and from the answer on looked up without pause until that shows, while others look up as fast as they are answered:",
		[]string{"signals", "change", "beside", "times", "answered: median", "99 %", "then in effect: median", "99 %", "longest"}, rows)
}

func (r *results) serverTable(d *document) {
	var rows [][]string
	for _, one := range r.hma {
		rows = append(rows, []string{
			figure.Short(float64(one.N)), figure.Bytes(one.DatabaseSize), figure.Seconds(one.FillSeconds), figure.Seconds(one.LoadSeconds), figure.Seconds(one.OpenSeconds),
			figure.Bytes(one.RestBytes), figure.Bytes(one.PeakBytes), fmt.Sprintf("%.1f ns", one.RandomReadNanos), figure.Grouped(one.InterruptsPerSec),
		})
	}
	d.table("The server and its database, and the machine at the time of the run:",
		[]string{"signals", "database", "filled in", "start, index from the database", "start, with a snapshot", "memory at rest", "memory at most", "a random read", "interruptions/s"}, rows)
}

// hmaChart draws how long lookups take for the largest number of clients.
func (r *results) hmaChart() (chart, bool) {
	var drawn []plot.Line
	var says []string
	clients := 0
	for _, one := range r.hma {
		for _, p := range one.Passes {
			clients = max(clients, p.Clients)
		}
	}
	for _, one := range slices.Backward(r.hma) {
		for _, p := range one.Passes {
			if p.Clients != clients || p.Kind != bench.HMAMiss && p.Kind != bench.HMAHit || len(p.Curve) != 101 || len(drawn) == 4 {
				continue
			}
			name := map[bench.HMAKind]string{bench.HMAMiss: "misses", bench.HMAHit: "hits"}[p.Kind] + ", " + figure.Short(float64(one.N))
			l := plot.Line{Name: name, Plain: true, Note: "99 % in " + figure.Micros(p.P99)}
			for percent, us := range p.Curve[:100] { // the slowest of all is chance
				l.Points = append(l.Points, plot.Point{X: float64(percent), Y: us})
			}
			drawn = append(drawn, l)
			says = append(says, fmt.Sprintf("%s: half in %s, 99 %% in %s", name, figure.Micros(p.P50), figure.Micros(p.P99)))
		}
	}
	if len(drawn) == 0 {
		return chart{}, false
	}
	return linesChart("bench-hma.svg", plot.Lines{
		Title:    "How long a client of HMA waits",
		Subtitle: fmt.Sprintf("GET /m/lookup, %d clients beside the server · %s", clients, machine(r.hma[0].Origin)),
		Summary:  fmt.Sprintf("Time of a lookup by the share of lookups that are answered in it, with %d clients. ", clients) + strings.Join(says, "; ") + ".",
		X:        plot.Axis{Label: "share of the lookups that are answered within that time", Scale: plot.Tail, Format: func(v float64) string { return fmt.Sprintf("%g %%", v) }},
		Y:        plot.Axis{Label: "time to the answer", Scale: plot.Log, Format: figure.Micros},
		Lines:    drawn,
	}), true
}
