package match_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// truth is a match.Truth in memory, and the plainest program that says what Lookup has to find in it.
type truth struct {
	mu       sync.Mutex
	seq      int64
	settings int64
	banks    []domain.Bank
	signals  []*known              // that with number n is the (n-1)th
	paused   map[int64]domain.Time // until when, by signal

	fail   error                           // of every call
	asked  []int64                         // change numbers that SignalsAfter was asked from
	wanted int                             // signals that Evidence was last asked for
	during func(call string, truth *truth) // called at the beginning of a call, without the lock
}

type known struct {
	change domain.SignalChange
	typ    domain.SignalType
}

func entryOf(number int64) domain.EntryID { return domain.EntryID(fmt.Sprintf("entry-%d", number)) }

func (m *truth) lock(call string) (unlock func()) {
	if m.during != nil {
		m.during(call, m)
	}
	m.mu.Lock()
	return m.mu.Unlock
}

// bank adds a bank or changes its settings.
func (m *truth) bank(b domain.Bank) domain.Bank {
	defer m.lock("")()
	m.settings++
	b.ID = domain.BankID("id of " + b.Name)
	for i := range m.banks {
		if m.banks[i].Name == b.Name {
			b.Number = m.banks[i].Number
			m.banks[i] = b
			return b
		}
	}
	b.Number = int64(len(m.banks) + 1)
	m.banks = append(m.banks, b)
	return b
}

// add adds a live signal and returns its number.
func (m *truth) add(b domain.Bank, t domain.SignalType, value string) int64 {
	defer m.lock("")()
	m.seq++
	n := int64(len(m.signals) + 1)
	m.signals = append(m.signals, &known{domain.SignalChange{Seq: m.seq, Number: n, Bank: b.Number, Value: value, Live: true}, t})
	return n
}

// setLive withdraws a signal, or brings it back.
func (m *truth) setLive(number int64, live bool) {
	defer m.lock("")()
	m.seq++
	m.signals[number-1].change.Seq, m.signals[number-1].change.Live = m.seq, live
}

func (m *truth) IndexVersions(context.Context) (int64, int64, error) {
	defer m.lock("versions")()
	return m.seq, m.settings, m.fail
}

func (m *truth) Banks(context.Context) ([]domain.Bank, error) {
	defer m.lock("banks")()
	return slices.Clone(m.banks), m.fail
}

func (m *truth) SignalsAfter(_ context.Context, t domain.SignalType, seq int64, limit int) ([]domain.SignalChange, error) {
	defer m.lock("signals")()
	m.asked = append(m.asked, seq)
	var changes []domain.SignalChange
	for _, s := range m.signals {
		if s.typ == t && s.change.Seq > seq {
			changes = append(changes, s.change)
		}
	}
	slices.SortFunc(changes, func(a, b domain.SignalChange) int { return cmp.Compare(a.Seq, b.Seq) })
	return changes[:min(limit, len(changes))], m.fail
}

func (m *truth) Evidence(_ context.Context, numbers []int64, _ domain.Time) (found []domain.Evidence, err error) {
	defer m.lock("evidence")()
	m.wanted = len(numbers)
	for _, n := range numbers {
		if m.signals[n-1].change.Live {
			e := evidenceOf(n)
			e.PausedUntil = m.paused[n]
			found = append(found, e)
		}
	}
	return found, m.fail
}

func evidenceOf(n int64) domain.Evidence {
	return domain.Evidence{Number: n, Signal: domain.SignalID(fmt.Sprintf("signal-%d", n)), Entry: entryOf(n), Provenance: domain.Provenance{Source: "marsh watch", Labels: []string{"reed"}}}
}

// sighting is one signal within the limit of its bank, seen by one fingerprint.
type sighting struct {
	print      int
	bank       domain.Bank
	number     int64
	distance   int
	limit      int
	suppressor int64 // number of the known-good signal that outweighs it, 0 for none
}

func (s sighting) class() int {
	switch {
	case s.suppressor != 0:
		return 2
	case s.bank.Kind == domain.Negative:
		return 1
	}
	return 0
}

// expect says by the rules, without any index, what Lookup has to find, sorted by part, bank, type, rank and number.
func (m *truth) expect(content domain.ContentID, prints []match.Fingerprint) []domain.Match {
	all := m.sightings(content, prints)
	for i := range all {
		all[i].suppressor = suppressorOf(all[i], all, prints)
	}
	slices.SortStableFunc(all, func(a, b sighting) int {
		pa, pb := prints[a.print], prints[b.print]
		return cmp.Or(cmp.Compare(pa.Part, pb.Part), cmp.Compare(a.bank.Number, b.bank.Number), cmp.Compare(pa.Type, pb.Type),
			a.class()-b.class(), a.distance-b.distance, cmp.Compare(a.number, b.number), a.print-b.print)
	})
	var matches []domain.Match
	seen, count := map[string]bool{}, map[string]int{}
	for _, s := range all {
		p, e := prints[s.print], evidenceOf(s.number)
		once, group := fmt.Sprint(p.Part, "/", s.number), fmt.Sprint(p.Part, "/", s.bank.Number, "/", p.Type)
		if seen[once] || count[group] == 20 {
			continue
		}
		seen[once] = true
		count[group]++
		found := domain.Match{
			Bank: s.bank.Name, BankID: s.bank.ID, BankKind: s.bank.Kind, Entry: e.Entry, Signal: e.Signal, SignalType: p.Type, Distance: s.distance, Limit: s.limit,
			Part: p.Part, Frame: p.Frame, View: p.View, Sources: []string{e.Provenance.Source}, Labels: e.Provenance.Labels,
		}
		if s.suppressor != 0 {
			found.SuppressedBy = entryOf(s.suppressor)
		}
		matches = append(matches, found)
	}
	return matches
}

func (m *truth) sightings(content domain.ContentID, prints []match.Fingerprint) (all []sighting) {
	defer m.lock("")()
	for i, p := range prints {
		for _, s := range m.signals {
			if s.typ != p.Type || !s.change.Live {
				continue
			}
			b := m.banks[s.change.Bank-1]
			limit := 0
			if p.Type == domain.PDQ {
				limit = 31
				if own, set := b.Limits[domain.PDQ]; set {
					limit = own
				}
			}
			if d := distance(p.Value, s.change.Value); b.AppliesTo(content) && d <= limit {
				all = append(all, sighting{print: i, bank: b, number: s.change.Number, distance: d, limit: limit})
			}
		}
	}
	return all
}

// suppressorOf returns the known-good signal that outweighs a sighting: the nearest of the same fingerprint that is no farther, else, for a
// near one, the known-good file that the part as a whole is.
func suppressorOf(s sighting, all []sighting, prints []match.Fingerprint) int64 {
	if s.bank.Kind == domain.Negative {
		return 0
	}
	var best, file *sighting
	for i, good := range all {
		if good.bank.Kind != domain.Negative {
			continue
		}
		if good.print == s.print && good.distance <= s.distance && (best == nil || rank(good) < rank(*best)) {
			best = &all[i]
		}
		onlyFile := !slices.ContainsFunc(prints, func(p match.Fingerprint) bool {
			return p.Part == prints[s.print].Part && p.Type == domain.SHA256 && p.Value != prints[good.print].Value
		})
		if prints[s.print].Type == domain.PDQ && prints[good.print].Type == domain.SHA256 && prints[good.print].Part == prints[s.print].Part && onlyFile &&
			(file == nil || rank(good) < rank(*file)) {
			file = &all[i]
		}
	}
	if best == nil {
		best = file
	}
	if best == nil {
		return 0
	}
	return best.number
}

func rank(s sighting) int64 { return int64(s.distance)<<40 + s.bank.Number<<20 + s.number }

func distance(a, b string) int {
	x, _ := hex.DecodeString(a)
	y, _ := hex.DecodeString(b)
	if len(x) != len(y) {
		return 999
	}
	d := 0
	for i := range x {
		d += bits.OnesCount8(x[i] ^ y[i])
	}
	return d
}

// code returns a PDQ hash that differs in the first so many bits from the picture of a seed.
func code(seed, flipped int) string {
	raw := bytes.Repeat([]byte{byte(seed), byte(seed * 37)}, 16)
	for i := range flipped {
		raw[i/8] ^= 1 << (i % 8)
	}
	return hex.EncodeToString(raw)
}

// sha returns a SHA-256, told from others by a number.
func sha(n int) string { return fmt.Sprintf("%064x", n) }

// md5 returns an MD5, told from others by a number.
func md5(n int) string { return fmt.Sprintf("%032x", n) }

// print makes a fingerprint of a part.
func print(part string, t domain.SignalType, value string) match.Fingerprint {
	return match.Fingerprint{Part: part, Fingerprint: domain.Fingerprint{Type: t, Value: value}}
}

// logged is a log that can be read.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}

var kinds = []match.Kind{{Name: domain.PDQ, Limit: 31, Form: match.Codes}, {Name: domain.SHA256}, {Name: domain.MD5}}

// open opens an index over a truth; change may change how.
func open(t testing.TB, m *truth, change func(*match.Config)) *match.Index {
	t.Helper()
	cfg := match.Config{Truth: m, Kinds: kinds, StoreID: "store-1", Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&cfg)
	}
	x, err := match.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// caughtUp opens an index over a truth and brings it up to date.
func caughtUp(t testing.TB, m *truth) *match.Index {
	t.Helper()
	x := open(t, m, nil)
	catchUp(t, x)
	return x
}

func catchUp(t testing.TB, x *match.Index) {
	t.Helper()
	if err := x.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func lookup(t testing.TB, x *match.Index, prints ...match.Fingerprint) []domain.Match {
	t.Helper()
	found, err := x.Lookup(t.Context(), "post-17", prints)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// entries are the entries of matches, in their order.
func entries(found []domain.Match) (ids []domain.EntryID) {
	for _, m := range found {
		ids = append(ids, m.Entry)
	}
	return ids
}
