package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/platform/config"
)

type benchReplayCmd struct {
	N        config.Count `name:"n" default:"1M" help:"Decisions that are replayed, such as 100k or 1M."`
	Rules    int          `default:"50" help:"Rules of the policy."`
	Threads  int          `default:"2" help:"Threads that judge."`
	Seed     uint64       `default:"1" help:"Equal seeds give equal facts."`
	Dir      string       `type:"existingdir" placeholder:"DIR" help:"Folder for the database, which is removed in the end; by default the system's for temporary files."`
	Postgres string       `placeholder:"URL" help:"An empty PostgreSQL database to fill instead; it stays."`
	JSON     bool         `help:"Print a JSON object."`
}

// Help says what the figures mean.
func (c *benchReplayCmd) Help() string {
	return "Writes the facts of made-up decisions of thirty days into a new database (two in a hundred match something, three could not be checked completely), and replays all of them twice with a policy. " +
		"Exit status: 0 if both reports are the same to the last bit, 1 if not.\n\n1M decisions need 1 GB of disk."
}

// Run measures and prints.
func (c *benchReplayCmd) Run(g *globals) error {
	tell, finish := stages(g.stderr)
	defer finish()
	o := bench.ReplayOptions{N: int(c.N), Rules: max(c.Rules, 1), Threads: max(c.Threads, 1), Seed: c.Seed, Dir: c.Dir, Postgres: c.Postgres}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	r, err := bench.Replay(g.ctx, o, tell)
	finish()
	if err != nil {
		return err
	}
	if c.JSON {
		err = g.printJSON(r)
	} else {
		_, err = fmt.Fprintf(g.stdout, "%s, %d processors, %s: %s decisions with %d rules in %s by %d threads (%s a second, %s of processor time)\nread alone in %s; facts of %.0f bytes, written in %s; %s changed, digest %s\n",
			r.Machine, r.Processors, r.Engine, figure.Grouped(r.N), r.Rules, figure.Seconds(r.Seconds), r.Threads, figure.Short(r.PerSecond), figure.Seconds(r.Processor),
			figure.Seconds(r.ReadSeconds), r.BytesPerFacts, figure.Seconds(r.WriteSeconds), figure.Grouped(r.Changed), r.Digest)
	}
	if err == nil && !r.Identical {
		err = errors.New("two replays of the same differ: this is a fault, please report it with the command line")
	}
	return err
}
