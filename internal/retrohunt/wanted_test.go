package retrohunt

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// config is one whose banks have their own limits for PDQ, 31 where they set none.
func config() *Config {
	return &Config{
		Margin: 8, Derived: func(f domain.Fingerprint) []domain.Fingerprint { return []domain.Fingerprint{f, f} },
		Limit: func(b domain.Bank, t domain.SignalType) int {
			if limit, set := b.Limits[t]; set {
				return limit
			}
			if t == domain.PDQ {
				return 31
			}
			return 0
		},
	}
}

func TestWhatIsLookedFor(t *testing.T) {
	t.Parallel()
	banks := map[domain.BankID]domain.Bank{}
	for _, b := range []domain.Bank{
		{ID: "usual", Kind: domain.Known, EnabledShare: 1}, {ID: "wide", Kind: domain.KnownCSAM, EnabledShare: 0.1, Limits: map[domain.SignalType]int{domain.PDQ: 40}},
		{ID: "narrow", Kind: domain.Known, EnabledShare: 1, Limits: map[domain.SignalType]int{domain.PDQ: 7}}, {ID: "good", Kind: domain.Negative, EnabledShare: 1}, {ID: "off", Kind: domain.Known},
	} {
		banks[b.ID] = b
	}
	pdq, sha := strings.Repeat("0f", 32), strings.Repeat("a0", 32)
	var signals []domain.HuntSignal
	for _, bank := range []domain.BankID{"usual", "wide", "narrow", "good", "off", "removed"} {
		signals = append(signals, domain.HuntSignal{Bank: bank, Type: domain.PDQ, Value: pdq})
	}
	signals = append(signals, domain.HuntSignal{Bank: "usual", Type: domain.SHA256, Value: sha}, domain.HuntSignal{Bank: "usual", Type: domain.PDQ, Value: "none"}, domain.HuntSignal{Bank: "good", Type: domain.MD5, Value: sha})
	w := config().wanted(signals, banks)
	// Each as it is and turned in two ways, but not turned where the limit leaves nothing.
	if len(w.Codes) != 3+3+1 || w.Radius != 40 || w.SHA256 == nil || w.MD5 != nil {
		t.Errorf("%d codes within %d, SHA-256 %v, MD5 %v", len(w.Codes), w.Radius, w.SHA256 != nil, w.MD5 != nil)
	}
	for i, limit := range []int{31, 23, 23, 40, 32, 32, 7} {
		if !w.Near(i, limit) || w.Near(i, limit+1) {
			t.Errorf("code %d does not match up to %d", i, limit)
		}
	}
}

func TestWhenABankLetsMoreMatch(t *testing.T) {
	t.Parallel()
	bank := func(kind domain.BankKind, share float64, limit int) domain.Bank {
		return domain.Bank{Kind: kind, EnabledShare: share, Limits: map[domain.SignalType]int{domain.PDQ: limit}}
	}
	for name, c := range map[string]struct {
		before, after domain.Bank
		want          bool
	}{
		"the same":                    {bank(domain.Known, 1, 31), bank(domain.Known, 1, 31), false},
		"a larger limit":              {bank(domain.Known, 1, 31), bank(domain.Known, 1, 32), true},
		"a smaller limit":             {bank(domain.Known, 1, 31), bank(domain.Known, 1, 30), false},
		"the usual limit, said":       {domain.Bank{Kind: domain.Known}, bank(domain.Known, 0, 31), false},
		"a larger share":              {bank(domain.Known, 0, 31), bank(domain.Known, 0.1, 20), true},
		"a smaller share":             {bank(domain.Known, 1, 31), bank(domain.Known, 0.1, 31), false},
		"no longer good":              {bank(domain.Negative, 1, 31), bank(domain.Known, 1, 31), true},
		"good from now on":            {bank(domain.Known, 1, 31), bank(domain.Negative, 1, 40), false},
		"child-abuse hashes from now": {bank(domain.Known, 1, 31), bank(domain.KnownCSAM, 1, 31), true},
	} {
		if got := config().looser(c.before, c.after); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestASearchRestsWhileChecksAreUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := false
		r := &rester{func() bool { return busy }, time.Now()}
		rested := func(worked time.Duration) time.Duration {
			time.Sleep(worked)
			begun := time.Now()
			if err := r.rest(t.Context()); err != nil {
				t.Error(err)
			}
			return time.Since(begun)
		}
		if d := rested(5 * time.Millisecond); d != 0 {
			t.Errorf("it rests for %s beside nobody", d)
		}
		busy = true
		if d := rested(2 * time.Millisecond); d < 18*time.Millisecond || d > 19*time.Millisecond {
			t.Errorf("after 2 ms it rests for %s", d)
		}
		if d := rested(time.Second); d < 50*time.Millisecond || d > 51*time.Millisecond {
			t.Errorf("after a second it rests for %s", d)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := r.rest(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("it rests on when all is over: %v", err)
		}
	})
}

func TestAnAccountIsAnotherOneEveryDay(t *testing.T) {
	t.Parallel()
	first, second := []byte("key of the first day"), []byte("key of the second day")
	one, again := hashAccount(first, "u-1"), hashAccount(first, "u-1")
	if one != again || one == hashAccount(first, "u-2") || one == hashAccount(second, "u-1") {
		t.Error("hashes of accounts do not tell what they should, or more")
	}
	if hashAccount(first, "") != [8]byte{} {
		t.Error("no account has a hash")
	}
}
