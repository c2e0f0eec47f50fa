package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// cli is the command line.
type cli struct {
	globals

	Serve      serveCmd      `cmd:"" help:"Run Quell: the API, the console and everything behind them."`
	Demo       demoCmd       `cmd:"" help:"Run Quell with harmless drawn content and play a few uploads."`
	Check      checkCmd      `cmd:"" help:"Check files with a running Quell."`
	Match      matchCmd      `cmd:"" help:"Ask a running Quell what it knows of files, URLs and hashes, without a record."`
	Hash       hashCmd       `cmd:"" help:"Print the fingerprints of files."`
	Dataset    datasetCmd    `cmd:"" help:"Count or print the signals that are known."`
	Bank       bankCmd       `cmd:"" help:"Curate banks of known content."`
	Decide     decideCmd     `cmd:"" help:"Decide about an upload as a person."`
	Report     reportCmd     `cmd:"" help:"Pass on the report of a user."`
	Retrohunt  retrohuntCmd  `cmd:"" help:"Search what was uploaded before for what became known since."`
	Policy     policyCmd     `cmd:"" help:"Test policies, bring versions of them to live, and take them back."`
	ImportHMA  importHMACmd  `cmd:"" name:"import-hma" help:"Take the database of a Hasher-Matcher-Actioner (HMA) over."`
	Key        keyCmd        `cmd:"" help:"Make, list and revoke API keys."`
	SignInLink signInLinkCmd `cmd:"" help:"Make a one-time link that signs a person in to the console."`
	Bench      benchCmd      `cmd:"" help:"Measure Quell on this machine."`
	Config     configCmd     `cmd:"" help:"Print every setting, its value and where the value came from."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

const description = `Quell keeps known terrorist propaganda and known child-abuse imagery off an online service.

New here? Run "quell demo". For your own service, run "quell serve".

Exit status: 0 success, 1 failure, 2 wrong usage, 3 done but some files or lines could not be used; "check" also: 10 blocked, 11 held; "match --exit-code" also: 10 something matched.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // who asks a second time is not made to wait
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
