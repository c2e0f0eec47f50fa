package main

import (
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/platform/config"
)

type benchRetrohuntCmd struct {
	N       config.Count `name:"n" default:"10M" help:"Fingerprints of past uploads, such as 1M, 10M or 100M."`
	Signals []int        `default:"1,1000" help:"New signals that are looked for at the same time; several numbers are measured one after the other."`
	Turned  bool         `default:"true" negatable:"" help:"Look for each signal turned and mirrored in seven other ways, too, as the server does."`
	Radius  int          `default:"31" help:"Largest distance that matches, 0 to 63."`
	Threads int          `default:"2" help:"Threads that search."`
	Seed    uint64       `default:"1" help:"Equal seeds give equal fingerprints and signals."`
	Dir     string       `type:"existingdir" placeholder:"DIR" help:"Folder for the files, which are removed in the end; by default the system's for temporary files."`
	JSON    bool         `help:"Print one JSON object a line, for each number of signals."`
}

// Help says what the figures mean.
func (c *benchRetrohuntCmd) Help() string {
	return "Writes PDQ fingerprints of made-up uploads over thirty days into files as retro-hunt keeps them, and searches all of them for new signals, of which one in ten is near one that is there: " +
		"first with nothing of the files in memory (on Linux), then again. Exit status: 0 if all that was planted was found and nothing else, 1 if not.\n\n" +
		"100M fingerprints need 6 GB of disk and three minutes."
}

// Run measures and prints.
func (c *benchRetrohuntCmd) Run(g *globals) error {
	tell, finish := stages(g.stderr)
	defer finish()
	o := bench.RetrohuntOptions{N: int(c.N), Signals: c.Signals, Turned: c.Turned, Radius: c.Radius, Threads: max(c.Threads, 1), Seed: c.Seed, Dir: c.Dir}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	results, err := bench.Retrohunt(g.ctx, o, tell)
	finish()
	if err != nil {
		return err
	}
	exact := true
	t := tabwriter.NewWriter(g.stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	if !c.JSON {
		r := &results[0]
		fmt.Fprintf(g.stdout, "%s, %d processors: %s fingerprints in %d files, %.0f bytes each, written in %s\n", r.Machine, r.Processors, figure.Grouped(r.N), r.Files, r.BytesPerPrint, figure.Seconds(r.WriteSeconds))
		fmt.Fprintln(t, "signals\tturned\tthreads\tcold\twarm\tprocessor\tfound\tmissed\tfalse\t")
	}
	for i := range results {
		r := &results[i]
		exact = exact && r.Exact()
		if c.JSON {
			err = g.printJSON(r)
		} else {
			_, err = fmt.Fprintf(t, "%d\t%v\t%d\t%s\t%s\t%s\t%d\t%d\t%d\t\n", r.Signals, r.Turned, r.Threads, figure.Seconds(r.Cold), figure.Seconds(r.Warm), figure.Seconds(r.Processor), r.Planted-r.Missed, r.Missed, r.False)
		}
		if err != nil {
			return err
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if !exact {
		return errors.New("the search does not find what was planted, or finds what was not: this is a fault, please report it with the command line")
	}
	return nil
}
