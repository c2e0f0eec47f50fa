package report

import (
	"fmt"
	"strconv"

	"github.com/quell-project/quell/internal/bench/figure"
)

// replayTable is how long it takes to ask a policy about past decisions.
func (r *results) replayTable(d *document) {
	var rows [][]string
	for _, one := range r.replay {
		same := "yes"
		if !one.Identical {
			same = "NO"
		}
		rows = append(rows, []string{
			one.Engine, figure.Short(float64(one.N)), strconv.Itoa(one.Rules), strconv.Itoa(one.Threads), figure.Seconds(one.Seconds), figure.Seconds(one.Processor),
			figure.Short(one.PerSecond), figure.Seconds(one.ReadSeconds), fmt.Sprintf("%.0f", one.BytesPerFacts), same,
		})
	}
	d.table("Decisions of thirty days, asked again of one policy by the facts on record; the processor time is that of all threads of Quell, and reading is that of one reader who does not look at what it reads:",
		[]string{"database", "decisions", "rules", "threads", "replay", "processor", "a second", "read alone", "bytes each", "same when repeated"}, rows)
}
