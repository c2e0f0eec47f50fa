package daybook

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/quell-project/quell/hamming"
)

// Whatever a file holds, opening and searching it is an error or an answer.
func FuzzPart(f *testing.F) {
	for _, n := range []int{0, 1, 3} {
		data, err := os.ReadFile(written(f, entries(20_000, 0, n, rand.New(rand.NewPCG(1, uint64(n))))))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, n == 1)
	}
	f.Add([]byte(magic), true)
	w := &Wanted{Codes: []hamming.Code{{}}, Radius: 63, SHA256: NewDigestSet([]Digest{{}}), MD5: NewDigestSet([]Digest{{}})}
	path := filepath.Join(f.TempDir(), "part")
	f.Fuzz(func(t *testing.T, data []byte, right bool) {
		if right {
			reseal(data) // gets behind the checksums
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := OpenPart(path)
		if err != nil {
			if !errors.Is(err, ErrPart) {
				t.Fatal(err)
			}
			return
		}
		defer p.Close()
		if _, err := p.Search(w, &Buffers{}, noRest); err != nil && !errors.Is(err, ErrPart) {
			t.Fatal(err)
		}
		if _, err := p.Columns(); err != nil && !errors.Is(err, ErrPart) {
			t.Fatal(err)
		}
	})
}

// reseal makes the checksums of a file right, as far as it has places for them.
func reseal(data []byte) {
	if len(data) < headerSize {
		return
	}
	sum := func(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }
	var rows [sections]uint32
	for s := range rows {
		rows[s] = binary.LittleEndian.Uint32(data[48+4*s:]) % mostRows
	}
	l := layoutOf(rows)
	for s, n := range rows {
		for first := 0; first < int(n); first += blockRows {
			from := l.start[s] + int64(first*width[s])
			to := from + int64(min(blockRows, int(n)-first)*width[s])
			if at := headerSize + 4*(l.blocks[s]+first/blockRows); to <= int64(len(data)) {
				binary.LittleEndian.PutUint32(data[at:], sum(data[from:to]))
			}
		}
	}
	if toc := headerSize + 4*l.sums; toc <= len(data) {
		binary.LittleEndian.PutUint32(data[76:], sum(data[headerSize:toc]))
	}
	binary.LittleEndian.PutUint32(data[headerSize-4:], sum(data[:headerSize-4]))
}
