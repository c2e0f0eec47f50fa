package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong" // the whole command line is one struct, easy to read; small and well kept
)

// Exit codes. Scripts may rely on them.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartly  = 3  // done, but some files or lines could not be used
	exitBlocked = 10 // check: at least one file is blocked
	exitMatched = 10 // match --exit-code: something is known
	exitHeld    = 11 // check: none is blocked, but at least one must be looked at by a person
)

// exit is an error that only sets the exit code: what there was to say has been said.
type exit int

// Error is never shown.
func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run parses and runs a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	c := cli{globals: globals{ctx: ctx, stdout: stdout, stderr: stderr}}
	defer func() { // kong leaves through Exit after --help
		switch e := recover().(type) {
		case nil:
		case exit:
			code = int(e)
		default:
			panic(e)
		}
	}()
	parser := kong.Must(&c, kong.Name("quell"), kong.Description(description), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { panic(exit(code)) }), kong.Bind(&c.globals))
	parsed, err := parser.Parse(args)
	if err != nil {
		return wrongUsage(stderr, err, len(args) == 0)
	}
	err = parsed.Run()
	switch e, ok := errors.AsType[exit](err); {
	case ok:
		return int(e)
	case err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "quell: interrupted: %v\n", err)
		return exitFailed
	case err != nil:
		fmt.Fprintf(stderr, "quell: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// wrongUsage says what is wrong with a command line and where there is help; who typed nothing at all is shown the help.
func wrongUsage(stderr io.Writer, err error, nothing bool) int {
	command := "quell"
	if p, ok := errors.AsType[*kong.ParseError](err); ok {
		if nothing {
			p.Context.Stdout = stderr
			_ = p.Context.PrintUsage(false) // the exit code says it too
			return exitUsage
		}
		for _, step := range p.Context.Path {
			if step.Command != nil {
				command += " " + step.Command.Name
			}
		}
	}
	fmt.Fprintf(stderr, "quell: %s. See `%s --help`.\n", strings.TrimSuffix(err.Error(), "."), command)
	return exitUsage
}
