package bank_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
)

var codeBlock = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// TestDocumentedExamples reads every example of the description for people.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/formats/bank-lists.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string][]string{}
	for _, block := range codeBlock.FindAllStringSubmatch(string(page), -1) {
		examples[block[1]] = append(examples[block[1]], block[2])
	}
	csv, jsonl, text := examples["csv"], examples["jsonl"], examples["text"]
	if len(csv) != 4 || len(jsonl) != 2 || len(text) != 1 || len(examples) != 3 {
		t.Fatalf("%d CSV lists, %d JSON Lines lists and %d texts of %d kinds: tell this test what the others are", len(csv), len(jsonl), len(text), len(examples))
	}
	usable := func(list string, format bank.Format) []domain.ListRecord {
		records, bad, err := readAll(strings.NewReader(list), format)
		if err != nil || len(bad) > 0 || len(records) == 0 {
			t.Errorf("%d records, unusable %v, %v in this example:\n%s", len(records), bad, err, list)
		}
		return records
	}
	if diff := cmp.Diff(usable(csv[0], bank.CSV), usable(jsonl[0], bank.JSONL)); diff != "" {
		t.Errorf("the first list in both formats (-csv +jsonl):\n%s", diff)
	}
	usable(csv[1], bank.CSV)
	if diff := cmp.Diff(usable(csv[2], bank.CSV), usable(jsonl[1], bank.JSONL)); diff != "" {
		t.Errorf("the tombstones in both formats (-csv +jsonl):\n%s", diff)
	}
	_, bad, _ := readAll(strings.NewReader(csv[3]), bank.CSV)
	var reports strings.Builder
	for _, line := range bad {
		reports.WriteString(line.Error() + "\n")
	}
	if diff := cmp.Diff(text[0], reports.String()); diff != "" {
		t.Errorf("reports (-documented +given):\n%s", diff)
	}
}
