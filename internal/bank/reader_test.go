package bank_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

// readAll reads a list to its end: the records, the unusable lines, and what ended it if that is not the end of the list.
func readAll(src io.Reader, format bank.Format) (records []domain.ListRecord, bad []bank.LineError, err error) {
	r := bank.NewReader(src, format)
	for {
		rec, err := r.Read()
		var line *bank.LineError
		switch {
		case err == nil:
			records = append(records, rec)
		case errors.As(err, &line):
			bad = append(bad, *line)
		case errors.Is(err, io.EOF):
			return records, bad, nil
		default:
			return records, bad, err
		}
	}
}

// TestReadGolden reads each list of testdata and compares what comes of each line with the golden file beside it.
func TestReadGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"testdata/list.csv", "testdata/unusable.csv", "testdata/list.jsonl", "testdata/unusable.jsonl"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := transcript(t, bank.NewReader(bytes.NewReader(data), bank.FormatOf(name)))
			if *update {
				if err := os.WriteFile(name+".golden", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got), -update writes it anew:\n%s", diff)
			}
		})
	}
}

// transcript tells for each line what came of it.
func transcript(t *testing.T, r *bank.Reader) string {
	t.Helper()
	var b strings.Builder
	for {
		rec, err := r.Read()
		var line *bank.LineError
		switch {
		case err == nil:
			fmt.Fprintf(&b, "line %d: %s", r.Line(), write(t, bank.JSONL, rec))
		case errors.As(err, &line):
			fmt.Fprintf(&b, "%v\n", err)
		default:
			fmt.Fprintf(&b, "%v\n", err)
			return b.String()
		}
	}
}

func TestListThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const columns = "the columns are type, value, entry, source, added_at, labels, confidence, expires_at, note, withdrawn, with commas between them"
	for _, test := range []struct {
		name, list string
		format     bank.Format
		want       string
	}{
		{"unknown column", "type,value,colour\n", bank.CSV, `line 1: unknown column "colour": ` + columns},
		{"unnamed column", "type,value,\n", bank.CSV, `line 1: unknown column "": ` + columns},
		{"no type", "value,note\n", bank.CSV, `line 1: column "type" is missing`},
		{"no value", "# a list\n\ntype\n", bank.CSV, `line 3: column "value" is missing`},
		{"a column twice", "type,value,Type\n", bank.CSV, `line 1: column "type" is named twice`},
		{"semicolons", "type;value\n", bank.Guess, `line 1: unknown column "type;value": ` + columns},
		{"no header", "md5," + md5Value + "\n", bank.CSV, `line 1: unknown column "md5": ` + columns},
		{"quotes", `type,"value` + "\n", bank.CSV,
			`line 1: the names of the columns: byte 12: a quoted field does not end as it must, with a quote before a comma or the end of the line`},
		{"UTF-16", "\xff\xfet\x00y\x00\n\x00", bank.Guess, `line 1: not valid UTF-8: save the list in that encoding`},
		{"a JSON array", `[{"type":"md5"}]`, bank.Guess, `line 1: a JSON array is not a list: write one object a line`},
		{"a long header", strings.Repeat("x", bank.MaxLine+1) + "\ntype,value\n", bank.CSV, `line 1: longer than 1 MiB`},
		{"nothing", "", bank.CSV, `the list is empty: a CSV list begins with a line that names its columns`},
		{"nothing but comments", "# nothing\n\n", bank.Guess, `the list is empty: a CSV list begins with a line that names its columns`},
		{"a format that is none", "", "xml", `list format "xml" is not known: use csv or jsonl`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := bank.NewReader(strings.NewReader(test.list), test.format)
			for range 2 { // it stays so
				_, err := r.Read()
				if err == nil || err.Error() != test.want {
					t.Errorf("\n got %v\nwant %s", err, test.want)
				}
				var line *bank.LineError
				if errors.As(err, &line) {
					t.Error("this is a LineError, after which reading would go on")
				}
			}
		})
	}
}

func TestFormatIsGuessed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bank.Format{
		"list.csv": bank.CSV, "a/LIST.CSV": bank.CSV, "list.jsonl": bank.JSONL, "list.ndjson": bank.JSONL, "list.json": bank.Guess, "csv": bank.Guess, "": bank.Guess,
	} {
		if got := bank.FormatOf(name); got != want {
			t.Errorf("FormatOf(%q) = %q, want %q", name, got, want)
		}
	}
	for _, list := range []string{
		"type,value\nmd5," + md5Value,
		"\xef\xbb\xbf\r\n# comment, {\"not\": \"json\"}\r\n value , TYPE \r\n" + md5Value + ",md5\r\n",
		`{"type":"md5","value":"` + md5Value + `"}`,
		"\xef\xbb\xbf# comment\n\n  {\"type\":\"md5\",\"value\":\"" + md5Value + "\"}\n",
	} {
		records, bad, err := readAll(strings.NewReader(list), bank.Guess)
		if err != nil || len(bad) > 0 || len(records) != 1 || records[0].Value != md5Value {
			t.Errorf("%q: %v, %v, %v", list, records, bad, err)
		}
	}
}

func TestEmptyJSONLinesListHasNoRecords(t *testing.T) {
	t.Parallel()
	if records, bad, err := readAll(strings.NewReader("\n# nothing\n"), bank.JSONL); err != nil || len(records)+len(bad) > 0 {
		t.Errorf("%v, %v, %v", records, bad, err)
	}
}

func TestFailureOfTheSourceIsNotAnEnd(t *testing.T) {
	t.Parallel()
	list := "type,value\nmd5," + md5Value + "\nmd5," + md5Value[:20]
	for _, failure := range []error{errors.New("the line went dead"), fmt.Errorf("unpack: %w", io.EOF)} {
		src := func() io.Reader { return io.MultiReader(strings.NewReader(list), iotest.ErrReader(failure)) }
		r := bank.NewReader(src(), bank.CSV)
		if _, err := r.Read(); err != nil {
			t.Errorf("the whole line before it: %v", err)
		}
		for range 2 { // it stays so
			if _, err := r.Read(); err == io.EOF || !errors.Is(err, failure) || !strings.Contains(err.Error(), "behind line 2") {
				t.Errorf("%v, want %q behind line 2", err, failure)
			}
		}
		if _, err := bank.Import(t.Context(), model(), heron, bank.NewReader(src(), bank.CSV), options()); !errors.Is(err, failure) {
			t.Errorf("import: %v, want %q", err, failure)
		}
	}
}

func TestLineLengths(t *testing.T) {
	t.Parallel()
	line := func(length int) string {
		head := `{"type":"md5","value":"` + md5Value + `"`
		return head + strings.Repeat(" ", length-len(head)-1) + "}"
	}
	for _, end := range []string{"\n", "\r\n"} {
		list := strings.Join([]string{line(bank.MaxLine), line(bank.MaxLine + 1), line(100), line(64 << 10), line(3 * bank.MaxLine)}, end)
		for _, last := range []string{"", end} {
			records, bad, err := readAll(strings.NewReader(list+last), bank.JSONL)
			want := []bank.LineError{{Line: 2, Reason: "longer than 1 MiB"}, {Line: 5, Reason: "longer than 1 MiB"}}
			if diff := cmp.Diff(want, bad); err != nil || len(records) != 3 || diff != "" {
				t.Errorf("%q: %d records, %v, unusable (-want +got):\n%s", end, len(records), err, diff)
			}
		}
	}
}

// TestMemoryIsBounded measures what the whole process allocates, so it runs by itself.
func TestMemoryIsBounded(t *testing.T) {
	const size = 20 << 20
	for name, list := range map[string]io.Reader{
		"a line without end":         io.MultiReader(strings.NewReader("type,value\n"), io.LimitReader(endless("a,"), size)),
		"a quote that is not closed": io.MultiReader(strings.NewReader("type,value\n\""), io.LimitReader(endless("a\n"), size/100)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, lines := bank.NewReader(list, bank.CSV), 0
		for {
			_, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			lines++
		}
		runtime.ReadMemStats(&after)
		const most = 600 // bytes a line, garbage included, and some for the line in hand
		if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20+uint64(lines)*most {
			t.Errorf("%s: %d bytes allocated for %d lines", name, got, lines)
		}
	}
}

// endless repeats a text for ever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := copy(p, e)
	for n < len(p) {
		n += copy(p[n:], p[:n])
	}
	return n, nil
}
