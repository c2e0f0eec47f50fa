package bank_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/domain"
)

const (
	pdqValue = "54a9f7c321d1443c43ba566e21d4a13989a3553f1472611cbbc5fda59e03b677"
	md5Value = "900150983cd24fb0d6963f7d28e17f72"
)

// points are ten points of a picture: see package keypoint.
var points = base64.RawURLEncoding.EncodeToString(append([]byte{1, 10}, make([]byte, 380)...))

var noon = domain.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

// full is a record in which every field says something.
func full() domain.ListRecord {
	return domain.ListRecord{
		Ref: "item-7", Type: domain.PDQ, Value: pdqValue,
		Provenance: domain.Provenance{Source: "marsh watch", AddedAt: noon, Labels: []string{"grey-heron", "poster"}, Confidence: 0.9},
		Note:       "seen at the reed bank", ExpiresAt: noon + 1, Withdrawn: true,
	}
}

func TestCanonicalSpelling(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		rec, want func(*domain.ListRecord)
	}{
		{
			"space around texts is dropped",
			func(r *domain.ListRecord) {
				r.Ref, r.Note, r.Provenance.Source = " item-7", "seen at the reed bank\n", "\tmarsh watch\u00a0"
			},
			func(*domain.ListRecord) {},
		},
		{
			"type and value have one case",
			func(r *domain.ListRecord) { r.Type, r.Value = " PDQ", strings.ToUpper(pdqValue)+" " },
			func(*domain.ListRecord) {},
		},
		{
			"labels are a set",
			func(r *domain.ListRecord) { r.Provenance.Labels = []string{"poster", " grey-heron", "poster "} },
			func(*domain.ListRecord) {},
		},
		{
			"no labels are nil",
			func(r *domain.ListRecord) { r.Provenance.Labels = []string{} },
			func(r *domain.ListRecord) { r.Provenance.Labels = nil },
		},
		{
			"an entry without a reference is called by its signal",
			func(r *domain.ListRecord) { r.Ref, r.Value = "", strings.ToUpper(pdqValue) },
			func(r *domain.ListRecord) { r.Ref = "pdq:" + pdqValue },
		},
		{
			"one with a long value by its digest",
			func(r *domain.ListRecord) { r.Ref, r.Type, r.Value = "", domain.Keypoints, points },
			func(r *domain.ListRecord) {
				r.Ref, r.Type, r.Value = fmt.Sprintf("keypoints:%x", sha256.Sum256([]byte(points))), domain.Keypoints, points
			},
		},
		{
			"the tombstone of an entry has neither type nor value",
			func(r *domain.ListRecord) { r.Type, r.Value = " ", "" },
			func(r *domain.ListRecord) { r.Type, r.Value = "", "" },
		},
		{
			"the largest texts",
			func(r *domain.ListRecord) {
				r.Ref, r.Note = strings.Repeat("r", bank.MaxRef), strings.Repeat("n", domain.MaxNote)
				r.Provenance.Source = strings.Repeat("s", domain.MaxSource)
			},
			func(r *domain.ListRecord) {
				r.Ref, r.Note = strings.Repeat("r", bank.MaxRef), strings.Repeat("n", domain.MaxNote)
				r.Provenance.Source = strings.Repeat("s", domain.MaxSource)
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rec, want := full(), full()
			test.rec(&rec)
			test.want(&want)
			got, err := bank.Canonical(rec)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		want   string
		change func(*domain.ListRecord)
	}{
		{`signal type "smell" is not known: use one of pdq, keypoints, sha256, md5`, func(r *domain.ListRecord) { r.Type = "Smell" }},
		{`signal type "" is not known: use one of pdq, keypoints, sha256, md5`, func(r *domain.ListRecord) { r.Type = "" }},
		{`md5 "": 0 characters, want 32 hexadecimal digits`, func(r *domain.ListRecord) { r.Type, r.Value = domain.MD5, "" }},
		{`signal type "" is not known: use one of pdq, keypoints, sha256, md5`, func(r *domain.ListRecord) { r.Type, r.Value, r.Withdrawn = "", "", false }},
		{`entry: empty, but a tombstone without type and value must name the entry that it withdraws`,
			func(r *domain.ListRecord) { r.Ref, r.Type, r.Value = "", "", "" }},
		{`entry: 257 bytes, at most 256 are allowed`, func(r *domain.ListRecord) { r.Ref = strings.Repeat("r", 257) }},
		{`entry: has the control character U+0000 at byte 2`, func(r *domain.ListRecord) { r.Ref = "a\x00b" }},
		{`source: 129 bytes, at most 128 are allowed`, func(r *domain.ListRecord) { r.Provenance.Source = strings.Repeat("s", 129) }},
		{`source: not valid UTF-8`, func(r *domain.ListRecord) { r.Provenance.Source = "\xff" }},
		{`note: 4097 bytes, at most 4096 are allowed`, func(r *domain.ListRecord) { r.Note = strings.Repeat("n", 4097) }},
		{`note: has the control character U+000A at byte 4`, func(r *domain.ListRecord) { r.Note = "two\nlines" }},
		{`labels: label 1 is empty`, func(r *domain.ListRecord) { r.Provenance.Labels = []string{"a", " "} }},
		{`labels: 33 labels, at most 32 are allowed`, func(r *domain.ListRecord) { r.Provenance.Labels = strings.Split(letters, "") }},
		{`labels: label 1: has the control character U+0007 at byte 1`, func(r *domain.ListRecord) { r.Provenance.Labels = []string{"\a!"} }},
		{`confidence: 1.5 is not from 0 to 1`, func(r *domain.ListRecord) { r.Provenance.Confidence = 1.5 }},
		{`confidence: NaN is not from 0 to 1`, func(r *domain.ListRecord) { r.Provenance.Confidence = math.NaN() }},
		{`added_at: outside of the years 1970 to 9999`, func(r *domain.ListRecord) { r.Provenance.AddedAt = -1 }},
		{`expires_at: outside of the years 1970 to 9999`, func(r *domain.ListRecord) { r.ExpiresAt = math.MaxInt64 }},
	} {
		rec := full()
		test.change(&rec)
		if _, err := bank.Canonical(rec); err == nil || err.Error() != test.want {
			t.Errorf("\n got %v\nwant %s", err, test.want)
		}
	}
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFG" // 33

func TestCanonicalLeavesItsArgumentAlone(t *testing.T) {
	t.Parallel()
	rec := full()
	rec.Provenance.Labels = []string{"poster", "grey-heron"}
	if _, err := bank.Canonical(rec); err != nil || !slices.Equal(rec.Provenance.Labels, []string{"poster", "grey-heron"}) {
		t.Errorf("labels became %q, %v", rec.Provenance.Labels, err)
	}
}

// anyRecord returns a canonical record that tests every corner of a format: separators, quotes, escapes, other scripts, rare values.
func anyRecord(random *rand.Rand) domain.ListRecord {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	anyText := func() string {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(pick("#", `"`, ",", "|", `\`, "'", "a", " ", "ß", "鷺", "🪶", "{", "<&>", "=1", "null", "\u2028"))
		}
		return b.String()
	}
	anyMoment := func() domain.Time {
		return []domain.Time{0, 1, noon, noon + 123_456, domain.At(time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC))}[random.IntN(5)]
	}
	hex := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte("0123456789abcdef"[random.IntN(16)])
		}
		return b.String()
	}
	rec := domain.ListRecord{
		Ref: anyText(), Type: domain.PDQ, Value: hex(64),
		Provenance: domain.Provenance{Source: anyText(), AddedAt: anyMoment(), Confidence: []float64{0, 1, 0.1, random.Float64(), 1e-300}[random.IntN(5)]},
		Note:       anyText(), ExpiresAt: anyMoment(), Withdrawn: random.IntN(4) == 0,
	}
	if random.IntN(3) == 0 {
		rec.Type, rec.Value = domain.MD5, hex(32)
	}
	if rec.Withdrawn && random.IntN(2) == 0 {
		rec.Ref, rec.Type, rec.Value = "item "+rec.Ref, "", ""
	}
	for range random.IntN(4) {
		rec.Provenance.Labels = append(rec.Provenance.Labels, "l"+anyText())
	}
	canonical, err := bank.Canonical(rec)
	if err != nil {
		panic(err) // the generator is wrong
	}
	return canonical
}

func TestCanonicalRecordsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 0))
	for range 500 {
		rec := anyRecord(random)
		again, err := bank.Canonical(rec)
		if diff := cmp.Diff(rec, again); err != nil || diff != "" {
			t.Fatalf("%v (-once +twice):\n%s", err, diff)
		}
	}
}
