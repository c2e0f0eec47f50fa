package main

import (
	"fmt"

	"github.com/quell-project/quell/internal/bench/report"
)

type benchReportCmd struct {
	Dir string `default:"docs" type:"existingdir" help:"Folder of documents."`
}

// Help says what is read and written.
func (c *benchReportCmd) Help() string {
	return "Reads benchmarks/index.jsonl, hash.jsonl, hma.jsonl, edits.jsonl and peers.jsonl of the folder, which hold what `quell bench index --json`, `quell bench hash --json`, `quell bench hma --json`, `quell bench edits --json` and make bench-peers print, " +
		"and writes tables into benchmarks.md, between its marks, and charts into images/. For those who work on Quell; `make bench` does all of it."
}

// Run writes the report.
func (c *benchReportCmd) Run(g *globals) error {
	written, err := report.Write(c.Dir)
	for _, file := range written {
		fmt.Fprintf(g.stdout, "wrote %s\n", file)
	}
	return err
}
