package bank_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bank"
)

func FuzzReadCSV(f *testing.F) { fuzzRead(f, bank.CSV, "testdata/list.csv", "testdata/unusable.csv") }
func FuzzReadJSONL(f *testing.F) {
	fuzzRead(f, bank.JSONL, "testdata/list.jsonl", "testdata/unusable.jsonl")
}

// fuzzRead checks what holds of any input: each line gives at most one record or report, in order; records are canonical; and written in
// either format they are read as they were.
func fuzzRead(f *testing.F, format bank.Format, seeds ...string) {
	for _, name := range seeds {
		seed, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("\xef\xbb\xbf" + strings.ReplaceAll(string(seed), "\n", "\r\n"))
		// Small seeds too: the fuzzer is slow to cut large ones down.
		header := ""
		if format == bank.CSV {
			header = "type,value,entry,labels,note\n"
		}
		for line := range strings.Lines(string(seed)) {
			f.Add(header + line)
		}
	}
	f.Add("")
	f.Fuzz(func(t *testing.T, list string) {
		records, bad, _ := readAll(strings.NewReader(list), format)
		if lines := strings.Count(list, "\n") + 1; len(records)+len(bad) > lines {
			t.Fatalf("%d records and %d reports of %d lines", len(records), len(bad), lines)
		}
		last := 0
		for _, line := range bad {
			if line.Line <= last || len(line.Reason) > 1000 {
				t.Errorf("after line %d: %v", last, &line)
			}
			last = line.Line
		}
		for _, rec := range records {
			again, err := bank.Canonical(rec)
			if diff := cmp.Diff(rec, again); err != nil || diff != "" {
				t.Errorf("not canonical: %v\n%s", err, diff)
			}
		}
		for _, format := range formats {
			got, bad, err := readAll(strings.NewReader(write(t, format, records...)), format)
			if diff := cmp.Diff(records, got); err != nil || len(bad) > 0 || diff != "" {
				t.Errorf("written as %s: %v, %v\n%s", format, err, bad, diff)
			}
		}
	})
}
