package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

type bankPauseCmd struct {
	Name  string    `arg:"" help:"Name of the bank."`
	Entry string    `arg:"" help:"Id of the entry, as decisions and the API name it."`
	Until time.Time `placeholder:"TIME" help:"When it counts again, such as 2030-01-31T12:00:00Z; by default when it is resumed."`
}

// Run pauses an entry.
func (c *bankPauseCmd) Run(g *globals) error {
	until := domain.Forever
	if !c.Until.IsZero() {
		until = domain.At(c.Until)
		if !c.Until.After(time.Now()) {
			return fmt.Errorf("--until %s is in the past", c.Until.Format(time.RFC3339))
		}
	}
	b, err := g.pause(c.Name, c.Entry, until)
	if err != nil {
		return err
	}
	if until == domain.Forever {
		_, err = fmt.Fprintf(g.stdout, "entry %s of bank %s is paused until it is resumed\n", c.Entry, b.Name)
	} else {
		_, err = fmt.Fprintf(g.stdout, "entry %s of bank %s is paused until %s\n", c.Entry, b.Name, until.Std().Format(time.RFC3339))
	}
	return err
}

type bankResumeCmd struct {
	Name  string `arg:"" help:"Name of the bank."`
	Entry string `arg:"" help:"Id of the entry."`
}

// Run resumes an entry.
func (c *bankResumeCmd) Run(g *globals) error {
	b, err := g.pause(c.Name, c.Entry, 0)
	if err == nil {
		_, err = fmt.Fprintf(g.stdout, "entry %s of bank %s counts again\n", c.Entry, b.Name)
	}
	return err
}

// pause changes until when an entry is paused.
func (g *globals) pause(bank, entry string, until domain.Time) (domain.Bank, error) {
	s, b, err := g.openBank(bank)
	if err != nil {
		return b, err
	}
	defer s.Close()
	return b, s.Tx(g.ctx, func(tx *store.Tx) error {
		_, err := tx.ChangeEntry(g.ctx, b.ID, domain.EntryID(entry), domain.EntryChange{PausedUntil: &until})
		return err
	})
}

type bankWithdrawCmd struct {
	Name  string `arg:"" help:"Name of the bank."`
	Entry string `arg:"" help:"Id of the entry, as decisions and the API name it."`
}

// Run withdraws an entry.
func (c *bankWithdrawCmd) Run(g *globals) error {
	s, b, err := g.openBank(c.Name)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Tx(g.ctx, func(tx *store.Tx) error { return tx.WithdrawEntry(g.ctx, b.ID, domain.EntryID(c.Entry)) }); err != nil {
		return err
	}
	fmt.Fprintf(g.stdout, "entry %s of bank %s is withdrawn\n", c.Entry, b.Name)
	return nil
}

type bankRenameCmd struct {
	Name string `arg:"" help:"Name of the bank."`
	To   string `arg:"" help:"New name."`
}

// Run renames a bank.
func (c *bankRenameCmd) Run(g *globals) error {
	if err := domain.CheckBankName(c.To); err != nil {
		return err
	}
	s, b, err := g.openBank(c.Name)
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.Tx(g.ctx, func(tx *store.Tx) error {
		_, err := tx.ChangeBank(g.ctx, b.Name, func(b *domain.Bank) error {
			b.Name = c.To
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.stdout, "bank %s is now called %s\n", b.Name, c.To)
	return err
}

type bankRemoveCmd struct {
	Name string `arg:"" help:"Name of the bank."`
	Yes  bool   `help:"Do not ask for the name again."`
}

// Help says what is lost.
func (c *bankRemoveCmd) Help() string {
	return "Nothing in the bank counts any more, and its name is free again. There is no way back; records of what matched stay. On a terminal you are asked to type the name again."
}

// Run removes a bank.
func (c *bankRemoveCmd) Run(g *globals) error {
	s, b, err := g.openBank(c.Name)
	if err != nil {
		return err
	}
	defer s.Close()
	if !c.Yes {
		if err := g.askForName(b.Name); err != nil {
			return err
		}
	}
	if err := s.Tx(g.ctx, func(tx *store.Tx) error { return tx.RemoveBank(g.ctx, b.ID) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.stdout, "bank %s is removed\n", b.Name)
	return err
}

// askForName has somebody on a terminal type the name of what is lost for good.
func (g *globals) askForName(name string) error {
	if !onTerminal(os.Stdin) {
		return fmt.Errorf("bank %s and everything in it would be lost for good: say --yes", name)
	}
	fmt.Fprintf(g.stderr, "Bank %s and everything in it will be lost for good. Type its name to remove it: ", name)
	typed, _ := bufio.NewReader(os.Stdin).ReadString('\n') // what ends early is not the name
	if strings.TrimSpace(typed) != name {
		return errors.New("that is not its name; nothing is removed")
	}
	return nil
}
