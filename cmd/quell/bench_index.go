package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/corpus"
	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/platform/config"
)

// codeFlags say which codes are made.
type codeFlags struct {
	N         config.Count `name:"n" default:"10M" help:"Codes in the index, such as 100k, 10M or 100M."`
	Codes     string       `enum:"uniform,real,crowded" default:"uniform" help:"uniform: random codes. real: PDQ hashes of crops of pictures. crowded: uniform, but with crowds of near-copies."`
	Questions config.Count `name:"queries" default:"20k" help:"Questions of each ordinary kind; those that return thousands are fewer."`
	Seed      uint64       `default:"1" help:"Equal seeds give equal codes and questions."`
	Pictures  string       `type:"existingdir" placeholder:"DIR" help:"Folder of pictures for --codes real; without it, pictures are drawn."`
}

func (c *codeFlags) options(g *globals, tell bench.Progress) (bench.IndexOptions, error) {
	o := bench.IndexOptions{N: int(c.N), Codes: c.Codes, Seed: c.Seed, Questions: int(c.Questions)}
	if c.Pictures == "" {
		return o, nil
	}
	if c.Codes != "real" {
		return o, fmt.Errorf("--pictures is for --codes real, not for %s", c.Codes)
	}
	files, err := bench.Files(c.Pictures)
	if err == nil {
		o.Pictures, err = bench.Read(g.ctx, files, tell)
	}
	return o, err
}

type benchIndexCmd struct {
	codeFlags
	Radius   []int         `default:"31" help:"Largest distance that matches, 0 to 63. Several, such as 15,31,47, are measured one after the other on one index."`
	Threads  []int         `default:"1" help:"Threads that ask at the same time; several are measured one after the other."`
	Kernel   string        `enum:"best,avx512,avx2,portable" default:"best" help:"How codes are compared: best takes the fastest that the processor can run, of avx512, avx2 and portable."`
	Churn    time.Duration `default:"3s" help:"How long to ask while codes come and go; 0s: not at all."`
	Snapshot bool          `default:"true" negatable:"" help:"Write a snapshot and open it; it needs as much disk as the index has memory."`
	Dir      string        `type:"existingdir" placeholder:"DIR" help:"Folder for the snapshot, by default the system's for temporary files."`
	JSON     bool          `help:"Print one JSON object a line, for each radius and number of threads."`
}

// Help says what the figures mean.
func (c *benchIndexCmd) Help() string {
	return "Builds an index in memory and asks it questions that are new to it, each timed by itself: misses, which are near nothing, and hits, made from stored codes by changing 0 to --radius bits. " +
		"Nothing of a running Quell is used or changed.\n\n" +
		"In every run some of the answers are compared with brute force over all codes. Exit status: 0 if all were the same, 1 if one was not.\n\n" +
		"10M codes need some 2 GB of memory and under a minute, 100M codes some 14 GB."
}

// Run measures and prints.
func (c *benchIndexCmd) Run(g *globals) error {
	tell, finish := stages(g.stderr)
	defer finish()
	o, err := c.options(g, tell)
	if err != nil {
		return err
	}
	o.Radii, o.Threads, o.Churn, o.Kernel, o.Patience = c.Radius, c.Threads, c.Churn, c.Kernel, 5*time.Minute
	if c.Snapshot {
		if o.Snapshot = c.Dir; o.Snapshot == "" {
			o.Snapshot = os.TempDir()
		}
	}
	results, err := bench.Index(g.ctx, o, tell)
	finish()
	if err != nil {
		return err
	}
	exact := true
	for i := range results {
		exact = exact && results[i].Exact()
		if c.JSON {
			err = g.printJSON(&results[i])
		} else {
			err = printIndex(g.stdout, &results[i], i == 0)
		}
		if err != nil {
			return err
		}
	}
	if !exact {
		return errors.New("the index does not answer as brute force does: this is a fault, please report it with the command line")
	}
	return nil
}

// printIndex writes a result for people; what holds for all results of a run stands above the first.
func printIndex(w io.Writer, r *bench.IndexResult, first bool) error {
	c := coloursFor(w)
	if first {
		fmt.Fprintf(w, "%s%s%s, %d processors, %s, kernel %s, commit %s\n\n", c.bold, r.Machine, c.off, r.Processors, r.Go, r.Kernel, r.Commit)
		fmt.Fprintf(w, "the machine now: %.1f ns a random read; a thread is interrupted %s times a second for %s\n\n",
			r.RandomReadNanos, figure.Grouped(r.InterruptsPerSec), figure.Micros(r.InterruptedMicros))
		fmt.Fprintf(w, "%s %s codes: built in %s (%s codes/s)", figure.Grouped(r.N), r.Codes, figure.Seconds(r.BuildSeconds), figure.Grouped(float64(r.N)/r.BuildSeconds))
		if r.BytesPerEntry > 0 {
			fmt.Fprintf(w, ", %.0f bytes an entry", r.BytesPerEntry)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\n%sradius %d, threads %d%s\n", c.bold, r.Radius, r.Threads, c.off)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tquestions\tqueries/s\tmedian\t90 %\t99 %\tlongest\tresults\t")
	for _, p := range r.Passes {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", p.Kind, figure.Grouped(p.Questions), figure.Grouped(p.QPS),
			figure.Micros(p.P50), figure.Micros(p.P90), figure.Micros(p.P99), figure.Micros(p.Max), figure.Grouped(p.Returned))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "in batches: %s misses/s\n", figure.Grouped(r.BatchQPS))
	verdict, colour := "exact", c.green
	if !r.Exact() {
		verdict, colour = "NOT EXACT", c.red
	}
	fmt.Fprintf(w, "%s%s%s: recall %.4f, %d false, over %s results of %d questions asked of brute force\n", colour, verdict, c.off,
		r.Recall, r.FalseResults, figure.Grouped(r.CheckedResults), r.CheckedAgainst)
	if s := r.Scan; s != nil {
		fmt.Fprintf(w, "without an index: %d codes sought in a log of %s, %s pairs/s\n", s.Questions, figure.Grouped(s.Log), figure.Short(s.Rate))
	}
	if s := r.Changes; s != nil {
		fmt.Fprintf(w, "while codes change: %s inserts/s and %s deletes/s; %s queries/s, median %s, 99 %% %s, 99.9 %% %s, longest %s\n",
			figure.Grouped(s.InsertsPerSecond), figure.Grouped(s.DeletesPerSecond), figure.Grouped(s.QPS), figure.Micros(s.P50), figure.Micros(s.P99), figure.Micros(s.P999), figure.Micros(s.Max))
	}
	if s := r.Snapshot; s != nil {
		fmt.Fprintf(w, "snapshot: %s bytes written in %s, opened in %s, first answer after %s, all verified after %s\n", figure.Grouped(s.Bytes), figure.Seconds(s.Write), figure.Seconds(s.Open), figure.Micros(s.FirstAnswer), figure.Seconds(s.Verify))
	}
	return nil
}

type benchCodesCmd struct {
	codeFlags
	Radius int    `default:"31" help:"Radius that the questions are made for, 0 to 63."`
	Out    string `arg:"" type:"existingdir" help:"Folder for the files."`
}

// Help says what the files hold.
func (c *benchCodesCmd) Help() string {
	return "Writes codes.bin, and for each kind of question a file such as miss.bin and hit.bin: one code after the other, 32 bytes each, in the order of the hexadecimal form. " +
		"They are those that `quell bench index` asks with the same flags."
}

// Run writes the files.
func (c *benchCodesCmd) Run(g *globals) error {
	tell, finish := stages(g.stderr)
	defer finish()
	o, err := c.options(g, tell)
	if err != nil {
		return err
	}
	o.Radii, o.Threads = []int{c.Radius}, []int{1}
	set, err := bench.NewSet(g.ctx, o, tell)
	if err != nil {
		return err
	}
	if err := writeCodes(filepath.Join(c.Out, "codes.bin"), set.Len(), set.Code); err != nil {
		return err
	}
	for _, q := range set.Questions(o.Questions, c.Radius) {
		if err := writeCodes(filepath.Join(c.Out, string(q.Kind)+".bin"), len(q.Codes), func(i int) corpus.Code { return q.Codes[i] }); err != nil {
			return err
		}
	}
	return nil
}

func writeCodes(path string, n int, code func(i int) corpus.Code) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(corpus.WriteCodes(f, n, code), f.Close())
}
