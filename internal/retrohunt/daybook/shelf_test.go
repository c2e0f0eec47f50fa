package daybook

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func open(t testing.TB, dir string) *Shelf {
	t.Helper()
	s, err := OpenShelf(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t testing.TB, s *Shelf, all []Entry, position int64, today Day) {
	t.Helper()
	if bad, err := s.Append(all, Place{Position: position}, today); err != nil || bad != 0 {
		t.Fatal(bad, err)
	}
}

// find searches all parts.
func find(t testing.TB, s *Shelf, w *Wanted) map[Owner]bool {
	t.Helper()
	numbers, _, _ := s.Numbers(0)
	all := map[Owner]bool{}
	for i, n := range numbers {
		found, last, err := s.Search(n, w, &Buffers{}, noRest)
		if err != nil || last != (i == len(numbers)-1) {
			t.Fatal(n, last, err)
		}
		for _, o := range found {
			all[o] = true
		}
	}
	return all
}

func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		names = append(names, f.Name())
	}
	return names
}

// TestAShelfIsWhatWasPutThere fills a shelf over days with restarts between, kept or not, and compares it with a list.
func TestAShelfIsWhatWasPutThere(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(9, 10))
	dir := t.TempDir()
	s := open(t, dir)
	var all, unkept []Entry
	position := int64(0)
	for round := range 60 {
		day := Day(20_000 + round/9)
		more := entries(day, round*1000, dice.IntN(8), dice)
		position += 10
		put(t, s, more, position, day)
		if closed := round%9 == 0; closed { // the first of a day closes the one before, with all that was in it
			all, unkept = append(all, unkept...), nil
		}
		unkept = append(unkept, more...)
		switch dice.IntN(4) {
		case 0:
			if err := s.Keep(); err != nil {
				t.Fatal(err)
			}
			all, unkept = append(all, unkept...), nil
		case 1: // a crash
			s = open(t, dir)
			unkept = nil
		}
		complete, kept := s.Place()
		if len(unkept) == 0 && complete.Position < kept.Position {
			t.Fatal(complete, kept)
		}
		now := append(slices.Clone(all), unkept...)
		if len(now) == 0 {
			continue
		}
		w, digests := wanted(now, 5, dice)
		if diff := cmp.Diff(naive(now, w, digests), find(t, s, w)); diff != "" {
			t.Fatalf("round %d (-want +got):\n%.500s", round, diff)
		}
		if want := columnsOf(t, now).Fingerprints(); s.Fingerprints() != want {
			t.Fatalf("round %d: %d fingerprints, want %d", round, s.Fingerprints(), want)
		}
	}
}

func TestDaysThatAgeOutAreDeletedWhole(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(11, 12))
	dir := t.TempDir()
	s := open(t, dir)
	for day := Day(20_000); day < 20_004; day++ {
		put(t, s, entries(day, int(day), 2, dice), int64(day), day)
	}
	if err := s.Keep(); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Drop(20_002); n != 2 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
	want := []string{"2024-10-06.000000003.daybook", "2024-10-07.000000004.daybook"}
	if diff := cmp.Diff(want, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Day{20_002, 20_003}, s.Days()); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
	if n, err := s.Drop(20_009); n != 2 || err != nil || s.Fingerprints() != 0 || len(files(t, dir)) != 0 {
		t.Errorf("dropped %d, %v; %d are left in %v", n, err, s.Fingerprints(), files(t, dir))
	}
	numbers, _, _ := s.Numbers(0)
	if diff := cmp.Diff([]uint64{5}, numbers); diff != "" {
		t.Errorf("numbers are used again (-want +got):\n%s", diff)
	}
}

func TestAFullPartIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var all []Entry
	for i := range partRows + 2 {
		all = append(all, Entry{20_000, owner(i), nil})
	}
	put(t, s, all, 1, 20_000)
	numbers, _, _ := s.Numbers(0)
	if len(numbers) != 2 || len(s.open.Owners) != 2 {
		t.Errorf("parts %v, %d uploads in the open one", numbers, len(s.open.Owners))
	}
}

func TestWhatIsForgottenIsInNoFile(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(13, 14))
	dir := t.TempDir()
	s := open(t, dir)
	var all []Entry
	for day := Day(20_000); day < 20_003; day++ {
		more := entries(day, int(day)*100, 20, dice)
		put(t, s, more, int64(day), day)
		all = append(all, more...)
	}
	goes := func(o Owner) bool { return o.Account == [8]byte{3, 1} }
	gone, err := s.Forget(func(_ Day, o Owner) bool { return goes(o) })
	if gone == 0 || err != nil {
		t.Fatal(gone, err)
	}
	left := slices.DeleteFunc(slices.Clone(all), func(e Entry) bool { return goes(e.Owner) })
	if len(left)+gone != len(all) {
		t.Errorf("%d of %d went, want %d", gone, len(all), len(all)-len(left))
	}
	for _, s := range []*Shelf{s, open(t, dir)} {
		w, digests := wanted(all, 40, dice)
		if diff := cmp.Diff(naive(left, w, digests), find(t, s, w)); diff != "" {
			t.Errorf("(-want +got):\n%.500s", diff)
		}
		if want := columnsOf(t, left).Fingerprints(); s.Fingerprints() != want {
			t.Errorf("%d fingerprints are counted, want %d", s.Fingerprints(), want)
		}
	}
}

func TestAFolderThatCannotBeTrustedIsRefusedAndCanBeCleared(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(15, 16))
	filled := func() string {
		dir := t.TempDir()
		s := open(t, dir)
		for day := Day(20_000); day < 20_003; day++ {
			put(t, s, entries(day, 0, 2, dice), int64(day), day)
		}
		if err := s.Keep(); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for name, damage := range map[string]func(dir string) error{
		"an old part is torn": func(dir string) error {
			return os.Truncate(filepath.Join(dir, "2024-10-04.000000001.daybook"), 100)
		},
		"a part between others is gone": func(dir string) error {
			return os.Remove(filepath.Join(dir, "2024-10-05.000000002.daybook"))
		},
		"a part has the name of another": func(dir string) error {
			return os.Rename(filepath.Join(dir, "2024-10-04.000000001.daybook"), filepath.Join(dir, "2024-10-04.000000009.daybook"))
		},
		"a part is of another folder": func(dir string) error {
			return os.Rename(filepath.Join(filled(), "2024-10-05.000000002.daybook"), filepath.Join(dir, "2024-10-05.000000002.daybook"))
		},
	} {
		dir := filled()
		before := open(t, dir).ID()
		if err := damage(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenShelf(dir); !errors.Is(err, ErrPart) {
			t.Errorf("%s: %v", name, err)
		}
		if err := Clear(dir); err != nil {
			t.Fatal(err)
		}
		if s := open(t, dir); s.Fingerprints() != 0 || s.ID() == before {
			t.Errorf("%s: %d fingerprints are left after Clear, the folder is %s and was %s", name, s.Fingerprints(), s.ID(), before)
		}
	}
}

// A part that is lost while the shelf is open must not be taken for one that holds nothing.
func TestAPartThatIsLostIsAnErrorAndOneThatAgedOutIsNot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	for day := Day(20_000); day < 20_003; day++ {
		put(t, s, entries(day, 0, 2, rand.New(rand.NewPCG(19, 20))), int64(day), day)
	}
	w := &Wanted{SHA256: NewDigestSet([]Digest{{1}})}
	if err := os.Remove(filepath.Join(dir, "2024-10-05.000000002.daybook")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Search(2, w, &Buffers{}, noRest); !errors.Is(err, ErrPart) {
		t.Errorf("searched: %v", err)
	}
	if _, err := s.Forget(func(Day, Owner) bool { return true }); !errors.Is(err, ErrPart) {
		t.Errorf("forgotten: %v", err)
	}
	if _, err := s.Drop(20_002); err != nil {
		t.Fatal(err)
	}
	if found, _, err := s.Search(2, w, &Buffers{}, noRest); err != nil || len(found) != 0 {
		t.Errorf("aged out: %v, %v", found, err)
	}
}

func TestAWriteThatWasCutOffLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, entries(20_000, 0, 3, rand.New(rand.NewPCG(17, 18))), 5, 20_000)
	if err := s.Keep(); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	if err := os.WriteFile(filepath.Join(dir, before[0]+".tmp"), []byte("half of"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	if diff := cmp.Diff(before, files(t, dir)); diff != "" || again.Fingerprints() != s.Fingerprints() {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
