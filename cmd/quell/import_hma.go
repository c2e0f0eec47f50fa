package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/hmaimport"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/secret"
	"github.com/quell-project/quell/internal/platform/store"
)

type importHMACmd struct {
	URL             string `arg:"" placeholder:"postgres://…" env:"OMM_DATABASE_URI" help:"The database of HMA: postgres://user:password@host/name. It is only read."`
	DryRun          bool   `help:"Read everything, report what an import would do, and write nothing."`
	Sync            bool   `help:"Withdraw entries that came from HMA and whose content or signal was deleted there since."`
	WithCredentials bool   `help:"Take the credentials of exchanges too; they are sealed with secret.key."`
	Report          string `placeholder:"FILE" type:"path" help:"Write everything that was not taken as it was to a file, one JSON object a line."`
	JSON            bool   `help:"Print the report as JSON."`
}

// Help says what comes over and what a second import does.
func (c *importHMACmd) Help() string {
	return `Banks with their share, contents with signals, notes, metadata and pauses, exchanges with their settings and the shares of signal types come over. Content 17 becomes the entry with number 17, so clients may go on using the ids they know; where another entry has that number, the report says which one the content got. Pickled records of exchanges and the state of fetching stay behind, and so do credentials without --with-credentials. A running server may go on meanwhile, on both sides.

An import can be broken off and run again at any time, for example to try Quell out and once more right before the switch: what is there already does not change, and what was changed in HMA since comes over, also over a change that was made here. What was withdrawn here but is still in HMA comes back. Nothing is withdrawn without --sync.

A bank that is there already is used, with the kind it has: make a bank of child-abuse imagery with "quell bank create NAME --kind known-csam" before the first import. Those that NCMEC feeds become that by themselves.

Exit status: 0 if everything was taken as it was, 3 if something was not.`
}

// Run imports, or tries to.
func (c *importHMACmd) Run(g *globals) (err error) {
	from, err := hmaimport.Open(g.ctx, c.URL)
	if err != nil {
		return err
	}
	defer from.Close()
	s, cfg, done, err := c.open(g)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	opts := hmaimport.Options{DryRun: c.DryRun, Sync: c.Sync}
	if c.WithCredentials {
		keeper, err := app.OpenSecrets(cfg)
		if err != nil {
			return err
		}
		opts.Vault = sealing{keeper}
	}
	issues, err := writeIssues(c.Report)
	if err != nil {
		return err
	}
	bar := progressOf(g.stderr, -1, "importing")
	opts.Tell, opts.Progress = issues.write, bar.set
	report, err := hmaimport.Run(g.ctx, from, taking{s}, opts)
	bar.finish()
	err = errors.Join(err, issues.close())
	if err != nil && report.Contents > 0 && !c.DryRun {
		return fmt.Errorf("%w\n%d of %d contents are here; import again to go on", err, report.Contents, report.Of)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = g.printJSON(report)
	} else {
		err = report.Print(g.stdout)
	}
	if err == nil && !report.Whole() {
		return exit(exitPartly)
	}
	return err
}

// open opens the store that is imported into. Where there is none, a dry run uses one that is gone afterwards.
func (c *importHMACmd) open(g *globals) (s *store.Store, cfg *config.Config, done func() error, err error) {
	cfg, _, err = g.load(nil)
	if err != nil {
		return nil, nil, nil, err
	}
	if !c.DryRun || hasDatabase(cfg) {
		s, cfg, err = g.openOrMakeStore()
		if err != nil {
			return nil, nil, nil, err
		}
		return s, cfg, s.Close, nil
	}
	folder, err := os.MkdirTemp("", "quell-dry-run-")
	if err != nil {
		return nil, nil, nil, err
	}
	s, err = store.Open(g.ctx, store.Config{Path: filepath.Join(folder, "quell.db"), Log: g.log(cfg)})
	if err != nil {
		return nil, nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, cfg, func() error { return errors.Join(s.Close(), os.RemoveAll(folder)) }, nil
}

// taking is the store as hmaimport writes to it.
type taking struct{ store *store.Store }

// Tx implements hmaimport.Store.
func (t taking) Tx(ctx context.Context, f func(hmaimport.Tx) error) error {
	return t.store.Tx(ctx, func(tx *store.Tx) error { return f(tx) })
}

// sealing is the keeper of secrets as a vault for credentials.
type sealing struct{ keeper *secret.Keeper }

// Seal implements hmaimport.Vault.
func (s sealing) Seal(api string, credentials json.RawMessage) (string, error) {
	return s.keeper.Seal(app.CredentialsPurpose(api), credentials)
}

// Open implements hmaimport.Vault.
func (s sealing) Open(api, sealed string) (json.RawMessage, error) {
	return s.keeper.Open(app.CredentialsPurpose(api), sealed)
}

// issueFile is a file of issues, one a line. The first error of writing shows when it is closed.
type issueFile struct {
	file *os.File // nil: none is wanted
	out  *bufio.Writer
	to   *json.Encoder
	err  error
}

func writeIssues(path string) (*issueFile, error) {
	if path == "" {
		return &issueFile{}, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriter(f)
	return &issueFile{file: f, out: out, to: json.NewEncoder(out)}, nil
}

func (f *issueFile) write(i hmaimport.Issue) {
	if f.file != nil && f.err == nil {
		f.err = f.to.Encode(i)
	}
}

func (f *issueFile) close() error {
	if f.file == nil {
		return nil
	}
	return errors.Join(f.err, f.out.Flush(), f.file.Close())
}
