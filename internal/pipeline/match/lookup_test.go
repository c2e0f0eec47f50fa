package match_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

func whole(name string, kind domain.BankKind) domain.Bank {
	return domain.Bank{Name: name, Kind: kind, EnabledShare: 1}
}

func TestNothingIsSaidBeforeTheIndexHoldsWhatSQLHolds(t *testing.T) {
	t.Parallel()
	m := &truth{}
	m.add(m.bank(whole("heron", domain.Known)), domain.PDQ, code(1, 0))
	x := open(t, m, nil)
	if _, err := x.Lookup(t.Context(), "post-17", nil); !errors.Is(err, match.ErrNotReady) || x.Ready() {
		t.Errorf("%v, ready %v", err, x.Ready())
	}
	m.fail = errors.New("no connection")
	if err := x.CatchUp(t.Context()); !errors.Is(err, m.fail) || x.Ready() {
		t.Errorf("%v, ready %v", err, x.Ready())
	}
	m.fail = nil
	catchUp(t, x)
	if found := lookup(t, x, print("file-1", domain.PDQ, code(1, 3))); len(found) != 1 || !x.Ready() {
		t.Errorf("%v, ready %v", found, x.Ready())
	}
}

func TestSmallIndexes(t *testing.T) {
	t.Parallel()
	for size := range 3 {
		for _, typ := range []domain.SignalType{domain.PDQ, domain.SHA256, domain.MD5} {
			m := &truth{}
			b := m.bank(whole("heron", domain.Known))
			value := map[domain.SignalType]func(int) string{domain.PDQ: func(n int) string { return code(n, 0) }, domain.SHA256: sha, domain.MD5: md5}[typ]
			for n := range size {
				m.add(b, typ, value(n))
			}
			x := caughtUp(t, m)
			if x.Size(typ) != size {
				t.Errorf("%s: size %d, want %d", typ, x.Size(typ), size)
			}
			for n := range 3 {
				if found := lookup(t, x, print("file-1", typ, value(n))); (len(found) == 1) != (n < size) {
					t.Errorf("%s: %d signals, looked for number %d: %v", typ, size, n, found)
				}
			}
		}
	}
}

func TestMatchSaysEverythingThatIsKnown(t *testing.T) {
	t.Parallel()
	m := &truth{}
	b := m.bank(domain.Bank{Name: "heron", Kind: domain.KnownCSAM, EnabledShare: 1, Limits: map[domain.SignalType]int{domain.PDQ: 12}})
	m.add(b, domain.PDQ, code(1, 5))
	f := print("file-2", domain.PDQ, code(1, 0))
	f.Frame, f.View = 7, "upright"
	want := []domain.Match{{
		Bank: "heron", BankID: b.ID, BankKind: domain.KnownCSAM, Entry: "entry-1", Signal: "signal-1", SignalType: domain.PDQ, Distance: 5, Limit: 12,
		Part: "file-2", Frame: 7, View: "upright", Sources: []string{"marsh watch"}, Labels: []string{"reed"},
	}}
	if diff := cmp.Diff(want, lookup(t, caughtUp(t, m), f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEveryBankHasItsLimits(t *testing.T) {
	t.Parallel()
	limit := func(n int) map[domain.SignalType]int {
		return map[domain.SignalType]int{domain.PDQ: n, domain.SHA256: 20}
	}
	for _, c := range []struct {
		limits   map[domain.SignalType]int
		farthest int // that matches; -1 none
	}{
		{nil, 31}, {limit(0), 0}, {limit(5), 5}, {limit(63), 63}, {limit(1000), 63}, {limit(-1), -1},
	} {
		m := &truth{}
		m.bank(domain.Bank{Name: "other", Kind: domain.Known, EnabledShare: 1, Limits: limit(40)})
		b := m.bank(domain.Bank{Name: "heron", Kind: domain.Known, EnabledShare: 1, Limits: c.limits})
		m.add(b, domain.PDQ, code(1, 0))
		m.add(b, domain.SHA256, sha(1))
		x := caughtUp(t, m)
		if c.farthest >= 0 {
			if found := lookup(t, x, print("file-1", domain.PDQ, code(1, c.farthest))); len(found) != 1 || found[0].Limit != c.farthest && c.limits != nil {
				t.Errorf("%v: %v at %d", c.limits, found, c.farthest)
			}
		}
		if found := lookup(t, x, print("file-1", domain.PDQ, code(1, c.farthest+1))); len(found) != 0 {
			t.Errorf("%v: %v at %d", c.limits, found, c.farthest+1)
		}
		// What is exact is exact, whatever the settings say.
		if found := lookup(t, x, print("file-1", domain.SHA256, sha(1)), print("file-1", domain.SHA256, sha(3))); len(found) != 1 || found[0].Limit != 0 {
			t.Errorf("%v: %v", c.limits, found)
		}
	}
}

func TestWhatIsPausedCountsOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	m := &truth{paused: map[int64]domain.Time{}}
	b := m.bank(whole("heron", domain.Known))
	now := domain.At(time.Now())
	m.paused[m.add(b, domain.PDQ, code(1, 0))] = domain.Forever
	m.paused[m.add(b, domain.PDQ, code(1, 1))] = now.Add(time.Hour)
	m.paused[m.add(b, domain.PDQ, code(1, 2))] = now.Add(-time.Hour)
	x := caughtUp(t, m)
	for _, c := range []struct {
		paused bool
		want   []int
	}{{false, []int{2}}, {true, []int{0, 1, 2}}} {
		found, err := x.Search(t.Context(), match.Query{Prints: []match.Fingerprint{print("file-1", domain.PDQ, code(1, 0))}, Paused: c.paused})
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, k := range found {
			got = append(got, k.Distance)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("paused count: %v (-want +got)\n%s", c.paused, diff)
		}
	}
}

// TestWhatDoesNotCountHidesNothing puts more paused signals before a live one than are looked at in one step.
func TestWhatDoesNotCountHidesNothing(t *testing.T) {
	t.Parallel()
	for _, live := range []int{0, 1, 19, 20, 30} {
		m := &truth{paused: map[int64]domain.Time{}}
		b := m.bank(whole("heron", domain.Known))
		for range 100 {
			m.paused[m.add(b, domain.PDQ, code(1, 0))] = domain.Forever
		}
		for range live {
			m.add(b, domain.PDQ, code(1, 5))
		}
		x := caughtUp(t, m)
		if found := lookup(t, x, print("file-1", domain.PDQ, code(1, 0))); len(found) != min(live, 20) {
			t.Errorf("%d live: %d found", live, len(found))
		}
		found, err := x.Search(t.Context(), match.Query{Prints: []match.Fingerprint{print("file-1", domain.PDQ, code(1, 0))}, Most: 1000})
		if err != nil || len(found) != live {
			t.Errorf("%d live: %d found, %v", live, len(found), err)
		}
	}
}

// TestACrowdIsNotReadWholeToKnowTheNearest counts what SQL is asked for.
func TestACrowdIsNotReadWholeToKnowTheNearest(t *testing.T) {
	t.Parallel()
	m := &truth{paused: map[int64]domain.Time{}}
	b := m.bank(whole("heron", domain.Known))
	for range 2000 {
		m.add(b, domain.PDQ, code(1, 3))
	}
	m.paused[1] = domain.Forever
	x := caughtUp(t, m)
	if found := lookup(t, x, print("file-1", domain.PDQ, code(1, 0))); len(found) != 20 || m.wanted > 80 {
		t.Errorf("%d found, %d asked for", len(found), m.wanted)
	}
}

func TestEveryBankCountsThatIsNotLeftOut(t *testing.T) {
	t.Parallel()
	m := &truth{}
	off := m.bank(domain.Bank{Name: "off", Kind: domain.Known})
	m.add(off, domain.MD5, md5(1))
	m.add(m.bank(whole("on", domain.Known)), domain.MD5, md5(1))
	x := caughtUp(t, m)
	for _, c := range []struct {
		counts func(domain.Bank) bool
		want   int
	}{{nil, 2}, {func(b domain.Bank) bool { return b.Name == "off" }, 1}, {func(domain.Bank) bool { return false }, 0}} {
		found, err := x.Search(t.Context(), match.Query{Prints: []match.Fingerprint{print("file-1", domain.MD5, md5(1))}, Counts: c.counts})
		if err != nil || len(found) != c.want {
			t.Errorf("%d found, want %d, %v", len(found), c.want, err)
		}
	}
}

func TestSharesOfContentsAreFixedAndOfTheRightSize(t *testing.T) {
	t.Parallel()
	for _, share := range []float64{0, 0.25, 0.9, 1} {
		m := &truth{}
		m.add(m.bank(domain.Bank{Name: "new", Kind: domain.Known, EnabledShare: share}), domain.SHA256, sha(1))
		x, again := caughtUp(t, m), caughtUp(t, m)
		const contents = 2000
		hits := 0
		for n := range contents {
			id := domain.ContentID(fmt.Sprintf("post-%d", n))
			found, err := x.Lookup(t.Context(), id, []match.Fingerprint{print("file-1", domain.SHA256, sha(1))})
			if err != nil {
				t.Fatal(err)
			}
			repeated, err := again.Lookup(t.Context(), id, []match.Fingerprint{print("file-1", domain.SHA256, sha(1))})
			if err != nil || len(found) != len(repeated) {
				t.Fatalf("%s: %v, then %v, %v", id, found, repeated, err)
			}
			hits += len(found)
		}
		if got := float64(hits) / contents; got < share-0.03 || got > share+0.03 || share == 0 && hits > 0 || share == 1 && hits < contents {
			t.Errorf("share %v: %v of the contents", share, got)
		}
	}
}

func TestABankThatIsNotEnabledNeitherMatchesNorSuppresses(t *testing.T) {
	t.Parallel()
	m := &truth{}
	m.add(m.bank(whole("heron", domain.Known)), domain.PDQ, code(1, 4))
	m.add(m.bank(domain.Bank{Name: "good", Kind: domain.Negative, EnabledShare: 0}), domain.PDQ, code(1, 0))
	if found := lookup(t, caughtUp(t, m), print("file-1", domain.PDQ, code(1, 0))); len(found) != 1 || found[0].SuppressedBy != "" {
		t.Error(found)
	}
}

func TestTheNearestOfACrowdedBankAreKept(t *testing.T) {
	t.Parallel()
	m := &truth{}
	crowded, other := m.bank(whole("crowded", domain.Known)), m.bank(whole("other", domain.Known))
	for n := range 31 {
		m.add(crowded, domain.PDQ, code(1, 31-n)) // the last is the nearest
	}
	for range 30 {
		m.add(crowded, domain.SHA256, sha(1))
	}
	m.add(other, domain.PDQ, code(1, 31))
	found := lookup(t, caughtUp(t, m), print("file-1", domain.PDQ, code(1, 0)), print("file-1", domain.PDQ, code(1, 25)), print("file-1", domain.SHA256, sha(1)),
		print("file-2", domain.PDQ, code(1, 0)))
	count, farthest := map[string]int{}, 0
	for _, f := range found {
		count[fmt.Sprint(f.Part, f.Bank, f.SignalType)]++
		if f.Bank == "crowded" {
			farthest = max(farthest, f.Distance)
		}
	}
	if farthest != 20 {
		t.Errorf("one at %d was kept, a nearer one was not", farthest)
	}
	want := map[string]int{"file-1crowdedpdq": 20, "file-1crowdedsha256": 20, "file-1otherpdq": 1, "file-2crowdedpdq": 20, "file-2otherpdq": 1}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestASignalIsThereOncePerPartAtItsNearest(t *testing.T) {
	t.Parallel()
	m := &truth{}
	m.add(m.bank(whole("heron", domain.Known)), domain.PDQ, code(1, 0))
	frame := func(part string, n, far int) match.Fingerprint {
		f := print(part, domain.PDQ, code(1, far))
		f.Frame = n
		return f
	}
	found := lookup(t, caughtUp(t, m), frame("file-1", 0, 9), frame("file-1", 1, 2), frame("file-1", 2, 2), frame("file-1", 3, 30), frame("file-2", 0, 5))
	if len(found) != 2 || found[0].Part != "file-1" || found[0].Frame != 1 || found[0].Distance != 2 || found[1].Part != "file-2" || found[1].Distance != 5 {
		t.Errorf("%+v", found)
	}
	if m.wanted != 1 {
		t.Errorf("SQL was asked for %d signals to know one", m.wanted)
	}
}

func TestWhatCountsComesFirst(t *testing.T) {
	t.Parallel()
	m := &truth{}
	heron, good := m.bank(whole("heron", domain.Known)), m.bank(whole("good", domain.Negative))
	m.add(heron, domain.PDQ, code(1, 20)) // 1: suppressed
	m.add(good, domain.PDQ, code(1, 10))  // 2: known good
	m.add(heron, domain.PDQ, code(1, 8))  // 3: near
	m.add(heron, domain.PDQ, code(1, 0))  // 4: same hash
	m.add(heron, domain.SHA256, sha(1))   // 5: same file
	found := lookup(t, caughtUp(t, m), print("file-1", domain.PDQ, code(1, 0)), print("file-1", domain.SHA256, sha(1)))
	if diff := cmp.Diff([]domain.EntryID{"entry-5", "entry-4", "entry-3", "entry-2", "entry-1"}, entries(found)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatWasWithdrawnAMomentAgoIsNoEvidence(t *testing.T) {
	t.Parallel()
	m := &truth{}
	heron, good := m.bank(whole("heron", domain.Known)), m.bank(whole("good", domain.Negative))
	withdrawn := m.add(heron, domain.PDQ, code(1, 1))
	m.add(heron, domain.PDQ, code(1, 2))
	suppressor := m.add(good, domain.PDQ, code(1, 0))
	x := caughtUp(t, m)
	m.setLive(withdrawn, false)
	m.setLive(suppressor, false) // then it suppresses nothing either
	found := lookup(t, x, print("file-1", domain.PDQ, code(1, 0)))
	if diff := cmp.Diff([]domain.EntryID{"entry-2"}, entries(found)); diff != "" || found[0].SuppressedBy != "" {
		t.Errorf("%+v", found)
	}
}

func TestErrorsOfALookup(t *testing.T) {
	t.Parallel()
	m := &truth{}
	m.add(m.bank(whole("heron", domain.Known)), domain.PDQ, code(1, 0))
	x := caughtUp(t, m)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx   context.Context
		print match.Fingerprint
		want  string
	}{
		"a type without an index": {t.Context(), print("file-1", "vpdq", "00"), "look up vpdq of part file-1: the type has no index"},
		"a short value": {
			t.Context(), print("signals", domain.PDQ, "00"), "look up pdq of part signals: hamming: code has 2 characters; write it as 64 hexadecimal digits"},
		"a cancelled request": {cancelled, print("file-1", domain.PDQ, code(2, 0)), "look up pdq of part file-1: context canceled"},
	} {
		if found, err := x.Lookup(c.ctx, "post-17", []match.Fingerprint{c.print}); err == nil || err.Error() != c.want || found != nil {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
	m.fail = errors.New("no connection")
	if found, err := x.Lookup(t.Context(), "post-17", []match.Fingerprint{print("file-1", domain.PDQ, code(1, 0))}); !errors.Is(err, m.fail) || found != nil {
		t.Errorf("without evidence: %v, %v", found, err)
	}
}

func TestKindsThatCannotBeIndexedAreRefused(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{-1, 64} {
		if _, err := match.Open(match.Config{Kinds: []match.Kind{{Name: "x", Form: match.Codes, Limit: limit}}}); err == nil {
			t.Errorf("limit %d was taken", limit)
		}
	}
}

// TestAMarginIsOfOneFingerprint looks a picture up as it is and, with a margin, as it would be when turned: whichever is nearer, what the one finds
// does not depend on the other.
func TestAMarginIsOfOneFingerprint(t *testing.T) {
	t.Parallel()
	m := &truth{}
	m.add(m.bank(whole("heron", domain.Known)), domain.PDQ, code(1, 0))
	x := caughtUp(t, m)
	for _, c := range []struct {
		plain, turned int // bits that differ
		view          string
		distance      int
	}{
		{28, 26, "", 28}, // the turned one is nearer, but not by its margin
		{28, 23, "turned", 23},
		{40, 24, "", -1},
		{40, 23, "turned", 23},
		{20, 20, "", 20},
	} {
		plain, turned := print("file-1", domain.PDQ, code(1, c.plain)), print("file-1", domain.PDQ, code(1, c.turned))
		turned.View, turned.Margin = "turned", 8
		found := lookup(t, x, plain, turned)
		switch {
		case c.distance < 0 && len(found) > 0, c.distance >= 0 && (len(found) != 1 || found[0].View != c.view || found[0].Distance != c.distance || found[0].Limit != 31):
			t.Errorf("%+v: %+v", c, found)
		}
	}
}
