package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/quell-project/quell/internal/bench/edits"
	"github.com/quell-project/quell/internal/bench/figure"
	"github.com/quell-project/quell/internal/bench/recall"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

type benchEditsCmd struct {
	Pictures  []string `type:"existingdir" sep:"none" placeholder:"DIR" help:"Folder of pictures, searched to its depths; may be given several times."`
	Half      string   `enum:"train,test,both" default:"test" help:"Pictures to edit: ${enum}. A hash of its name puts a picture into one half."`
	Sample    int      `default:"0" help:"Pictures of the half that are edited, from all over it, while the others stand in the list; 0: all."`
	Drawn     int      `default:"40" help:"Drawn pictures that are edited besides those of the folders."`
	Others    int      `default:"500" help:"Drawn pictures that the list holds besides, to be taken for the wrong ones."`
	Edits     []string `placeholder:"NAME" help:"Only these edits; all by default."`
	Unrelated int      `default:"4600" help:"Unrelated pictures that are compared each with every other; 0: none."`
	Bank      int      `default:"0" help:"Made-up pictures that the lists of Quell hold besides, so that searches take as long as in a bank of so many; false hits mean nothing then."`
	Guards    int      `default:"300" help:"Pictures of each kind that means nothing to a fingerprint: flat, gradients, grids, tables, text, charts; 0: none."`
	Timed     int      `default:"400" help:"Questions whose time is taken."`
	Seed      uint64   `default:"1" help:"Equal seeds give equal edits and drawn pictures."`
	Sheet     string   `placeholder:"FILE" help:"Write a PNG that shows every edit of one picture, and measure nothing."`
	Out       string   `placeholder:"FILE" help:"Add the result to this file, as one line of JSON."`
	JSON      bool     `help:"Print one JSON object."`
}

// Help says what is measured and what the figures mean.
func (c *benchEditsCmd) Help() string {
	return "Edits pictures as people do before they post them again: crops, turns, frames, stickers, screenshots, photos of a screen, collages. Then it looks for them in a list that holds the " +
		"pictures and others, and prints for every edit the share that is found. Every hit on another picture is a false one. Versions of one picture, by name or by looks, count once.\n\n" +
		"Methods are made on one half of the pictures and judged on the other: figures that count are those of --half test.\n\n" +
		"Without --pictures only drawn pictures are edited. `scripts/bench-edits` fetches real ones that are free."
}

// methods are those that are measured, each beside the first.
func methods(bank int) []recall.Method {
	return []recall.Method{
		new(recall.Plain),
		&recall.Quell{Title: "Quell, hashes only", Views: signal.Views{Within: 8}, Fill: bank},
		&recall.Quell{Title: "Quell", Views: signal.Views{Within: 8, Points: 64}, Points: true, Fill: bank},
	}
}

// The most that can be asked for: all of these are held or compared at once.
const (
	mostDrawn     = 100_000
	mostUnrelated = 50_000
)

// Run measures and prints.
func (c *benchEditsCmd) Run(g *globals) error {
	for _, n := range []struct {
		flag        string
		value, most int
	}{{"--sample", c.Sample, mostDrawn}, {"--drawn", c.Drawn, mostDrawn}, {"--others", c.Others, mostDrawn}, {"--unrelated", c.Unrelated, mostUnrelated}, {"--guards", c.Guards, mostUnrelated}, {"--timed", c.Timed, mostDrawn}} {
		if n.value < 0 || n.value > n.most {
			return fmt.Errorf("%s %d: 0 to %d are possible", n.flag, n.value, n.most)
		}
	}
	o := recall.Options{Methods: methods(c.Bank), Edits: edits.All(), Seed: c.Seed, Sample: c.Sample, Others: c.Others, Timed: c.Timed, Unrelated: c.Unrelated, Guards: c.Guards}
	if len(c.Edits) > 0 {
		o.Edits = nil
		for _, name := range c.Edits {
			e, err := edits.Named(name)
			if err != nil {
				return fmt.Errorf("--edits: %w", err)
			}
			o.Edits = append(o.Edits, e)
		}
	}
	if c.Half != "both" {
		o.Half = recall.Half(c.Half)
	}
	tell, finish := stages(g.stderr)
	defer finish()
	found, err := recall.Load(g.ctx, c.Pictures, tell)
	if err != nil {
		return err
	}
	o.Pictures = append(found.Pictures, recall.Drawn(c.Drawn, c.Seed)...)
	if c.Sheet != "" {
		return c.writeSheet(recall.Of(o.Pictures, o.Half))
	}
	r, err := recall.Run(g.ctx, o, tell)
	finish()
	if err != nil {
		return err
	}
	r.Found = found.Counts
	if c.Out != "" {
		if err := addLine(c.Out, r); err != nil {
			return err
		}
	}
	if c.JSON {
		return g.printJSON(r)
	}
	return printEdits(g.stdout, &r)
}

func (c *benchEditsCmd) writeSheet(pictures []recall.Picture) error {
	if len(pictures) < 4 {
		return errors.New("--sheet needs four pictures, one to edit and three for collages")
	}
	var others []image.Image
	for _, p := range pictures[1:4] {
		others = append(others, p.Image)
	}
	sheet, err := edits.Sheet(pictures[0].Image, c.Seed, others)
	if err != nil {
		return err
	}
	f, err := os.Create(c.Sheet)
	if err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	if err := errors.Join(png.Encode(f, sheet), f.Close()); err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	return nil
}

// addLine adds a value to a file of JSON lines.
func addLine(path string, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

func printEdits(w io.Writer, r *recall.Result) error {
	c := coloursFor(w)
	fmt.Fprintf(w, "%s%d pictures%s edited, of %d groups in %d files; %s in the list; commit %s\n\n", c.bold, r.Pictures, c.off, r.Found.Groups, r.Found.Files, figure.Grouped(r.Known), r.Commit)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "EDIT\t")
	for _, m := range r.Methods {
		fmt.Fprintf(t, "%s\t95 %%\tFALSE\t", m.Name)
	}
	fmt.Fprintln(t)
	row := func(pick func(*recall.MethodResult) *recall.EditResult) {
		for i := range r.Methods {
			e := pick(&r.Methods[i])
			if i == 0 {
				fmt.Fprintf(t, "%s\t", e.Edit)
			}
			fmt.Fprintf(t, "%.3f\t%.2f–%.2f\t%d\t", e.Recall, e.Low, e.High, e.FalseHits())
		}
		fmt.Fprintln(t)
	}
	row(func(m *recall.MethodResult) *recall.EditResult { return &m.Unedited })
	for k := range r.Methods[0].Edits {
		row(func(m *recall.MethodResult) *recall.EditResult { return &m.Edits[k] })
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for i := range r.Methods {
		printMethod(w, &r.Methods[i])
	}
	return nil
}

// printMethod prints what is to be said of a method besides its recall of each edit.
func printMethod(w io.Writer, m *recall.MethodResult) {
	hits, asked := m.FalseHits()
	fmt.Fprintf(w, "\n%s: mean recall %.3f; %d false hits of %s questions\n", m.Name, m.Mean, hits, figure.Grouped(asked))
	fmt.Fprintf(w, "  a question takes %s, 99 %% %s, of a processor %s; %.0f bytes a known picture\n", figure.Micros(m.Micros), figure.Micros(m.Micros99), figure.Micros(m.ProcessorMicros), m.BytesPerKnown)
	for _, view := range m.ViewNames() {
		fmt.Fprintf(w, "  view %s alone: mean recall %.3f\n", view, m.ViewMean(view))
	}
	if u := m.Unrelated; u != nil {
		fmt.Fprintf(w, "  %s pairs of %s unrelated pictures: %s match, below %.2g of them with 95 %% confidence\n", figure.Grouped(u.Pairs), figure.Grouped(u.Pictures), figure.Grouped(u.Matches), u.Bound)
		if t := u.Tail; t != nil {
			fmt.Fprintf(w, "  nearest: %d bits, in the median %d; a million uploads and a list of a million would give some %.2g false matches, if the tail is normal\n", t.Least, t.Median, t.InMillion)
		}
		for _, example := range u.Examples[:min(5, len(u.Examples))] {
			fmt.Fprintf(w, "    %s\n", example)
		}
	}
	if len(m.Guards) == 0 {
		return
	}
	var all []string
	for _, g := range m.Guards {
		all = append(all, fmt.Sprintf("%s %d of %d", g.Kind, g.Matching, g.Pictures))
	}
	slices.Sort(all)
	fmt.Fprintf(w, "  pictures that mean nothing and match another: %v\n", all)
}
