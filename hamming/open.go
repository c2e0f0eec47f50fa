package hamming

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"runtime/debug"
	"unsafe"
)

// Open returns an index with the content of a snapshot file. The file is mapped
// into memory; all of it is verified against its checksums before Open returns,
// so that no search ever answers from damaged bytes. A file that cannot be used is
// refused with an error that wraps ErrSnapshot and one of ErrForeign, ErrVersion,
// ErrTruncated and ErrTorn. The checksums find accidents; they are no protection
// against somebody who may write to the directory and computes them anew.
//
// The opened index can be searched and changed like any other; the file itself
// never changes. It must not be overwritten in place or shortened while the index
// is open (WriteSnapshot to the same path is safe, it makes a new file). Close
// the index to release the map.
func Open(path string, opts Options) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hamming: open snapshot: %w", err)
	}
	defer f.Close()
	m, v, position, err := load(f)
	if errors.Is(err, ErrSnapshot) {
		return nil, fmt.Errorf("hamming: %s: %w; delete it and build the index again from its source", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("hamming: open snapshot %s: %w", path, err)
	}
	x := newIndex(opts, v)
	x.mapping, x.position = m, position
	x.mu.Lock()
	defer x.mu.Unlock()
	x.schedule(v)
	return x, nil
}

// load maps the file and verifies it.
func load(f *os.File) (*mapping, *view, uint64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, 0, fmt.Errorf("%w: not a regular file", ErrForeign)
	}
	if info.Size() > math.MaxInt {
		return nil, nil, 0, fmt.Errorf("%d bytes are more than this machine can address", info.Size())
	}
	if info.Size() == 0 {
		return nil, nil, 0, fmt.Errorf("%w: empty", ErrTruncated)
	}
	m, err := mapFile(f, int(info.Size()))
	if err != nil {
		return nil, nil, 0, err
	}
	v, position, err := verify(m.data)
	if err != nil {
		_ = m.close() // what is wrong with the file is the better error
		return nil, nil, 0, err
	}
	return m, v, position, nil
}

// verify checks every byte of a snapshot and returns the view in it, whose
// segments lie in data. A file that is shortened meanwhile is an error too, not
// the end of the program.
func verify(data []byte) (v *view, position uint64, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			base := uintptr(unsafe.Pointer(unsafe.SliceData(data)))
			err = fmt.Errorf("%w: cannot be read at byte %d", ErrTruncated, fault.Addr()-base)
		default:
			panic(fault)
		}
	}()
	h, err := decodeHeader(data[:min(len(data), headerSize)])
	if err != nil {
		return nil, 0, err
	}
	if size := uint64(len(data)); size < h.fileSize {
		return nil, 0, fmt.Errorf("%w: %d of %d bytes", ErrTruncated, size, h.fileSize)
	} else if size > h.fileSize {
		return nil, 0, fmt.Errorf("%w: %d bytes follow the end", ErrTorn, size-h.fileSize)
	}
	shapes, payload, err := verifyBytes(data, h)
	if err != nil {
		return nil, 0, err
	}
	v = new(view)
	r := sectionReader{payload}
	for i, s := range shapes {
		p, err := r.part(s)
		if err != nil {
			return nil, 0, fmt.Errorf("%w: segment %d: %w", ErrTorn, i, err)
		}
		v.parts = append(v.parts, p)
	}
	return v, h.position, nil
}

// verifyBytes checks all checksums behind the header and returns the directory
// and the payload, whose length is what the directory asks for.
func verifyBytes(data []byte, h header) ([]shape, []byte, error) {
	inconsistent := fmt.Errorf("%w: %d segments do not make %d bytes", ErrTorn, h.segments, h.fileSize)
	if h.segments > uint64(len(data)-headerSize)/entrySize {
		return nil, nil, inconsistent
	}
	var shapes []shape
	var payloadSize uint64
	for i := range int(h.segments) {
		s, err := decodeShape(data[headerSize+i*entrySize:])
		if err != nil {
			return nil, nil, err
		}
		shapes = append(shapes, s)
		if payloadSize += s.size(); payloadSize > h.fileSize {
			return nil, nil, inconsistent
		}
	}
	toc := tocSize(h.segments, payloadSize)
	if headerSize+toc+payloadSize != h.fileSize {
		return nil, nil, inconsistent
	}
	contents, payload := data[headerSize:headerSize+toc], data[headerSize+toc:]
	if crc32.Checksum(contents, castagnoli) != h.tocSum {
		return nil, nil, fmt.Errorf("%w: the directory does not match its checksum", ErrTorn)
	}
	sums := contents[entrySize*h.segments:]
	for at := 0; at < len(payload); at += blockSize {
		block := payload[at:min(at+blockSize, len(payload))]
		if crc32.Checksum(block, castagnoli) != binary.LittleEndian.Uint32(sums[at/blockSize*4:]) {
			return nil, nil, fmt.Errorf("%w: block %d does not match its checksum", ErrTorn, at/blockSize)
		}
	}
	return shapes, payload, nil
}

// sectionReader hands out the sections of a payload in order.
type sectionReader struct{ rest []byte }

func (r *sectionReader) next(size uint64) []byte {
	section := r.rest[:size]
	r.rest = r.rest[align(size):]
	return section
}

// part reads a segment and checks whatever a search relies on to stay within
// bounds and in order.
func (r *sectionReader) part(s shape) (part, error) {
	seg := &segment{width: int(s.width)}
	seg.ids = numbers[uint64](r.next(8 * s.codes))
	seg.codes = codesOf(numbers[uint64](r.next(32 * s.codes)))
	for i := 1; i < len(seg.ids); i++ {
		if seg.ids[i-1] >= seg.ids[i] {
			return part{}, fmt.Errorf("id %d is out of order", seg.ids[i])
		}
	}
	deadWords := numbers[uint64](r.next(8 * ((s.codes + 63) / 64)))
	if deadWords[len(deadWords)-1]>>((s.codes-1)%64+1) != 0 {
		return part{}, errors.New("entries beyond the last are dead")
	}
	dead := bitsetOf(deadWords)
	if uint64(dead.count) != s.dead {
		return part{}, fmt.Errorf("%d entries are dead, %d announced", dead.count, s.dead)
	}
	if s.width == 0 {
		return part{segment: seg, dead: dead}, nil
	}
	seg.tables = make([]table, chunks)
	for c := range seg.tables {
		t := table{
			starts:    numbers[uint32](r.next(4 * (1<<s.width + 1))),
			positions: numbers[uint32](r.next(4 * s.codes)),
			sketches:  numbers[uint16](r.next(2 * (s.codes + sketchPad))),
		}
		if !t.inBounds() {
			return part{}, fmt.Errorf("table %d points outside the segment", c)
		}
		seg.tables[c] = t
	}
	return part{segment: seg, dead: dead}, nil
}

// inBounds tells that the buckets follow each other over all entries, and that
// each entry is one of the segment.
func (t *table) inBounds() bool {
	var last uint32
	for _, start := range t.starts {
		if start < last {
			return false
		}
		last = start
	}
	var largest uint32
	for _, pos := range t.positions {
		largest = max(largest, pos)
	}
	n := uint32(len(t.positions))
	return t.starts[0] == 0 && last == n && largest < n
}
