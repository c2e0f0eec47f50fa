package report

import (
	"fmt"
	"strings"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/corpus"
	"github.com/quell-project/quell/internal/bench/figure"
)

// document collects Markdown.
type document struct{ strings.Builder }

func (d *document) put(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// table writes rows under a head; none if there are no rows.
func (d *document) table(caption string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	d.put("\n%s\n", caption)
	d.put("| %s |", strings.Join(head, " | "))
	d.put("|%s", strings.Repeat("---|", len(head)))
	for _, row := range rows {
		d.put("| %s |", strings.Join(row, " | "))
	}
}

// markdown returns all tables, and the charts that belong to them.
func (r *results) markdown() string {
	var d document
	charts := map[string]string{}
	for _, c := range r.charts() {
		charts[c.file] = fmt.Sprintf("\n![%s](images/%s)", c.alt, c.file)
	}
	draw := func(file string) {
		if charts[file] != "" {
			d.put("%s", charts[file])
		}
	}
	if len(r.index) > 0 {
		d.put("\n### Search")
		d.put("Measured on %s. Every question is new to the index and timed by itself; in every run some answers were compared with brute force.", onMachine(r.index[len(r.index)-1].Origin))
		r.sizeTable(&d)
		draw("bench-size.svg")
		draw("bench-latency.svg")
		r.crowdTable(&d)
		r.lifeTable(&d)
		draw("bench-radius.svg")
		draw("bench-threads.svg")
	}
	r.peerTable(&d)
	if r.hash != nil {
		d.put("\n### Fingerprints")
		d.put("Measured on %s. One thread; the pictures are drawn and grainy as photographs are.", onMachine(r.hash.Origin))
		r.pixelTable(&d)
		draw("bench-hash.svg")
		r.fileTable(&d)
		draw("bench-formats.svg")
	}
	if len(r.hma) > 0 {
		d.put("\n### Lookups as clients of HMA make them")
		d.put("Measured on %s. One server over SQLite; the clients run on the same processors. Every answer was compared with what must come: %s.",
			onMachine(r.hma[len(r.hma)-1].Origin), r.wrongAnswers())
		r.lookupTable(&d)
		draw("bench-hma.svg")
		r.effectTable(&d)
		r.serverTable(&d)
	}
	r.editedPictures(&d, draw)
	if len(r.retrohunt) > 0 {
		d.put("\n### Retro-hunt")
		d.put("Measured on %s. One in ten of the signals, or the only one, is near a fingerprint that is there.", onMachine(r.retrohunt[len(r.retrohunt)-1].Origin))
		r.retrohuntTable(&d)
	}
	if len(r.replay) > 0 {
		d.put("\n### Replay of policies")
		d.put("Measured on %s. Of the uploads two in a hundred match something, and three could not be checked completely. The server of PostgreSQL ran on the same processors and did not wait for its disk.", onMachine(r.replay[len(r.replay)-1].Origin))
		r.replayTable(&d)
	}
	return d.String()
}

func onMachine(o bench.Origin) string {
	memory := ""
	if o.Memory > 0 {
		memory = fmt.Sprintf(", %.0f GiB of memory", float64(o.Memory)/(1<<30))
	}
	return fmt.Sprintf("%s, %d processors%s, %s, %s, commit %s, %s", o.Machine, o.Processors, memory, o.System, o.Go, o.Commit, o.Date)
}

// oneThread returns the results of one thread at the usual radius, of all sets of codes, the smallest index first.
func (r *results) oneThread() []bench.IndexResult {
	return pick(r.index, func(r bench.IndexResult) bool { return r.Radius == usualRadius && r.Threads == usualThreads }, codes)
}

func (r *results) sizeTable(d *document) {
	var rows [][]string
	for _, one := range r.oneThread() {
		rows = append(rows, []string{
			figure.Short(float64(one.N)), one.Codes, figure.Seconds(one.BuildSeconds), fmt.Sprintf("%.0f", one.BytesPerEntry), figure.Grouped(one.MissQPS), figure.Grouped(one.HitQPS), figure.Grouped(one.BatchQPS),
			figure.Micros(one.P50), figure.Micros(one.P99), fmt.Sprintf("%.4f, %d false, of %s", one.Recall, one.FalseResults, figure.Grouped(float64(one.CheckedResults))), one.Kernel, fmt.Sprintf("%.1f ns", one.RandomReadNanos),
		})
	}
	d.table(fmt.Sprintf("One thread, radius %d:", usualRadius),
		[]string{"codes", "set", "build", "bytes an entry", "misses/s", "hits/s", "in batches", "median", "99 %", "recall against brute force", "kernel", "a random read"}, rows)
	last := r.index[len(r.index)-1]
	d.put("\nA random read is what one of many independent reads cost at the time of the run, from as much memory as the index takes, 1 GiB at most: searches are made of such reads. "+
		"A thread was interrupted %s times a second for %s, which is where the last percent of the times comes from.", figure.Grouped(last.InterruptsPerSec), figure.Micros(last.InterruptedMicros))
}

func (r *results) crowdTable(d *document) {
	var rows [][]string
	for _, one := range r.oneThread() {
		for _, kind := range []corpus.Kind{corpus.Crowd, corpus.NearCrowd} {
			if p, ok := pass(one, kind); ok {
				what := map[corpus.Kind]string{corpus.Crowd: "find the crowd", corpus.NearCrowd: "just miss it"}[kind]
				rows = append(rows, []string{figure.Short(float64(one.N)), what, figure.Grouped(float64(p.Returned) / float64(p.Questions)), figure.Grouped(p.QPS), figure.Micros(p.P50), figure.Micros(p.P99)})
			}
		}
	}
	d.table("Questions around a crowd of near-copies of one picture, a tenth of the codes but at most 100 k:", []string{"codes", "questions that", "results each", "questions/s", "median", "99 %"}, rows)
}

func (r *results) lifeTable(d *document) {
	var rows [][]string
	for _, one := range r.oneThread() {
		row := []string{figure.Short(float64(one.N)), one.Codes, "", "", "", "", "", "", "", "", ""}
		if c := one.Changes; c != nil {
			copy(row[2:], []string{figure.Grouped(c.InsertsPerSecond), figure.Grouped(c.DeletesPerSecond), figure.Micros(c.P50), figure.Micros(c.P99), figure.Micros(c.Max)})
		}
		if s := one.Snapshot; s != nil {
			copy(row[7:], []string{figure.Seconds(s.Write), fmt.Sprintf("%s + %s", figure.Seconds(s.Open), figure.Micros(s.FirstAnswer)), figure.Seconds(s.Verify)})
		}
		if s := one.Scan; s != nil {
			row[10] = figure.Short(s.Rate)
		}
		if one.Changes != nil || one.Snapshot != nil {
			rows = append(rows, row)
		}
	}
	d.table("One thread inserts and deletes as fast as it can while another asks; a snapshot of the index; and codes sought in a log without an index:",
		[]string{"codes", "set", "inserts/s", "deletes/s", "median", "99 %", "longest", "write a snapshot", "open it + first answer", "all verified", "scan of a log, pairs/s"}, rows)
}

func (r *results) peerTable(d *document) {
	var rows [][]string
	for _, p := range r.peers {
		row := []string{figure.Short(float64(p.N)), p.Engine, figure.Seconds(p.BuildSeconds), fmt.Sprintf("%.0f", p.BytesPerEntry), figure.Grouped(p.MissQPS), figure.Grouped(p.HitQPS), figure.Micros(p.P50), figure.Micros(p.P99), ""}
		for _, q := range r.peers {
			if q.Engine == quellEngine && q.N == p.N && q.Radius == p.Radius && p.Engine != quellEngine && p.MissQPS > 0 {
				row[8] = fmt.Sprintf("%s ×", figure.Grouped(q.MissQPS/p.MissQPS))
			}
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return
	}
	d.put("\n### Beside others")
	d.put("The same codes and questions, one thread, radius %d, side by side on one machine (%s). All found the same number of results.", r.peers[0].Radius, r.peers[0].Date)
	d.table("`make bench-peers` repeats it:", []string{"codes", "engine", "build", "bytes an entry", "misses/s", "hits/s", "median", "99 %", "Quell's misses/s are"}, rows)
}

func (r *results) pixelTable(d *document) {
	d.table("Decoded pixels to the hash:", []string{"pixels", "size", "time", "megapixels/s", "allocations"}, r.hashRows("pixels", false))
}

func (r *results) fileTable(d *document) {
	d.table("Files to the hash, through the decoder with all its limits:", []string{"format", "size", "bytes", "time", "megapixels/s", "allocations"}, r.hashRows("file", true))
}

func (r *results) hashRows(from string, bytes bool) (rows [][]string) {
	for _, h := range r.hash.Rows {
		if h.From != from {
			continue
		}
		row := []string{h.Kind, fmt.Sprintf("%d × %d", h.Width, h.Height)}
		if bytes {
			row = append(row, figure.Bytes(h.Bytes))
		}
		rows = append(rows, append(row, figure.Micros(h.Nanos/1e3), fmt.Sprintf("%.0f", h.Rate), fmt.Sprintf("%.0f", h.Allocs)))
	}
	return rows
}
