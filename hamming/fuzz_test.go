package hamming

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Whatever a file holds, opening it is an error or gives an index that works.
func FuzzOpen(f *testing.F) {
	small := New(Options{})
	mustInsert(f, small, Entry{1, Code{1}}, Entry{2, Code{2}})
	f.Add(snapshotBytes(f, small, 3), false)
	f.Add(snapshotBytes(f, New(Options{}), 0), true)
	f.Add(tinySnapshot(f), true)
	f.Add([]byte(magic), false)
	f.Add([]byte{}, false)
	path := filepath.Join(f.TempDir(), "codes.snapshot")
	f.Fuzz(func(t *testing.T, data []byte, right bool) {
		if right {
			reseal(data) // gets behind the checksums
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := Open(path, Options{HeadSize: 2})
		if err != nil {
			if !errors.Is(err, ErrSnapshot) {
				t.Fatal(err)
			}
			return
		}
		defer x.Close()
		for _, radius := range []int{0, 31, MaxRadius} {
			hits := mustSearch(t, x, Code{1}, radius)
			for _, h := range hits {
				if h.Distance > radius {
					t.Fatalf("radius %d: %v", radius, h)
				}
			}
		}
		for id := range uint64(5) {
			mustInsert(t, x, Entry{id, Code{id}})
			x.Delete(id + 1)
		}
		if hits := mustSearch(t, x, Code{}, 0); len(hits) == 0 || hits[0].ID != 0 {
			t.Fatalf("what was inserted is not found: %v", hits)
		}
	})
}
