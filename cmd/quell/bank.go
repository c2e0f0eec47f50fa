package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/store"
)

type bankCmd struct {
	Create   bankCreateCmd   `cmd:"" help:"Create a bank."`
	List     bankListCmd     `cmd:"" help:"List banks."`
	Import   bankImportCmd   `cmd:"" help:"Import a list of known content into a bank."`
	Export   bankExportCmd   `cmd:"" help:"Export a bank as a list."`
	Pause    bankPauseCmd    `cmd:"" help:"Let an entry not count for a while."`
	Resume   bankResumeCmd   `cmd:"" help:"Let a paused entry count again."`
	Withdraw bankWithdrawCmd `cmd:"" help:"Withdraw an entry from a bank."`
	Rename   bankRenameCmd   `cmd:"" help:"Give a bank another name."`
	Remove   bankRemoveCmd   `cmd:"" help:"Remove a bank with everything in it."`
}

type bankCreateCmd struct {
	Name         string         `arg:"" help:"Name: letters, digits, '_', '-' and '.'."`
	Kind         string         `enum:"known,negative,known-csam" default:"known" help:"What a match means: known (harmful), negative (known good) or known-csam (child-abuse imagery, never shown)."`
	Limit        map[string]int `placeholder:"TYPE=N" help:"Largest distance that still matches, for example pdq=31."`
	EnabledShare float64        `default:"1" help:"Share of contents, 0 to 1, for which the bank counts."`
	Description  string         `help:"What the bank is for."`
}

// bank reads and judges what the flags say.
func (c *bankCreateCmd) bank() (domain.Bank, error) {
	b := domain.Bank{Name: c.Name, Kind: domain.BankKind(c.Kind), Limits: map[domain.SignalType]int{}, EnabledShare: c.EnabledShare, Description: c.Description}
	if err := domain.CheckBankName(c.Name); err != nil {
		return b, err
	}
	if err := domain.CheckDescription(c.Description); err != nil {
		return b, err
	}
	if c.EnabledShare < 0 || c.EnabledShare > 1 {
		return b, fmt.Errorf("--enabled-share %v is not from 0 to 1", c.EnabledShare)
	}
	for name, limit := range c.Limit {
		t, err := signal.Lookup(domain.SignalType(name))
		if err != nil {
			return b, err
		}
		if limit < 0 || limit > t.Limits().Max {
			return b, fmt.Errorf("--limit %s=%d: 0 to %d are possible", name, limit, t.Limits().Max)
		}
		b.Limits[t.Name()] = limit
	}
	return b, nil
}

// Run creates a bank.
func (c *bankCreateCmd) Run(g *globals) error {
	b, err := c.bank()
	if err != nil {
		return err
	}
	s, _, err := g.openOrMakeStore()
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.Tx(g.ctx, func(tx *store.Tx) error {
		_, err := tx.CreateBank(g.ctx, b)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(g.stdout, "bank %s is created\n", b.Name)
	return nil
}

type bankListCmd struct {
	JSON bool `help:"Print one JSON object a bank."`
}

// Run lists banks.
func (c *bankListCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	banks, err := s.Banks(g.ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(t, "BANK\tKIND\tSHARE\tSIGNALS\tDESCRIPTION")
	}
	for _, b := range banks {
		counts, err := s.CountSignals(g.ctx, b.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			err = g.printJSON(map[string]any{"name": b.Name, "kind": b.Kind, "enabled_share": b.EnabledShare, "limits": b.Limits, "signals": counts, "description": b.Description})
		} else {
			_, err = fmt.Fprintf(t, "%s\t%s\t%g\t%s\t%s\n", b.Name, b.Kind, b.EnabledShare, countText(counts), b.Description)
		}
		if err != nil {
			return err
		}
	}
	return t.Flush()
}

// countText lists counts in the order of the types.
func countText(counts map[domain.SignalType]int64) string {
	var texts []string
	for _, t := range signal.All() {
		if n := counts[t.Name()]; n > 0 {
			texts = append(texts, fmt.Sprintf("%d %s", n, t.Name()))
		}
	}
	if len(texts) == 0 {
		return "-"
	}
	return strings.Join(texts, ", ")
}

type bankImportCmd struct {
	Name   string `arg:"" help:"Name of the bank."`
	File   string `arg:"" help:"CSV or JSON Lines; - for standard input."`
	Format string `enum:"guess,csv,jsonl" default:"guess" help:"Form of the list: csv, jsonl, or guess by its name or first line."`
	Source string `placeholder:"NAME" help:"Where the list comes from, for lines that do not say; by default the name of the file."`
	Create bool   `help:"Create the bank, of kind known, if it is not there."`
	JSON   bool   `help:"Print the summary as JSON."`
}

// Help points to the form of lists.
func (c *bankImportCmd) Help() string {
	return "Every line that cannot be used is reported with its number and the reason, and the others are imported. Importing a list again changes nothing.\n" +
		"docs/formats/bank-lists.md describes both forms. Exit status: 0 if all lines were used, 3 if some were not."
}

// Run imports a list.
func (c *bankImportCmd) Run(g *globals) error {
	in, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	open := g.openStore
	if c.Create {
		open = g.openOrMakeStore
	}
	s, _, err := open()
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := c.target(g, s)
	if err != nil {
		return err
	}
	bar := progressOver(g.stderr, in, "importing")
	summary, err := bank.Import(g.ctx, applying{s}, b, bank.NewReader(bar, c.format()), bank.Options{
		Source: c.source(), Now: domain.At(time.Now()),
		Report: func(bad *bank.LineError) {
			bar.clear()
			fmt.Fprintf(g.stderr, "%s: %v\n", c.File, bad)
		},
	})
	bar.finish()
	if err != nil && summary.Lines > 0 {
		return fmt.Errorf("%w\n%s is imported up to line %d; import it again to go on", err, c.File, summary.Lines)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = g.printJSON(map[string]int{"lines": summary.Lines, "added": summary.Added, "updated": summary.Updated, "unchanged": summary.Unchanged, "withdrawn": summary.Withdrawn, "bad": summary.Bad})
	} else {
		_, err = fmt.Fprintf(g.stdout, "%d lines: %d signals added, %d updated, %d unchanged, %d withdrawn, %d bad lines\n",
			summary.Lines, summary.Added, summary.Updated, summary.Unchanged, summary.Withdrawn, summary.Bad)
	}
	if err == nil && summary.Bad > 0 {
		return exit(exitPartly)
	}
	return err
}

// target finds the bank to import into.
func (c *bankImportCmd) target(g *globals, s *store.Store) (domain.Bank, error) {
	b, err := s.BankNamed(g.ctx, c.Name)
	if !errors.Is(err, store.ErrNotFound) {
		return b, err
	}
	if !c.Create {
		return b, fmt.Errorf("%w; create it with `quell bank create %s`, or import with --create", err, c.Name)
	}
	if err := domain.CheckBankName(c.Name); err != nil {
		return b, err
	}
	err = s.Tx(g.ctx, func(tx *store.Tx) error {
		b, err = tx.CreateBank(g.ctx, domain.Bank{Name: c.Name, Kind: domain.Known, EnabledShare: 1})
		return err
	})
	return b, err
}

func (c *bankImportCmd) format() bank.Format {
	if c.Format == "guess" {
		return bank.FormatOf(c.File)
	}
	return bank.Format(c.Format)
}

func (c *bankImportCmd) source() string {
	if c.Source != "" {
		return c.Source
	}
	if c.File == "-" {
		return "standard input"
	}
	return filepath.Base(c.File)
}

// openBank opens the database and finds a bank in it. The caller closes the database.
func (g *globals) openBank(name string) (*store.Store, domain.Bank, error) {
	s, _, err := g.openStore()
	if err != nil {
		return nil, domain.Bank{}, err
	}
	b, err := s.BankNamed(g.ctx, name)
	if err != nil {
		s.Close()
		return nil, b, err
	}
	return s, b, nil
}

type bankExportCmd struct {
	Name   string `arg:"" help:"Name of the bank."`
	File   string `arg:"" optional:"" default:"-" help:"Where to; - for standard output."`
	Format string `enum:"guess,csv,jsonl" default:"guess" help:"Form of the list: csv, jsonl, or guess by the name of the file, else csv."`
}

// Run exports a bank, withdrawn signals as tombstones.
func (c *bankExportCmd) Run(g *globals) error {
	s, b, err := g.openBank(c.Name)
	if err != nil {
		return err
	}
	defer s.Close()
	if c.File == "-" {
		_, err := export(g.ctx, s, b, g.stdout, c.format())
		return err
	}
	f, err := os.Create(c.File)
	if err != nil {
		return err
	}
	lines, err := export(g.ctx, s, b, f, c.format())
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(g.stdout, "%d lines are written to %s\n", lines, c.File)
	return nil
}

func (c *bankExportCmd) format() bank.Format {
	if c.Format != "guess" {
		return bank.Format(c.Format)
	}
	if f := bank.FormatOf(c.File); f != bank.Guess {
		return f
	}
	return bank.CSV
}

// exportPage is how many signals are read at a time.
const exportPage = 5000

// export writes a bank and returns the number of records.
func export(ctx context.Context, s *store.Store, b domain.Bank, out io.Writer, format bank.Format) (written int, err error) {
	w, err := bank.NewWriter(out, format)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		records, last, err := s.Listed(ctx, b.ID, after, exportPage)
		if err != nil {
			return written, err
		}
		for _, r := range records {
			if err := w.Write(r); err != nil {
				return written, err
			}
			written++
		}
		if len(records) < exportPage {
			return written, w.Flush()
		}
		after = last
	}
}

// applying is the store as bank.Import writes to it.
type applying struct{ store *store.Store }

// ApplyRecords implements bank.Store.
func (a applying) ApplyRecords(ctx context.Context, b domain.BankID, records []domain.ListRecord) (outcome domain.ListOutcome, err error) {
	err = a.store.Tx(ctx, func(tx *store.Tx) error {
		outcome, err = tx.ApplyRecords(ctx, b, records)
		return err
	})
	return outcome, err
}
