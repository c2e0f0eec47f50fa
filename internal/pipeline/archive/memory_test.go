package archive_test

import (
	"archive/zip"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
)

// memory notes how much was taken at a time.
type memory struct {
	taken []taken
	peak  int64
}

type taken struct {
	until context.Context
	bytes int64
}

func (m *memory) take(ctx context.Context, bytes int64) bool {
	m.taken = slices.DeleteFunc(append(m.taken, taken{ctx, bytes}), func(t taken) bool { return t.until.Err() != nil })
	now := int64(0)
	for _, t := range m.taken {
		now += t.bytes
	}
	m.peak = max(m.peak, now)
	return true
}

// The memory of an unpacker is taken, and free again when its file has been unpacked, not only at the end of the archive.
func TestUnpackersOfOneArchiveTakeTurns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method      uint16
		pack        func([]byte) []byte
		least, most int64
	}{
		"bzip2":     {12, corpustest.Bzip2, 8 << 20, 9 << 20},
		"Zstandard": {93, corpustest.Zstd, 24 << 20, 25 << 20},
	} {
		var files []corpustest.File
		for i := range 20 {
			files = append(files, corpustest.File{Name: fmt.Sprint(i), Data: c.pack([]byte("one"))})
		}
		data := zipWith(t, func(h *zip.FileHeader) { h.Method, h.UncompressedSize64 = c.method, 3 }, files...)
		var held memory
		b := plenty(len(data))
		b.Room = held.take
		if got := walk(t, data, b); got.Outcome.Status != domain.Complete || len(got.Files) != len(files) || held.peak < c.least || held.peak > c.most {
			t.Errorf("%s: %+v, with %d bytes of memory", name, got, held.peak)
		}
	}
}
