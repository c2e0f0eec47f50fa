package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/auth"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

type keyCmd struct {
	Create keyCreateCmd `cmd:"" help:"Make an API key and print it; it is not shown again."`
	List   keyListCmd   `cmd:"" help:"List API keys."`
	Revoke keyRevokeCmd `cmd:"" help:"Make an API key invalid."`
}

type keyCreateCmd struct {
	Name string `arg:"" help:"What the key is for, for example the name of your service."`
}

// Run makes a key.
func (c *keyCreateCmd) Run(g *globals) error {
	if err := checkName(c.Name); err != nil {
		return fmt.Errorf("name of the key: %w", err)
	}
	s, _, err := g.openOrMakeStore()
	if err != nil {
		return err
	}
	defer s.Close()
	key, err := auth.New(app.Vault{Store: s}, time.Now).NewKey(g.ctx, c.Name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(g.stdout, key)
	return err
}

type keyListCmd struct {
	JSON bool `help:"Print one JSON object a key."`
}

// Run lists keys.
func (c *keyListCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	keys, err := s.Keys(g.ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(t, "ID\tNAME\tMADE\tSTATE")
	}
	for _, k := range keys {
		state := "valid"
		if k.RevokedAt != 0 {
			state = "revoked " + k.RevokedAt.String()
		}
		if c.JSON {
			if err := g.printJSON(map[string]string{"id": string(k.ID), "name": k.Name, "created_at": k.CreatedAt.String(), "revoked_at": k.RevokedAt.String()}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", k.ID, k.Name, k.CreatedAt, state)
	}
	return t.Flush()
}

type keyRevokeCmd struct {
	ID string `arg:"" help:"Id of the key, from \"quell key list\"."`
}

// Run revokes a key.
func (c *keyRevokeCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Tx(g.ctx, func(tx *store.Tx) error { return tx.RevokeKey(g.ctx, domain.KeyID(c.ID)) }); err != nil {
		return err
	}
	fmt.Fprintf(g.stdout, "key %s is revoked\n", c.ID)
	return nil
}

type signInLinkCmd struct {
	Person string `default:"operator" help:"Name of the person, as it appears on record."`
	URL    string `placeholder:"URL" help:"Address of the console, if it is neither the configured one nor that of the running server."`
}

// Help says how long a link is good.
func (c *signInLinkCmd) Help() string {
	return "The link works once, within 15 minutes. Whoever opens it is signed in for 12 hours."
}

// Run makes a sign-in link.
func (c *signInLinkCmd) Run(g *globals) error {
	if err := checkName(c.Person); err != nil {
		return fmt.Errorf("name of the person: %w", err)
	}
	s, cfg, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	token, err := auth.New(app.Vault{Store: s}, time.Now).NewLink(g.ctx, c.Person)
	if err != nil {
		return err
	}
	console := strings.TrimRight(c.URL, "/")
	if console == "" {
		console = consoleAddress(cfg)
	}
	_, err = fmt.Fprintln(g.stdout, signInLink(console, token))
	return err
}

// checkName judges a name for the record.
func checkName(name string) error {
	if strings.TrimSpace(name) == "" {
		return errors.New("it is empty")
	}
	return domain.CheckText(name, 128)
}
