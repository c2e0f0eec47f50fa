package match_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

func TestManyChangesAreReadInBatchesAcrossGaps(t *testing.T) {
	t.Parallel()
	const many = 25_000
	m := &truth{}
	b := m.bank(whole("heron", domain.Known))
	for n := range many {
		m.add(b, domain.SHA256, sha(n))
	}
	for n := int64(1); n <= many; n += 3 { // changed again: their old numbers are gaps
		m.setLive(n, false)
	}
	x := caughtUp(t, m)
	if want := many - (many+2)/3; x.Size(domain.SHA256) != want {
		t.Errorf("size %d, want %d", x.Size(domain.SHA256), want)
	}
	for n := range 100 {
		if found := lookup(t, x, print("file-1", domain.SHA256, sha(n*199))); (len(found) == 0) != (n*199%3 == 0) {
			t.Errorf("signal %d: %v", n*199+1, found)
		}
	}
	var batches []int64
	for _, from := range m.asked {
		if from > 0 {
			batches = append(batches, from)
		}
	}
	if len(batches) != 2 {
		t.Errorf("asked from %v: want three batches of one type and one of each other", m.asked)
	}
	m.asked = nil
	catchUp(t, x)
	if m.asked != nil {
		t.Errorf("asked from %v although nothing is new", m.asked)
	}
}

func TestAChangeDuringCatchingUpIsNotLost(t *testing.T) {
	t.Parallel()
	m := &truth{}
	b := m.bank(whole("heron", domain.Known))
	m.add(b, domain.SHA256, sha(1))
	added := 0
	m.during = func(call string, m *truth) {
		if call == "signals" && added < 5 { // between the question how far SQL is and the reading of each type
			added++
			m.add(m.bank(whole("other", domain.Known)), kinds[added%len(kinds)].Name, []string{code(9, 0), sha(9), md5(9)}[added%len(kinds)])
		}
	}
	x := caughtUp(t, m)
	catchUp(t, x)
	catchUp(t, x)
	for _, f := range []match.Fingerprint{print("file-1", domain.PDQ, code(9, 0)), print("file-1", domain.SHA256, sha(9)), print("file-1", domain.MD5, md5(9))} {
		if found := lookup(t, x, f); len(found) == 0 || found[0].Bank != "other" {
			t.Errorf("%s: %v", f.Type, found)
		}
	}
}

func TestSettingsOfBanksTakeEffect(t *testing.T) {
	t.Parallel()
	m := &truth{}
	b := m.bank(whole("heron", domain.Known))
	m.add(b, domain.PDQ, code(1, 10))
	x := caughtUp(t, m)
	for _, limit := range []int{9, 10, 9} {
		b.Limits = map[domain.SignalType]int{domain.PDQ: limit}
		m.bank(b)
		catchUp(t, x)
		if found := lookup(t, x, print("file-1", domain.PDQ, code(1, 0))); len(found) != limit-9 {
			t.Errorf("limit %d: %v", limit, found)
		}
	}
}

func TestMalformedSignalsStopNothing(t *testing.T) {
	t.Parallel()
	m, log := &truth{}, &logged{}
	b := m.bank(whole("heron", domain.Known))
	for _, bad := range []string{"", "0", "not a hash", strings.Repeat("0", 70), "\x00\xff"} {
		for _, k := range kinds {
			m.add(b, k.Name, bad)
		}
	}
	for _, number := range []int64{0, -1, 1 << 24} {
		m.add(domain.Bank{Number: number}, domain.PDQ, code(1, 0))
	}
	m.setLive(1, false) // whoever withdraws a malformed signal hears no more of it
	m.add(b, domain.PDQ, code(1, 0))
	m.add(b, domain.SHA256, sha(1))
	m.add(b, domain.MD5, md5(1))
	x := open(t, m, func(c *match.Config) { c.Log = slog.New(slog.NewTextHandler(log, nil)) })
	catchUp(t, x)
	if x.Refused() != 5*3+3-1 {
		t.Errorf("%d refused", x.Refused())
	}
	if log.count("signals cannot be indexed") != 3 {
		t.Errorf("want one line a type:\n%s", log.text.String())
	}
	if found := lookup(t, x, print("f", domain.PDQ, code(1, 0)), print("f", domain.SHA256, sha(1)), print("f", domain.MD5, md5(1))); len(found) != 3 {
		t.Errorf("found %v", found)
	}
	catchUp(t, x)
	if x.Refused() != 5*3+3-1 {
		t.Errorf("they are counted again: %d", x.Refused())
	}
}

func TestADatabaseThatWasPutBackIsLoadedAgain(t *testing.T) {
	t.Parallel()
	m := &truth{}
	b := m.bank(whole("heron", domain.Known))
	m.add(b, domain.PDQ, code(1, 0))
	m.bank(whole("heron", domain.Known))
	m.add(b, domain.PDQ, code(2, 0))
	m.add(b, domain.SHA256, sha(2))
	x := caughtUp(t, m)
	m.signals, m.seq = m.signals[:1], 1
	m.banks[0].Limits = map[domain.SignalType]int{domain.PDQ: 7} // other settings under a number that is known
	m.fail = errors.New("no connection")
	if err := x.CatchUp(t.Context()); err == nil || !x.Ready() {
		t.Errorf("%v, ready %v: nothing is known yet", err, x.Ready())
	}
	m.fail = nil
	m.during = func(call string, _ *truth) {
		if _, err := x.Lookup(t.Context(), "post-17", nil); call != "versions" && !errors.Is(err, match.ErrNotReady) {
			t.Errorf("answers during %s: %v", call, err)
		}
	}
	catchUp(t, x)
	m.during = nil
	if x.Size(domain.PDQ) != 1 || x.Size(domain.SHA256) != 0 || !x.Ready() {
		t.Errorf("%d and %d signals, ready %v", x.Size(domain.PDQ), x.Size(domain.SHA256), x.Ready())
	}
	m.add(b, domain.PDQ, code(3, 0)) // with a number that was another's
	catchUp(t, x)
	if found := lookup(t, x, print("file-1", domain.PDQ, code(3, 0)), print("file-1", domain.PDQ, code(2, 0))); len(found) != 1 || found[0].Entry != "entry-2" || found[0].Limit != 7 {
		t.Error(found)
	}
}

// TestChangesTakeEffectAtOnce runs an index on a clock of its own: a nudge makes a change visible without any wait, and without a nudge it is
// visible after half a second.
func TestChangesTakeEffectAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &truth{}
		b := m.bank(whole("heron", domain.Known))
		x := open(t, m, nil)
		nudge := make(chan struct{}, 1)
		go func() {
			if err := x.Run(t.Context(), nudge); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		started := time.Now()
		number := m.add(b, domain.PDQ, code(1, 0))
		nudge <- struct{}{}
		synctest.Wait()
		if found := lookup(t, x, print("file-1", domain.PDQ, code(1, 0))); len(found) != 1 || time.Since(started) != 0 {
			t.Errorf("after a nudge and %v: %v", time.Since(started), found)
		}
		m.setLive(number, false)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		if found := x.Size(domain.PDQ); found != 0 {
			t.Errorf("half a second after its withdrawal the signal is still there")
		}
	})
}

func TestAnIndexThatHearsNothingStopsAnswering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, log := &truth{}, &logged{}
		x := open(t, m, func(c *match.Config) { c.Log = slog.New(slog.NewTextHandler(log, nil)) })
		go func() { _ = x.Run(t.Context(), nil) }()
		synctest.Wait()
		fail := func(err error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.fail = err
		}
		fail(errors.New("no connection"))
		time.Sleep(59 * time.Second)
		if !x.Ready() {
			t.Error("a short outage of the database makes the index unready")
		}
		time.Sleep(2 * time.Second)
		if _, err := x.Lookup(t.Context(), "post-17", nil); !errors.Is(err, match.ErrNotReady) || x.Ready() {
			t.Errorf("after a minute: %v, ready %v", err, x.Ready())
		}
		fail(nil)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		if !x.Ready() {
			t.Error("the index does not recover")
		}
		want := map[string]int{"cannot be brought up to date": 1, "up to date again": 1}
		got := map[string]int{}
		for text := range want {
			got[text] = log.count(text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("lines in the log (-want +got)\n%s", diff)
		}
	})
}

// TestLongCatchingUpIsNoSilence reads three batches, each of which takes almost a minute: the index answers throughout, as it did before.
func TestLongCatchingUpIsNoSilence(t *testing.T) {
	t.Parallel()
	m, now := &truth{}, time.Now()
	b := m.bank(whole("heron", domain.Known))
	x := open(t, m, func(c *match.Config) { c.Now = func() time.Time { return now } })
	catchUp(t, x)
	for n := range 25_000 {
		m.add(b, domain.SHA256, sha(n))
	}
	m.during = func(call string, _ *truth) {
		if call != "signals" {
			return
		}
		now = now.Add(50 * time.Second)
		if _, err := x.Lookup(t.Context(), "post-17", nil); err != nil {
			t.Error(err)
		}
	}
	catchUp(t, x)
}

// TestLookupsGoOnWhileTheIndexChanges is for the race detector; what is there throughout must be found throughout.
func TestLookupsGoOnWhileTheIndexChanges(t *testing.T) {
	t.Parallel()
	m := &truth{}
	b := m.bank(whole("heron", domain.Known))
	m.add(b, domain.PDQ, code(1, 0))
	m.add(b, domain.SHA256, sha(1))
	dir := t.TempDir()
	x := open(t, m, func(c *match.Config) { c.Dir = dir })
	catchUp(t, x)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				found, err := x.Lookup(t.Context(), "post-17", []match.Fingerprint{print("f", domain.PDQ, code(1, 1)), print("f", domain.SHA256, sha(1))})
				if err != nil || len(found) != 2 {
					t.Errorf("%v, %v", found, err)
					return
				}
				_ = x.Size(domain.PDQ) + int(x.Refused())
			}
		})
	}
	readers.Go(func() {
		for range 5 {
			if err := x.Save(); err != nil {
				t.Error(err)
			}
		}
	})
	for n := range 200 {
		far := m.add(b, domain.PDQ, code(2, n%100))
		m.add(b, domain.SHA256, sha(2+n))
		catchUp(t, x)
		m.setLive(far, false)
		m.bank(b)
	}
	close(done)
	readers.Wait()
}
