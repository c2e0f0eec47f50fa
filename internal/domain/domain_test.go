package domain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
)

func TestVerdictsAreOrderedFromWeakToStrong(t *testing.T) {
	t.Parallel()
	want := []domain.Verdict{"allow", "label", "limit", "hold", "block"}
	if got := domain.Verdicts(); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i, v := range want {
		if v.Rank() != i || !v.Valid() {
			t.Errorf("%s has rank %d, want %d", v, v.Rank(), i)
		}
	}
	if v := domain.Verdict("ban"); v.Valid() || v.Rank() != -1 {
		t.Errorf("%q is no verdict, yet has rank %d", v, v.Rank())
	}
}

func TestADecisionIsUncheckedIfAnyCheckIsNotComplete(t *testing.T) {
	t.Parallel()
	for status, want := range map[domain.CheckStatus]bool{domain.Complete: false, domain.Partial: true, domain.Failed: true, domain.Unsupported: true} {
		d := domain.Decision{Checks: []domain.Check{{Status: domain.Complete}, {Status: status}}}
		if got := d.Unchecked(); got != want {
			t.Errorf("with a check that is %s: unchecked %v, want %v", status, got, want)
		}
	}
}

// A share of a bank is a fixed choice of contents: always the same ones, about as many as the share says, and more of them when it grows.
func TestAShareOfABankIsAFixedChoiceOfContents(t *testing.T) {
	t.Parallel()
	const contents = 20_000
	for _, share := range []float64{0, 0.01, 0.25, 0.5, 0.99, 1} {
		small, large := domain.Bank{ID: "bank", EnabledShare: share}, domain.Bank{ID: "bank", EnabledShare: min(1, share+0.1)}
		count := 0
		for i := range contents {
			c := domain.ContentID(fmt.Sprintf("post-%d", i))
			applies := small.AppliesTo(c)
			if applies {
				count++
			}
			if applies != small.AppliesTo(c) {
				t.Fatalf("share %v, %s: two answers", share, c)
			}
			if applies && !large.AppliesTo(c) {
				t.Fatalf("%s is in a share of %v and not in a larger one", c, share)
			}
		}
		if got := float64(count) / contents; got < share-0.015 || got > share+0.015 {
			t.Errorf("share %v applies to %v of the contents", share, got)
		}
	}
}

func TestTwoBanksChooseDifferentContents(t *testing.T) {
	t.Parallel()
	a, b := domain.Bank{ID: "a", EnabledShare: 0.5}, domain.Bank{ID: "b", EnabledShare: 0.5}
	same := 0
	for i := range 10_000 {
		c := domain.ContentID(fmt.Sprint(i))
		if a.AppliesTo(c) == b.AppliesTo(c) {
			same++
		}
	}
	if same < 4_700 || same > 5_300 {
		t.Errorf("two banks agree on %d of 10,000 contents, want about half", same)
	}
}

func TestASignalIsLiveUntilItIsWithdrawnOrExpires(t *testing.T) {
	t.Parallel()
	const now = domain.Time(1_000)
	for _, c := range []struct {
		name   string
		signal domain.Signal
		want   bool
	}{
		{"for good", domain.Signal{}, true},
		{"until later", domain.Signal{ExpiresAt: now + 1}, true},
		{"until now", domain.Signal{ExpiresAt: now}, false},
		{"until before", domain.Signal{ExpiresAt: now - 1}, false},
		{"withdrawn", domain.Signal{WithdrawnAt: now - 1}, false},
		{"withdrawn and not expired", domain.Signal{WithdrawnAt: now, ExpiresAt: now + 1}, false},
	} {
		if got := c.signal.LiveAt(now); got != c.want {
			t.Errorf("%s: live %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNamesOfBanks(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"grey-heron", "COOP_ORG_NAME", "a", "7", "list.v2", strings.Repeat("x", domain.MaxBankName)} {
		if err := domain.CheckBankName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "-a", ".a", "a b", "a/b", "ä", "a\n", strings.Repeat("x", domain.MaxBankName+1)} {
		if err := domain.CheckBankName(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestTextFromOutside(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":            "",
		"grün 🦩":      "",
		"0123456789":  "",
		"0123456789a": "11 bytes, at most 10",
		"a\xff":       "not valid UTF-8",
		"a\x00":       "control character U+0000 at byte 2",
		"a\nb":        "control character U+000A at byte 2",
		"a\u0085":     "control character U+0085 at byte 2",
	} {
		err := domain.CheckText(text, 10)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	if err := domain.CheckLabels([]string{"grey-heron", "Plakat"}); err != nil {
		t.Error(err)
	}
	for name, labels := range map[string][]string{
		"label 2 is empty": {"a", ""},
		"label 1":          {strings.Repeat("x", domain.MaxLabel+1)},
		"33 labels":        slices.Repeat([]string{"a"}, domain.MaxLabels+1),
	} {
		if err := domain.CheckLabels(labels); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want an error about %q, got %v", name, err)
		}
	}
}

func FuzzClip(f *testing.F) {
	f.Add("short", 10)
	f.Add("ääää", 3)
	f.Add("a\xffb", 2)
	f.Fuzz(func(t *testing.T, s string, most int) {
		if most < 0 || most > 1<<16 {
			t.Skip()
		}
		got := domain.Clip(s, most)
		if len(got) > max(len(s), most+len("…")) || (utf8.ValidString(s) && !utf8.ValidString(got)) {
			t.Errorf("%q clipped to %d: %q", s, most, got)
		}
		if len(s) <= most && got != s {
			t.Errorf("%q fits into %d, got %q", s, most, got)
		}
	})
}

func TestTimeIsMicrosecondsAndZeroIsNoMoment(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 22, 20, 14, 5, 123_456_789, time.FixedZone("", 3600))
	at := domain.At(moment)
	if got := at.Std(); !got.Equal(moment.Truncate(time.Microsecond)) || got.Location() != time.UTC {
		t.Errorf("there and back: %v", got)
	}
	if got, want := at.String(), "2026-11-22T19:14:05.123456Z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if domain.At(time.Time{}) != 0 || !domain.Time(0).Std().IsZero() || domain.Time(0).String() != "" {
		t.Error("no moment does not stay no moment")
	}
	if got := at.Add(time.Hour).Sub(at); got != time.Hour {
		t.Errorf("an hour later is %v later", got)
	}
}

func TestTimeIsTruncatedToTheBeginningOfItsHour(t *testing.T) {
	t.Parallel()
	noon := domain.At(time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	for _, in := range []domain.Time{noon, noon + 1, noon.Add(time.Hour) - 1} {
		if got := in.Truncate(time.Hour); got != noon {
			t.Errorf("%v lies in the hour of %v", in, got)
		}
	}
}

func TestIdentifiersAreUniqueAndOrderedByTime(t *testing.T) {
	t.Parallel()
	var ids []domain.UploadID
	for range 1_000 {
		ids = append(ids, domain.NewID[domain.UploadID]())
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("identifiers made one after the other are not in order, or not unique")
	}
}

func TestFirstIDSortsBeforeWhatIsMadeThenAndBehindWhatWasMadeBefore(t *testing.T) {
	t.Parallel()
	before := domain.At(time.Now())
	made := domain.NewID[domain.DecisionID]()
	after := domain.At(time.Now()).Add(time.Millisecond)
	if at := domain.TimeOf(made); at < before-1000 || at > after {
		t.Errorf("%s was made at %s, which is not between %s and %s", made, at, before, after)
	}
	if domain.TimeOf(domain.UploadID("u-1")) != 0 || domain.TimeOf(domain.FirstID[domain.UploadID](before)) != before-before%1000 {
		t.Error("the time of an identifier is not what it was made of")
	}
	if first := domain.FirstID[domain.DecisionID](before); first > made || len(first) != len(made) {
		t.Errorf("%s is behind %s, which was made later", first, made)
	}
	if first := domain.FirstID[domain.DecisionID](after); first <= made {
		t.Errorf("%s is before %s, which was made earlier", first, made)
	}
	if first := domain.FirstID[domain.DecisionID](0); first != "00000000-0000-7000-8000-000000000000" {
		t.Errorf("the first of all is %s", first)
	}
}
