package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/hamming"
)

// TestExactTableIsASetOfPairs compares the table with a plain set of (digest, id) pairs over random puts, drops and searches.
func TestExactTableIsASetOfPairs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 0))
		table, model := newExactTable(), map[row]bool{}
		for step := range 500 {
			value := fmt.Sprintf("%04x", r.IntN(4))
			changed := row{uint64(1 + r.IntN(6)), value}
			if r.IntN(2) == 0 {
				if err := table.put(changed); err != nil {
					t.Fatal(err)
				}
				model[changed] = true
			} else {
				table.drop(changed)
				delete(model, changed)
			}
			if table.size() != len(model) {
				t.Fatalf("seed %d, step %d: size %d, want %d", seed, step, table.size(), len(model))
			}
			var want []hamming.Hit
			for r := range model {
				if r.value == value {
					want = append(want, hamming.Hit{ID: r.id})
				}
			}
			slices.SortFunc(want, func(a, b hamming.Hit) int { return int(a.ID) - int(b.ID) })
			got, err := table.search(nil, value, 0)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, step %d (-want +got)\n%s", seed, step, diff)
			}
		}
	}
}

// TestNearTableShowsWhatWasPutOnceItSettles compares the table with a plain map of codes over random puts, drops and settlings.
func TestNearTableShowsWhatWasPutOnceItSettles(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 0))
	table, model := emptyTable(Kind{Form: Codes}), map[uint64]string{}
	value := func(n int) string { return strings.Repeat(fmt.Sprintf("%02x", n), 32) }
	for step := range 2000 {
		id := uint64(1 + r.IntN(20))
		switch r.IntN(4) {
		case 0:
			table.drop(row{id, model[id]})
			delete(model, id)
		default:
			model[id] = value(r.IntN(256))
			if err := table.put(row{id, model[id]}); err != nil {
				t.Fatal(err)
			}
		}
		if r.IntN(3) > 0 {
			continue
		}
		if err := table.settle(); err != nil {
			t.Fatal(err)
		}
		if table.size() != len(model) {
			t.Fatalf("step %d: size %d, want %d", step, table.size(), len(model))
		}
		for id, value := range model {
			hits, err := table.search(nil, value, 0)
			if err != nil || !slices.Contains(hits, hamming.Hit{ID: id}) {
				t.Fatalf("step %d: %s finds %v, %v, without %d", step, value, hits, err, id)
			}
		}
	}
	if err := table.close(); err != nil {
		t.Fatal(err)
	}
	if err := table.put(row{1, value(1)}); err != nil {
		t.Fatal(err)
	}
	if err := table.settle(); err == nil {
		t.Error("a closed table takes what was put")
	}
}

func TestExactTableForgetsWhatIsDropped(t *testing.T) {
	t.Parallel()
	table := newExactTable()
	for id := range uint64(5) {
		if err := table.put(row{id + 1, "ab"}); err != nil {
			t.Fatal(err)
		}
	}
	for id := range uint64(5) {
		table.drop(row{id + 1, "ab"})
	}
	if len(table.first)+len(table.more) != 0 {
		t.Errorf("%d and %d digests are left", len(table.first), len(table.more))
	}
}

func TestExactTableTellsLengthsApart(t *testing.T) {
	t.Parallel()
	table := newExactTable()
	for id, value := range []string{"ab", "ab00", "ab0000"} {
		if err := table.put(row{uint64(id + 1), value}); err != nil {
			t.Fatal(err)
		}
	}
	hits, err := table.search(nil, "AB00", 0)
	if diff := cmp.Diff([]hamming.Hit{{ID: 2}}, hits); diff != "" || err != nil {
		t.Errorf("%v, (-want +got)\n%s", err, diff)
	}
}

func TestTablesRefuseWhatIsNoneOfTheirType(t *testing.T) {
	t.Parallel()
	tables := map[string]table{"exact": newExactTable(), "near": emptyTable(Kind{Form: Codes})}
	for name, value := range map[string]string{
		"nothing": "", "half a byte": "a", "odd": strings.Repeat("a", 63), "too long": strings.Repeat("a", 66), "no digits": strings.Repeat("g", 64),
		"space": " " + strings.Repeat("a", 62) + " ", "not UTF-8": strings.Repeat("\xff", 64),
	} {
		for kind, table := range tables {
			if err := table.put(row{1, value}); err == nil {
				t.Errorf("%s: %s was put", kind, name)
			}
			if _, err := table.search(nil, value, 31); err == nil {
				t.Errorf("%s: %s was searched for", kind, name)
			}
			table.drop(row{1, value})
			if table.size() != 0 {
				t.Errorf("%s: %s is in it", kind, name)
			}
		}
	}
}

func TestTableNumbersTellBankAndSignal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bank, signal int64
		fits         bool
	}{
		{1, 1, true}, {maxBank, maxSignal, true}, {1, maxSignal, true}, {maxBank, 1, true},
		{0, 1, false}, {1, 0, false}, {-1, 1, false}, {1, -1, false}, {maxBank + 1, 1, false}, {1, maxSignal + 1, false},
	} {
		id, err := tableID(c.bank, c.signal)
		if (err == nil) != c.fits {
			t.Errorf("%d, %d: %v", c.bank, c.signal, err)
		}
		if bank, signal := numbers(id); err == nil && (bank != c.bank || signal != c.signal) {
			t.Errorf("%d, %d became %d, %d", c.bank, c.signal, bank, signal)
		}
	}
}
