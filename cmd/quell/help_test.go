package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// commands lists the words of every command, "quell" itself as none.
func commands(t *testing.T) [][]string {
	t.Helper()
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	err = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		switch n := node.(type) {
		case *kong.Application:
			all = append(all, nil)
		case *kong.Command:
			all = append(all, strings.Fields(n.FullPath())[1:])
		}
		return next(nil)
	})
	if err != nil || len(all) < 15 {
		t.Fatalf("%d commands, %v", len(all), err)
	}
	return all
}

// TestHelp holds what --help says of every command to testdata/help, so that every change of it is seen.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	golden := map[string]bool{}
	for _, words := range commands(t) {
		path := filepath.Join("testdata", "help", strings.Join(append([]string{"quell"}, words...), "-")+".txt")
		golden[path] = true
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append(words, "--help"), &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
			t.Errorf("%v --help: exit status %d, %s", words, code, &stderr)
		}
		if *update {
			if err := os.WriteFile(path, stdout.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), stdout.String()); diff != "" {
			t.Errorf("%v --help (want -, got +):\n%s\nIf it is meant, run: go test ./cmd/quell -run TestHelp -update", words, diff)
		}
	}
	files, err := filepath.Glob("testdata/help/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !golden[f] {
			t.Errorf("%s belongs to no command", f)
		}
	}
}
