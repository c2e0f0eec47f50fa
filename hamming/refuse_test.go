package hamming

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryFlippedByteIsRefused(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, Options{HeadSize: 1})
	mustInsert(t, x, Entry{1, Code{1}}, Entry{2, Code{2}}, Entry{3, Code{3}})
	for name, test := range map[string]struct {
		data []byte
		step int
	}{
		"every byte of a tiny file":     {tinySnapshot(t), 1},
		"every byte without tables":     {snapshotBytes(t, x, 1), 1},
		"some bytes of a larger file":   {sampleSnapshot(t), 151},
		"the start of a larger file":    {sampleSnapshot(t)[:1024], 1},
		"a file of an empty index":      {snapshotBytes(t, New(Options{}), 1), 1},
		"the position is protected too": {snapshotBytes(t, New(Options{}), 1<<63), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := aligned(test.data)
			for i := 0; i < len(data); i += test.step {
				for _, flip := range []byte{0x01, 0x80, 0xff} {
					data[i] ^= flip
					if err := verifyError(data); !errors.Is(err, ErrSnapshot) {
						t.Fatalf("byte %d ^ %x: %v", i, flip, err)
					}
					data[i] ^= flip
				}
			}
		})
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	t.Parallel()
	data := aligned(sampleSnapshot(t))
	for n := 0; n < len(data); n += 1 + n/1000 {
		if err := verifyError(data[:n]); !errors.Is(err, ErrTruncated) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(data), err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	data := sampleSnapshot(t)
	edit := func(f func(d []byte) []byte) []byte { return f(bytes.Clone(data)) }
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"an empty file":        {nil, ErrTruncated},
		"the start of one":     {data[:5], ErrTruncated},
		"a header only":        {data[:headerSize], ErrTruncated},
		"another file":         {[]byte("id,code\n1,00\n"), ErrForeign},
		"a text transfer":      {bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), ErrForeign},
		"zeros":                {make([]byte, len(data)), ErrForeign},
		"another version":      {edit(func(d []byte) []byte { d[8] = 1; return d }), ErrVersion},
		"bytes behind the end": {edit(func(d []byte) []byte { return append(d, 0) }), ErrTorn},
		"a page never written": {edit(func(d []byte) []byte { clear(d[8192:12288]); return d }), ErrTorn},
		"two files mixed":      {edit(func(d []byte) []byte { copy(d[4096:8192], d[12288:]); return d }), ErrTorn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, err := openBytes(t, test.data)
			if !errors.Is(err, test.want) || !errors.Is(err, ErrSnapshot) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if x != nil {
				t.Error("an index is returned all the same")
			}
			for _, word := range []string{"codes.snapshot", "delete it"} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
		})
	}
}

func TestOpenReportsOtherFaultsAsTheyAre(t *testing.T) {
	t.Parallel()
	_, err := Open(filepath.Join(t.TempDir(), "none"), Options{})
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrSnapshot) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Open(t.TempDir(), Options{}); !errors.Is(err, ErrForeign) {
		t.Errorf("a directory: %v", err)
	}
}

// reseal makes the checksums right for whatever the file says, as far as its
// header and directory can be followed.
func reseal(data []byte) {
	if len(data) < headerSize {
		return
	}
	rest := data[headerSize:]
	segments := binary.LittleEndian.Uint64(data[32:])
	if segments <= uint64(len(rest))/entrySize {
		var size uint64
		for i := range segments {
			s, err := decodeShape(rest[i*entrySize:])
			if size += s.size(); err != nil || size > uint64(len(rest)) {
				size = 0
				break
			}
		}
		if toc := tocSize(segments, size); toc+size <= uint64(len(rest)) {
			sums := rest[:toc][entrySize*segments:]
			for i, block := 0, rest[toc:][:size]; len(block) > 0; i++ {
				n := min(len(block), blockSize)
				binary.LittleEndian.PutUint32(sums[4*i:], crc32.Checksum(block[:n], castagnoli))
				block = block[n:]
			}
			binary.LittleEndian.PutUint32(data[40:], crc32.Checksum(rest[:toc], castagnoli))
		}
	}
	binary.LittleEndian.PutUint32(data[headerSize-4:], crc32.Checksum(data[:headerSize-4], castagnoli))
}

// Checksums do not make a file right. What a search relies on is checked even
// where they agree.
func TestOpenRefusesWrongContentWithRightChecksums(t *testing.T) {
	t.Parallel()
	data := sampleSnapshot(t)
	resealed := bytes.Clone(data)
	if reseal(resealed); !bytes.Equal(resealed, data) {
		t.Fatal("sealing an intact file changes it")
	}
	first, err := decodeShape(data[headerSize:])
	if err != nil || first.width == 0 || first.dead == 0 {
		t.Fatalf("the sample's first segment is %+v, %v", first, err)
	}
	n := int(first.codes)
	ids := len(data) - int(payloadSize(data))
	dead := ids + int(coreSize(n))
	starts := ids
	for i := range binary.LittleEndian.Uint64(data[32:]) {
		s, err := decodeShape(data[headerSize+i*entrySize:])
		if err != nil {
			t.Fatal(err)
		}
		starts += int(s.coreSize())
	}
	entries := starts + int(align(4*(chunks<<first.width+1)))
	firstBucket := int(binary.LittleEndian.Uint32(data[starts+4:]))
	for name, edit := range map[string]func(d []byte){
		"blocks of another size":    func(d []byte) { d[12] = 1 },
		"no segment announced":      func(d []byte) { d[32] = 0 },
		"more segments":             func(d []byte) { d[39] = 1 },
		"an empty segment":          func(d []byte) { clear(d[headerSize:][:8]) },
		"a segment too large":       func(d []byte) { d[headerSize+7] = 1 },
		"a larger segment":          func(d []byte) { d[headerSize]++ },
		"more dead than codes":      func(d []byte) { d[headerSize+8+3] = 1 },
		"another number of dead":    func(d []byte) { d[headerSize+8]++ },
		"a width beyond a chunk":    func(d []byte) { d[headerSize+16] = 17 },
		"ids in disorder":           func(d []byte) { d[ids+8*5+1] = 0xff },
		"an id twice":               func(d []byte) { copy(d[ids+8:], d[ids:ids+8]) },
		"dead beyond the end":       func(d []byte) { d[dead+n/8] |= 0x80 },
		"first bucket not at zero":  func(d []byte) { d[starts] = 1 },
		"buckets in disorder":       func(d []byte) { d[starts+4*9+2] = 0xff },
		"last bucket beyond end":    func(d []byte) { d[starts+4*(chunks<<first.width)]++ },
		"a table without entries":   func(d []byte) { copy(d[starts+4<<first.width:][:4], d[starts+4<<first.width-4:]) },
		"position outside the code": func(d []byte) { d[entries+2*firstBucket+2] = 0xff },
		"crowds without tables":     func(d []byte) { d[headerSize+entrySize+24], d[headerSize+entrySize+32] = 1, 1 },
		"more crowds than members":  func(d []byte) { d[headerSize+24] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := aligned(data)
			edit(d)
			reseal(d)
			if err := verifyError(d); !errors.Is(err, ErrTorn) {
				t.Errorf("got %v, want %v", err, ErrTorn)
			}
		})
	}
}

func payloadSize(data []byte) (size uint64) {
	for i := range binary.LittleEndian.Uint64(data[32:]) {
		s, _ := decodeShape(data[headerSize+i*entrySize:])
		size += s.size()
	}
	return size
}
