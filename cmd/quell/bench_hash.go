package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/figure"
)

type benchHashCmd struct {
	Time     time.Duration `default:"300ms" help:"How long to repeat each measurement, at least; the median is printed."`
	Pictures string        `type:"existingdir" placeholder:"DIR" help:"Folder of pictures to measure besides the drawn ones, summed up by format."`
	JSON     bool          `help:"Print one JSON object."`
}

// Help says what is measured.
func (c *benchHashCmd) Help() string {
	return "Times the PDQ hash of decoded pixels, and the way that an upload takes from the bytes of a file to its hash, limits and all. " +
		"One thread. The pictures are drawn and grainy as photographs are."
}

// Run measures and prints.
func (c *benchHashCmd) Run(g *globals) error {
	cfg, _, err := g.load(nil)
	if err != nil {
		return err
	}
	o := bench.HashOptions{Time: c.Time, Pixels: int64(cfg.MediaPixels)}
	if c.Time < 0 || c.Time > time.Hour {
		return fmt.Errorf("--time %s: 0s to 1h are possible", c.Time)
	}
	if c.Pictures != "" {
		if o.Files, err = bench.Files(c.Pictures); err != nil {
			return err
		}
	}
	tell, finish := stages(g.stderr)
	defer finish()
	r, err := bench.Hash(g.ctx, o, tell)
	finish()
	if err != nil {
		return err
	}
	if c.JSON {
		return g.printJSON(r)
	}
	return printHash(g.stdout, r)
}

func printHash(w io.Writer, r bench.HashResult) error {
	c := coloursFor(w)
	fmt.Fprintf(w, "%s%s%s, one thread, %s, commit %s\n\n", c.bold, r.Machine, c.off, r.Go, r.Commit)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "FROM\tKIND\tSIZE\tBYTES\tTIME\tMEGAPIXELS/S\tALLOCATIONS")
	for _, row := range r.Rows {
		size, bytes := fmt.Sprintf("%d × %d", row.Width, row.Height), ""
		if row.Bytes > 0 {
			bytes = figure.Grouped(row.Bytes)
		}
		if row.From == "folder" {
			size = fmt.Sprintf("%d files", row.Files)
			if row.Failed > 0 {
				size += fmt.Sprintf(", %d unreadable", row.Failed)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.1f\t%.0f\n", row.From, row.Kind, size, bytes, figure.Micros(row.Nanos/1e3), row.Rate, row.Allocs)
	}
	return t.Flush()
}
