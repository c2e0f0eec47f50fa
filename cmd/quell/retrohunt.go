package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

type retrohuntCmd struct {
	List   retrohuntListCmd   `cmd:"" help:"List searches, newest first."`
	Show   retrohuntShowCmd   `cmd:"" help:"Show one search and what it has led to."`
	Start  retrohuntStartCmd  `cmd:"" help:"Search for a bank, or an entry of it."`
	Cancel retrohuntCancelCmd `cmd:"" help:"End a search where it is."`
	Forget retrohuntForgetCmd `cmd:"" help:"Delete the fingerprints of an account before they age out."`
}

// Help says what makes searches.
func (c *retrohuntCmd) Help() string {
	return "What was uploaded before it was known is found by itself: new signals, banks that let more match and entries that count again are searched for by the server. " +
		"docs/retrohunt.md says how, and what is kept for it."
}

type retrohuntListCmd struct {
	Limit int  `default:"20" help:"At most so many."`
	JSON  bool `help:"Print one JSON object a search."`
}

// Run lists searches.
func (c *retrohuntListCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	hunts, err := s.Hunts(g.ctx, "", max(c.Limit, 0))
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(t, "SEARCH\tFOR\tSTATE\tDONE\tSIGNALS\tFOUND\tDECIDED\tBEGUN")
	}
	for _, h := range hunts {
		if c.JSON {
			err = g.printJSON(huntJSON(h))
		} else {
			_, err = fmt.Fprintf(t, "%s\t%s\t%s\t%.0f %%\t%d\t%d\t%d\t%s\n", h.ID, huntFor(h), h.State, 100*h.Share(), h.Signals, h.Progress.Found, h.Progress.Decided, h.CreatedAt.Std().Format(time.RFC3339))
		}
		if err != nil {
			return err
		}
	}
	return t.Flush()
}

// huntFor says what a search looks for.
func huntFor(h domain.Hunt) string {
	switch {
	case h.Entry != "":
		return "an entry of " + h.BankName
	case h.BankName != "":
		return "bank " + h.BankName
	}
	return "new signals"
}

func huntJSON(h domain.Hunt) map[string]any {
	p := h.Progress
	return map[string]any{
		"id": h.ID, "reason": h.Reason, "by": h.By, "bank": h.BankName, "entry": h.Entry, "state": h.State, "note": h.Note, "progress": h.Share(), "signals": h.Signals,
		"fingerprints": p.Fingerprints, "found": p.Found, "decided": p.Decided, "unchanged": p.Unchanged, "gone": p.Gone, "failed": p.Failed,
		"created_at": h.CreatedAt.String(), "started_at": h.StartedAt.String(), "finished_at": h.FinishedAt.String(),
	}
}

type retrohuntShowCmd struct {
	ID    string `arg:"" help:"Id of the search."`
	Limit int    `default:"20" help:"Show at most so many of its decisions."`
	JSON  bool   `help:"Print the search as a JSON object, and one for each decision."`
}

// Run shows a search.
func (c *retrohuntShowCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	h, err := s.Hunt(g.ctx, domain.HuntID(c.ID))
	if err != nil {
		return err
	}
	made, err := s.HuntDecisions(g.ctx, h.ID, "", max(c.Limit, 0))
	if err != nil {
		return err
	}
	if c.JSON {
		err = g.printJSON(huntJSON(h))
	} else {
		err = printHunt(g.stdout, h)
	}
	for _, r := range made {
		d := r.Decision
		switch {
		case err != nil:
			return err
		case c.JSON:
			err = g.printJSON(map[string]any{"decision_id": d.ID, "upload_id": d.UploadID, "content_id": d.ContentID, "verdict": d.Verdict, "reason": d.Reason, "round": d.Round})
		default:
			_, err = fmt.Fprintf(g.stdout, "%s  %s  %s\n", coloursFor(g.stdout).verdict(string(d.Verdict)), d.ContentID, d.Reason)
		}
	}
	return err
}

// printHunt writes a search for people.
func printHunt(w io.Writer, h domain.Hunt) error {
	p := h.Progress
	_, err := fmt.Fprintf(w, "search %s for %s: %s, %.0f %% of %d signals compared with %d fingerprints\n%d uploads found: %d decided again, %d unchanged, %d no longer on record, %d failed\n",
		h.ID, huntFor(h), h.State, 100*h.Share(), h.Signals, p.Fingerprints, p.Found, p.Decided, p.Unchanged, p.Gone, p.Failed)
	if err == nil && h.Note != "" {
		_, err = fmt.Fprintln(w, h.Note)
	}
	return err
}

type retrohuntStartCmd struct {
	Bank      string `arg:"" help:"Name of the bank."`
	Entry     string `help:"Only this entry, by its id." placeholder:"ID"`
	Unbounded bool   `help:"Decide about all that is found, however much; otherwise the search halts beyond retrohunt.most uploads."`
	Wait      bool   `help:"Wait until all that is there is searched, and show how far it has come."`
	JSON      bool   `help:"Print the search as JSON."`
}

// Run starts a search; the server does the work.
func (c *retrohuntStartCmd) Run(g *globals) error {
	s, b, err := g.openBank(c.Bank)
	if err != nil {
		return err
	}
	defer s.Close()
	cfg, _, err := g.load(nil)
	if err != nil {
		return err
	}
	if cfg.RetrohuntWindow == 0 {
		return errors.New("no fingerprints are kept to search in: set retrohunt.window")
	}
	if b.Kind == domain.Negative {
		return fmt.Errorf("bank %s holds what is known to be good, which is not searched for", b.Name)
	}
	h := domain.Hunt{Reason: domain.HuntAsked, By: "command line", Bank: b.ID, BankName: b.Name, Most: int64(cfg.RetrohuntMost)}
	if c.Unbounded {
		h.Most = 0
	}
	if c.Entry != "" {
		e, err := s.Entry(g.ctx, b.ID, domain.EntryID(c.Entry))
		if err != nil {
			return err
		}
		h.Entry = e.ID
	}
	err = s.Tx(g.ctx, func(tx *store.Tx) error {
		if h.Signals, err = tx.CountHuntSignals(g.ctx, h, daybook.Kept()); err == nil {
			h, err = tx.CreateHunt(g.ctx, h)
		}
		return err
	})
	if err == nil && c.Wait {
		h, err = c.wait(g, s, h)
	}
	switch {
	case err != nil:
		return err
	case c.JSON:
		return g.printJSON(huntJSON(h))
	case c.Wait:
		return printHunt(g.stdout, h)
	}
	_, err = fmt.Fprintf(g.stdout, "search %s is started; see `%s`\n", h.ID, g.again("retrohunt show "+string(h.ID)))
	return err
}

// wait shows the progress of a search until everything that was there is searched.
func (c *retrohuntStartCmd) wait(g *globals, s *store.Store, h domain.Hunt) (domain.Hunt, error) {
	const whole = 1000
	bar := progressOf(g.stderr, whole, "searching")
	defer bar.finish()
	for h.State == domain.HuntWaiting || h.State == domain.HuntSearching {
		select {
		case <-g.ctx.Done():
			return h, g.ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
		var err error
		if h, err = s.Hunt(g.ctx, h.ID); err != nil {
			return h, err
		}
		bar.set(int(whole*h.Share()), whole)
	}
	return h, nil
}

type retrohuntCancelCmd struct {
	ID string `arg:"" help:"Id of the search."`
}

// Run cancels a search.
func (c *retrohuntCancelCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.Tx(g.ctx, func(tx *store.Tx) error {
		_, err := tx.CancelHunt(g.ctx, domain.HuntID(c.ID))
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.stdout, "search %s is cancelled; what it has decided stays\n", c.ID)
	return err
}

type retrohuntForgetCmd struct {
	Account string `arg:"" help:"The service's own name for the account."`
}

// Help says what is deleted.
func (c *retrohuntForgetCmd) Help() string {
	return "The server deletes them within a second. Uploads and decisions on record are not touched; while those are there, fingerprints that have to be read from the database anew come back."
}

// Run asks the server to forget an account.
func (c *retrohuntForgetCmd) Run(g *globals) error {
	s, _, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Tx(g.ctx, func(tx *store.Tx) error { return tx.AskToForget(g.ctx, domain.AccountID(c.Account)) }); err != nil {
		return err
	}
	_, err = fmt.Fprintln(g.stdout, "the server deletes the fingerprints of the account")
	return err
}
