package bank_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
)

var formats = []bank.Format{bank.CSV, bank.JSONL}

func write(t testing.TB, format bank.Format, records ...domain.ListRecord) string {
	t.Helper()
	var b strings.Builder
	w, err := bank.NewWriter(&b, format)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records {
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	t.Parallel()
	short := domain.ListRecord{Type: domain.MD5, Value: md5Value, Provenance: domain.Provenance{Confidence: 1}}
	for format, want := range map[bank.Format]string{
		bank.CSV: `type,value,entry,source,added_at,labels,confidence,expires_at,note,withdrawn
pdq,` + pdqValue + `,item-7,marsh watch,2026-03-01T12:00:00.000000Z,grey-heron|poster,0.9,2026-03-01T12:00:00.000001Z,seen at the reed bank,true
md5,` + md5Value + `,md5:` + md5Value + `,,,,1,,,false
`,
		bank.JSONL: `{"type":"pdq","value":"` + pdqValue + `","entry":"item-7","source":"marsh watch","added_at":"2026-03-01T12:00:00.000000Z",` +
			`"labels":["grey-heron","poster"],"confidence":0.9,"expires_at":"2026-03-01T12:00:00.000001Z","note":"seen at the reed bank","withdrawn":true}
{"type":"md5","value":"` + md5Value + `","entry":"md5:` + md5Value + `","confidence":1}
`,
	} {
		if diff := cmp.Diff(want, write(t, format, full(), short)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

func TestEmptyListIsRead(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		records, bad, err := readAll(strings.NewReader(write(t, format)), format)
		if err != nil || len(records)+len(bad) > 0 {
			t.Errorf("%s: %v, %v, %v", format, records, bad, err)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 0))
	for range 100 {
		records := []domain.ListRecord{full()}
		for range random.IntN(20) {
			records = append(records, anyRecord(random))
		}
		for _, format := range formats {
			list := write(t, format, records...)
			for _, said := range []bank.Format{format, bank.Guess} {
				got, bad, err := readAll(strings.NewReader(list), said)
				if diff := cmp.Diff(records, got); err != nil || len(bad) > 0 || diff != "" {
					t.Fatalf("%s: %v, %v (-want +got):\n%s\n%s", format, err, bad, diff, list)
				}
			}
		}
	}
}

func TestWriterRefusesWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		var b strings.Builder
		w, err := bank.NewWriter(&b, format)
		if err != nil {
			t.Fatal(err)
		}
		wrong := full()
		wrong.Note = "two\nlines"
		err = w.Write(wrong)
		if want := `entry "item-7": note: has the control character U+000A at byte 4`; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", format, err, want)
		}
		if err := w.Flush(); err != nil || strings.Contains(b.String(), "item-7") {
			t.Errorf("%s: wrote %q, %v", format, b.String(), err)
		}
	}
}

func TestWriterReportsItsDestination(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		w, err := bank.NewWriter(fullDisk{}, format)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write(full()), w.Flush()); err == nil || !strings.Contains(err.Error(), "no space") {
			t.Errorf("%s: %v", format, err)
		}
	}
	if _, err := bank.NewWriter(nil, bank.Guess); err == nil || err.Error() != `list format "" cannot be written: use csv or jsonl` {
		t.Errorf("no format: %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }
