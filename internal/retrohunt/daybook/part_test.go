package daybook

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

// written makes a part of entries.
func written(t testing.TB, all []Entry) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "part"+suffix)
	h := header{day: 20_000, number: 7, position: 99, decision: [16]byte{1}, shelf: [8]byte{2}}
	if err := write(path, h, columnsOf(t, all)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAPartComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 3, blockRows, blockRows + 1} {
		all := entries(20_000, 0, n, dice)
		p, err := OpenPart(written(t, all))
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Columns()
		if !reflect.DeepEqual(columnsOf(t, all), got) || err != nil { // cmp would take a minute for so many rows
			t.Errorf("%d uploads do not come back, %v", n, err)
		}
		if want := (Place{99, "01000000-0000-0000-0000-000000000000"}); p.Place() != want || p.Day() != 20_000 {
			t.Errorf("place %v, day %v", p.Place(), p.Day())
		}
		p.Close()
	}
}

// TestASearchFindsWhatComparingEverythingFinds holds the search of a file and that of rows in memory against brute force: few things wanted, and so
// many that hamming makes an index.
func TestASearchFindsWhatComparingEverythingFinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ uploads, wanted int }{{0, 5}, {1, 1}, {500, 1}, {500, 40}, {blockRows + 100, 8}, {5_000, 3_000}} {
		dice := rand.New(rand.NewPCG(uint64(c.uploads), uint64(c.wanted)))
		all := entries(20_000, 0, c.uploads, dice)
		w, digests := wanted(append(all, Entry{Prints: prints(dice)}), c.wanted, dice)
		want := naive(all, w, digests)
		p, err := OpenPart(written(t, all))
		if err != nil {
			t.Fatal(err)
		}
		if c.wanted >= 3_000 {
			gently := *w
			gently.Gently = func() bool { return true }
			found, err := p.Search(&gently, &Buffers{}, noRest)
			if diff := cmp.Diff(want, set(found)); diff != "" || err != nil {
				t.Errorf("%+v, gently: %v (-want +got):\n%.500s", c, err, diff)
			}
		}
		rests := 0
		found, err := p.Search(w, &Buffers{}, func() error { rests++; return nil })
		if diff := cmp.Diff(want, set(found)); diff != "" || err != nil {
			t.Errorf("%+v, file: %v (-want +got):\n%.500s", c, err, diff)
		}
		if c.uploads > 0 && rests == 0 {
			t.Errorf("%+v: it never paused", c)
		}
		found, err = columnsOf(t, all).Search(w, noRest)
		if diff := cmp.Diff(want, set(found)); diff != "" || err != nil {
			t.Errorf("%+v, memory: %v (-want +got):\n%.500s", c, err, diff)
		}
		if c.uploads > 1 && len(want) == 0 {
			t.Errorf("%+v: nothing was to be found", c)
		}
		p.Close()
	}
}

func TestASearchEndsWhereItsPauseFails(t *testing.T) {
	t.Parallel()
	all := entries(20_000, 0, 3, rand.New(rand.NewPCG(3, 4)))
	w, _ := wanted(all, 3, rand.New(rand.NewPCG(5, 6)))
	p, err := OpenPart(written(t, all))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	failure := errors.New("enough")
	if _, err := p.Search(w, &Buffers{}, func() error { return failure }); !errors.Is(err, failure) {
		t.Error(err)
	}
}

// TestNoDamageIsOverlooked changes every byte of a small file, one at a time, and cuts the file at every place.
func TestNoDamageIsOverlooked(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(written(t, entries(20_000, 0, 2, rand.New(rand.NewPCG(7, 8)))))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "damaged")
	refused := func(data []byte) bool {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := OpenPart(path)
		if err == nil {
			_, err = p.Columns()
			p.Close()
		}
		return errors.Is(err, ErrPart)
	}
	if refused(whole) {
		t.Fatal("the whole file is refused")
	}
	for i := range whole {
		whole[i] ^= 0x10
		if !refused(whole) {
			t.Errorf("byte %d is changed, and the file is used", i)
		}
		whole[i] ^= 0x10
		if !refused(whole[:i]) {
			t.Errorf("the file is cut to %d bytes, and used", i)
		}
	}
	if !refused(append(whole, 0)) {
		t.Error("the file is longer than it says, and is used")
	}
}

func TestFingerprintsThatCannotBeReadAreLeftOut(t *testing.T) {
	t.Parallel()
	c := &Columns{}
	err := c.Add(owner(1), []domain.Fingerprint{{Type: domain.PDQ, Value: "zz"}, {Type: domain.MD5, Value: "00112233445566778899aabbccddeeff"}, {Type: "vpdq", Value: "-"}})
	if err == nil || c.Fingerprints() != 1 || len(c.MD5) != 1 {
		t.Errorf("%v, %d rows", err, c.Fingerprints())
	}
}
