package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/platform/config"
)

type benchHMACmd struct {
	N       config.Count  `name:"n" default:"1M" help:"Signals in the bank, such as 100k, 1M or 10M."`
	Clients []int         `default:"1,16" help:"Connections that ask at the same time; several are measured one after the other."`
	Time    time.Duration `default:"5s" help:"How long each kind of question is asked."`
	Changes int           `default:"300" help:"Contents that are added and withdrawn again while nobody asks, and once more while all clients do; 0: none."`
	Seed    uint64        `default:"1" help:"Equal seeds give equal signals and questions."`
	Dir     string        `type:"existingdir" placeholder:"DIR" help:"Folder that keeps the data for another run, instead of one that is removed in the end."`
	JSON    bool          `help:"Print one JSON object."`
}

// Help says what the figures mean.
func (c *benchHMACmd) Help() string {
	return "Fills a new SQLite database with random PDQ signals, starts a server of its own on it, and asks what clients of HMA ask: /m/lookup with hashes that are near nothing, " +
		"with hashes that differ from known ones in 0 to 31 bits, and with JPEGs of one megapixel. Every answer is compared with what must come. Then contents are added and withdrawn, " +
		"and looked up until that shows. The clients run on the same processors as the server. Nothing of a running Quell is used or changed.\n\n" +
		"Exit status: 0 if all answers were right, 1 if one was not.\n\n" +
		"1M signals need some 0.9 GB of disk and three minutes, 10M signals 9 GB and half an hour, most of it to fill the database."
}

// Run measures and prints.
func (c *benchHMACmd) Run(g *globals) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program to start: %w", err)
	}
	tell, finish := stages(g.stderr)
	defer finish()
	r, err := bench.HMA(g.ctx, bench.HMAOptions{Binary: binary, N: int(c.N), Seed: c.Seed, Clients: c.Clients, Time: c.Time, Changes: c.Changes, Dir: c.Dir}, tell)
	finish()
	if err != nil {
		return err
	}
	if c.JSON {
		err = g.printJSON(r)
	} else {
		err = printHMA(g.stdout, &r)
	}
	if err == nil && !r.Exact() {
		return errors.New("some answers are not those that must come: this is a fault, please report it with the command line")
	}
	return err
}

func printHMA(w io.Writer, r *bench.HMAResult) error {
	c := coloursFor(w)
	fmt.Fprintf(w, "%s%s%s, %d processors, %s, commit %s\n\n", c.bold, r.Machine, c.off, r.Processors, r.Go, r.Commit)
	fmt.Fprintf(w, "the machine now: %.1f ns a random read; a thread is interrupted %s times a second for %s\n\n",
		r.RandomReadNanos, figure.Grouped(r.InterruptsPerSec), figure.Micros(r.InterruptedMicros))
	fmt.Fprintf(w, "%s signals, a database of %s, filled in %s (%s signals/s)\n",
		figure.Grouped(r.N), figure.Bytes(r.DatabaseSize), figure.Seconds(r.FillSeconds), figure.Grouped(float64(r.N)/r.FillSeconds))
	fmt.Fprintf(w, "start to alive: %s, with a snapshot %s\nmemory: %s at rest, %s at most\n\n", figure.Seconds(r.LoadSeconds), figure.Seconds(r.OpenSeconds), figure.Bytes(r.RestBytes), figure.Bytes(r.PeakBytes))
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "LOOKUPS\tCLIENTS\tASKED\tWRONG\tA SECOND\tPROCESSOR\tMEDIAN\t95 %\t99 %\tLONGEST\t")
	for _, p := range r.Passes {
		fmt.Fprintf(t, "%s\t%d\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", p.Kind, p.Clients, figure.Grouped(p.Questions), p.Wrong, figure.Grouped(p.QPS),
			figure.Micros(p.ServerMicros), figure.Micros(p.P50), figure.Micros(p.P95), figure.Micros(p.P99), figure.Micros(p.Max))
	}
	if err := t.Flush(); err != nil || len(r.Changes) == 0 {
		return err
	}
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "CHANGES\tBESIDE CLIENTS\tCOUNT\tANSWERED: MEDIAN\t99 %\tTHEN IN EFFECT: MEDIAN\t99 %\tLONGEST\t")
	for _, p := range r.Changes {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t\n", p.Kind, p.Clients, p.Count, figure.Micros(p.Answer.P50), figure.Micros(p.Answer.P99),
			figure.Micros(p.Effect.P50), figure.Micros(p.Effect.P99), figure.Micros(p.Effect.Max))
	}
	return t.Flush()
}
