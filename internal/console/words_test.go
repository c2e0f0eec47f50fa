package console

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

func TestCatalogueIsComplete(t *testing.T) {
	t.Parallel()
	complete(t, "words", reflect.ValueOf(*english()))
}

// complete reports every empty place of a catalogue.
func complete(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			complete(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		if v.Len() == 0 {
			t.Errorf("%s is empty", path)
		}
	default:
		if v.IsZero() {
			t.Errorf("%s is missing", path)
		}
	}
}

func TestCatalogueKnowsEveryValue(t *testing.T) {
	t.Parallel()
	w := english()
	for _, v := range domain.Verdicts() {
		if w.Verdict[v] == "" {
			t.Errorf("no word for the verdict %s", v)
		}
	}
	for _, k := range domain.BankKinds() {
		if w.BankKind[k] == "" || w.KindName[k] == "" || w.KindMeans[k] == "" {
			t.Errorf("no word for the kind of bank %s", k)
		}
	}
	for _, s := range []domain.SignalType{domain.PDQ, domain.SHA256, domain.MD5} {
		if w.SignalType[s] == "" {
			t.Errorf("no word for the signal type %s", s)
		}
	}
	for _, s := range []domain.CheckStatus{domain.Complete, domain.Partial, domain.Failed, domain.Unsupported} {
		if w.CheckState[s] == "" || s != domain.Complete && w.NotChecked[s] == "" {
			t.Errorf("no word for the state of a check %s", s)
		}
	}
	for _, c := range domain.Causes() {
		if w.Later[c] == "" && !c.Looked() {
			t.Errorf("no words for the cause %s", c)
		}
	}
	for _, e := range []domain.Effect{domain.EffectDecided, domain.EffectAgreed, domain.EffectExcused, domain.EffectExempted, domain.EffectGuarded, domain.EffectIgnored} {
		if w.Effect[e] == "" {
			t.Errorf("no words for the effect %s", e)
		}
	}
	for _, s := range spans() {
		if w.SpanName[s.Name] == "" || w.Summary(summary{Span: s.Name})[0].Text == "nothing was checked." {
			t.Errorf("no words for the span %s", s.Name)
		}
	}
}

// A word in a template would be missing from every other language.
func TestTemplatesHoldNoWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates found: %v", err)
	}
	text := regexp.MustCompile(`>\s*([A-Za-z][^<{}]*)<`)
	attribute := regexp.MustCompile(`(alt|title|aria-label|placeholder)="([^"]+)"`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(text.FindAllStringSubmatch(string(source), -1), attribute.FindAllStringSubmatch(string(source), -1)...) {
			if code := regexp.MustCompile(`^(case|quell) `); !code.MatchString(m[1]) {
				t.Errorf("%s holds the words %q", file, m[0])
			}
		}
	}
}

func TestSummarySaysItInWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   summary
		want string
	}{
		{
			summary{"day", 12481, 37, 12, 0},
			"In the last 24 h 12,481 uploads were checked; 37 were blocked, 12 were held for a person, 0 could not be checked fully.",
		},
		{
			summary{"hour", 1, 1, 1, 1},
			"In the last hour 1 upload was checked; 1 was blocked, 1 was held for a person, 1 could not be checked fully.",
		},
		{summary{"week", 0, 0, 0, 0}, "In the last 7 days nothing was checked."},
	} {
		if got := sentence(english().Summary(test.in)); got != test.want {
			t.Errorf("%+v:\n got %s\nwant %s", test.in, got, test.want)
		}
	}
}

func TestNumbersAndMoments(t *testing.T) {
	t.Parallel()
	w := english()
	moment := time.Date(2026, 11, 4, 15, 7, 9, 0, time.FixedZone("", 3600))
	for _, test := range []struct{ got, want string }{
		{w.Number(0), "0"}, {w.Number(999), "999"}, {w.Number(1000), "1,000"}, {w.Number(1234567), "1,234,567"}, {w.Number(-1000), "-1,000"},
		{w.Number(-100), "-100"},
		{w.Bytes(1), "1 byte"}, {w.Bytes(999), "999 bytes"}, {w.Bytes(1000), "1.0 kB"}, {w.Bytes(999_949), "999.9 kB"}, {w.Bytes(999_950), "1.0 MB"},
		{w.Ago(9 * time.Second), "just now"}, {w.Ago(10 * time.Second), "10 s ago"}, {w.Ago(59 * time.Minute), "59 min ago"},
		{w.Ago(47 * time.Hour), "47 h ago"}, {w.Ago(48 * time.Hour), "2 days ago"},
		{w.Exact(moment), "4 Nov 2026, 14:07:09 UTC"}, {w.Minute(moment), "14:07"}, {w.Day(moment), "4 Nov"},
		{w.Step(time.Minute), "by the minute"}, {w.Step(30 * time.Minute), "every 30 min"}, {w.Step(3 * time.Hour), "every 3 h"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
