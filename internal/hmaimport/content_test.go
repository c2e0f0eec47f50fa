package hmaimport

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
)

func TestRatiosBecomeShares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ratio, share float64
		ok           bool
	}{
		{0, 0, true}, {1, 1, true}, {0.3, 0.3, true}, {-0.1, 0, false}, {1.0001, 1, false}, {math.Inf(1), 1, false}, {math.Inf(-1), 0, false}, {math.NaN(), 0, false},
	} {
		if share, ok := shareOf(c.ratio); share != c.share || ok != c.ok {
			t.Errorf("%g became %g, %v", c.ratio, share, ok)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ts    int64
		until string
		ok    bool
	}{
		{1, "", true}, {0, "9999-12-31T23:59:59.000000Z", true}, {2, "1970-01-01T00:00:02.000000Z", true}, {1_900_000_000, "2030-03-17T17:46:40.000000Z", true},
		{-1, "", false}, {math.MinInt64, "", false}, {253_402_300_799, "9999-12-31T23:59:59.000000Z", true}, {253_402_300_800, "9999-12-31T23:59:59.000000Z", false},
		{math.MaxInt64, "9999-12-31T23:59:59.000000Z", false},
	} {
		if until, ok := pausedUntil(c.ts); until.String() != c.until || ok != c.ok {
			t.Errorf("disable_until_ts %d became %q, %v", c.ts, until, ok)
		}
	}
	for _, c := range []struct {
		seconds float64
		at      string
	}{
		{1_700_000_000.123456, "2023-11-14T22:13:20.123456Z"}, {0, ""}, {-1, ""}, {math.Inf(1), ""}, {math.Inf(-1), ""}, {math.NaN(), ""}, {1e300, ""}, {253_402_300_800, ""},
	} {
		if at, ok := momentOf(c.seconds); at.String() != c.at || ok != (c.at != "") {
			t.Errorf("%g became %q, %v", c.seconds, at, ok)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for _, id := range []int64{1, -5, 2147483647, math.MaxInt64, math.MinInt64} {
		if got, ok := contentOf(refOf(id)); got != id || !ok {
			t.Errorf("content %d has the reference %s, which is one of content %d", id, refOf(id), got)
		}
	}
	for _, ref := range []string{"", "hma:", "hma:01", "hma:+1", "hma: 1", "hma:1x", "HMA:1", "pdq:1", "hma:99999999999999999999"} {
		if id, ok := contentOf(ref); ok {
			t.Errorf("the reference %q is one of content %d", ref, id)
		}
	}
}

func TestOfMetadataThatIsTooLongTheLargestPartIsLost(t *testing.T) {
	t.Parallel()
	long := func(n int) *string { s := strings.Repeat("u", n); return &s }
	small := `{"content_id":"a","json":{"b":1}}`
	ex, id := "EX", "42"
	for _, c := range []struct {
		name string
		row  contentRow
		want string
		lost int
	}{
		{"nothing", contentRow{}, "", 0},
		{"null", contentRow{metadata: new("null"), metadataBytes: 4}, "", 0},
		{"an address", contentRow{metadata: &small, uri: long(20_000)}, small, 1},
		{"everything", contentRow{metadataBytes: 1 << 30, uri: long(17_000), exchange: &ex, fetchID: long(17_000)}, "", 3},
		{"the name in the exchange", contentRow{metadata: &small, exchange: &ex, fetchID: long(17_000)}, small, 1},
		{"not the name in the exchange", contentRow{uri: long(17_000), exchange: &ex, fetchID: &id}, `{"collab":{"EX":["42"]}}`, 1},
		{"what HMA would not have", contentRow{metadata: new(`{"b":1,"content_id":{},"a":null,"json":null,"content_uri":"u"}`)}, `{"content_uri":"u"}`, 2},
		{"all of a text", contentRow{metadata: new(`"text"`)}, "", 1},
		{"all of what has too many floors", contentRow{metadata: new(`{"json":` + strings.Repeat("[", 11_000) + strings.Repeat("]", 11_000) + `}`)}, "", 1},
	} {
		m, lost := metadataOf(c.row)
		if diff := cmp.Diff(c.want, string(m)); diff != "" || len(lost) != c.lost {
			t.Errorf("%s: lost %q (-want +got):\n%s", c.name, lost, diff)
		}
	}
}

// FuzzContent checks that whatever a content is, what is made of it can be kept, and is the same when it is made again.
func FuzzContent(f *testing.F) {
	f.Add(int64(1), int64(1), "https://example.com", `{"content_id":"a","json":{"b":[1e400]}}`, "a note", "EX", "42-image1", "pdq", strings.Repeat("0a", 32), 1.7e9)
	f.Add(int64(-1), int64(0), strings.Repeat("ü", 9000), `{"json":{"a":"\u0000\ud800"}}`, "\x00\x1b\n", "\x1b", "", "video_md5", "\n"+strings.Repeat("AB", 16), math.Inf(1))
	f.Fuzz(func(t *testing.T, id, disabled int64, uri, meta, note, exchange, fetchID, typ, value string, created float64) {
		for _, s := range []*string{&uri, &meta, &note, &exchange, &fetchID, &typ, &value} {
			*s = strings.ToValidUTF8(strings.ReplaceAll(*s, "\x00", ""), "") // as PostgreSQL does not hold them
		}
		row := contentRow{id: id, disabledUntil: disabled, uri: &uri, metadata: &meta, metadataBytes: int64(len(meta)), note: &note, exchange: &exchange, fetchID: &fetchID,
			signals: []signalRow{{typ: typ, value: value, created: created}, {typ: "pdq", value: strings.Repeat("0", 64), created: created}}}
		make := func() (records []domain.ListRecord, issues []Issue) {
			records = recordsOf(row, "BANK", func(i Issue) { issues = append(issues, i) })
			return records, issues
		}
		records, issues := make()
		again, sameIssues := make()
		if diff := cmp.Diff(records, again); diff != "" || cmp.Diff(issues, sameIssues) != "" {
			t.Errorf("made again it is another:\n%s", diff)
		}
		for _, r := range records {
			canonical, err := bank.Canonical(r)
			if err != nil || cmp.Diff(canonical, r) != "" {
				t.Errorf("%+v is not canonical: %+v, %v", r, canonical, err)
			}
			if err := domain.CheckMetadata(r.Metadata); err != nil {
				t.Errorf("%.200s: %v", r.Metadata, err)
			}
			if *r.PausedUntil < 0 || *r.PausedUntil > domain.Forever || r.Number < 0 || r.Provenance.Source == "" {
				t.Errorf("%+v", r)
			}
		}
		for _, i := range issues {
			if _, err := json.Marshal(i); err != nil || sentences[i.Reason] == "" {
				t.Errorf("%+v: %v", i, err)
			}
			if strings.ContainsFunc(i.String(), func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("a terminal would be shown %q", i.String())
			}
		}
	})
}
