package console

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// curated is a site with the banks of a busy service.
func curated(t testing.TB) *site {
	t.Helper()
	var rows []domain.Recorded
	for n := 60; n > 0; n-- { // the oldest is two and a half days old
		r := linked()
		if n%4 == 0 {
			r.Decision.Matches[0].BankID, r.Decision.Matches[0].BankKind = bankID(4), domain.Negative
		}
		rows = append(rows, at(r, n, time.Duration(61-n)*time.Hour))
	}
	s := visit(t, rows...)
	s.index.counts = map[int64]map[domain.SignalType]int64{}
	for n, b := range []struct {
		bank    domain.Bank
		signals [3]int64 // of each type
		entries []domain.Entry
	}{
		{domain.Bank{Name: "csam-hashes", Kind: domain.KnownCSAM, EnabledShare: 1, Description: "From two partner lists, exact copies and PDQ."}, [3]int64{2_410_882, 0, 2_987_104}, series(1, 1, 3*time.Hour)},
		{domain.Bank{Name: "grey-heron", Kind: domain.Known, EnabledShare: 1, Limits: map[domain.SignalType]int{domain.PDQ: 24}, Description: "Posters of the group Grey Heron, official and fan-made."}, [3]int64{41_207, 12_930, 0}, heronEntries()},
		{domain.Bank{Name: "heron-trial", Kind: domain.Known, EnabledShare: 0.05, Limits: map[domain.SignalType]int{domain.PDQ: 31}}, [3]int64{318, 0, 0}, series(3, 12, 26*time.Hour)},
		{domain.Bank{Name: "news-photos", Kind: domain.Negative, EnabledShare: 1, Description: "Pictures that newspapers show, given by the newsroom."}, [3]int64{8_114, 8_114, 0}, series(4, 3, 40*time.Minute)},
		{domain.Bank{Name: "old-import", Kind: domain.Known, EnabledShare: 0}, [3]int64{}, nil},
	} {
		b.bank.ID, b.bank.Number, b.bank.CreatedAt = bankID(n+1), int64(n+1), domain.At(now.AddDate(0, -n, -3))
		s.record.banks = append(s.record.banks, b.bank)
		s.index.counts[b.bank.Number] = map[domain.SignalType]int64{domain.PDQ: b.signals[0], domain.SHA256: b.signals[1], domain.MD5: b.signals[2]}
		s.record.entries = append(s.record.entries, b.entries...)
	}
	s.open(Config{})
	return s
}

func bankID(n int) domain.BankID { return domain.BankID(id(5, n)) }

// linked is a decision whose match says which bank it is from.
func linked() domain.Recorded {
	r := near()
	r.Decision.Matches[0].BankID, r.Decision.Matches[0].Entry = bankID(2), entry(2, 40, 0).ID
	return r
}

// entry is the n-th item of a bank, made so long ago.
func entry(bank, n int, ago time.Duration) domain.Entry {
	hash := func(words ...int) string {
		var b strings.Builder
		for i := range words {
			fmt.Fprintf(&b, "%016x", uint64(n*7919+words[i])*0x9e3779b97f4a7c15)
		}
		return b.String()
	}
	e := domain.Entry{
		ID: domain.EntryID(id(0x600+bank, n)), Number: int64(bank*10_000 + n), BankID: bankID(bank), Labels: []string{"poster"}, CreatedAt: domain.At(now.Add(-ago)),
	}
	for _, s := range []struct {
		typ   domain.SignalType
		value string
	}{{domain.SHA256, hash(1, 2, 3, 4)}, {domain.PDQ, hash(5, 6, 7, 8)}} {
		e.Signals = append(e.Signals, domain.Signal{Type: s.typ, Value: s.value, Provenance: domain.Provenance{Source: "partner-list", AddedAt: e.CreatedAt, Labels: []string{"official"}}})
	}
	return e
}

// series are items of a bank, made one after the other, newest first.
func series(bank, n int, every time.Duration) []domain.Entry {
	var all []domain.Entry
	for i := range n {
		all = append(all, entry(bank, n-i, time.Duration(i+1)*every))
	}
	return all
}

// heronEntries are items in every state.
func heronEntries() []domain.Entry {
	all := series(2, 40, 47*time.Minute)
	all[1].Note = "Second print of the poster, with the date painted over. Seen first on flyers, then as an avatar."
	all[2].PausedUntil, all[2].Note = domain.At(now.Add(29*time.Hour)), "Asked the partner whether this is the right picture."
	all[3].WithdrawnAt = domain.At(now.Add(-80 * time.Minute))
	all[4].PausedUntil = domain.Forever
	all[5].Signals[0].WithdrawnAt = all[5].CreatedAt
	all[5].Signals[1].ExpiresAt = domain.At(now.Add(-time.Minute))
	all[6].Labels, all[6].Signals = nil, all[6].Signals[:1]
	all[6].Signals[0].Provenance.Labels = nil
	for i := range 7 {
		more := entry(2, 100+i, 0).Signals[1]
		more.Provenance.Source, more.Provenance.Labels = "second-list", []string{"flyer", "avatar"}
		all[7].Signals = append(all[7].Signals, more)
	}
	return all
}

// besieged is a site with banks whose names and entries are meant to break the page.
func besieged(t testing.TB) *site {
	t.Helper()
	s := visit(t)
	hostile := domain.Bank{ID: bankID(1), Number: 1, Kind: "<b>new-kind</b>", EnabledShare: 0.0004, CreatedAt: domain.At(now),
		Name: `"><script>alert("bank")</script>` + "\u202Egnp", Description: "<style>*{display:none}</style>\x00 second\nline עברית"}
	long := domain.Bank{ID: bankID(2), Number: 2, Kind: domain.KnownCSAM, EnabledShare: 0.9997, CreatedAt: domain.At(now),
		Name: strings.Repeat("LONG_", 51), Description: strings.Repeat("and-so-on-", 400), Limits: map[domain.SignalType]int{domain.PDQ: 0}}
	s.record.banks = []domain.Bank{hostile, long}
	for n, b := range s.record.banks {
		e := entry(n+1, 1, time.Minute)
		e.Note = strings.Repeat("no-space-", 450) + "</td><script>alert(1)</script>"
		e.Labels = []string{"<i onmouseover=alert(1)>", "حساب", strings.Repeat("l", domain.MaxLabel), strings.Repeat("m", domain.MaxLabel)}
		e.Number = 1 << 40
		for i := range e.Signals {
			e.Signals[i].Value = `"><img src=x onerror=alert(2)>` + strings.Repeat("f", 300)
			e.Signals[i].Provenance.Source = strings.Repeat("s", domain.MaxSource)
		}
		e.BankID = b.ID
		s.record.entries = append(s.record.entries, e)
	}
	s.index = fakeIndex{behind: true, counts: map[int64]map[domain.SignalType]int64{2: {domain.PDQ: 1_234_567_890_123, domain.SHA256: 1_234_567_890_123, domain.MD5: 1}}}
	s.open(Config{HMA: "http://127.0.0.1:9082"})
	return s
}
