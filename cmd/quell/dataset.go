package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/store"
)

type datasetCmd struct {
	Type        typeNames `placeholder:"TYPE" help:"Only signals of this type: pdq, sha256 or md5, also as video_sha256 and video_md5."`
	Bank        []string  `placeholder:"NAME" help:"Only signals of this bank."`
	Label       []string  `sep:"none" placeholder:"LABEL" help:"Only signals with this label, or one of several."`
	CSV         bool      `name:"csv" xor:"form" help:"Print the signals as CSV, with the columns of tx: signal_type, signal_str, collab, category, tags."`
	SignalsOnly bool      `xor:"form" help:"Print type and value of each signal; of one --type the value alone."`
}

// Help says what is counted.
func (c *datasetCmd) Help() string {
	return "Prints how many signals of each type count in each bank at this moment, or the signals themselves. What is withdrawn, expired or paused does not count.\n" +
		"With --csv, collab is the bank, category is POSITIVE_CLASS or, in a negative bank, NEGATIVE_CLASS, and tags are the labels with spaces between them. A signal that several entries have is there once for each."
}

// Run prints what is known.
func (c *datasetCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	banks, err := c.banks(g, s)
	if err != nil {
		return err
	}
	switch {
	case c.CSV:
		return c.printCSV(g, s, banks)
	case c.SignalsOnly:
		return c.printSignals(g, s, banks)
	}
	return c.printCounts(g, s, banks)
}

// banks returns the banks that are wanted.
func (c *datasetCmd) banks(g *globals, s *store.Store) ([]domain.Bank, error) {
	if len(c.Bank) == 0 {
		return s.Banks(g.ctx)
	}
	var banks []domain.Bank
	for _, name := range c.Bank {
		b, err := s.BankNamed(g.ctx, name)
		if err != nil {
			return nil, err
		}
		banks = append(banks, b)
	}
	return banks, nil
}

// each calls f for the signals of a bank that are wanted. It reads a page at a time, so that neither their number nor a reader that takes its
// time is a burden to anybody.
func (c *datasetCmd) each(g *globals, s *store.Store, b domain.Bank, f func(store.LiveSignal) error) error {
	now := domain.At(time.Now())
	for after := int64(0); ; {
		signals, last, err := s.Live(g.ctx, b.ID, c.Type.types(), now, after, exportPage)
		if err != nil {
			return err
		}
		for _, sig := range signals {
			if len(c.Label) > 0 && !slices.ContainsFunc(sig.Labels, func(l string) bool { return slices.Contains(c.Label, l) }) {
				continue
			}
			if err := f(sig); err != nil {
				return err
			}
		}
		if len(signals) < exportPage {
			return nil
		}
		after = last
	}
}

// printCounts prints how many signals of each type are in each bank.
func (c *datasetCmd) printCounts(g *globals, s *store.Store, banks []domain.Bank) error {
	table := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "BANK\tKIND\tTYPE\tSIGNALS")
	for _, b := range banks {
		counts, err := c.count(g, s, b)
		if err != nil {
			return err
		}
		for _, t := range signal.All() {
			if name, wanted := c.Type.name(t.Name()); wanted && counts[t.Name()] > 0 {
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\n", b.Name, b.Kind, name, counts[t.Name()])
			}
		}
	}
	return table.Flush()
}

// count counts the signals of a bank. Without labels the database does that, several times as fast.
func (c *datasetCmd) count(g *globals, s *store.Store, b domain.Bank) (map[domain.SignalType]int64, error) {
	if len(c.Label) == 0 {
		return s.CountLive(g.ctx, b.ID, domain.At(time.Now()))
	}
	counts := map[domain.SignalType]int64{}
	err := c.each(g, s, b, func(sig store.LiveSignal) error {
		counts[sig.Type]++
		return nil
	})
	return counts, err
}

// printCSV prints signals as tx does.
func (c *datasetCmd) printCSV(g *globals, s *store.Store, banks []domain.Bank) error {
	out := csv.NewWriter(g.stdout)
	if err := out.Write([]string{"signal_type", "signal_str", "collab", "category", "tags"}); err != nil {
		return err
	}
	for _, b := range banks {
		err := c.each(g, s, b, func(sig store.LiveSignal) error {
			name, _ := c.Type.name(sig.Type)
			return out.Write([]string{name, sig.Value, b.Name, category(b.Kind, false), strings.Join(sig.Labels, " ")})
		})
		if err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// printSignals prints nothing but the signals.
func (c *datasetCmd) printSignals(g *globals, s *store.Store, banks []domain.Bank) error {
	out := bufio.NewWriter(g.stdout)
	for _, b := range banks {
		err := c.each(g, s, b, func(sig store.LiveSignal) error {
			line := sig.Value
			if name, _ := c.Type.name(sig.Type); len(c.Type) != 1 {
				line = name + " " + line
			}
			_, err := fmt.Fprintln(out, line)
			return err
		})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}
