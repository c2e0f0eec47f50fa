package hmaimport

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/quell-project/quell/internal/domain"
)

// headings say each outcome to people.
var headings = map[Outcome]string{
	NotTaken: "Not taken",
	Altered:  "Taken, but not as it was",
	Noted:    "For your knowledge",
}

// shownExamples is how many examples people see of each kind of issue.
const shownExamples = 3

// Print writes the report for people.
func (r Report) Print(w io.Writer) error {
	var b bytes.Buffer
	if r.DryRun {
		fmt.Fprint(&b, "This is a dry run: nothing was written. An import would do this:\n\n")
	}
	if r.Contents < r.Of {
		fmt.Fprintf(&b, "%d of %d contents were dealt with.\n\n", r.Contents, r.Of)
	}
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\ttaken\tthere already\tchanged\twithdrawn\tnot taken\t\n")
	for _, row := range []struct {
		name string
		Tally
	}{
		{"exchanges", r.Tallies.Exchanges}, {"banks", r.Tallies.Banks}, {"contents", r.Tallies.Contents}, {"signals", r.Tallies.Signals},
		{"shares of signal types", r.Tallies.SignalTypes}, {"credentials", r.Tallies.Credentials},
	} {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\n", row.name, row.Taken, row.There, row.Changed, row.Withdrawn, row.NotTaken)
	}
	t.Flush() // into memory
	var outcome Outcome
	for _, g := range r.Groups {
		if g.Outcome != outcome {
			outcome = g.Outcome
			fmt.Fprintf(&b, "\n%s\n", headings[outcome])
		}
		g.print(&b)
	}
	if len(r.Groups) == 0 {
		fmt.Fprint(&b, "\nEverything was taken as it was.\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (g Group) print(b *bytes.Buffer) {
	typ := ""
	if g.Type != "" {
		typ = ": " + shown(g.Type)
	}
	fmt.Fprintf(b, "%8d  %s%s\n", g.Count, sentences[g.Reason], typ)
	for i, e := range g.Examples {
		if i == shownExamples {
			break
		}
		fmt.Fprintf(b, "%10s%s\n", "", e)
	}
	if g.Count > shownExamples {
		fmt.Fprintf(b, "%10s…\n", "")
	}
}

// String says what an issue is about, without its reason.
func (i Issue) String() string {
	var parts []string
	for _, p := range []struct{ what, value string }{
		{"content", number(i.Content)}, {"bank", i.Bank}, {"signal type", i.Type}, {"exchange", i.Exchange}, {"API", i.API}, {"number", number(i.Number)},
	} {
		if p.value != "" {
			parts = append(parts, p.what+" "+shown(p.value))
		}
	}
	text := strings.Join(parts, ", ")
	if i.Detail != "" {
		text += ": " + i.Detail
	}
	return text
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// shown is a name from outside as a terminal may show it.
func shown(name string) string {
	for _, r := range name {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return strconv.QuoteToGraphic(domain.Clip(name, 60))
		}
	}
	return domain.Clip(name, 60)
}
