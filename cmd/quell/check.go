package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

type checkCmd struct {
	Server string `placeholder:"URL" help:"Address of a running Quell, by default the one that runs on the data folder."`
	JSON   bool   `help:"Print the answer for each file as a line of JSON."`
	// What is said of all of them.
	Account   string     `placeholder:"ID" help:"Name of the account that uploads."`
	AccountAt *time.Time `name:"account-created-at" placeholder:"TIME" help:"When the account was made, as in 2026-07-01T12:00:00Z."`
	Language  string     `placeholder:"TAG" help:"Language of the files, as a tag of BCP 47 such as pt-BR."`

	Files []string `arg:"" name:"file" help:"Files; - is standard input."`
}

// Help explains the exit status.
func (c *checkCmd) Help() string {
	return "Every file is sent as an upload of its own, which is recorded like any other. For a server elsewhere, set QUELL_API_KEY and --server.\n" +
		"Exit status: 10 if a file is blocked; else 1 if one could not be sent; else 11 if one is held or limited; else 0."
}

// Run checks files.
func (c *checkCmd) Run(g *globals) error {
	api, err := newClient(g, c.Server)
	if err != nil {
		return err
	}
	worst, failed := domain.Allow, false
	for _, name := range c.Files {
		answer, err := c.checkFile(g, api, name)
		if errors.Is(err, errNoServer) || g.ctx.Err() != nil {
			return err // the next file would fare no better
		}
		if err != nil {
			failed = true
			fmt.Fprintf(g.stderr, "quell: %s: %v\n", name, err)
			answer = map[string]any{"error": err.Error()}
		}
		if v := domain.Verdict(answer.text("verdict")); v.Rank() > worst.Rank() {
			worst = v
		}
		if err := c.print(g, name, answer); err != nil {
			return err
		}
	}
	switch {
	case worst == domain.Block:
		return exit(exitBlocked)
	case failed:
		return exit(exitFailed)
	case worst.Rank() >= domain.Limit.Rank():
		return exit(exitHeld)
	}
	return nil
}

func (c *checkCmd) checkFile(g *globals, api *client, name string) (document, error) {
	data, err := readInput(name, api.largest)
	if err != nil {
		return nil, err
	}
	return api.check(g.ctx, c.about(), data)
}

// about is what is said of a file: every file is a content of its own.
func (c *checkCmd) about() map[string]any {
	about := map[string]any{"content_id": "command-line-" + string(domain.NewID[domain.EventID]()), "surface": "command-line"}
	for name, said := range map[string]string{"account_id": c.Account, "language": c.Language} {
		if said != "" {
			about[name] = said
		}
	}
	if c.AccountAt != nil {
		about["account_created_at"] = c.AccountAt
	}
	return about
}

func (c *checkCmd) print(g *globals, name string, answer document) (err error) {
	if c.JSON {
		answer["file"] = name
		return g.printJSON(answer)
	}
	if verdict := answer.text("verdict"); verdict != "" {
		colour := coloursFor(g.stdout)
		_, err = fmt.Fprintf(g.stdout, "%s  %s  %s%s%s\n", colour.verdict(verdict), name, colour.dim, answer.text("reason"), colour.off)
		for _, m := range membersOf(answer) {
			if err == nil {
				_, err = fmt.Fprintf(g.stdout, "         %s%s  %s%s%s\n", name, m.name, colour.dim, m.said, colour.off)
			}
		}
	}
	return err
}

// member is a file in an archive, with what is said of it.
type member struct{ name, said string }

// inArchive returns which file in an archive a match or a check is about: a slash and its name; empty for the archive itself.
func inArchive(of document) string {
	if _, name, inside := strings.Cut(of.text("part"), "/"); inside {
		return "/" + name
	}
	return ""
}

// membersOf lists the files in an archive of which an answer says anything, each once: that it is known, or how far it was checked.
func membersOf(answer document) (all []member) {
	told := map[string]bool{}
	add := func(name, said string) {
		if name != "" && !told[name] {
			told[name] = true
			all = append(all, member{name, strings.TrimSpace(said)})
		}
	}
	for _, m := range answer.list("matches") {
		add(inArchive(m), fmt.Sprintf("%s match in bank %q", m.text("signal_type"), m.text("bank")))
	}
	for _, undone := range []bool{true, false} {
		for _, c := range answer.list("checks") {
			if undone == (domain.CheckStatus(c.text("status")) != domain.Complete) {
				add(inArchive(c), c.text("detector")+" "+c.text("status")+". "+c.text("reason"))
			}
		}
	}
	return all
}
