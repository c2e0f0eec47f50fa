package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// TestLookupFindsWhatTheRulesSay changes a small world at random, lets the index catch up and compares what it finds with what the rules say
// without an index.
func TestLookupFindsWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	suppressed, crowded := 0, 0
	for seed := range uint64(8) {
		w := &world{Rand: rand.New(rand.NewPCG(seed, 7)), truth: &truth{}}
		x := open(t, w.truth, nil)
		for step := range 40 {
			for range w.IntN(24) {
				w.change()
			}
			catchUp(t, x)
			for _, b := range w.truth.banks {
				if diff := cmp.Diff(w.truth.counts(b.Number), x.Counts(b.Number)); diff != "" {
					t.Fatalf("seed %d, step %d: live signals of %s (-want +got)\n%s", seed, step, b.Name, diff)
				}
			}
			content, prints := domain.ContentID(fmt.Sprint("post-", w.IntN(50))), w.prints()
			got, err := x.Lookup(t.Context(), content, prints)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.IsSortedFunc(got, func(a, b domain.Match) int { return weight(a) - weight(b) }) {
				t.Fatalf("seed %d, step %d: not in order: %+v", seed, step, got)
			}
			byEvidence := cmpopts.SortSlices(func(a, b domain.Match) bool { return a.Part+string(a.Signal) < b.Part+string(b.Signal) })
			if diff := cmp.Diff(w.truth.expect(content, prints), got, byEvidence); diff != "" {
				t.Fatalf("seed %d, step %d (-want +got)\n%s", seed, step, diff)
			}
			of := map[string]int{}
			for _, f := range got {
				if f.SuppressedBy != "" {
					suppressed++
				}
				group := fmt.Sprint(f.Part, f.Bank, f.SignalType)
				if of[group]++; of[group] == 20 {
					crowded++
				}
			}
		}
	}
	if suppressed < 100 || crowded < 50 {
		t.Errorf("%d suppressed matches and %d full banks: that shows little", suppressed, crowded)
	}
}

// counts returns how many signals of each type a bank has live.
func (m *truth) counts(bank int64) map[domain.SignalType]int64 {
	counts := map[domain.SignalType]int64{}
	for _, k := range kinds {
		counts[k.Name] = 0
	}
	for _, s := range m.signals {
		if s.change.Bank == bank && s.change.Live {
			counts[s.typ]++
		}
	}
	return counts
}

func weight(m domain.Match) int {
	w := m.Distance
	switch {
	case m.SuppressedBy != "":
		w += 2000
	case m.BankKind == domain.Negative:
		w += 1000
	}
	return w
}

// world changes a truth at random.
type world struct {
	*rand.Rand
	truth *truth
}

func (w *world) change() {
	banks, signals := w.truth.banks, len(w.truth.signals)
	switch n := w.IntN(20); {
	case len(banks) < 2 || n == 0 && len(banks) < 3:
		w.truth.bank(domain.Bank{Name: fmt.Sprint("bank-", len(banks)), Kind: domain.BankKinds()[len(banks)%3], EnabledShare: 1})
	case n == 1:
		b := banks[w.IntN(len(banks))]
		b.Limits = []map[domain.SignalType]int{nil, {domain.PDQ: w.IntN(40)}}[w.IntN(2)]
		b.EnabledShare = []float64{0, 0.5, 1, 1}[w.IntN(4)]
		w.truth.bank(b)
	case n < 6 && signals > 0:
		w.truth.setLive(int64(1+w.IntN(signals)), w.IntN(3) == 0)
	default:
		f := w.print("")
		w.truth.add(banks[w.IntN(len(banks))], f.Type, f.Value)
	}
}

// print returns one of so few fingerprints that matches are frequent.
func (w *world) print(part string) match.Fingerprint {
	switch w.IntN(6) {
	case 0:
		return print(part, domain.SHA256, sha(w.IntN(3)))
	case 1:
		return print(part, domain.MD5, md5(w.IntN(3)))
	default:
		return print(part, domain.PDQ, code(w.IntN(2), w.IntN(50)))
	}
}

func (w *world) prints() (prints []match.Fingerprint) {
	for part := range w.IntN(3) {
		for frame := range w.IntN(5) {
			f := w.print(fmt.Sprint("file-", part))
			f.Frame = frame / 2
			prints = append(prints, f)
		}
	}
	return prints
}
