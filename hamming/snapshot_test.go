package hamming

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// sampleSnapshot returns the bytes of a snapshot with a segment that has tables,
// one that has none, dead entries in both, and something in the head.
func sampleSnapshot(t testing.TB) []byte {
	t.Helper()
	rng := newRand(1)
	x := newTestIndex(t, Options{HeadSize: 40, Kernel: Portable}) // the width of tables depends on the kernel
	mustInsertBatch(t, x, randomEntries(rng, minIndexed+6))
	for id := range uint64(50) {
		mustInsert(t, x, Entry{1000 + id, randomCode(rng)})
	}
	x.Delete(3)
	x.work.Wait()
	return snapshotBytes(t, x, 42)
}

func snapshotBytes(t testing.TB, x *Index, position uint64) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "codes.snapshot")
	if err := x.WriteSnapshot(path, position); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func openBytes(t testing.TB, data []byte) (*Index, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "codes.snapshot")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(path, Options{})
}

// tinySnapshot returns the bytes of a snapshot with tables as small as can be.
func tinySnapshot(t testing.TB) []byte {
	t.Helper()
	p := part{segment: newSegment(3, Portable, 1, func(ids []uint64, codes []Code) {
		copy(ids, []uint64{1, 2, 3})
		copy(codes, []Code{{1}, {2}, {3}})
	})}
	p.buildTables(Portable, 1)
	p.dead = p.dead.with(2)
	path := filepath.Join(t.TempDir(), "codes.snapshot")
	if err := replaceFile(path, func(f *os.File) error { return writeParts(f, []part{p}, 3) }); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// aligned returns a copy of the bytes that begins where a mapping could.
func aligned(data []byte) []byte {
	b := bytesOf(make([]uint64, len(data)/8+1))[:len(data)]
	copy(b, data)
	return b
}

// verifyError is what Open and Verify say about a file with these aligned bytes.
func verifyError(data []byte) error {
	s, err := readSnapshot(region{data: data})
	if err != nil {
		return err
	}
	return s.verifyTables(1, func() bool { return false })
}

func bytesOf(words []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), 8*len(words))
}

func TestSnapshotRoundTrip(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]Options{
		"head only":     {HeadSize: 1 << 16},
		"some segments": {HeadSize: 500},
		"many segments": {HeadSize: 50, MaxSegment: 200},
	} {
		for _, n := range []int{0, 1, 2, 3000} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				rng := newRand(uint64(n))
				x, m := newTestIndex(t, opts), make(model)
				for id := range uint64(n) {
					m[id] = randomCode(rng)
					mustInsert(t, x, Entry{id, m[id]})
				}
				for range n / 5 {
					id := rng.Uint64N(uint64(n))
					delete(m, id)
					x.Delete(id)
				}
				path := filepath.Join(t.TempDir(), "codes.snapshot")
				queries := queriesAround(rng, append(slices.Collect(mapValues(m)), Code{}), 64)
				for round := range uint64(3) {
					if err := x.WriteSnapshot(path, round); err != nil {
						t.Fatal(err)
					}
					y, err := Open(path, opts)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { y.Close() })
					if y.Position() != round {
						t.Errorf("position %d, want %d", y.Position(), round)
					}
					mustMatch(t, y, m, queries)

					// The opened index goes on living, and its file is replaced under it.
					for id := range uint64(n) {
						switch rng.IntN(4) {
						case 0:
							delete(m, id)
							y.Delete(id)
						case 1:
							m[id] = randomCode(rng)
							mustInsert(t, y, Entry{id, m[id]})
						}
					}
					mustMatch(t, y, m, queries)
					x = y
				}
			})
		}
	}
}

func mapValues(m model) func(func(Code) bool) {
	return func(yield func(Code) bool) {
		for _, c := range m {
			if !yield(c) {
				return
			}
		}
	}
}

// The format is a promise to files that exist: what is written today must be
// what this version wrote before.
func TestSnapshotFormat(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{})
	mustInsert(t, x, Entry{0x0102030405060708, Code{0x1112131415161718, 2, 3, 4}})
	data := snapshotBytes(t, x, 7)
	for _, field := range []struct {
		what string
		at   int
		want string
	}{
		{"magic", 0, "895148414d0d0a1a"},
		{"version", 8, "02000000"},
		{"block size", 12, "00001000"},
		{"file size", 16, "4001000000000000"},
		{"position", 24, "0700000000000000"},
		{"segments", 32, "0100000000000000"},
		{"zeros", 44, strings.Repeat("00", 16)},
		{"codes of segment 0", 64, "0100000000000000"},
		{"dead, width, crowds, members of segment 0", 72, strings.Repeat("00", 32)},
		{"padding", 108, strings.Repeat("00", 20)},
		{"ids", 128, "0807060504030201" + strings.Repeat("00", 56)},
		{"codes", 192, hex.EncodeToString(littleEndian(spread(Code{0x1112131415161718, 2, 3, 4}))) + strings.Repeat("00", 32)},
		{"dead", 256, strings.Repeat("00", 64)},
	} {
		if got := hex.EncodeToString(data[field.at:][:len(field.want)/2]); got != field.want {
			t.Errorf("%s at byte %d: %s, want %s", field.what, field.at, got, field.want)
		}
	}
	if len(data) != 0x140 {
		t.Errorf("%d bytes", len(data))
	}
	const want = "f363a7a2e7a65c13f208cdccb2809d2a6e55c0ab473c4df8b84d2df8cb4da09b"
	sum := sha256.Sum256(sampleSnapshot(t))
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the sample snapshot has digest %s, want %s", got, want)
	}
}

func littleEndian(c Code) (b []byte) {
	for _, word := range c {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	return b
}

func TestAFailedWriteLeavesTheOldFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "codes.snapshot")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space")
	err := replaceFile(path, func(f *os.File) error {
		_, _ = f.WriteString("ne")
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	if got, err := os.ReadFile(path); string(got) != "old" {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left in the directory: %v", names)
	}
}

// failingFile accepts so many bytes.
type failingFile struct{ room int }

func (f *failingFile) Seek(int64, int) (int64, error) { return 0, nil }

func (f *failingFile) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, fs.ErrInvalid
	}
	return len(p), nil
}

func TestWriteErrorsAreReported(t *testing.T) {
	t.Parallel()
	parts := []part{{segment: segmentOf(randomEntries(newRand(1), 20_000), Portable, 1)}}
	size := int(parts[0].shape().size())
	for _, room := range []int{0, blockSize, size - 1, size} { // the last leaves none for the header
		if err := writeParts(&failingFile{room}, parts, 0); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
	x := newTestIndex(t, Options{})
	if err := x.WriteSnapshot(filepath.Join(t.TempDir(), "no", "such"), 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

// Hosts of either byte order must read the same numbers.
func TestNumbersAreLittleEndian(t *testing.T) {
	t.Parallel()
	words := []uint64{0}
	b := bytesOf(words)
	copy(b, []byte{1, 2, 3, 4, 5, 6, 7, 8})
	for _, read := range []func([]byte) []uint64{inPlace[uint64], decoded[uint64]} {
		if got := read(b); !slices.Equal(got, []uint64{0x0807060504030201}) {
			t.Errorf("64 bits: %x", got)
		}
	}
	for _, read := range []func([]byte) []uint32{inPlace[uint32], decoded[uint32]} {
		if got := read(b); !slices.Equal(got, []uint32{0x04030201, 0x08070605}) {
			t.Errorf("32 bits: %x", got)
		}
	}
	for _, read := range []func([]byte) []uint16{inPlace[uint16], decoded[uint16]} {
		if got := read(b); !slices.Equal(got, []uint16{0x0201, 0x0403, 0x0605, 0x0807}) {
			t.Errorf("16 bits: %x", got)
		}
	}
}
