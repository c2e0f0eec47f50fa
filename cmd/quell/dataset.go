package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
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
	out := c.output(g.stdout)
	for _, b := range banks {
		if err := c.each(g, s, b, func(sig store.LiveSignal) error { return out.write(b, sig) }); err != nil {
			return err
		}
	}
	return out.flush()
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
	var types []domain.SignalType
	for _, t := range signal.All() {
		if c.Type.wants(t.Name()) {
			types = append(types, t.Name())
		}
	}
	now := domain.At(time.Now())
	for after := int64(0); ; {
		signals, last, err := s.Live(g.ctx, b.ID, types, now, after, exportPage)
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

// dataset is a way to print signals.
type dataset struct {
	write func(domain.Bank, store.LiveSignal) error
	flush func() error
}

func (c *datasetCmd) output(w io.Writer) dataset {
	switch {
	case c.CSV:
		return c.csv(w)
	case c.SignalsOnly:
		return c.signals(w)
	}
	return c.summary(w)
}

// summary counts the signals of each bank and type.
func (c *datasetCmd) summary(w io.Writer) dataset {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "BANK\tKIND\tTYPE\tSIGNALS")
	var bank domain.Bank
	counts := map[domain.SignalType]int{}
	flush := func() {
		for _, t := range signal.All() {
			if n := counts[t.Name()]; n > 0 {
				name, _ := c.Type.name(t.Name())
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\n", bank.Name, bank.Kind, name, n)
			}
		}
		clear(counts)
	}
	return dataset{
		func(b domain.Bank, sig store.LiveSignal) error {
			if b.ID != bank.ID {
				flush()
				bank = b
			}
			counts[sig.Type]++
			return nil
		},
		func() error { flush(); return table.Flush() },
	}
}

// csv prints the signals as tx does.
func (c *datasetCmd) csv(w io.Writer) dataset {
	out := csv.NewWriter(w)
	err := out.Write([]string{"signal_type", "signal_str", "collab", "category", "tags"})
	return dataset{
		func(b domain.Bank, sig store.LiveSignal) error {
			if err != nil {
				return err
			}
			name, _ := c.Type.name(sig.Type)
			return out.Write([]string{name, sig.Value, b.Name, category(b.Kind, false), strings.Join(sig.Labels, " ")})
		},
		func() error { out.Flush(); return out.Error() },
	}
}

// signals prints nothing but the signals.
func (c *datasetCmd) signals(w io.Writer) dataset {
	out := bufio.NewWriter(w)
	return dataset{
		func(_ domain.Bank, sig store.LiveSignal) error {
			if len(c.Type) != 1 {
				name, _ := c.Type.name(sig.Type)
				out.WriteString(name)
				out.WriteByte(' ')
			}
			out.WriteString(sig.Value)
			return out.WriteByte('\n') // which has the error of all before
		},
		out.Flush,
	}
}
