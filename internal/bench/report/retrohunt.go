package report

import (
	"fmt"
	"strconv"

	"github.com/quell-project/quell/internal/bench/figure"
)

// retrohuntTable is how long it takes to search past uploads for new signals.
func (r *results) retrohuntTable(d *document) {
	var rows [][]string
	for _, one := range r.retrohunt {
		ways, cold := "1", "–"
		if one.Turned {
			ways = "8"
		}
		if one.Cold > 0 {
			cold = figure.Seconds(one.Cold)
		}
		rows = append(rows, []string{
			figure.Short(float64(one.N)), figure.Grouped(one.Signals), ways, strconv.Itoa(one.Threads), cold, figure.Seconds(one.Warm), figure.Seconds(one.Processor),
			fmt.Sprintf("%.0f", one.BytesPerPrint), fmt.Sprintf("%d of %d, %d false", one.Planted-one.Missed, one.Planted, one.False),
		})
	}
	d.table("PDQ fingerprints of thirty days in files, searched for new signals, each in one way or turned and mirrored in eight; cold is with nothing of the files in memory, and the processor time that of all threads for the warm search:",
		[]string{"fingerprints", "signals", "ways", "threads", "cold", "warm", "processor", "bytes each", "planted ones found"}, rows)
}
